"""What happens to an order while it leaves: nothing of it is lost, doubled or half-written, and people hear of it."""

import pytest

from erp.core.delivering import deliver_pending
from erp.core.models import Card
from inventory.models import Movement
from inventory.shipping.models import Label, Shipment
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.labelling import request_labels, work_due_labels
from inventory.shipping.services.printing import print_batch
from orders.models import Order
from orders.services.cancelling import cancel_order
from orders.services.changing import accept_change, change_order, dismiss_change
from orders.services.placing import place_order
from tests.attacks.way_out import WayOut, is_sound, shipment_of
from tests.factories.carriers import CarrierDesk
from tests.factories.orders import draft, later, line
from tests.factories.users import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


def cards() -> list[str]:
    return sorted(Card.objects.filter(closed_at=None).values_list("kind", flat=True))


def labelled(shipment: Shipment) -> Label:
    assert request_labels([shipment.pk], by=None) == []
    work_due_labels()
    return Label.objects.get(parcel__shipment=shipment, status="ready")


@pytest.mark.parametrize("told", ["state", "deletion"])
def test_an_order_cancelled_after_its_parcels_left_is_a_card_to_stop_each(house: WayOut, desk: CarrierDesk, told: str) -> None:
    """DESIGN section 7: cancelling after a label opens “stop the parcel” where it has left. Told twice it is one card."""
    first = draft([line(house.mug, 2)])
    order = Order.objects.get(pk=place_order(first, actor="shop").order_id)
    deliver_pending()
    label = labelled(shipment_of(order))
    assert ship_shipments([shipment_of(order).pk], by=None) == []
    deliver_pending()

    for _time in range(2):
        if told == "state":
            change_order(order.pk, later(first, first_seen_cancelled=True, restocked=True), actor="shop")
        else:
            cancel_order(order.pk, actor="shop", reason="deleted")
    deliver_pending()

    card = Card.objects.get(kind="shipping.stop_parcel", closed_at=None)
    assert (card.subject, card.params["tracking"]) == (f"shipping.label:{label.pk}", label.tracking_number)
    assert (house.stock[0], Movement.objects.filter(cause="shipment").count(), is_sound()) == (48, 1, True)


def test_an_order_cancelled_between_pick_list_and_shipping_does_not_leave(house: WayOut, desk: CarrierDesk) -> None:
    first = draft([line(house.mug, 2)])
    order = Order.objects.get(pk=place_order(first, actor="shop").order_id)
    deliver_pending()
    shipment = shipment_of(order)
    print_batch([shipment.pk], by=None)
    work_due_labels()
    change_order(order.pk, later(first, first_seen_cancelled=True, restocked=True), actor="shop")
    deliver_pending()

    (refusal,) = ship_shipments([shipment.pk], by=None)
    assert refusal.sentence.endswith(".")
    assert house.stock[0] == 50

    accept_change(order.pk, by=make_user(is_owner=True))
    deliver_pending()
    work_due_labels()
    shipment.refresh_from_db()
    assert (shipment.status, Label.objects.get().status, desk.standing()) == ("cancelled", "voided", [])
    assert ("shipping.stop_parcel" in cards(), is_sound()) == (False, True)


def test_an_order_edited_in_the_shop_between_print_and_pack_waits_for_a_decision(house: WayOut, desk: CarrierDesk) -> None:
    first = draft([line(house.mug, 2)])
    order = Order.objects.get(pk=place_order(first, actor="shop").order_id)
    deliver_pending()
    shipment = shipment_of(order)
    print_batch([shipment.pk], by=None)
    work_due_labels()
    change_order(order.pk, later(first, lines=(line(house.mug, 5),)), actor="shop")
    deliver_pending()

    (refusal,) = ship_shipments([shipment.pk], by=None)
    assert (refusal.sentence.endswith("."), house.stock) == (True, (50, 2))

    dismiss_change(order.pk, by=make_user(is_owner=True))
    deliver_pending()
    assert (ship_shipments([shipment.pk], by=None), is_sound()) == ([], True)
    assert house.stock == (48, 0)
