"""One order alone: leased, fetched, compared, applied. Named after the rows of PAINS.md that they prove."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from channels.contract import AuthExpired, RateLimited, Temporary
from channels.locks import new_token, take_leases
from channels.models import Account, Cursor, InboxMessage, Listing, OrderLease, Via
from channels.services.importing.fetching import Outcome, import_order
from channels.services.importing.pulling import pull_orders
from channels.services.importing.retrying import retry_card
from channels.services.importing.storing import Arrival, store_news
from channels.services.importing.sweeping import sweep_inbox
from erp.core.models import Card
from inventory.models import StockLevel
from orders.models import Order
from tests.factories.channels import MemoryShop
from tests.factories.users import make_user

NO_GRACE = timedelta(0)

pytestmark = pytest.mark.django_db(transaction=True)


def hint(account: Account, number: str, body: str = "") -> int:
    arrival = Arrival("order.changed", number, body or f"{number} changed", f"hash of {number} {body}")
    return store_news(account.pk, [arrival], via=Via.WEBHOOK)[number]


def test_pain_04_a_hint_is_fetched_never_applied(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 2})
    hint(account, "1", body='{"id": "1", "lines": []}')

    assert import_order(account.pk, "1") is Outcome.APPLIED

    assert Order.objects.get().lines.get().quantity == 2
    assert StockLevel.objects.get().reserved == 2
    assert sorted(InboxMessage.objects.values_list("kind", "state", "outcome")) == [
        ("order", "done", "placed"),
        ("order.changed", "done", "settled"),
    ]


def test_pain_04_update_before_create_ends_in_the_newest_state(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 2})
    shop.change("1", lines=[{"id": "1-mug", "item": "mug", "sku": "MUG", "quantity": "3"}])
    hint(account, "1", "updated")
    import_order(account.pk, "1")
    hint(account, "1", "created")

    assert import_order(account.pk, "1") is Outcome.UNCHANGED

    assert Order.objects.get().lines.get().quantity == 3
    assert StockLevel.objects.get().reserved == 3


def test_pain_04_two_changes_within_one_second_end_in_the_newest_state(account: Account, shop: MemoryShop, listing: Listing) -> None:
    """The second change has the same modified second: the polled body is not strictly newer, so the order is fetched again."""
    order = shop.sell("1", {"mug": 2})
    pull_orders(account.pk)
    order["lines"][0]["quantity"] = "4"

    report = pull_orders(account.pk)
    assert report is not None
    assert (report.hints, report.receipt.applied) == (1, 0)
    swept = sweep_inbox(grace=NO_GRACE)

    assert (swept, Order.objects.get().lines.get().quantity) == (1, 4)
    assert StockLevel.objects.get().reserved == 4


def test_pain_05_an_older_page_never_overwrites_what_was_fetched_meanwhile(account: Account, shop: MemoryShop, listing: Listing) -> None:
    """The page is read, then a webhook's worker fetches and commits a newer state, then the page is worked on."""
    shop.sell("1", {"mug": 1})

    def a_faster_worker() -> None:
        shop.before_page = None
        shop.change("1", lines=[{"id": "1-mug", "item": "mug", "sku": "MUG", "quantity": "5"}])
        hint(account, "1")
        assert import_order(account.pk, "1") is Outcome.APPLIED

    shop.before_page = a_faster_worker
    report = pull_orders(account.pk)

    assert report is not None
    assert (report.hints, report.receipt.applied) == (1, 0)
    assert Order.objects.get().lines.get().quantity == 5
    sweep_inbox(grace=NO_GRACE)
    assert Order.objects.get().lines.get().quantity == 5


def test_an_order_that_somebody_works_on_is_left_to_them(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    take_leases(account.pk, ["1"], new_token())
    hint(account, "1")

    assert import_order(account.pk, "1") is Outcome.BUSY
    report = pull_orders(account.pk)

    assert report is not None
    assert (report.hints, report.receipt.applied) == (1, 0)
    assert Order.objects.count() == 0
    assert shop.calls.count("get 1") == 0


def test_pain_10_a_lease_of_a_dead_worker_runs_out(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    take_leases(account.pk, ["1"], new_token())
    OrderLease.objects.update(until="2026-01-01T00:00:00Z")
    hint(account, "1")

    assert import_order(account.pk, "1") is Outcome.APPLIED
    assert OrderLease.objects.get().token == ""


def test_a_worker_whose_lease_ran_out_writes_nothing(account: Account, shop: MemoryShop, listing: Listing) -> None:
    """Between its fetch and its commit another worker took the order over and finished first."""
    shop.sell("1", {"mug": 1})
    hint(account, "1")

    def a_second_worker() -> None:
        shop.before_order = None
        OrderLease.objects.update(until="2026-01-01T00:00:00Z")
        shop.change("1", lines=[{"id": "1-mug", "item": "mug", "sku": "MUG", "quantity": "7"}])
        assert import_order(account.pk, "1") is Outcome.APPLIED

    shop.before_order = a_second_worker

    assert import_order(account.pk, "1") is Outcome.BUSY
    assert Order.objects.get().lines.get().quantity == 7
    assert StockLevel.objects.get().reserved == 7


def test_pain_13_deleted_in_the_shop_frees_the_pieces(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 2})
    pull_orders(account.pk)
    del shop.orders["1"]
    hint(account, "1")

    assert import_order(account.pk, "1") is Outcome.GONE

    order = Order.objects.get()
    assert (order.status, order.is_restocked) == ("cancelled", False)
    assert StockLevel.objects.get().reserved == 0


def test_a_deleted_order_that_never_came_in_is_nothing(account: Account, shop: MemoryShop) -> None:
    hint(account, "9")

    assert import_order(account.pk, "9") is Outcome.GONE
    assert (Order.objects.count(), InboxMessage.objects.get().outcome) == (0, "gone")


def test_pain_10_a_shop_that_fails_is_asked_again_with_growing_pauses(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    message_id = hint(account, "1")
    shop.failures = [Temporary("502"), RateLimited("slow", wait=timedelta(seconds=90))]

    assert import_order(account.pk, "1") is Outcome.POSTPONED
    first = InboxMessage.objects.get(pk=message_id)
    assert (first.attempts, first.error, round((first.due_at - first.received_at).total_seconds())) == (1, "502", 1)

    InboxMessage.objects.update(due_at=first.received_at)
    assert import_order(account.pk, "1") is Outcome.POSTPONED
    second = InboxMessage.objects.get(pk=message_id)
    assert (second.attempts, 88 <= (second.due_at - first.received_at).total_seconds() <= 95) == (1, True)
    assert Card.objects.count() == 0


def test_refused_keys_park_nothing_and_tell_once(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    hint(account, "1")
    shop.failures = [AuthExpired("401")]

    assert import_order(account.pk, "1") is Outcome.POSTPONED

    assert InboxMessage.objects.get().state == "waiting"
    card = Card.objects.get()
    assert (card.kind, card.subject, card.params["detail"]) == ("channels.keys_refused", f"account:{account.pk}", "401")

    pull_orders(account.pk)
    assert Card.objects.filter(closed_at=None).count() == 0


def test_pain_09_an_order_that_cannot_be_fetched_becomes_a_card_with_a_retry(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    message_id = hint(account, "1")
    InboxMessage.objects.update(attempts=10)
    shop.failures = [Temporary("500 on this order")]

    assert import_order(account.pk, "1") is Outcome.PARKED
    card = Card.objects.get(closed_at=None)
    assert (card.kind, card.subject) == ("channels.unfetched_order", f"message:{message_id}")

    retry_card(card.subject, by=make_user())
    assert import_order(account.pk, "1") is Outcome.APPLIED
    assert Card.objects.filter(closed_at=None).count() == 0


def test_a_wake_up_whose_work_is_done_takes_no_lease_and_asks_the_shop_nothing(
    account: Account, shop: MemoryShop, listing: Listing, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shop.sell("1", {"mug": 1})
    hint(account, "1")
    import_order(account.pk, "1")

    with django_assert_num_queries(2):
        assert import_order(account.pk, "1") is Outcome.NOTHING


def test_a_paused_account_keeps_its_news(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    account.orders_paused = True
    account.save()
    hint(account, "1")

    assert import_order(account.pk, "1") is Outcome.NOTHING
    assert pull_orders(account.pk) is None
    assert sweep_inbox(grace=NO_GRACE) == 0
    assert (shop.calls, InboxMessage.objects.get().state, Cursor.objects.count()) == ([], "waiting", 0)
