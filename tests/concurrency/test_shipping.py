"""Two packers want one shipment at one moment: first how it leaves twice without the lock, then that the lock stops it."""

import multiprocessing
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction

from erp.core.models import Event
from inventory.models import Movement, Reservation, StockLevel
from inventory.services.ledger import check_ledger
from inventory.services.moving import adjust
from inventory.shipping.models import PickList, Shipment
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.picking import make_pick_list
from orders.models import Order, OrderLine
from orders.services.cancelling import cancel_order
from orders.services.fulfilling import follow_orders, follow_shipped
from tests.concurrency.processes import PATIENCE_SECONDS, together
from tests.factories.inventory import make_warehouse
from tests.factories.shipping import make_order, make_shipment, stocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def mug():
    return stocked(make_warehouse("CT"), 200, "MUG")


def read_check_write(shipment_id, looked) -> bool:
    """What a house without row locks does when two packers press the button."""
    with transaction.atomic():
        shipment = Shipment.objects.get(pk=shipment_id)
        is_there = shipment.status == "ready"
        looked.wait(PATIENCE_SECONDS)
        if is_there:
            for line in shipment.lines.all():
                level = StockLevel.objects.select_for_update().get(variant=line.variant, warehouse=shipment.warehouse)
                level.on_hand -= line.quantity
                level.save(update_fields=["on_hand"])
            Shipment.objects.filter(pk=shipment_id).update(status="shipped", shipped_at=shipment.opened_at)
    return is_there


def ship_all(shipment_ids) -> int:
    """How many of them left by this press."""
    return len(shipment_ids) - len(ship_shipments(shipment_ids, by=None))


def pick_all(shipment_ids) -> list[int]:
    return list(make_pick_list(shipment_ids, by=None).taken)


def ship_one_by_one(shipment_ids) -> int:
    return sum(ship_all([key]) for key in shipment_ids)


def test_without_the_lock_one_shipment_leaves_twice(mug):
    shipment = make_shipment((mug, 2))
    looked = multiprocessing.get_context("fork").Barrier(2)

    assert together([partial(read_check_write, shipment.pk, looked)] * 2) == [True, True]

    assert StockLevel.objects.get().on_hand == 196


def test_two_packers_on_the_same_page_are_one_movement_for_each_line(mug):
    shipments = [make_shipment((mug, 2)).pk for _ in range(20)]

    left = together([partial(ship_all, shipments), partial(ship_all, shipments[::-1]), partial(ship_one_by_one, shipments)])

    assert sum(left) == 20
    assert (Movement.objects.filter(cause="shipment").count(), StockLevel.objects.get().on_hand) == (20, 160)
    assert Event.objects.filter(name="inventory.shipping.ShipmentShipped").count() == 20
    assert check_ledger() == []


def test_two_lists_at_once_take_each_shipment_once(mug):
    shipments = [make_shipment((mug, 1)).pk for _ in range(20)]

    taken = together([partial(pick_all, shipments), partial(pick_all, shipments[::-1]), partial(pick_all, shipments[5:15])])

    assert sorted(key for each in taken for key in each) == shipments
    on_lists = {each.pk: sorted(each.shipments.values_list("pk", flat=True)) for each in PickList.objects.all()}
    assert sorted(on_lists.values()) == sorted(sorted(each) for each in taken if each)
    assert Reservation.objects.filter(is_picked=False).count() == 0


def shopper(order_ids) -> str:
    for order_id in order_ids:
        cancel_order(order_id, actor="shop", restocked=True)
        follow_orders([order_id])
    return "done"


def packer(shipment_ids) -> str:
    for key in shipment_ids:
        make_pick_list([key], by=None)
        ship_shipments([key], by=None)
        follow_shipped([key])
    return "done"


def thief(variant, warehouse_id) -> str:
    for _ in range(10):
        adjust(variant.pk, warehouse_id=warehouse_id, difference=Decimal(-18), reason="rotte", by=None, cause="damage")
    return "done"


def test_cancels_losses_and_packers_at_once_leave_true_books(mug):
    orders = [make_order((mug, 2)) for _ in range(20)]
    for order in orders:
        follow_orders([order.pk])
    shipments = list(Shipment.objects.order_by("pk").values_list("pk", flat=True))
    warehouse_id = StockLevel.objects.get().warehouse_id

    done = together(
        [
            partial(shopper, [order.pk for order in orders]),
            partial(packer, shipments[::-1]),
            partial(packer, shipments),
            partial(thief, mug, warehouse_id),
        ]
    )

    assert done == ["done"] * 4
    assert check_ledger() == []
    shipped = set(Shipment.objects.filter(status="shipped").values_list("order_reference", flat=True))
    for order in Order.objects.all():
        is_gone = order.reference in shipped
        assert not (is_gone and order.status == "cancelled")
        assert OrderLine.objects.get(order=order).shipped == (2 if is_gone else 0)
