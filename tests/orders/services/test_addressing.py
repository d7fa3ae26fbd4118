"""An order that a carrier would refuse for its address waits with its reason, and goes on by itself when the cause is gone."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Variant
from inventory.shipping.models import Carrier, CarrierService, Shipment, ShippingRule
from inventory.shipping.services.labelling import request_labels, work_due_labels
from inventory.shipping.services.labelling.connecting import connect
from inventory.shipping.services.labelling.drafting import recipient_of
from orders.models import Hold, Order
from orders.services.changing import change_order
from orders.services.editing import edit_order, editable_of
from orders.services.fulfilling import open_for_orders, open_missing
from orders.services.holding import release_hold
from orders.services.placing import place_order
from tests.factories.carriers import make_carrier
from tests.factories.crm import HOME, anna
from tests.factories.orders import draft, later, line
from tests.factories.users import make_user
from tests.orders.services.conftest import open_holds

pytestmark = pytest.mark.django_db

NO_NUMBER = replace(HOME, street="Via Garibaldi")


def placed(mug: Variant, **fields: Any) -> Order:
    return Order.objects.get(pk=place_order(draft([line(mug, 1)], **fields), actor="shop:terramare").order_id)


def faults(order: Order) -> list[tuple[str, str]]:
    """(field, code) of what its address waits for."""
    params = Hold.objects.filter(order=order, kind="address", released_at=None).values_list("params", flat=True)
    return [(fault["field"], fault["code"]) for told in params for fault in told["faults"]]


def standing(order: Order) -> tuple[str, list[str], int]:
    order.refresh_from_db()
    return order.status, open_holds(order.pk), Shipment.objects.workable().filter(order_reference=order.reference).count()


def sent_with(backend: str = "manual", settings: dict[str, Any] | None = None, **fields: Any) -> CarrierService:
    """The service that the rules give to every parcel."""
    carrier = make_carrier("corriere", backend, settings=settings or {})
    service = CarrierService.objects.create(carrier=carrier, code="STD", name="Standard", **fields)
    ShippingRule.objects.create(service=service)
    return service


def test_it_is_held_by_itself_and_goes_on_when_the_shop_corrects_it(mug, deliver):
    told = draft([line(mug, 1)], shipping=NO_NUMBER)
    order = Order.objects.get(pk=place_order(told, actor="shop:terramare").order_id)
    deliver()
    assert standing(order) == ("held", ["address"], 0)
    assert faults(order) == [("street", "number_missing")]

    change_order(order.pk, later(told, shipping=HOME), actor="shop:terramare")
    deliver()

    assert standing(order) == ("released", [], 1)
    assert Hold.objects.get().release_reason == "corrected"


def test_a_colleague_corrects_it_and_the_shipment_opens_at_once(mug, deliver):
    order = placed(mug, shipping=replace(HOME, province=""))
    deliver()
    assert Hold.objects.get().params["faults"] == [
        {"field": "province", "code": "province_missing", "told": "", "suggested": {"province": "CT"}}
    ]

    edit_order(order.pk, by=None, opened=editable_of(order), wanted=replace(editable_of(order), shipping=HOME))

    assert standing(order) == ("released", [], 1)


def test_an_address_that_is_made_worse_holds_the_open_shipment(mug, deliver):
    order = placed(mug)
    deliver()

    edit_order(order.pk, by=None, opened=editable_of(order), wanted=replace(editable_of(order), shipping=NO_NUMBER))
    deliver()

    assert standing(order) == ("held", ["address"], 0)
    assert Shipment.objects.get().is_held


def test_what_a_colleague_let_go_stays_so_while_the_same_is_wrong(mug, deliver):
    order = placed(mug, shipping=NO_NUMBER)
    deliver()

    release_hold(order.pk, by=make_user(), kind="address")
    deliver()
    open_for_orders([order.pk])
    assert standing(order) == ("released", [], 1)

    edit_order(
        order.pk, by=None, opened=editable_of(order), wanted=replace(editable_of(order), shipping=replace(NO_NUMBER, street="Via Roma"))
    )
    deliver()
    assert standing(order)[:2] == ("held", ["address"])


def test_it_waits_beside_other_reasons_and_each_goes_alone(mug, deliver):
    order = placed(mug, shipping=NO_NUMBER, payments=(), treatment="wait_for_money")
    deliver()

    assert standing(order) == ("held", ["address", "awaiting_payment"], 0)
    edit_order(order.pk, by=None, opened=editable_of(order), wanted=replace(editable_of(order), shipping=HOME))
    assert standing(order) == ("held", ["awaiting_payment"], 0)


def test_a_phone_number_is_asked_for_where_the_service_needs_one_until_it_does_not(mug, deliver):
    service = sent_with(needs_phone=True)
    order, known = placed(mug, customer=anna(phone="")), placed(mug)
    deliver()
    assert (faults(order), faults(known)) == ([("phone", "phone_missing")], [])

    CarrierService.objects.filter(pk=service.pk).update(needs_phone=False)
    open_missing()

    assert standing(order)[:2] == ("released", [])


@pytest.mark.parametrize("street", ["Casella Postale 12", "C.P. 12", "Fermoposta Catania 1", "P.O. Box 12", "Postfach 12"])
def test_a_box_waits_where_a_courier_carries_and_goes_with_a_service_that_takes_boxes(mug, deliver, street):
    service = sent_with()
    order = placed(mug, shipping=replace(HOME, street=street))
    deliver()
    assert faults(order) == [("street", "box")]

    CarrierService.objects.filter(pk=service.pk).update(takes_boxes=True)
    open_missing()

    assert standing(order) == ("released", [], 1)


def test_what_stands_behind_the_door_goes_to_the_driver_where_the_label_has_no_room_for_it(mug, deliver):
    sent_with("practice")
    order = placed(mug, shipping=replace(HOME, street="Corso Vittorio Emanuele II 101, scala B, interno 12"))
    deliver()
    assert standing(order) == ("released", [], 1)

    recipient = recipient_of(Shipment.objects.get().recipient, "", "Suonare due volte", connect(Carrier.objects.get()).limits())
    assert (recipient.street, recipient.note) == ("Corso Vittorio Emanuele II 101", "scala B, interno 12 Suonare due volte")


def test_a_street_too_long_for_the_label_waits_with_the_two_lines_that_fit(mug, deliver):
    sent_with("practice")
    order = placed(mug, shipping=replace(HOME, street="Via dei Caduti del 4 Novembre, angolo Corso Sicilia, 12"))
    deliver()

    (fault,) = Hold.objects.get().params["faults"]
    assert (fault["field"], fault["code"], fault["told"]) == ("street", "too_long", "35")
    home = editable_of(order).shipping
    wanted = replace(editable_of(order), shipping=replace(home, **fault["suggested"]))
    edit_order(order.pk, by=None, opened=editable_of(order), wanted=wanted)
    assert standing(order) == ("released", [], 1)


def test_what_the_buyer_fetches_needs_no_address(mug, deliver):
    sent_with(settings={"own_numbers": ["STD"]})
    order = placed(mug, shipping=replace(HOME, street="", postcode="", city=""))
    deliver()

    assert standing(order) == ("released", [], 1)


def test_an_address_that_the_carrier_has_taken_is_not_doubted_any_more(mug, deliver):
    order = placed(mug)
    deliver()
    sent_with(settings={"own_numbers": ["STD"]})
    assert request_labels([Shipment.objects.get().pk], by=None) == []
    work_due_labels()
    ShippingRule.objects.all().delete()
    Order.objects.filter(pk=order.pk).update(shipping={**order.shipping, "street": "Via Garibaldi"})

    open_for_orders([order.pk])

    assert standing(order)[:2] == ("released", [])


@pytest.mark.parametrize("number", [1, 3])
def test_looking_at_addresses_costs_one_statement_for_one_order_and_for_three(mug, number):
    """See `tests/inventory/shipping/services/test_opening.py` for the whole; orders that wait already are looked at for seven more."""
    right = [placed(mug).pk for _each in range(number)]
    wrong = [placed(mug, shipping=NO_NUMBER).pk for _each in range(number)]
    open_for_orders(right + wrong)

    with CaptureQueriesContext(connection) as again:
        open_for_orders(wrong)

    assert len(again) == 11
