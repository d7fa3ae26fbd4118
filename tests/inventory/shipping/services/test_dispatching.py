"""Parcels are handed to the carrier, and their pieces leave the stock once."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.core.history import history_of
from erp.core.models import Event
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import Movement, Reservation, StockLevel
from inventory.services.ledger import check_ledger
from inventory.services.moving import receive
from inventory.services.reserving import release
from inventory.shipping.drafts import NewParcel
from inventory.shipping.models import CarrierService, Parcel, Shipment, ShipmentLine
from inventory.shipping.proofs import check_shipped
from inventory.shipping.services.dispatching import ship_shipment, ship_shipments
from inventory.shipping.services.labelling import request_labels
from inventory.shipping.services.packing import ensure_parcels, pack_shipment
from inventory.shipping.services.picking import make_pick_list
from tests.factories.carriers import make_carrier
from tests.factories.inventory import make_variant, mark_picked, put
from tests.factories.shipping import make_order, make_shipment
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> CarrierService:
    carrier = make_carrier("corriere", "practice")
    return CarrierService.objects.get_or_create(carrier=carrier, code="express", defaults={"name": "Express"})[0]


def news() -> list[int]:
    return [row.payload["shipment_id"] for row in Event.objects.filter(name="inventory.shipping.ShipmentShipped").order_by("pk")]


def moved() -> list[Decimal]:
    return list(Movement.objects.filter(cause="shipment").order_by("pk").values_list("quantity", flat=True))


def test_pieces_leave_their_warehouse_and_the_news_is_told(catania, mug, plate):
    shipment, user = make_shipment((mug, 2), (plate, 1)), make_user()
    make_pick_list([shipment.pk], by=None)

    assert ship_shipments([shipment.pk], by=user) == []

    shipment.refresh_from_db()
    assert (shipment.status, shipment.shipped_at is not None, shipment.packed_at) == ("shipped", True, shipment.shipped_at)
    assert list(StockLevel.objects.order_by("pk").values_list("on_hand", "reserved")) == [(98, 0), (99, 0)]
    assert (moved(), news(), check_ledger()) == ([-2, -1], [shipment.pk], [])
    assert [(entry.verb, entry.by) for entry in history_of(shipment)][-1] == ("shipped", user)


def test_a_second_press_moves_nothing_and_says_so(mug):
    shipment = make_shipment((mug, 2))
    ship_shipment(shipment.pk, by=None)

    assert ship_shipments([shipment.pk, shipment.pk], by=None) == [(shipment.pk, f"Shipment {shipment.number} has left already.")]
    with pytest.raises(Refused, match="has left already"), attempt():
        ship_shipment(shipment.pk, by=None)
    assert (moved(), news()) == ([-2], [shipment.pk])


def test_of_a_page_those_that_cannot_leave_stay_and_the_others_go(mug):
    held, gone, fine = (make_shipment((mug, 1)) for _ in range(3))
    Shipment.objects.filter(pk=held.pk).update(is_held=True)
    release(gone.order_reference, to_window=False)

    refused = ship_shipments([held.pk, gone.pk, fine.pk], by=None)

    assert [refusal.shipment_id for refusal in refused] == [held.pk, gone.pk]
    assert dict(Shipment.objects.values_list("pk", "status")) == {held.pk: "ready", gone.pk: "ready", fine.pk: "shipped"}
    assert (moved(), check_ledger()) == ([-1], [])


def test_short_pieces_stay_open_and_what_came_later_stays_promised(catania):
    mug = make_variant("MUG")
    put(mug, catania, 2)
    order = make_order((mug, 5))
    mark_picked(order.reference)
    Shipment.objects.all().delete()
    shipment = Shipment.objects.create(
        order_reference=order.reference,
        order_number=order.number,
        source="terramare",
        warehouse=catania,
        currency="EUR",
        placed_at=order.placed_at,
        opened_at=order.placed_at,
    )
    ShipmentLine.objects.create(shipment=shipment, line="1", variant=mug, title="MUG", quantity=2)
    receive(mug.pk, warehouse_id=catania.pk, quantity=Decimal(1), by=None)

    assert ship_shipments([shipment.pk], by=None) == []

    rows = Reservation.objects.order_by("state", "pk").values_list("state", "quantity", "is_picked")
    assert list(rows) == [("fulfilled", 2, True), ("reserved", 1, False), ("short", 2, False)]
    assert check_ledger() == []


def test_it_waits_for_a_label_that_the_carrier_has_not_answered(mug, service):
    shipment = make_shipment((mug, 1))
    Shipment.objects.filter(pk=shipment.pk).update(service=service)
    assert request_labels([shipment.pk], by=None) == []

    (refusal,) = ship_shipments([shipment.pk], by=None)

    assert refusal.sentence == (
        f"The carrier has not answered yet for the label of shipment {shipment.number}. Wait for it, or void the label first."
    )
    assert moved() == []


def test_a_parcel_weighs_what_its_pieces_weigh_unless_somebody_weighed_it(mug, plate):
    first, second = make_shipment((mug, 2), (plate, 1)), make_shipment((mug, 1))
    pack_shipment(second.pk, by=None, parcels=[NewParcel(500), NewParcel(700, 300, 200, 100)])
    ensure_parcels([first.pk, second.pk])
    ensure_parcels([first.pk, second.pk])

    rows = Parcel.objects.order_by("shipment", "position").values_list("shipment", "position", "weight_grams")
    assert list(rows) == [(first.pk, 1, 1050), (second.pk, 1, 500), (second.pk, 2, 700)]


def test_packing_anew_replaces_the_parcels(mug):
    shipment = make_shipment((mug, 1))
    pack_shipment(shipment.pk, by=None, parcels=[NewParcel(500), NewParcel(700)])
    pack_shipment(shipment.pk, by=None, parcels=[NewParcel(400)])

    assert list(Parcel.objects.values_list("position", "weight_grams")) == [(1, 400)]
    assert [entry.verb for entry in history_of(shipment)] == ["opened", "packed"]


def test_a_parcel_with_a_label_is_not_packed_anew(mug, service):
    shipment = make_shipment((mug, 1))
    Shipment.objects.filter(pk=shipment.pk).update(service=service)
    request_labels([shipment.pk], by=None)

    with pytest.raises(Refused, match="Void the label first"), attempt():
        pack_shipment(shipment.pk, by=None, parcels=[NewParcel(9999)])
    pack_shipment(shipment.pk, by=None)

    assert list(Parcel.objects.values_list("weight_grams", flat=True)) == [350]


def test_the_ledger_proves_that_each_line_left_once(mug):
    shipment = make_shipment((mug, 2))
    ship_shipment(shipment.pk, by=None)
    assert check_shipped() == []

    shipment.lines.update(quantity=3)

    assert check_ledger() == [f"Shipment {shipment.number}: 3 × MUG have left, but the ledger says 2."]


@pytest.mark.parametrize("number", [1, 3])
def test_a_page_takes_the_same_statements_for_one_shipment_and_for_three(mug, plate, number):
    cup = make_variant("CUP")
    put(cup, mug.levels.get().warehouse, 100)
    shipments = [make_shipment((mug, 1), (plate, 2), (cup, 1)).pk for _ in range(number)]
    make_pick_list(shipments, by=None)

    with CaptureQueriesContext(connection) as captured:
        ship_shipments(shipments, by=None)

    assert len(captured) == 11
