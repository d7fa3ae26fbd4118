"""From an order that may go to one of which everything has left."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.core.clock import now
from erp.core.history import history_of
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import Movement, Reservation
from inventory.services.ledger import check_ledger
from inventory.services.moving import receive
from inventory.shipping.models import Shipment
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.packing import pack_shipment
from inventory.shipping.services.picking import make_pick_list
from orders.models import Order, OrderLine
from orders.services.cancelling import cancel_order
from orders.services.changing import accept_change, change_order
from orders.services.fulfilling import follow_orders, follow_shipped, open_for_orders, open_missing, ship_what_is_there
from orders.services.holding import expire_holds, hold_order, release_hold
from orders.services.placing import place_order
from tests.factories.inventory import make_kit, make_variant, make_warehouse, put
from tests.factories.orders import draft, drop_refund, later, line, refund, tell_refund
from tests.factories.shipping import make_order, quantities, stocked
from tests.factories.users import make_user
from tests.orders.services.conftest import claimed, open_holds

pytestmark = pytest.mark.django_db


@pytest.fixture
def catania():
    return make_warehouse("CT")


@pytest.fixture
def cup(catania):
    return stocked(catania, sku="CUP")


def shipped(order: Order) -> list[Decimal]:
    return list(OrderLine.objects.filter(order=order).order_by("pk").values_list("shipped", flat=True))


def status(order: Order) -> str:
    order.refresh_from_db()
    return order.status


def send(order: Order) -> None:
    """All open shipments of the order leave."""
    open_ones = Shipment.objects.open().filter(order_reference=order.reference).values_list("pk", flat=True)
    assert ship_shipments(list(open_ones), by=None) == []


def test_an_order_is_opened_picked_packed_shipped_and_closed(catania, deliver):
    mug, plate = stocked(catania, sku="MUG"), stocked(catania, sku="PLATE")
    order = make_order((mug, 2), (plate, 1))

    deliver()
    shipment = Shipment.objects.get()
    assert (shipment.status, shipment.order_reference, quantities(shipment)) == ("ready", order.reference, {"MUG": 2, "PLATE": 1})
    assert make_pick_list([shipment.pk], by=None).taken == (shipment.pk,)
    pack_shipment(shipment.pk, by=None)
    assert ship_shipments([shipment.pk], by=None) == []
    deliver()

    order.refresh_from_db()
    assert (order.status, list(OrderLine.objects.order_by("pk").values_list("shipped", flat=True))) == ("closed", [Decimal(2), Decimal(1)])
    assert sorted(Movement.objects.filter(cause="shipment").values_list("quantity", flat=True)) == [-2, -1]
    assert set(Reservation.objects.values_list("state", flat=True)) == {"fulfilled"}
    assert check_ledger() == []


def test_an_order_of_two_shipments_is_closed_by_the_last(catania, cup, deliver, events):
    milano = make_warehouse("MI", priority=20)
    order = make_order((cup, 1), (stocked(milano, sku="BOWL"), 2))
    first, second = open_for_orders([order.pk])
    deliver()
    events()

    ship_shipments([first], by=None)
    deliver()
    assert (status(order), shipped(order), events()) == ("released", [1, 0], [])
    ship_shipments([second], by=None)
    deliver()
    assert (status(order), shipped(order), events()) == ("closed", [1, 2], ["OrderFulfilled"])

    follow_shipped([first, second])
    assert events() == []
    assert [entry.verb for entry in history_of(order)] == ["placed", "shipped", "shipped"]


def test_a_kit_counts_whole_units(catania, cup, deliver):
    milano = make_warehouse("MI", priority=20)
    order = make_order((make_kit("SET", {cup: 2, stocked(milano, sku="BOWL"): 1}), 3))
    first, second = open_for_orders([order.pk])

    follow_shipped([first])
    ship_shipments([first], by=None)
    deliver()
    assert (status(order), shipped(order)) == ("released", [0])
    ship_shipments([second], by=None)
    deliver()
    assert (status(order), shipped(order)) == ("closed", [3])


def test_a_short_order_sends_what_is_there_and_the_rest_when_it_comes(catania, deliver):
    mug = make_variant("MUG")
    put(mug, catania, 2)
    order = make_order((mug, 5))
    deliver()
    assert (status(order), Shipment.objects.count()) == ("held", 0)

    (partial,) = ship_what_is_there(order.pk, by=make_user())
    follow_orders([order.pk])
    assert (quantities(Shipment.objects.get()), Shipment.objects.get().is_held) == ({"MUG": 2}, False)
    make_pick_list([partial], by=None)
    send(order)
    deliver()
    assert (status(order), shipped(order), open_holds(order.pk)) == ("held", [2], ["short"])

    receive(mug.pk, warehouse_id=catania.pk, quantity=Decimal(10), by=None)
    deliver()
    assert (status(order), Shipment.objects.open().count()) == ("released", 1)
    send(order)
    deliver()
    assert (status(order), shipped(order), check_ledger()) == ("closed", [5], [])


def test_what_is_there_is_not_sent_of_an_order_that_waits_for_something_else(catania, cup):
    empty = make_variant("EMPTY")
    put(empty, catania, 0)
    whole, short, nothing = make_order((cup, 1)), make_order((cup, 1), (empty, 1)), make_order((empty, 1))
    hold_order(short.pk, by=None, reason="x")

    for order, sentence in [
        (whole, f"Order {whole.number} does not wait for missing pieces, so there is no part of it to send."),
        (short, f"Order {short.number} is held for another reason too. Release that hold first."),
        (nothing, f"Nothing of order {nothing.number} is in stock yet. Wait for the goods."),
    ]:
        with pytest.raises(Refused) as refusal, attempt():
            ship_what_is_there(order.pk, by=None)
        assert str(refusal.value) == sentence
    assert Shipment.objects.count() == 0


def test_a_partial_shipment_is_held_by_any_other_hold(catania, deliver):
    mug = make_variant("MUG")
    put(mug, catania, 2)
    order = make_order((mug, 5))
    ship_what_is_there(order.pk, by=None)
    hold_order(order.pk, by=None, reason="chiamare")
    follow_orders([order.pk])
    assert Shipment.objects.get().is_held is True

    release_hold(order.pk, by=None)
    follow_orders([order.pk])
    assert (Shipment.objects.get().is_held, status(order)) == (False, "held")


def test_a_parcel_stands_still_in_the_moment_of_the_hold_and_goes_on_with_its_release(catania, deliver):
    mug = make_variant("MUG")
    put(mug, catania, 2)
    order = make_order((mug, 5))
    (part,) = ship_what_is_there(order.pk, by=None)

    hold_order(order.pk, by=None, reason="chiamare")
    assert len(ship_shipments([part], by=None)) == 1
    assert Shipment.objects.get().status == "ready"
    release_hold(order.pk, by=None)
    deliver()

    assert (ship_shipments([part], by=None), Shipment.objects.get().status, status(order)) == ([], "shipped", "held")


def test_a_part_goes_on_when_the_term_of_its_hold_ends(catania, deliver, clock):
    mug = make_variant("MUG")
    put(mug, catania, 2)
    order = make_order((mug, 5))
    (part,) = ship_what_is_there(order.pk, by=None)
    hold_order(order.pk, by=None, reason="chiamare", expires_at=now() + timedelta(hours=1))
    deliver()

    clock.advance(3601)
    assert expire_holds() == 1
    deliver()

    assert (ship_shipments([part], by=None), Shipment.objects.get().status, status(order)) == ([], "shipped", "held")


def test_pain_16_a_cancel_after_picking_is_refused_or_becomes_a_card(cup, deliver):
    order = make_order((cup, 1))
    deliver()
    make_pick_list(list(Shipment.objects.values_list("pk", flat=True)), by=None)

    with pytest.raises(Refused, match="picked already"), attempt():
        cancel_order(order.pk, by=make_user())
    cancel_order(order.pk, actor="shop")
    deliver()

    assert (status(order), open_holds(order.pk)) == ("held", ["change_to_decide"])
    assert (Shipment.objects.get().status, Shipment.objects.get().is_held) == ("picking", True)


def test_an_accepted_change_of_picked_goods_is_picked_again(cup, deliver):
    told = draft([line(cup, 3)])
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    deliver()
    make_pick_list(list(Shipment.objects.values_list("pk", flat=True)), by=None)
    change_order(order.pk, later(told, lines=(line(cup, 1),)), actor="shop")
    accept_change(order.pk, by=make_user())
    deliver()

    shipment = Shipment.objects.get()
    assert (shipment.status, shipment.is_held, shipment.pick_list, quantities(shipment)) == ("ready", False, None, {"CUP": 1})
    assert list(Reservation.objects.filter(state="reserved").values_list("quantity", "is_picked")) == [(1, False)]


def test_what_is_missing_of_a_part_that_left_is_refunded_and_the_order_closes(catania, deliver):
    mug = make_variant("MUG")
    put(mug, catania, 2)
    order = make_order((mug, 5))
    ship_what_is_there(order.pk, by=None)
    send(order)
    deliver()

    tell_refund(order.pk, refund("r1", "30.00", [("1", 3)], restock=True))
    deliver()

    assert (status(order), shipped(order), claimed(order.pk), open_holds(order.pk)) == ("closed", [2], 0, [])
    assert check_ledger() == []


def test_pieces_that_left_are_not_claimed_again_when_their_refund_is_deleted(cup, deliver):
    order = make_order((cup, 2))
    deliver()
    send(order)
    deliver()

    tell_refund(order.pk, refund("r1", "10.00", [("1", 2)], restock=True))
    drop_refund(order.pk, "r1")
    deliver()

    assert (status(order), shipped(order), claimed(order.pk), Shipment.objects.count()) == ("closed", [2], 0, 1)
    assert check_ledger() == []


def test_a_hold_set_after_the_last_parcel_left_ends_with_the_order(cup, deliver):
    order = make_order((cup, 2))
    deliver()
    send(order)
    hold_order(order.pk, by=None, reason="troppo tardi")
    deliver()

    assert (status(order), open_holds(order.pk)) == ("closed", [])


def test_orders_that_no_news_reached_are_found_by_the_sweep(cup):
    waiting, gone, held, sent = (make_order((cup, 1)) for _ in range(4))
    open_for_orders([gone.pk, held.pk, sent.pk])
    send(sent)
    cancel_order(gone.pk, actor="shop")
    hold_order(held.pk, by=None, reason="x")

    assert open_missing() == 3
    rows = {row.order_reference: (row.status, row.is_held) for row in Shipment.objects.all()}
    assert rows == {
        waiting.reference: ("ready", False),
        gone.reference: ("cancelled", False),
        held.reference: ("ready", True),
        sent.reference: ("shipped", False),
    }
    assert (status(sent), open_missing()) == ("closed", 0)


def test_an_order_that_the_shop_sent_itself_is_closed_and_its_shipment_with_it(cup, deliver):
    told = draft([line(cup, 2)], channel_status="processing")
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    deliver()

    change_order(order.pk, later(told, channel_status="completed", is_finished_there=True), actor="shop")
    deliver()

    shipment = Shipment.objects.get()
    assert (status(order), shipped(order), shipment.status, shipment.is_elsewhere) == ("closed", [2], "shipped", True)
    assert list(Movement.objects.filter(cause="shipment").values_list("quantity", flat=True)) == [-2]
    assert check_ledger() == []


@pytest.mark.parametrize("number", [1, 3])
def test_following_takes_the_same_statements_for_one_shipment_and_for_three(cup, number):
    shipments = open_for_orders([make_order((cup, 1), (cup, 2)).pk for _ in range(number)])
    ship_shipments(shipments, by=None)

    with CaptureQueriesContext(connection) as captured:
        follow_shipped(shipments)

    assert len(captured) == 9
    assert set(Order.objects.values_list("status", flat=True)) == {"closed"}
