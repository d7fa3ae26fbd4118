"""What the shop's own people sent is closed here; stock leaves only where it was ours."""

import pytest

from inventory.models import Movement, Reservation
from inventory.services.ledger import check_ledger
from inventory.shipping.models import Shipment
from inventory.shipping.services.cancelling import cancel_shipments
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.elsewhere import record_shipped_elsewhere
from inventory.shipping.services.holding import hold_shipments, resume_shipments
from inventory.shipping.services.picking import make_pick_list
from tests.factories.inventory import make_variant, put
from tests.factories.shipping import make_order, make_shipment

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("is_ours", "moved", "state"), [(True, [-2], "fulfilled"), (False, [], "released")])
def test_stock_leaves_only_out_of_a_warehouse_of_ours(mug, is_ours, moved, state):
    shipment = make_shipment((mug, 2))
    make_pick_list([shipment.pk], by=None)

    assert record_shipped_elsewhere([shipment.order_reference], is_ours=is_ours) == [shipment.pk]
    assert record_shipped_elsewhere([shipment.order_reference], is_ours=is_ours) == []

    shipment.refresh_from_db()
    assert (shipment.status, shipment.is_elsewhere, shipment.is_held) == ("shipped", True, False)
    assert list(Movement.objects.filter(cause="shipment").values_list("quantity", flat=True)) == moved
    assert (Reservation.objects.get().state, check_ledger()) == (state, [])
    assert ship_shipments([shipment.pk], by=None) == [(shipment.pk, f"Shipment {shipment.number} has left already.")]


def test_an_order_without_a_shipment_gives_its_pieces_up_and_wants_no_more(catania):
    cup = make_variant("CUP")
    put(cup, catania, 1)
    order = make_order((cup, 3))

    assert record_shipped_elsewhere([order.reference], is_ours=True) == []

    assert sorted(Reservation.objects.values_list("state", "quantity")) == [("fulfilled", 1), ("released", 2)]


def test_holding_and_resuming_twice_is_once_and_what_has_left_is_left_alone(mug):
    gone, waiting = make_shipment((mug, 1)), make_shipment((mug, 1))
    ship_shipments([gone.pk], by=None)
    references = [gone.order_reference, waiting.order_reference]

    assert (hold_shipments(references), hold_shipments(references)) == ([waiting.pk], [])
    assert (resume_shipments(references), resume_shipments(references)) == ([waiting.pk], [])
    assert (cancel_shipments(references), cancel_shipments(references)) == ([waiting.pk], [])
    assert dict(Shipment.objects.values_list("pk", "status")) == {gone.pk: "shipped", waiting.pk: "cancelled"}


def test_a_cancelled_shipment_lays_its_pieces_on_the_shelf(mug):
    shipment = make_shipment((mug, 1))
    make_pick_list([shipment.pk], by=None)

    cancel_shipments([shipment.order_reference], reason="errore")

    assert (Reservation.objects.get().state, Reservation.objects.get().is_picked) == ("reserved", False)
