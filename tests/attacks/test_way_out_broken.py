"""PostgreSQL gives a press up in the middle: nothing of it is there, and the same form sent again does it, once."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection

from erp.core.models import Receipt
from erp.core.receipts import Outcome, run_bulk, run_together
from inventory.shipping.models import PickList, PrintBatch, Shipment
from orders.models import Order, OrderTag
from orders.services.printing import UNDO_PRINT, print_orders
from orders.services.tagging import tag_order
from tests.attacks.way_out import WayOut, is_sound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]
DEADLOCK = "DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$"
THROWN_OUT = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.fixture
def orders(transactional_db: None) -> list[Order]:
    house = WayOut()
    return [house.order() for _each in range(3)]


def press(orders: list[Order], service: Callable[[list[int]], Outcome]) -> Receipt:
    rows = [(order.pk, order.number) for order in orders]
    return run_together("orders.print", rows, service, by=None, undo=UNDO_PRINT, key="1:form")


def printing(end: str = "") -> Callable[[list[int]], Outcome]:
    """Prints; the first time PostgreSQL ends it with `end` when all but the receipt is written."""
    ends = [end] if end else []

    def service(order_ids: list[int]) -> Outcome:
        outcome = print_orders(order_ids, by=None)
        if ends:
            with connection.cursor() as cursor:
                cursor.execute(ends.pop())
        return outcome

    return service


def test_a_connection_thrown_out_in_the_middle_of_printing_leaves_nothing_and_the_form_may_be_sent_again(orders: list[Order]) -> None:
    with pytest.raises(OperationalError):
        press(orders, printing(THROWN_OUT))
    connection.close()

    assert (Receipt.objects.count(), PrintBatch.objects.count(), PickList.objects.count()) == (0, 0, 0)
    assert set(Shipment.objects.values_list("status", flat=True)) == {"ready"}

    receipt = press(orders, printing())
    assert press(orders, printing()).pk == receipt.pk
    assert ([row["id"] for row in receipt.done], PrintBatch.objects.count()) == ([order.pk for order in orders], 1)
    assert is_sound()


def test_a_connection_thrown_out_between_rows_keeps_what_is_done_and_the_form_may_be_sent_again(orders: list[Order]) -> None:
    ends = [THROWN_OUT]

    def service(order_id: int) -> None:
        if order_id == orders[1].pk and ends:
            with connection.cursor() as cursor:
                cursor.execute(ends.pop())
        tag_order(order_id, "fiera", by=None)

    rows = [(order.pk, order.number) for order in orders]
    with pytest.raises(OperationalError):
        run_bulk("orders.tag", rows, service, by=None, key="1:form")
    connection.close()
    (broken,) = Receipt.objects.all()
    assert ([row["id"] for row in broken.done], OrderTag.objects.count()) == ([orders[0].pk], 1)

    receipt = run_bulk("orders.tag", rows, service, by=None, key="1:form")
    assert run_bulk("orders.tag", rows, service, by=None, key="1:form").pk == receipt.pk
    assert ([row["id"] for row in receipt.done], [row["id"] for row in receipt.refused]) == ([orders[1].pk, orders[2].pk], [orders[0].pk])
    assert OrderTag.objects.count() == 3


def test_a_deadlock_in_the_middle_of_printing_is_played_again_unseen(orders: list[Order]) -> None:
    receipt = press(orders, printing(DEADLOCK))

    assert (len(receipt.done), receipt.refused, receipt.finished_at is not None) == (3, [], True)
    assert (Receipt.objects.count(), PrintBatch.objects.count(), PickList.objects.count(), is_sound()) == (1, 1, 1, True)
