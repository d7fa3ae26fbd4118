"""Reading in turn: stored first, worked on a page at a time, never past what is not stored."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from channels import tasks
from channels.contract import AuthExpired, Temporary
from channels.models import Account, Cursor, InboxMessage, Listing
from channels.services.importing.pulling import pull_orders, request_pull
from channels.services.importing.retrying import retry_card
from channels.services.importing.sweeping import sweep_inbox
from channels.services.matching import bind_listing
from erp.core.clock import now
from erp.core.models import Card, Event
from inventory.models import Reservation, StockLevel
from orders.models import Hold, Order
from tests.factories.channels import MemoryShop, make_account, make_listing, shops
from tests.factories.inventory import make_kit, make_variant
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_order_in_the_shop_becomes_an_order_here_and_reserves(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 2})

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.is_complete, report.orders, report.receipt.applied) == (True, 1, 1)
    order = Order.objects.get()
    assert (order.source, order.external_id, order.total, order.status) == ("terramare", "1", Decimal("24.40"), "released")
    assert StockLevel.objects.get().reserved == 2
    assert Reservation.objects.get().quantity == 2


def test_a_second_pull_finds_nothing_to_do(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 2})
    pull_orders(account.pk)

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.orders, report.unchanged, report.receipt.applied, report.hints) == (1, 1, 0, 0)
    assert (Order.objects.count(), InboxMessage.objects.count()) == (1, 1)


def test_pain_16_a_change_in_the_shop_is_followed(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 2})
    pull_orders(account.pk)
    shop.change("1", lines=[{"id": "1-mug", "item": "mug", "sku": "MUG", "quantity": "5"}])

    pull_orders(account.pk)

    order = Order.objects.get()
    assert (order.total, order.lines.get().quantity, StockLevel.objects.get().reserved) == (Decimal("61.00"), 5, 5)


def test_a_cancel_in_the_shop_gives_the_pieces_back(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 2})
    pull_orders(account.pk)
    shop.change("1", status="cancelled")

    pull_orders(account.pk)

    assert (Order.objects.get().status, StockLevel.objects.get().reserved) == ("cancelled", 0)


def pulls(shop: MemoryShop) -> int:
    return sum(call.startswith("pull ") for call in shop.calls)


def test_wake_ups_that_piled_up_before_a_pull_began_are_answered_by_it(account: Account, shop: MemoryShop, listing: Listing) -> None:
    """The sweep asks every second for as long as a fence waits; busy workers find all of them at once, and must not read as often."""
    shop.sell("1", {"mug": 2})
    asked = [now().isoformat() for _ in range(5)]

    for asked_at in asked:
        tasks.poll_account(account_id=account.pk, asked_at=asked_at)
    assert (pulls(shop), Order.objects.count()) == (1, 1)

    shop.failures = [Temporary("502")]
    tasks.poll_account(account_id=account.pk, asked_at=now().isoformat())
    tasks.poll_account(account_id=account.pk, asked_at=now().isoformat())
    assert (pulls(shop), Cursor.objects.get().failures) == (3, 0)


def test_many_pages_are_read_to_the_last(account: Account, shop: MemoryShop, listing: Listing, settings: object) -> None:
    settings.REGIA_PAGE_ORDERS = 3  # type: ignore[attr-defined]
    for number in range(1, 9):
        shop.sell(str(number), {"mug": 1})

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.is_complete, report.receipt.applied, Order.objects.count()) == (True, 8, 8)
    assert StockLevel.objects.get().reserved == 8


def test_pain_07_a_poison_order_in_the_middle_of_a_page_holds_up_none(account: Account, shop: MemoryShop, listing: Listing) -> None:
    for number in ("1", "2", "3"):
        shop.sell(number, {"mug": 1})
    shop.orders["2"]["lines"][0]["quantity"] = "99999999999999"

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.receipt.applied, report.receipt.parked) == (2, 1)
    assert sorted(Order.objects.values_list("external_id", flat=True)) == ["1", "3"]
    assert StockLevel.objects.get().reserved == 2
    message = InboxMessage.objects.get(state="parked")
    card = Card.objects.get(kind="channels.refused_order", closed_at=None)
    assert (message.external_id, message.items, card.subject, card.params["number"]) == ("2", ["mug"], f"message:{message.pk}", "2")


def test_pain_07_a_parked_order_is_not_tried_at_every_pull(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    shop.orders["1"]["lines"][0]["quantity"] = "99999999999999"
    pull_orders(account.pk)

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.unchanged, report.receipt.parked, Card.objects.count()) == (1, 0, 1)


def test_a_parked_order_that_the_shop_corrects_comes_in_by_itself(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    shop.orders["1"]["lines"][0]["quantity"] = "99999999999999"
    pull_orders(account.pk)
    shop.change("1", lines=[{"id": "1-mug", "item": "mug", "sku": "MUG", "quantity": "1"}])

    pull_orders(account.pk)

    assert Order.objects.get().lines.get().quantity == 1
    assert Card.objects.filter(closed_at=None).count() == 0
    assert sorted(InboxMessage.objects.values_list("state", "outcome")) == [("done", "placed"), ("done", "superseded")]


def test_a_broken_date_parks_the_order_and_says_which_path(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    shop.sell("2", {"mug": 1}, placed="the day before yesterday")

    pull_orders(account.pk)

    assert Order.objects.get().external_id == "1"
    message = InboxMessage.objects.get(state="parked")
    card = Card.objects.get(closed_at=None)
    assert (message.external_id, message.items) == ("2", None)
    assert (card.kind, card.params["path"]) == ("channels.unreadable_order", "placed")

    shop.orders["2"]["placed"] = shop.orders["1"]["placed"]
    retry_card(card.subject, by=make_user())
    assert sweep_inbox(grace=timedelta(0)) == 1
    assert (Order.objects.count(), Card.objects.filter(closed_at=None).count()) == (2, 0)


def test_pain_07_a_body_that_breaks_its_connector_holds_up_none(account: Account, shop: MemoryShop, listing: Listing) -> None:
    for number in ("1", "2", "3"):
        shop.sell(number, {"mug": 1})
    del shop.orders["2"]["email"]

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.receipt.applied, InboxMessage.objects.get(state="parked").external_id) == (2, "2")
    assert Card.objects.get(closed_at=None).kind == "channels.unreadable_order"


def test_pain_07_a_body_that_names_no_order_holds_up_none_and_is_kept(account: Account, shop: MemoryShop, listing: Listing) -> None:
    for number in ("1", "", "3"):
        shop.sell(number, {"mug": 1})
    shop.sell("4", {"mug": 1})
    shop.orders["5"] = {**shop.orders[""], "status": "on-hold"}

    for _again in range(2):
        pull_orders(account.pk)

    assert sorted(Order.objects.values_list("external_id", flat=True)) == ["1", "3", "4"]
    kept = InboxMessage.objects.filter(state="parked")
    assert sorted(json.loads(each.body)["status"] for each in kept) == ["on-hold", "processing"]
    cards = Card.objects.filter(closed_at=None, kind="channels.unnamed_order").order_by("pk")
    assert sorted(card.subject for card in cards) == sorted(f"message:{each.pk}" for each in kept)
    assert {card.params["path"] for card in cards} == {"order.id"}

    calls = len(shop.calls)
    retry_card(cards[0].subject, by=make_user())
    assert (sweep_inbox(grace=timedelta(0)), len(shop.calls)) == (1, calls)  # there is nothing to ask the shop for
    assert (Card.objects.filter(closed_at=None).count(), InboxMessage.objects.filter(state="parked").count()) == (1, 1)


def test_an_unknown_currency_is_stored_and_held(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1}, currency="QQQ")

    pull_orders(account.pk)

    assert (Order.objects.get().status, Hold.objects.get().kind) == ("held", "unknown_currency")
    assert StockLevel.objects.get().reserved == 1


def test_one_and_a_half_pieces_are_stored_and_held(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": "1.5"})

    pull_orders(account.pk)

    assert (Order.objects.get().status, Hold.objects.get().kind) == ("held", "fractional")
    assert Order.objects.get().lines.get().quantity == Decimal("1.5")


def test_an_unknown_status_holds_the_order_with_its_stock(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1}, status="in-the-oven")

    pull_orders(account.pk)

    hold = Hold.objects.get()
    assert (hold.kind, hold.params, StockLevel.objects.get().reserved) == ("unknown_status", {"status": "in-the-oven"}, 1)


def test_pain_08_a_line_without_product_is_kept_and_resumes_when_it_is_bound(
    account: Account, shop: MemoryShop, mug: object, deliver: object
) -> None:
    shop.sell("1", {"cup": 3})
    pull_orders(account.pk)
    assert (Order.objects.get().total, Hold.objects.get().kind) == (Decimal("36.60"), "unmapped_line")
    assert Listing.objects.get().binding == "missing"

    bind_listing(Listing.objects.get().pk, variant_id=mug.pk, by=make_user())  # type: ignore[attr-defined]
    deliver()  # type: ignore[operator]

    order = Order.objects.get()
    assert (order.status, order.lines.get().variant_id, StockLevel.objects.get().reserved) == ("released", mug.pk, 3)  # type: ignore[attr-defined]
    assert Card.objects.filter(closed_at=None).count() == 0


def test_an_item_seen_first_on_an_order_binds_by_its_exact_sku(account: Account, shop: MemoryShop, mug: object) -> None:
    shop.sell("1", {"mug": 3})

    pull_orders(account.pk)

    assert (Order.objects.get().status, Listing.objects.get().binding) == ("released", "exact")
    assert StockLevel.objects.get().reserved == 3


def test_a_kit_reserves_its_components(account: Account, shop: MemoryShop, mug: object) -> None:
    make_listing(account, "pair", make_kit("PAIR", {mug: 2}))  # type: ignore[dict-item]
    shop.sell("1", {"pair": 3})

    pull_orders(account.pk)

    assert StockLevel.objects.get().reserved == 6


def test_finished_before_the_start_is_history_and_reserves_nothing(account: Account, shop: MemoryShop, listing: Listing) -> None:
    account.start_at = account.start_at + timedelta(days=40)  # type: ignore[operator]
    account.save()
    shop.sell("1", {"mug": 1}, status="completed")
    shop.sell("2", {"mug": 1})

    pull_orders(account.pk)

    assert list(Order.objects.order_by("external_id").values_list("external_id", "treatment", "status")) == [
        ("1", "history", "closed"),
        ("2", "live", "released"),
    ]
    assert StockLevel.objects.get().reserved == 1


def test_pain_06_the_position_never_passes_what_is_not_stored(
    account: Account, shop: MemoryShop, listing: Listing, settings: object
) -> None:
    settings.REGIA_PAGE_ORDERS = 1  # type: ignore[attr-defined]
    shop.sell("1", {"mug": 1})
    shop.sell("2", {"mug": 1})
    pages = []

    def second_page_fails() -> None:
        pages.append(Cursor.objects.get().value)
        if len(pages) == 2:
            raise Temporary("gone away")

    shop.before_page = second_page_fails
    report = pull_orders(account.pk)

    assert report is not None
    assert (report.is_complete, str(report.failure)) == (False, "gone away")
    cursor = Cursor.objects.get()
    assert (cursor.value, cursor.read_through, cursor.failures, cursor.token) == (shop.orders["1"]["modified"], None, 1, "")

    shop.before_page = None
    again = pull_orders(account.pk)
    assert again is not None
    assert (again.is_complete, Order.objects.count(), Cursor.objects.get().failures) == (True, 2, 0)


def test_one_pull_at_a_time_and_the_waiting_one_is_asked_for(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    inner = []
    shop.before_page = lambda: inner.append(pull_orders(account.pk))

    outer = pull_orders(account.pk)

    assert (inner, outer is not None and outer.is_complete) == ([None], True)
    before = Cursor.objects.get()
    request_pull(account.pk)
    after = Cursor.objects.get()
    assert (before.requested_at, after.requested_at is not None and after.requested_at >= after.read_through) == (None, True)


def test_three_failures_in_a_row_become_a_card_that_closes_by_itself(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.failures = [Temporary("502"), Temporary("503"), Temporary("504")]
    for _ in range(3):
        pull_orders(account.pk)
    card = Card.objects.get(closed_at=None)
    assert (card.kind, card.params["detail"], Cursor.objects.get().failures) == ("channels.unreachable", "504", 3)

    pull_orders(account.pk)

    assert (Card.objects.filter(closed_at=None).count(), Cursor.objects.get().failures) == (0, 0)


def test_refused_keys_are_a_card_at_once(account: Account, shop: MemoryShop) -> None:
    shop.failures = [AuthExpired("401")]

    pull_orders(account.pk)

    assert Card.objects.get(closed_at=None).kind == "channels.keys_refused"


def test_the_end_of_a_pull_is_news(account: Account, shop: MemoryShop) -> None:
    pull_orders(account.pk)

    assert Event.objects.get(name="channels.PullEnded").payload == {"account_id": account.pk}


def test_two_accounts_of_one_platform_are_two_sources(account: Account, shop: MemoryShop, listing: Listing) -> None:
    second = make_account("altomare")
    make_listing(second, "mug", listing.variant)
    shop.sell("1", {"mug": 1})
    shops["altomare"].sell("1", {"mug": 2})

    pull_orders(account.pk)
    pull_orders(second.pk)

    assert sorted(Order.objects.values_list("source", "external_id")) == [("altomare", "1"), ("terramare", "1")]
    assert StockLevel.objects.get().reserved == 3


def test_a_page_shifted_under_the_reader_counts_an_order_once(account: Account, shop: MemoryShop, listing: Listing) -> None:
    make_variant("OTHER")
    shop.sell("1", {"mug": 1})
    shop.orders["1 again"] = {**shop.orders["1"], "modified": shop.tick(), "status": "cancelled"}

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.orders, Order.objects.get().status, StockLevel.objects.get().reserved) == (1, "cancelled", 0)
