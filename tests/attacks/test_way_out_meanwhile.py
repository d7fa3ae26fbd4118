"""A button is pressed on a page that is old: the world has moved on. What is too late is refused in words, and the rest is done."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from erp.core.delivering import deliver_pending
from erp.core.models import Receipt
from inventory.models import Movement
from inventory.shipping.models import Label, PickList, Shipment
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.labelling import work_due_labels
from inventory.shipping.services.packing import pack_shipment
from orders.models import Hold, Order
from orders.services.cancelling import cancel_order
from tests.attacks.way_out import WayOut, is_sound, shipment_of
from tests.factories.carriers import CarrierDesk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


@pytest.fixture
def inside(client: Client, house: WayOut) -> Client:
    client.force_login(User.objects.create_superuser("owner"))
    return client


def deed(client: Client, code: str, *orders: Order, **typed: str) -> Receipt:
    keys = ",".join(str(order.pk) for order in orders)
    answer = client.post(f"/orders/act/{code}/", {"orders": keys, "query": "?queue=all", **typed}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    deliver_pending()
    return Receipt.objects.latest("pk")


def undo(client: Client, receipt: Receipt) -> Receipt:
    """Pressed twice; the receipt of the undo, of which there is one."""
    for _press in range(2):
        assert client.post(f"/orders/undo/{receipt.pk}/", {"query": ""}, headers={"HX-Request": "true"}).status_code == 200
    deliver_pending()
    return Receipt.objects.get(key=f"undo:{receipt.pk}")


def told(receipt: Receipt) -> tuple[list[int], list[int]]:
    assert all(row["why"].endswith(".") for row in receipt.refused)
    return [row["id"] for row in receipt.done], [row["id"] for row in receipt.refused]


def test_a_release_is_taken_back_only_where_nothing_has_left(inside: Client, house: WayOut) -> None:
    orders = [house.order() for _each in range(3)]
    deed(inside, "hold", *orders, other="x")
    released = deed(inside, "release", *orders)
    assert ship_shipments([shipment_of(orders[0]).pk], by=None) == []
    cancel_order(orders[1].pk, actor="shop", restocked=True)
    deliver_pending()

    assert told(undo(inside, released)) == ([orders[2].pk], [orders[0].pk, orders[1].pk])

    assert [Order.objects.get(pk=each.pk).status for each in orders] == ["closed", "cancelled", "held"]
    assert list(Shipment.objects.filter(is_held=True)) == [shipment_of(orders[2])]
    assert (Movement.objects.filter(cause="shipment").count(), is_sound()) == (1, True)


def test_a_hold_that_a_colleague_has_ended_is_not_ended_again(inside: Client, house: WayOut) -> None:
    first, second = house.order(), house.order()
    held = deed(inside, "hold", first, second, other="x")
    deed(inside, "release", first)
    deed(inside, "hold", first, other="another reason")

    assert told(undo(inside, held)) == ([second.pk], [first.pk])

    assert Hold.objects.get(released_at=None).reason == "another reason"
    assert is_sound()


def test_a_walk_is_taken_back_but_for_what_is_packed_or_gone(inside: Client, house: WayOut, desk: CarrierDesk) -> None:
    orders = [house.order() for _each in range(3)]
    printed = deed(inside, "print", *orders)
    work_due_labels()
    assert ship_shipments([shipment_of(orders[0]).pk], by=None) == []
    pack_shipment(shipment_of(orders[1]).pk, by=None)

    undo(inside, printed)

    assert [shipment_of(order).status for order in orders] == ["shipped", "packed", "ready"]
    assert PickList.objects.get().cancelled_at is None
    assert (Label.objects.filter(status="ready").count(), len(desk.standing()), is_sound()) == (3, 3, True)


def test_a_walk_of_which_all_has_left_cannot_be_taken_back(inside: Client, house: WayOut, desk: CarrierDesk) -> None:
    order = house.order()
    printed = deed(inside, "print", order)
    work_due_labels()
    assert ship_shipments([shipment_of(order).pk], by=None) == []

    assert told(undo(inside, printed)) == ([], [PickList.objects.get().pk])
    assert (shipment_of(order).status, is_sound()) == ("shipped", True)


def test_of_many_chosen_orders_those_that_vanished_are_told_and_the_others_are_printed(inside: Client, house: WayOut) -> None:
    going, cancelled, held, left = (house.order() for _each in range(4))
    cancel_order(cancelled.pk, actor="shop", restocked=True)
    deed(inside, "hold", held, other="x")
    assert ship_shipments([shipment_of(left).pk], by=None) == []
    deliver_pending()

    assert told(deed(inside, "print", going, cancelled, held, left)) == ([going.pk], [cancelled.pk, held.pk, left.pk])
    assert (shipment_of(going).status, is_sound()) == ("picking", True)
