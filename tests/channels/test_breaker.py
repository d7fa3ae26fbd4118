"""The circuit breaker on meaning: what is counted as a fall, what waits, and how it ends."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from catalog.models import Variant
from channels.contract import ItemError, StockDone, StockRefused, StockResult
from channels.models import Account, HeldAs, Listing, NumberRequest, StockWrite
from channels.registry import connectors
from channels.services.publishing.recording import record_result
from channels.services.publishing.requesting import request_numbers_of_listings, request_numbers_of_variants
from channels.services.publishing.sending import claim_batch
from channels.services.publishing.stopping import allow_card, allow_push, follow_stop
from erp.core.models import Card, HistoryEntry
from erp.core.refusals import Refused
from inventory.models import Allotment, Warehouse, WindowPolicy
from inventory.services.moving import adjust
from inventory.services.reserving import release, reserve
from tests.clocks import ClockHand
from tests.factories.channels import make_account, make_listing
from tests.factories.inventory import claim, make_kit, make_variant, make_warehouse, make_window, put

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]
LISTINGS, PIECES, LIMIT = 40, 5, 2
DAY_SECONDS = 24 * 3600


@pytest.fixture
def shelf(db: None) -> Warehouse:
    return make_warehouse()


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_superuser("owner")


@pytest.fixture
def shop(shelf: Warehouse) -> Account:
    """Forty listings that show five pieces each; five percent of them are two."""
    WindowPolicy.objects.create(mode="share")
    account = make_account("terramare", stop_least=LIMIT)
    for number in range(LISTINGS):
        variant = make_variant(f"SKU-{number:02}")
        put(variant, shelf, PIECES)
        make_listing(account, variant.sku, variant, seen_quantity=PIECES)
        make_window(variant, "terramare", PIECES)
    return account


def goods(count: int, *, first: int = 0) -> list[Variant]:
    return list(Variant.objects.order_by("sku")[first : first + count])


def lose(variants: list[Variant], shelf: Warehouse, pieces: int = -PIECES) -> None:
    """A wrong count, a wrong list: pieces go and nobody bought them."""
    for variant in variants:
        adjust(variant.pk, warehouse_id=shelf.pk, difference=Decimal(pieces), reason="conta", by=None)
    request_numbers_of_variants([variant.pk for variant in variants])


def sell(variants: list[Variant], pieces: int = PIECES) -> None:
    """Somewhere else, so that our window does not lower itself."""
    for variant in variants:
        reserve([claim(variant, pieces, reference=f"ord_{variant.pk}")])
    request_numbers_of_variants([variant.pk for variant in variants])


def push(account: Account, *, refuse: bool = False) -> dict[str, int]:
    """What a lane does, with a shop that answers at once: SKU -> number sent."""
    sent: dict[str, int] = {}
    while (batch := claim_batch(account, "", 100)) is not None:
        error = ItemError("no", "no")
        done = () if refuse else tuple(StockDone(target, Decimal(target.quantity or 0)) for target in batch.targets)
        rejected = tuple(StockRefused(target, error) for target in batch.targets) if refuse else ()
        capabilities = connectors.get(account.connector).capabilities()
        record_result(account, batch.writes, batch.targets, StockResult(done=done, rejected=rejected), capabilities)
        sent |= {target.external_item: int(target.quantity or 0) for target in batch.targets}
    follow_stop(account.pk)
    return sent


def waiting(held_as: HeldAs) -> list[str]:
    return sorted(NumberRequest.objects.filter(held_as=held_as).values_list("listing__external_item", flat=True))


def is_stopped() -> bool:
    return Account.objects.get().push_stopped_at is not None


def test_pain_30_a_wrong_list_that_empties_the_shop_is_stopped_before_its_first_number(shop: Account, shelf: Warehouse) -> None:
    lose(goods(LISTINGS), shelf)

    assert push(shop) == {}
    assert (is_stopped(), len(waiting(HeldAs.FALL)), StockWrite.objects.count()) == (True, LISTINGS, 0)
    card = Card.objects.get(kind="channels.push_stopped", closed_at=None)
    assert {name: card.params[name] for name in ("falls", "listings", "sent", "percent", "examples")} == {
        "falls": LISTINGS,
        "listings": LISTINGS,
        "sent": 0,
        "percent": 5,
        "examples": "SKU-00, SKU-01, SKU-02",
    }
    assert HistoryEntry.objects.filter(verb="push_stopped").count() == 1


def test_as_many_falls_as_the_limit_go(shop: Account, shelf: Warehouse) -> None:
    lose(goods(LIMIT), shelf)

    assert push(shop) == {"SKU-00": 0, "SKU-01": 0}
    assert (is_stopped(), StockWrite.objects.filter(is_fall=True).count()) == (False, LIMIT)


def test_a_shop_that_is_sold_out_by_sales_is_never_stopped(shop: Account) -> None:
    sell(goods(LISTINGS))

    assert push(shop) == {f"SKU-{number:02}": 0 for number in range(LISTINGS)}
    assert (is_stopped(), StockWrite.objects.filter(is_fall=True).count()) == (False, 0)


def test_a_kit_that_falls_with_a_part_that_was_sold_is_no_fall(shop: Account) -> None:
    kits = [make_kit(f"KIT-{variant.sku}", {variant: 2}) for variant in goods(LIMIT + 1)]
    for kit in kits:
        make_listing(shop, kit.sku, kit, seen_quantity=2)
        make_window(kit, "terramare", 2)
    sell(goods(LIMIT + 1))

    assert [number for sku, number in push(shop).items() if sku.startswith("KIT")] == [0] * (LIMIT + 1)
    assert is_stopped() is False


def test_zeros_of_fences_and_slices_of_nothing_do_not_count(shop: Account, shelf: Warehouse) -> None:
    """Every window is brought to 0 on the way to its slice; of articles with one piece the other shop has it."""
    WindowPolicy.objects.update(mode="split")
    few = goods(LIMIT + 1)
    for variant in few:
        make_window(variant, "outlet", 1, weight=9)
        adjust(variant.pk, warehouse_id=shelf.pk, difference=Decimal(1 - PIECES), reason="conta", by=None)
    request_numbers_of_listings(list(Listing.objects.values_list("pk", flat=True)))
    Allotment.objects.filter(source="terramare").update(standing="unknown")

    assert set(push(shop).values()) == {0}
    assert StockWrite.objects.filter(value=0, wanted=PIECES).count() == LISTINGS - len(few)
    assert (is_stopped(), StockWrite.objects.filter(is_fall=True).count()) == (False, 0)


def test_while_stopped_what_sales_lower_goes_and_raises_wait(shop: Account, shelf: Warehouse) -> None:
    lose(goods(10), shelf)
    assert push(shop) == {}

    lose(goods(1, first=20), shelf, pieces=+3)
    sell(goods(1, first=21), pieces=2)
    sell(goods(1, first=22), pieces=PIECES)
    sell(goods(1), pieces=1)

    assert push(shop) == {"SKU-21": 3, "SKU-22": 0, "SKU-00": PIECES - 1}
    assert (waiting(HeldAs.RAISE), len(waiting(HeldAs.FALL)), is_stopped()) == (["SKU-20"], 10, True)


def test_a_change_that_a_fence_began_is_finished_but_not_enlarged(shop: Account, shelf: Warehouse) -> None:
    WindowPolicy.objects.update(mode="split")
    begun = goods(1, first=30)[0]
    lose([begun], shelf, pieces=-2)
    assert push(shop) == {"SKU-30": 0}
    Allotment.objects.filter(window="terramare|SKU-30|").update(
        is_clean=True, ceiling=0, shown=0, fence_kind="", fence_value=None, fence_opened_at=None
    )
    lose(goods(10), shelf)
    lose([begun], shelf, pieces=+4)

    assert push(shop) == {"SKU-30": PIECES - 2}
    assert (is_stopped(), waiting(HeldAs.RAISE)) == (True, ["SKU-30"])


def test_a_person_allows_the_run_and_all_that_waits_goes(shop: Account, shelf: Warehouse, owner: User) -> None:
    lose(goods(10), shelf)
    lose(goods(1, first=20), shelf, pieces=+3)
    push(shop)

    allow_card(f"account:{shop.pk}", by=owner)

    assert push(shop) == {f"SKU-{number:02}": 0 for number in range(10)} | {"SKU-20": PIECES + 3}
    assert (is_stopped(), NumberRequest.objects.count()) == (False, 0)
    assert Card.objects.get(kind="channels.push_stopped").closed_at is not None
    lose(goods(LIMIT, first=30), shelf)
    assert push(shop) == {"SKU-30": 0, "SKU-31": 0}
    lose(goods(1, first=35), shelf)
    assert (push(shop), is_stopped()) == ({}, True)


def test_allowed_falls_that_the_shop_refused_are_not_asked_for_again(shop: Account, shelf: Warehouse, owner: User) -> None:
    lose(goods(10), shelf)
    push(shop)
    allow_push(shop.pk, by=owner)
    push(shop, refuse=True)
    NumberRequest.objects.update(due_at=StockWrite.objects.earliest("pk").sent_at)

    assert len(push(shop)) == 10
    assert is_stopped() is False


def test_allowing_what_is_not_stopped_is_refused(shop: Account, owner: User) -> None:
    with pytest.raises(Refused):
        allow_push(shop.pk, by=owner)

    assert HistoryEntry.objects.filter(verb="push_allowed").count() == 0


def test_a_count_that_is_corrected_ends_the_stop_and_nothing_was_sent(shop: Account, shelf: Warehouse) -> None:
    lose(goods(10), shelf)
    lose(goods(1, first=20), shelf, pieces=+3)
    push(shop)
    lose(goods(9), shelf, pieces=PIECES)

    push(shop)
    assert is_stopped() is False
    assert push(shop) == {"SKU-09": 0, "SKU-20": PIECES + 3}
    assert list(HistoryEntry.objects.filter(verb__startswith="push").order_by("pk").values_list("verb", flat=True)) == [
        "push_stopped",
        "push_resumed",
    ]
    assert Card.objects.get(kind="channels.push_stopped").closed_at is not None


def test_falls_of_one_day_are_added_up_and_older_ones_forgotten(shop: Account, shelf: Warehouse, clock: ClockHand) -> None:
    lose(goods(LIMIT), shelf)
    push(shop)
    clock.advance(DAY_SECONDS - 60)
    lose(goods(1, first=10), shelf)
    assert (push(shop), is_stopped()) == ({}, True)

    clock.advance(120)
    follow_stop(shop.pk)

    assert (push(shop), is_stopped()) == ({"SKU-10": 0}, False)


def test_a_listing_that_came_back_is_no_fall_any_more(shop: Account, shelf: Warehouse, clock: ClockHand) -> None:
    lose(goods(LIMIT), shelf)
    push(shop)
    clock.advance(1)
    lose(goods(LIMIT), shelf, pieces=PIECES)
    push(shop)
    lose(goods(LIMIT, first=10), shelf)

    assert push(shop) == {"SKU-10": 0, "SKU-11": 0}


@pytest.mark.parametrize(("percent", "least", "stopped"), [(100, 0, False), (50, 0, False), (5, 20, False), (20, 0, True), (0, 0, True)])
def test_the_limit_is_the_accounts_own(shop: Account, shelf: Warehouse, percent: int, least: int, stopped: bool) -> None:
    Account.objects.update(stop_percent=percent, stop_least=least)
    lose(goods(20), shelf)

    assert (len(push(shop)), is_stopped()) == (0 if stopped else 20, stopped)


def test_zeros_that_the_rehearsal_showed_go_on_the_first_day(shop: Account, shelf: Warehouse) -> None:
    shown = [{"listing": pk, "shop": "5", "regia": "0"} for pk in Listing.objects.order_by("sku").values_list("pk", flat=True)[:10]]
    Account.objects.update(rehearsal={"stock": shown})
    lose(goods(10), shelf)
    assert len(push(shop)) == 10

    lose(goods(LIMIT + 1, first=20), shelf)
    assert (push(shop), is_stopped()) == ({}, True)


def test_a_cancelled_sale_does_not_excuse_a_loss(shop: Account, shelf: Warehouse) -> None:
    some = goods(LIMIT + 1)
    sell(some)
    for variant in some:
        release(f"ord_{variant.pk}", to_window=False)
    lose(some, shelf)

    assert (push(shop), is_stopped()) == ({}, True)
