"""An account is connected by staff: keys, places, rehearsal, first stock, live, pause. Nothing is written in the shop before it is live."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from catalog.models import Variant
from channels.contract import AuthExpired, ChannelLocation, Temporary
from channels.models import Account, Listing, LocationMap
from channels.services.connecting.first_stock import settle_first_stock
from channels.services.connecting.living import (
    choose_first_stock,
    go_live,
    pause_account,
    pause_flow,
    resume_account,
    resume_flow,
    stop_all_stock,
)
from channels.services.connecting.opening import check_keys, enter_keys, open_account
from channels.services.connecting.places import map_location
from channels.services.connecting.rehearsing import rehearse
from channels.services.connections import secret_name
from channels.services.importing.pulling import pull_orders
from erp.core.history import history_of
from erp.core.models import Card, Event
from erp.core.refusals import Refused
from erp.core.secrets import Credentials
from inventory.models import Movement, StockLevel
from orders.models import Order
from tests.factories.channels import MemoryShop, listing_of, shops
from tests.factories.inventory import make_variant, make_warehouse
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db(transaction=True)

WRITES = ("register", "publish")


@pytest.fixture
def anna(db: None) -> User:
    return make_user("anna")


@pytest.fixture
def draft(mug: Variant, anna: User) -> Account:
    """An account as it stands after its first form, with a mug and an unknown cup in the shop."""
    shops["altomare"] = MemoryShop()
    shops["altomare"].listings = [listing_of("mug", quantity=4), listing_of("cup", quantity=2)]
    return open_account(
        code="altomare", name="Altomare", connector="memory", base_url="https://altomare.example/", keys={"consumer_key": "ck_1"}, by=anna
    )


@pytest.fixture
def shop(draft: Account) -> MemoryShop:
    return shops["altomare"]


def test_opening_keeps_the_keys_apart_and_makes_a_secret_for_webhooks(draft: Account) -> None:
    keys = Credentials(secret_name(draft)).current()

    assert (draft.state, draft.base_url, keys["consumer_key"], len(keys["webhook_secret"])) == (
        "draft",
        "https://altomare.example",
        "ck_1",
        43,
    )


def test_a_code_that_exists_is_refused(draft: Account, anna: User) -> None:
    with pytest.raises(Refused, match="altomare"):
        open_account(code="altomare", name="Other", connector="memory", base_url="https://o.example", keys={}, by=anna)

    assert Account.objects.count() == 1


def test_an_address_that_is_none_is_refused(draft: Account, anna: User) -> None:
    with pytest.raises(Refused, match="shop"):
        open_account(code="x", name="X", connector="memory", base_url="shop", keys={}, by=anna)

    assert Account.objects.count() == 1


def test_new_keys_keep_the_secret_of_the_webhooks(draft: Account, anna: User) -> None:
    before = Credentials(secret_name(draft)).current()

    enter_keys(draft.pk, keys={"consumer_key": "ck_2"}, by=anna)

    assert Credentials(secret_name(draft)).current() == {**before, "consumer_key": "ck_2"}
    assert history_of(draft).order_by("-pk")[0].details == {"names": ["consumer_key"]}


def test_keys_are_tested_live(draft: Account, shop: MemoryShop, anna: User) -> None:
    check_keys(draft.pk, by=anna)

    draft.refresh_from_db()
    assert (shop.calls, draft.health["is_ok"], draft.currency) == (["health"], True, "EUR")
    shop.failures = [AuthExpired("401 no such key")]
    with pytest.raises(Refused, match="401 no such key"):
        check_keys(draft.pk, by=anna)


def test_the_only_warehouse_is_mapped_by_itself(draft: Account, anna: User) -> None:
    check_keys(draft.pk, by=anna)

    place = LocationMap.objects.get()
    assert (place.location, place.warehouse is not None, Card.objects.count()) == ("", True, 0)


def test_pain_21_an_unmapped_location_is_a_card_and_no_guess(draft: Account, shop: MemoryShop, anna: User) -> None:
    second = make_warehouse("PA")
    shop.locations = (ChannelLocation("7", "Shop in town"), ChannelLocation("8", "Fulfilled by others"))
    check_keys(draft.pk, by=anna)
    town, others = LocationMap.objects.order_by("location")
    assert [(card.kind, card.subject) for card in Card.objects.order_by("pk")] == [
        ("channels.unmapped_location", f"location:{town.pk}"),
        ("channels.unmapped_location", f"location:{others.pk}"),
    ]

    map_location(town.pk, warehouse_id=second.pk, by=anna)
    map_location(others.pk, warehouse_id=None, is_ours=False, by=anna)

    assert (LocationMap.objects.get(pk=town.pk).warehouse_id, Card.objects.filter(closed_at=None).count()) == (second.pk, 0)
    with pytest.raises(Refused):
        map_location(town.pk, warehouse_id=None, by=anna)


def test_pain_30_the_rehearsal_shows_the_whole_plan_and_writes_nothing(draft: Account, shop: MemoryShop, anna: User, mug: Variant) -> None:
    shop.sell("1", {"mug": 1})
    shop.sell("2", {"mug": 1}, status="pending")
    shop.sell("3", {"mug": 1}, status="in-the-oven")
    shop.sell("4", {"mug": 1}, placed="soon")

    plan = rehearse(draft.pk, by=anna)

    draft.refresh_from_db()
    bound = Listing.objects.get(external_item="mug")
    assert (draft.state, draft.rehearsal) == ("rehearsed", plan)
    assert (plan["links"], [row["sku"] for row in plan["unmatched"]], plan["conflicts"]) == (1, ["CUP"], [])
    assert plan["stock"] == [{"listing": bound.pk, "sku": "MUG", "title": "mug", "shop": "4.000", "regia": "10"}]
    assert plan["orders"] == {
        "treatments": {"live": 2, "ignore": 1},
        "unknown_statuses": {"in-the-oven": 1},
        "unreadable": ["4"],
        "more": False,
    }
    assert [call for call in shop.calls if call.split()[0] in WRITES] == []
    assert (Order.objects.count(), Movement.objects.count(), StockLevel.objects.get().on_hand) == (0, 1, 10)


def test_a_shop_that_fails_in_the_rehearsal_changes_nothing(draft: Account, shop: MemoryShop, anna: User) -> None:
    shop.failures = [Temporary("502")]

    with pytest.raises(Refused, match="502"):
        rehearse(draft.pk, by=anna)

    draft.refresh_from_db()
    assert (draft.state, draft.rehearsed_at) == ("draft", None)


def test_it_goes_live_only_when_everything_was_looked_at(draft: Account, anna: User) -> None:
    for _step in range(2):
        with pytest.raises(Refused):
            go_live(draft.pk, by=anna)
        rehearse(draft.pk, by=anna)
    draft.refresh_from_db()
    assert draft.state == "rehearsed"

    choose_first_stock(draft.pk, first_stock="regia", by=anna)
    go_live(draft.pk, by=anna)

    draft.refresh_from_db()
    assert (draft.state, draft.start_at is not None, draft.reads_orders, draft.writes_stock) == ("live", True, True, False)


def live(draft: Account, anna: User, first_stock: str) -> Account:
    rehearse(draft.pk, by=anna)
    choose_first_stock(draft.pk, first_stock=first_stock, by=anna)
    go_live(draft.pk, by=anna)
    draft.refresh_from_db()
    return draft


def test_stock_flows_once_open_orders_are_in(draft: Account, shop: MemoryShop, anna: User, deliver: object) -> None:
    shop.sell("1", {"mug": 3})
    live(draft, anna, "regia")
    assert settle_first_stock(draft.pk) is False
    with pytest.raises(Refused):
        resume_flow(draft.pk, flow="stock", by=anna)

    pull_orders(draft.pk)
    deliver()  # type: ignore[operator]

    draft.refresh_from_db()
    assert (draft.writes_stock, StockLevel.objects.get().on_hand, StockLevel.objects.get().reserved) == (True, 10, 3)
    assert Event.objects.filter(name="channels.AccountWentLive").count() == 1


def test_the_shops_count_is_taken_over_with_the_pieces_of_its_open_orders(draft: Account, shop: MemoryShop, anna: User) -> None:
    """The shop shows 4 and has sold 13 that still lie here: 17 on the shelf, and the order that was short is served."""
    shop.sell("1", {"mug": 13})
    live(draft, anna, "shop")
    pull_orders(draft.pk)

    assert settle_first_stock(draft.pk) is True

    level = StockLevel.objects.get()
    assert (level.on_hand, level.reserved, level.available) == (Decimal(17), Decimal(13), Decimal(4))
    assert settle_first_stock(draft.pk) is False
    assert Movement.objects.count() == 2


def test_a_variant_without_level_gets_the_shops_count(draft: Account, shop: MemoryShop, anna: User) -> None:
    cup = make_variant("CUP")
    live(draft, anna, "shop")
    pull_orders(draft.pk)

    settle_first_stock(draft.pk)

    assert StockLevel.objects.get(variant=cup).on_hand == 2


def test_one_switch_pauses_an_account_and_one_each_of_its_flows(draft: Account, shop: MemoryShop, anna: User) -> None:
    live(draft, anna, "regia")
    pause_account(draft.pk, by=anna)
    assert pull_orders(draft.pk) is None
    with pytest.raises(Refused):
        pause_account(draft.pk, by=anna)
    resume_account(draft.pk, by=anna)

    pause_flow(draft.pk, flow="orders", by=anna)
    assert pull_orders(draft.pk) is None
    resume_flow(draft.pk, flow="orders", by=anna)

    assert pull_orders(draft.pk) is not None
    verbs = list(history_of(draft).values_list("verb", flat=True))[-4:]
    assert verbs == ["paused", "resumed", "orders_paused", "orders_resumed"]


def test_one_switch_stops_all_stock(account: Account, draft: Account, anna: User) -> None:
    assert (account.writes_stock, stop_all_stock(by=anna)) == (True, 2)

    account.refresh_from_db()
    assert (account.writes_stock, account.reads_orders) == (False, True)


def test_orders_finished_before_the_start_are_history_and_open_ones_live(draft: Account, shop: MemoryShop, anna: User) -> None:
    shop.sell("1", {"mug": 1}, status="completed")
    shop.sell("2", {"mug": 1})
    rehearse(draft.pk, by=anna)
    choose_first_stock(draft.pk, first_stock="regia", by=anna)
    go_live(draft.pk, by=anna, start_at=shop.last_modified + timedelta(seconds=5))

    pull_orders(draft.pk)

    assert list(Order.objects.order_by("external_id").values_list("treatment", "status")) == [("history", "closed"), ("live", "released")]
    assert StockLevel.objects.get().reserved == 1
