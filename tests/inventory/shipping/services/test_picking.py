"""Many shipments in one walk, each on one list."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import Bin, Reservation
from inventory.services.moving import adjust, receive
from inventory.services.reserving import release
from inventory.shipping.models import PickList, Shipment
from inventory.shipping.queries import bin_sorted
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.packing import pack_shipment
from inventory.shipping.services.picking import make_pick_list, undo_pick_list
from tests.factories.inventory import make_variant, make_warehouse
from tests.factories.shipping import make_shipment, stocked

pytestmark = pytest.mark.django_db


def standing(shipment: Shipment) -> str:
    shipment.refresh_from_db()
    return shipment.status


def picked() -> list[bool]:
    return list(Reservation.objects.order_by("pk").values_list("is_picked", flat=True))


def test_a_list_takes_what_can_be_picked_and_says_why_not_of_the_rest(mug):
    first, second, third = (make_shipment((mug, 1)) for _ in range(3))
    before = make_pick_list([first.pk], by=None)
    Shipment.objects.filter(pk=second.pk).update(is_held=True)

    picking = make_pick_list([first.pk, second.pk, third.pk, 999999], by=None)

    assert (picking.taken, PickList.objects.count()) == ((third.pk,), 2)
    assert picking.refused == (
        (first.pk, f"Shipment {first.number} is on pick list {before.pick_list_id} already."),
        (second.pk, f"Shipment {second.number} is held: order {second.order_number} waits for something. Release the order first."),
        (999999, "There is no shipment 999999."),
    )
    assert (standing(third), third.pick_list_id, picked()) == ("picking", picking.pick_list_id, [True, False, True])


def test_picked_pieces_are_not_lost_to_a_loss_found_later(catania, mug):
    first, second = make_shipment((mug, 60)), make_shipment((mug, 40))
    make_pick_list([second.pk], by=None)

    adjust(mug.pk, warehouse_id=catania.pk, difference=Decimal(-10), reason="rotte", by=None, cause="damage")

    states = dict(Reservation.objects.filter(state="short").values_list("reference", "quantity"))
    assert states == {first.order_reference: Decimal(10)}


def test_an_order_that_changed_a_moment_ago_is_refused_and_nothing_of_it_is_picked(mug, plate):
    shipment = make_shipment((mug, 2), (plate, 1))
    release(shipment.order_reference, line="1", units=Decimal(1), to_window=False)

    picking = make_pick_list([shipment.pk], by=None)

    assert (picking.taken, standing(shipment), set(picked())) == ((), "ready", {False})
    assert picking.refused[0].sentence == (
        f"The pieces of shipment {shipment.number} are not promised to it any more: its order was changed. Look at it in a moment."
    )


def test_each_line_is_sent_to_a_bin_where_its_pieces_lie_and_the_walk_is_in_their_order(catania):
    mug, plate, cup = make_variant("MUG"), make_variant("PLATE"), make_variant("CUP")
    far, near = (
        Bin.objects.create(warehouse=catania, code="A-1", sort_key="90"),
        Bin.objects.create(warehouse=catania, code="B-1", sort_key="10"),
    )
    receive(mug.pk, warehouse_id=catania.pk, quantity=Decimal(5), by=None, bin_id=far.pk)
    receive(mug.pk, warehouse_id=catania.pk, quantity=Decimal(1), by=None, bin_id=near.pk)
    receive(plate.pk, warehouse_id=catania.pk, quantity=Decimal(5), by=None, bin_id=far.pk)
    receive(cup.pk, warehouse_id=catania.pk, quantity=Decimal(5), by=None)
    nowhere, distant, close, again = (make_shipment((each, 1)) for each in (cup, plate, mug, mug))

    picking = make_pick_list([nowhere.pk, distant.pk, close.pk, again.pk], by=None)

    bins = {each.pk: each.lines.get().bin for each in (nowhere, distant, close, again)}
    assert bins == {nowhere.pk: None, distant.pk: far, close.pk: near, again.pk: far}
    assert picking.taken == tuple(bin_sorted(bins)) == (close.pk, distant.pk, again.pk, nowhere.pk)


def test_two_warehouses_are_two_lists(mug):
    cup = stocked(make_warehouse("MI", priority=20), sku="CUP")
    here, there = make_shipment((mug, 1)), make_shipment((cup, 1))

    picking = make_pick_list([there.pk, here.pk], by=None)

    assert (len(picking.pick_list_ids), picking.taken) == (2, (here.pk, there.pk))


def test_an_undone_list_can_be_picked_anew_and_what_is_packed_stays(mug):
    first, second = make_shipment((mug, 1)), make_shipment((mug, 1))
    picking = make_pick_list([first.pk, second.pk], by=None)
    pack_shipment(second.pk, by=None)

    undo_pick_list(picking.pick_list_id, by=None)

    assert (standing(first), first.pick_list_id, standing(second), picked()) == ("ready", None, "packed", [False, True])
    assert PickList.objects.get().cancelled_at is None
    with pytest.raises(Refused, match="waits to be packed"), attempt():
        undo_pick_list(picking.pick_list_id, by=None)
    assert make_pick_list([first.pk], by=None).taken == (first.pk,)


def test_a_list_of_which_all_was_taken_off_is_cancelled(mug):
    picking = make_pick_list([make_shipment((mug, 1)).pk], by=None)

    undo_pick_list(picking.pick_list_id, by=None)

    assert PickList.objects.get().cancelled_at is not None


def test_what_was_sent_for_is_taken_out_of_its_bin(catania):
    mug = make_variant("MUG")
    place = Bin.objects.create(warehouse=catania, code="A-1", sort_key="1")
    receive(mug.pk, warehouse_id=catania.pk, quantity=Decimal(5), by=None, bin_id=place.pk)
    shipment = make_shipment((mug, 2))
    make_pick_list([shipment.pk], by=None)

    assert ship_shipments([shipment.pk], by=None) == []

    assert list(place.movements.order_by("pk").values_list("quantity", flat=True)) == [5, -2]


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_takes_the_same_statements_for_one_shipment_and_for_three(catania, mug, plate, number):
    place = Bin.objects.create(warehouse=catania, code="A-1", sort_key="1")
    receive(mug.pk, warehouse_id=catania.pk, quantity=Decimal(50), by=None, bin_id=place.pk)
    shipments = [make_shipment((mug, 1), (plate, 2)).pk for _ in range(number)]

    with CaptureQueriesContext(connection) as captured:
        make_pick_list(shipments, by=None)

    assert len(captured) == 12
