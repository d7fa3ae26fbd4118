"""What the database refuses: a deadlock replays the page once, a refused row costs its own order only. PostgreSQL itself refuses."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from channels.models import Account, InboxMessage, Listing, OrderLease
from channels.services.importing.pulling import pull_orders
from channels.services.importing.sweeping import sweep_inbox
from erp.core.clock import now
from erp.core.models import Card
from inventory.models import StockLevel
from orders.models import Order
from tests.factories.channels import MemoryShop

pytestmark = pytest.mark.django_db(transaction=True)
Refuse = Callable[[str, str], None]
FUNCTION = """
CREATE FUNCTION refuse_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE attempt bigint := nextval('refused_attempts');
BEGIN
    IF {condition} THEN RAISE EXCEPTION 'refused by the test' USING ERRCODE = '{sqlstate}'; END IF;
    RETURN NEW;
END $$
"""


@pytest.fixture
def refuse() -> Iterator[Refuse]:
    """Make PostgreSQL refuse new orders: `refuse(condition, sqlstate)`; in the condition, `attempt` counts the tries."""

    def plant(condition: str, sqlstate: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SEQUENCE refused_attempts")
            cursor.execute(FUNCTION.format(condition=condition, sqlstate=sqlstate))
            cursor.execute("CREATE TRIGGER refuse BEFORE INSERT ON orders_order FOR EACH ROW EXECUTE FUNCTION refuse_order()")

    yield plant
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS refuse ON orders_order")
        cursor.execute("DROP FUNCTION IF EXISTS refuse_order")
        cursor.execute("DROP SEQUENCE IF EXISTS refused_attempts")


@pytest.fixture
def three(shop: MemoryShop, listing: Listing) -> list[str]:
    for number in ("1", "2", "3"):
        shop.sell(number, {"mug": 1})
    return ["1", "2", "3"]


def placed() -> list[str]:
    return sorted(Order.objects.values_list("external_id", flat=True))


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_a_deadlock_replays_the_whole_page_once(account: Account, three: list[str], refuse: Refuse, sqlstate: str) -> None:
    refuse("attempt = 1", sqlstate)

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.receipt.applied, report.receipt.parked, report.hints, placed()) == (3, 0, 0, three)
    assert (StockLevel.objects.get().reserved, Card.objects.count()) == (3, 0)


def test_pain_07_the_row_that_the_database_refuses_is_parked_alone(account: Account, three: list[str], refuse: Refuse) -> None:
    refuse("NEW.external_id = '2'", "23514")

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.receipt.applied, report.receipt.parked, placed()) == (2, 1, ["1", "3"])
    assert StockLevel.objects.get().reserved == 2
    message = InboxMessage.objects.get(state="parked")
    assert (message.external_id, "refused by the test" in message.error) == ("2", True)
    assert OrderLease.objects.exclude(token="").count() == 0


def test_an_order_that_deadlocks_again_and_again_goes_on_waiting(account: Account, three: list[str], refuse: Refuse) -> None:
    refuse("NEW.external_id = '2'", "40P01")

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.receipt.applied, report.receipt.parked, report.receipt.lost, placed()) == (2, 0, 1, ["1", "3"])
    assert InboxMessage.objects.get(external_id="2").state == "waiting"

    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON orders_order")
    InboxMessage.objects.update(due_at=now())
    sweep_inbox(grace=now() - now())
    assert (placed(), Card.objects.count()) == (three, 0)
