"""Windows follow what their listings are: a kit its components, a released one goes to 0 and ends, one that is gone frees its units."""

from decimal import Decimal

import pytest

from channels.models import Account, Listing, StockWrite
from channels.services.importing.pulling import pull_orders
from channels.services.matching import release_listing
from channels.services.publishing.fencing import sweep_stock
from channels.services.publishing.requesting import lane_of
from channels.services.publishing.sending import publish_lane
from channels.services.publishing.windows import look_at_windows
from erp.core.clock import now
from inventory.models import Allotment, StockLevel
from inventory.services.ledger import check_ledger
from inventory.services.moving import adjust
from inventory.services.reserving import reserve
from tests.factories.channels import make_account, shops
from tests.factories.inventory import claim, make_kit
from tests.factories.users import make_user
from tests.flows.windows import ExactConnector, RelativeConnector, WindowShop

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]
LANE = lane_of("")


@pytest.fixture
def turn(clock, deliver):
    """All wheels of all accounts once, past the read lag."""

    def turn_often(times: int = 1) -> None:
        for _ in range(times):
            clock.advance(3)
            for account in Account.objects.order_by("pk"):
                pull_orders(account.pk)
                deliver()
                sweep_stock()
                publish_lane(account.pk, LANE)
                deliver()

    return turn_often


def test_pain_19_a_kits_listing_follows_its_components(shared, sell_in_shop, account, shop, shelf, turn):
    mug, lid = sell_in_shop("mug", 10), sell_in_shop("lid", 8)
    sell_in_shop("pair", variant=make_kit("PAIR", {mug.variant: 2, lid.variant: 1}))
    turn(2)
    assert shop.numbers == {"mug": 10, "lid": 8, "pair": 5}

    reserve([claim(mug.variant, 3)])
    turn()
    assert shop.numbers == {"mug": 7, "lid": 8, "pair": 3}
    adjust(lid.variant_id, warehouse_id=shelf.pk, difference=Decimal(-7), reason="broken", by=None, cause="damage")
    turn()
    assert shop.numbers == {"mug": 7, "lid": 1, "pair": 1}


def test_a_kit_and_its_components_hold_units_of_their_own_in_a_division(split, sell_in_shop, account, shop, turn):
    mug = sell_in_shop("mug", 9)
    sell_in_shop("pair", variant=make_kit("PAIR", {mug.variant: 2}))
    turn(6)

    assert (shop.numbers["mug"] + 2 * shop.numbers["pair"], StockLevel.objects.get().is_split) == (9, True)
    assert min(shop.numbers.values()) > 0
    assert check_ledger() == []


@pytest.mark.parametrize("connector", [None, ExactConnector, RelativeConnector], ids=["zero", "exact", "relative"])
def test_a_released_listing_goes_to_zero_and_its_books_end(split, sell_in_shop, account, shop, turn, connector):
    """Its units come back only through the fence; afterwards the counter may sell them."""
    owner = account if connector is None else make_account("second", connector=connector.code, stock_ready_at=now())
    if connector is not None:
        shops[owner.code] = WindowShop()
    mug = sell_in_shop("mug", of=owner)
    turn(5)
    assert (shops[owner.code].numbers["mug"], StockLevel.objects.get().is_split) == (10, True)

    release_listing(mug.pk, by=make_user())
    turn(4)

    assert shops[owner.code].numbers["mug"] == 0
    assert (Allotment.objects.count(), Listing.objects.get().variant_id) == (0, None)
    assert reserve([claim(mug.variant, 10)])[0].is_short is False


def test_a_released_listing_of_a_shared_variant_shows_nothing_any_more(shared, sell_in_shop, account, shop, turn):
    mug = sell_in_shop("mug")
    turn(2)
    release_listing(mug.pk, by=make_user())
    turn(3)

    assert (shop.numbers["mug"], Allotment.objects.count()) == (0, 0)


def test_a_listing_that_is_gone_from_the_shop_frees_its_units_at_once(split, sell_in_shop, account, shop, turn, deliver):
    mug = sell_in_shop("mug")
    turn(5)
    Listing.objects.update(is_present=False)
    sent = StockWrite.objects.count()

    look_at_windows([mug.pk])
    deliver()

    assert (Allotment.objects.count(), StockWrite.objects.count()) == (0, sent)
    assert reserve([claim(mug.variant, 10)])[0].is_short is False


def test_one_window_that_cannot_be_guaranteed_keeps_its_variant_shared(split, sell_in_shop, account, shop, turn):
    mug = sell_in_shop("mug")
    turn(5)
    assert StockLevel.objects.get().is_split is True
    Listing.objects.update(can_split=False)

    look_at_windows([mug.pk])
    turn(2)

    assert (StockLevel.objects.get().is_split, shop.numbers["mug"]) == (False, 10)
