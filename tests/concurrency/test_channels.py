"""One webhook fifty times at one moment, two pulls, two pages: separate processes on PostgreSQL, first without the guard."""

import multiprocessing
from functools import partial
from multiprocessing.synchronize import Barrier

import pytest
from django.db import connection
from django.test import Client

from channels.models import Account, InboxMessage, Listing, OrderLease, Via
from channels.services.importing.fetching import Outcome, import_order
from channels.services.importing.pulling import pull_orders
from channels.services.importing.storing import Arrival, store_news
from channels.services.importing.sweeping import sweep_inbox
from crm.models import Party
from erp.core.clock import now
from inventory.models import Reservation, StockLevel
from orders.models import Order, OrderLine
from tests.concurrency.processes import PATIENCE_SECONDS, together
from tests.factories.channels import MemoryShop, make_account, make_listing, shops
from tests.factories.inventory import make_variant, make_warehouse, put

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CONSTRAINT = "channels_message_once"
COLUMNS = "account_id, kind, external_id, body_hash, delivery_id"


@pytest.fixture
def account() -> Account:
    return make_account()


@pytest.fixture
def shop(account: Account) -> MemoryShop:
    return shops[account.code]


@pytest.fixture
def listing(account: Account) -> Listing:
    mug = make_variant("MUG")
    put(mug, make_warehouse(), 100)
    return make_listing(account, "mug", mug)


@pytest.fixture
def unguarded():
    """The inbox without the constraint that makes a delivery count once."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE channels_inboxmessage DROP CONSTRAINT {CONSTRAINT}")
    yield
    InboxMessage.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE channels_inboxmessage ADD CONSTRAINT {CONSTRAINT} UNIQUE ({COLUMNS})")


def look_then_insert(account_id: int, looked: Barrier) -> None:
    """What every inbox without a constraint does."""
    key = {"account_id": account_id, "kind": "order.changed", "external_id": "1", "body_hash": "x"}
    is_new = not InboxMessage.objects.filter(**key).exists()
    looked.wait(PATIENCE_SECONDS)
    if is_new:
        InboxMessage.objects.create(**key, body="", via="webhook", received_at=now(), due_at=now())


def deliver_webhook(code: str, headers: dict[str, str], body: bytes, account_id: int, number: str) -> tuple[int, Outcome]:
    """One delivery at the door, and the worker that it wakes."""
    answer = Client().post(f"/webhooks/{code}/", body, content_type="application/json", headers=headers)
    return answer.status_code, import_order(account_id, number)


def test_pain_01_without_the_guard_one_delivery_is_two_rows(account: Account, unguarded: None) -> None:
    looked = multiprocessing.get_context("fork").Barrier(2)

    together([partial(look_then_insert, account.pk, looked)] * 2)

    assert InboxMessage.objects.count() == 2


def test_pain_01_fifty_deliveries_of_one_webhook_are_one_order(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 2})
    headers, body = shop.news_of("1")

    answers = together([partial(deliver_webhook, account.code, headers, body, account.pk, "1")] * 50)

    assert [status for status, _outcome in answers] == [200] * 50
    outcomes = [outcome for _status, outcome in answers]
    assert outcomes.count(Outcome.APPLIED) == 1
    assert set(outcomes) <= {Outcome.APPLIED, Outcome.BUSY, Outcome.NOTHING}
    assert list(InboxMessage.objects.order_by("kind").values_list("kind", "state")) == [("order", "done"), ("order.changed", "done")]
    assert (Order.objects.count(), OrderLine.objects.count(), Reservation.objects.count(), Party.objects.count()) == (1, 1, 1, 1)
    assert StockLevel.objects.get().reserved == 2


def test_pain_02_eight_workers_and_a_pull_on_the_same_orders(account: Account, shop: MemoryShop, listing: Listing) -> None:
    numbers = [str(number) for number in range(1, 7)]
    for number in numbers:
        shop.sell(number, {"mug": 1})
    store_news(account.pk, [Arrival("order.changed", number, number, number) for number in numbers], via=Via.WEBHOOK)

    results = together([partial(sweep_inbox, grace=now() - now())] * 8 + [partial(pull_orders, account.pk)])
    sweep_inbox(grace=now() - now())

    assert [result for result in results if isinstance(result, str)] == []
    assert sorted(Order.objects.values_list("external_id", flat=True)) == numbers
    assert (StockLevel.objects.get().reserved, Reservation.objects.count()) == (6, 6)
    assert InboxMessage.objects.exclude(state="done").count() == 0
    assert OrderLease.objects.exclude(token="").count() == 0


def test_one_pull_at_a_time_per_account(account: Account, shop: MemoryShop, listing: Listing) -> None:
    for number in range(1, 31):
        shop.sell(str(number), {"mug": 1})

    reports = together([partial(pull_orders, account.pk)] * 6)

    assert [report for report in reports if isinstance(report, str)] == []
    assert sum(report.receipt.applied for report in reports if report) == 30
    assert (Order.objects.count(), StockLevel.objects.get().reserved) == (30, 30)


def test_pain_02_two_pages_with_the_same_new_customers_in_opposite_order(account: Account, shop: MemoryShop, listing: Listing) -> None:
    """Two shops, forty buyers who bought in both at the same time; one page names them forwards, the other backwards."""
    other = make_account("altomare")
    make_listing(other, "mug", listing.variant)
    for number in range(1, 41):
        shop.sell(str(number), {"mug": 1}, email=f"buyer{number}@example.com")
        shops["altomare"].sell(str(number), {"mug": 1}, email=f"buyer{41 - number}@example.com")

    first, second = together([partial(pull_orders, account.pk), partial(pull_orders, other.pk)])

    assert (first.receipt.applied, second.receipt.applied) == (40, 40)
    assert (Order.objects.count(), Party.objects.count(), StockLevel.objects.get().reserved) == (80, 40, 80)
