"""A colleague's correction reaches the shipment, stays while the shop says nothing new, and never overwrites another's unseen."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from crm.people import PostalAddress
from erp.core import clock
from erp.core.models import HistoryEntry
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.shipping.models import Carrier, CarrierService, Label, Parcel, Shipment
from orders.models import Order, OrderEdit
from orders.services.cancelling import cancel_order
from orders.services.changing import change_order
from orders.services.editing import Editable, StaleEdit, edit_order, editable_of
from orders.services.fulfilling import open_for_orders
from orders.services.placing import place_order
from tests.factories.crm import HOME
from tests.factories.orders import draft, later, line

pytestmark = pytest.mark.django_db
RIGHT = replace(HOME, street="Via Garibaldi 21", postcode="95121")


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna")


@pytest.fixture
def told(mug: Any) -> Any:
    """A paid order of one mug as the shop tells it."""
    return draft([line(mug)])


@pytest.fixture
def order(told: Any) -> Order:
    return Order.objects.get(pk=place_order(told, actor="shop:terramare").order_id)


def edit(order: Order, by: User, *, opened: Editable | None = None, **changes: Any) -> bool:
    opened = opened or editable_of(Order.objects.get(pk=order.pk))
    return edit_order(order.pk, by=by, opened=opened, wanted=replace(opened, **changes))


def label_of(order: Order) -> Label:
    service = CarrierService.objects.create(carrier=Carrier.objects.create(code="brt", name="BRT", backend="manual"), code="x", name="X")
    parcel = Parcel.objects.create(shipment=Shipment.objects.get(order_reference=order.reference), position=9)
    now = clock.now()
    return Label.objects.create(
        parcel=parcel, service=service, status="ready", reference="R-1", tracking_number="1ZB", due_at=now, created_at=now
    )


def test_a_corrected_address_reaches_the_open_shipment_and_the_history(order: Order, anna: User) -> None:
    open_for_orders([order.pk])

    assert edit(order, anna, shipping=RIGHT)

    order.refresh_from_db()
    assert (order.shipping["street"], order.shipping["postcode"]) == ("Via Garibaldi 21", "95121")
    assert Shipment.objects.get().recipient["street"] == "Via Garibaldi 21"
    entry = HistoryEntry.objects.get(verb="edited")
    assert (entry.by, entry.details["fields"]) == (anna, ["shipping"])


def test_the_same_correction_twice_is_one(order: Order, anna: User) -> None:
    opened = editable_of(order)
    first = edit(order, anna, opened=opened, shipping=RIGHT)
    again = edit(order, anna, opened=opened, shipping=RIGHT)

    assert (first, again, HistoryEntry.objects.filter(verb="edited").count()) == (True, False, 1)


def test_a_form_that_was_opened_before_another_saved_writes_nothing(order: Order, anna: User) -> None:
    opened = editable_of(order)
    edit(order, anna, gift_message="Auguri")

    with pytest.raises(StaleEdit) as stale, attempt():
        edit(order, anna, opened=opened, shipping=RIGHT)

    assert (stale.value.now, editable_of(Order.objects.get())) == (replace(opened, gift_message="Auguri"),) * 2


def test_with_a_label_it_is_refused_with_what_to_do(order: Order, anna: User) -> None:
    open_for_orders([order.pk])
    label_of(order)

    with pytest.raises(Refused, match=r"has the label 1ZB already\. Void the label"), attempt():
        edit(order, anna, shipping=RIGHT)

    assert Order.objects.get().shipping["street"] == "Via Garibaldi 12"


def test_a_voided_label_is_none(order: Order, anna: User) -> None:
    open_for_orders([order.pk])
    label = label_of(order)
    Label.objects.filter(pk=label.pk).update(status="voided")

    assert edit(order, anna, shipping=RIGHT)


def test_a_cancelled_order_is_not_corrected(order: Order, anna: User) -> None:
    cancel_order(order.pk, by=anna)

    with pytest.raises(Refused, match="not open any more"), attempt():
        edit(order, anna, shipping=RIGHT)

    assert OrderEdit.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"postcode": "951"}, "no Italian postcode"), ({"street": ""}, "needs a street and a town"), ({"city": " "}, "a street and a town")],
)
def test_an_address_that_cannot_be_right_is_refused(order: Order, anna: User, wrong: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence), attempt():
        edit(order, anna, shipping=replace(HOME, **wrong))

    assert Order.objects.get().shipping["postcode"] == "95124"


def test_the_shops_next_word_of_something_else_keeps_the_correction(order: Order, told: Any, anna: User) -> None:
    edit(order, anna, shipping=RIGHT)

    change_order(order.pk, later(told, customer_note="Citofono rotto"), actor="shop:terramare")

    order.refresh_from_db()
    assert (order.shipping["street"], order.customer_note) == ("Via Garibaldi 21", "Citofono rotto")


def test_the_shops_new_address_wins_over_the_correction(order: Order, told: Any, anna: User) -> None:
    edit(order, anna, shipping=RIGHT)
    moved = replace(HOME, street="Corso Italia 5")

    change_order(order.pk, later(told, shipping=moved), actor="shop:terramare")

    order.refresh_from_db()
    assert (order.shipping["street"], OrderEdit.objects.count()) == ("Corso Italia 5", 0)


def test_taking_a_correction_back_leaves_none(order: Order, anna: User) -> None:
    edit(order, anna, shipping=RIGHT)
    edit(order, anna, shipping=HOME)

    assert (OrderEdit.objects.count(), Order.objects.get().shipping["street"]) == (0, "Via Garibaldi 12")


def test_an_order_without_a_shipping_address_goes_to_the_buyer(mug: Any, anna: User) -> None:
    order = Order.objects.get(pk=place_order(draft([line(mug)], shipping=None), actor="shop:terramare").order_id)

    edit(order, anna, customer_note="Al portiere")

    order.refresh_from_db()
    assert (editable_of(order).shipping, order.shipping, order.total) == (PostalAddress(**order.billing), None, Decimal("18.30"))
