"""Every button of the way out pressed several times at one moment, over HTTP: it happens once."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from crm.models import Party
from erp.core.delivering import deliver_pending
from erp.core.documents import render_pending
from erp.core.history import history_of
from erp.core.models import NumberSeries, Receipt
from inventory.models import Movement
from inventory.shipping.models import Label, Parcel, PickList, PrintBatch, Shipment
from inventory.shipping.services.dispatching import ship_shipment
from inventory.shipping.services.labelling import work_due_labels
from orders.invoices.models import Invoice, InvoiceMail
from orders.models import Hold, Order, OrderTag
from tests.attacks.pressing import Person
from tests.attacks.way_out import WayOut, is_sound, shipment_of
from tests.factories.carriers import CarrierDesk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TWICE, FOUR = [302, 302], [302] * 4
SEEN = [200, 200]


@pytest.fixture
def person(live_server: LiveServer, transactional_db: None) -> Person:
    return Person(live_server.url, User.objects.create_superuser("owner"))


def verbs(row: Order | Shipment) -> list[str]:
    return [entry.verb for entry in history_of(row)]


def on_shipment(person: Person, shipment: Shipment, name: str, *, times: int = 2, **typed: str) -> list[int]:
    page = reverse("shipment", args=[shipment.pk])
    return person.post(page, reverse("shipment_act", args=[shipment.pk, name]), times=times, **typed)


def on_order(person: Person, order: Order, name: str, *, times: int = 2, **typed: str) -> list[int]:
    page = reverse("order", args=[order.pk])
    return person.post(page, reverse("order_act", args=[order.pk, name]), times=times, **typed)


def test_orders_are_held_from_the_list_once_and_taken_back_once(person: Person, house: WayOut) -> None:
    orders = [house.order(), house.order()]

    assert person.deed("hold", *orders, reason="Chiama") == SEEN
    assert (Hold.objects.filter(released_at=None).count(), Receipt.objects.count()) == (2, 1)

    assert person.back(Receipt.objects.get().pk) == SEEN
    deliver_pending()
    assert [Hold.objects.filter(released_at=None).count(), Receipt.objects.count()] == [0, 2]
    assert [verbs(order).count("held") for order in orders] == [verbs(order).count("hold_released") for order in orders] == [1, 1]
    assert set(Shipment.objects.values_list("is_held", flat=True)) == {False}
    assert is_sound()


def test_orders_are_tagged_released_and_cancelled_from_the_list_once(person: Person, house: WayOut) -> None:
    orders = [house.order(), house.order()]

    assert person.deed("tag", *orders, other="fiera") == SEEN
    assert OrderTag.objects.count() == 2
    person.deed("hold", *orders, times=1, reason="x")
    assert person.deed("release", *orders) == SEEN
    assert [verbs(order).count("hold_released") for order in orders] == [1, 1]
    assert person.deed("cancel", *orders, times=4) == [200] * 4

    deliver_pending()
    assert [verbs(order).count("cancelled") for order in orders] == [1, 1]
    assert list(Shipment.objects.values_list("status", flat=True)) == ["cancelled"] * 2
    assert is_sound()


def test_orders_are_printed_once_and_the_walk_is_taken_back_once(person: Person, house: WayOut, desk: CarrierDesk) -> None:
    orders = [house.order() for _each in range(3)]

    assert person.deed("print", *orders, times=4) == [200] * 4

    assert (PrintBatch.objects.count(), PickList.objects.count(), Label.objects.count()) == (1, 1, 3)
    work_due_labels()
    assert len(desk.standing()) == 3
    assert person.back(Receipt.objects.get().pk) == SEEN
    assert list(Shipment.objects.values_list("status", flat=True)) == ["ready"] * 3
    assert [verbs(shipment_of(order)).count("taken_off_pick_list") for order in orders] == [1, 1, 1]
    assert is_sound()


def test_two_people_print_the_same_orders_at_one_moment(live_server: LiveServer, house: WayOut, desk: CarrierDesk) -> None:
    """Different forms of different people: each shipment is on one list, and has one label."""
    orders = [house.order() for _each in range(4)]
    anna, marco = (Person(live_server.url, User.objects.create_superuser(name)) for name in ("anna", "marco"))
    anna.deed("print", *orders, times=1)
    marco.deed("print", *reversed(orders), times=1)

    assert (Shipment.objects.filter(status="picking").count(), PickList.objects.count(), Label.objects.count()) == (4, 1, 4)
    assert sorted(len(receipt.done) for receipt in Receipt.objects.all()) == [0, 4]
    assert is_sound()


@pytest.mark.parametrize("pressed_on", ["order", "shipment"])
def test_an_order_is_printed_packed_and_shipped_once(person: Person, house: WayOut, desk: CarrierDesk, pressed_on: str) -> None:
    order = house.order()
    shipment = shipment_of(order)

    def press(name: str) -> list[int]:
        return on_order(person, order, name, times=4) if pressed_on == "order" else on_shipment(person, shipment, name, times=4)

    assert press("print") == FOUR
    work_due_labels()
    assert press("pack") == FOUR
    assert press("ship") == FOUR

    deliver_pending()
    order.refresh_from_db()
    assert (order.status, house.stock, Movement.objects.filter(cause="shipment").count()) == ("closed", (49, 0), 1)
    assert (PrintBatch.objects.count(), Parcel.objects.count(), len(desk.standing())) == (1, 1, 1)
    assert [verbs(shipment).count(verb) for verb in ("put_on_pick_list", "packed", "shipped")] == [1, 1, 1]
    assert is_sound()


def test_a_label_is_asked_for_and_voided_once(person: Person, house: WayOut, desk: CarrierDesk) -> None:
    shipment = house.shipment()

    assert on_shipment(person, shipment, "label", times=4) == FOUR
    work_due_labels()
    label = Label.objects.get()
    assert (label.status, len(desk.standing())) == ("ready", 1)

    assert on_shipment(person, shipment, "void", times=4) == FOUR
    work_due_labels()
    label.refresh_from_db()
    assert (label.status, desk.standing()) == ("voided", [])
    assert [verbs(shipment).count(verb) for verb in ("label_requested", "label_void_requested", "label_voided")] == [1, 1, 1]
    assert is_sound()


def test_a_list_of_shipments_leaves_once(person: Person, house: WayOut) -> None:
    shipments = [house.shipment() for _each in range(5)]
    chosen = {"chosen": [str(each.pk) for each in shipments], "deed": "pack"}
    page, action = reverse("shipments") + "?queue=all", reverse("shipments_act")

    assert person.post(page, action, times=4, **chosen) == FOUR  # type: ignore[arg-type]
    assert person.post(page, action, times=4, **{**chosen, "deed": "ship"}) == FOUR  # type: ignore[arg-type]

    deliver_pending()
    assert (house.stock, Movement.objects.filter(cause="shipment").count(), Receipt.objects.count()) == ((45, 0), 5, 2)
    assert set(Order.objects.values_list("status", flat=True)) == {"closed"}
    assert is_sound()


def test_an_invoice_is_issued_and_sent_once(person: Person, house: WayOut) -> None:
    order = house.business()
    ship_shipment(shipment_of(order).pk, by=None)
    deliver_pending()
    page, action = reverse("invoices") + "?queue=to_issue", reverse("invoices_act")

    assert person.post(page, action, times=4, chosen=str(order.pk), deed="issue") == FOUR
    invoice = Invoice.objects.get()
    assert (invoice.number, NumberSeries.objects.get(code="invoices.FT").last) == (1, 1)

    deliver_pending()
    render_pending()
    send = reverse("invoice_send", args=[invoice.pk])
    assert person.post(reverse("invoice", args=[invoice.pk]), send, times=4, to="conti@locanda.example") == FOUR
    assert list(InvoiceMail.objects.values_list("to", "state")) == [("conti@locanda.example", "waiting")]
    assert is_sound()


def test_an_order_on_the_phone_is_taken_once(person: Person, house: WayOut) -> None:
    told = {
        "key": "k-1", "kind": "phone", "is_new": True, "new-first_name": "Anna", "new-last_name": "Verdi", "new-phone": "+39 333 1234567",
        "to-street": "Via Garibaldi 12", "to-postcode": "95124", "to-city": "Catania", "to-province": "CT", "payment": "cash_on_delivery",
        "method": "Corriere", "shipping": "6,10", "lines": [{"place": "1", "id": house.mug.pk, "quantity": "50", "price": ""}],
    }  # fmt: skip

    assert person.send_json(reverse("new_order"), reverse("new_order_confirm"), told, times=4) == [200] * 4

    assert (Order.objects.count(), Party.objects.count(), house.stock) == (1, 1, (50, 50))
    assert is_sound()


def test_an_address_is_corrected_once(person: Person, house: WayOut) -> None:
    order = house.order()
    page = reverse("order_edit", args=[order.pk])
    text, _cookies = person.open(page)
    assert 'method="post"' in text
    typed = {**order.shipping, "city": "Acireale", "postcode": "95024", "customer_note": "", "gift_message": ""}

    assert person.post_here(page, times=4, **typed) == FOUR

    order.refresh_from_db()
    assert (order.shipping["city"], verbs(order).count("edited")) == ("Acireale", 1)
    assert shipment_of(order).recipient["city"] == "Acireale"
    assert is_sound()
