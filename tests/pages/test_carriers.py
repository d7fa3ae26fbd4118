"""The carrier of a shipment is chosen by a person, on its page or for many; where no carrier takes it, the page says what to do."""

import pytest
from django.test import Client

from erp.core.models import Receipt
from inventory.shipping.models import CarrierService, PickList, Shipment, ShippingRule
from orders.models import Order
from tests.factories.crm import make_company, make_party
from tests.pages.seeding import make_order, make_staff
from tests.pages.shipping import make_label, make_service, make_shipment

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    make_company()
    return make_order(4133, make_party("Giulia Ferrante"))


@pytest.fixture
def brt() -> CarrierService:
    return make_service("brt")


def said(page) -> list[str]:
    return [str(each) for each in page.context["messages"]]


def test_a_person_chooses_the_carrier_on_the_shipments_page(owner: Client, order: Order, brt: CarrierService) -> None:
    shipment = make_shipment(order, service=make_service("gls"))

    page = owner.post(f"/shipments/{shipment.pk}/act/carrier/", {"service": brt.pk, "token": "a"}, follow=True)

    shipment.refresh_from_db()
    assert (shipment.service, shipment.is_carrier_chosen) == (brt, True)
    assert said(page) == [f"The carrier of shipment {shipment.number} is chosen. No rule changes it."]
    assert "chosen by a person" in page.content.decode()
    assert "Laura Venturi</b> chose BRT Standard as carrier." in page.content.decode()

    ShippingRule.objects.create(service=make_service("gls"))
    page = owner.post(f"/shipments/{shipment.pk}/act/carrier/", {"service": "rules", "token": "b"}, follow=True)
    shipment.refresh_from_db()
    assert (shipment.service, shipment.is_carrier_chosen) == (make_service("gls"), False)
    assert said(page) == [f"The shipping rules choose the carrier of shipment {shipment.number} again."]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("told", ["", "x", "999999", "9" * 30, "-1"])
def test_a_service_that_is_none_is_refused_in_words(owner: Client, order: Order, told: str) -> None:
    shipment = make_shipment(order, service=make_service("gls"))

    page = owner.post(f"/shipments/{shipment.pk}/act/carrier/", {"service": told, "token": "a"}, follow=True)

    shipment.refresh_from_db()
    assert (len(said(page)), shipment.service, shipment.is_carrier_chosen) == (1, make_service("gls"), False)


def test_only_services_that_collect_cash_are_offered_where_cash_is_due(owner: Client, order: Order, brt: CarrierService) -> None:
    make_service("gls")
    CarrierService.objects.filter(pk=brt.pk).update(collects_cash=True)
    shipment = make_shipment(order, cash_to_collect="61.00")

    (group,) = owner.get(f"/shipments/{shipment.pk}/").context["carriers"]

    assert (group.name, [each.value for each in group.services]) == ("BRT", [str(brt.pk)])


def test_nothing_is_offered_while_a_label_is_there_or_it_has_left(owner: Client, order: Order, brt: CarrierService) -> None:
    labelled, gone = make_shipment(order, service=brt), make_shipment(make_order(2, order.party), service=brt, status="shipped")
    make_label(labelled, "BR1")

    assert [owner.get(f"/shipments/{each.pk}/").context["carriers"] for each in (labelled, gone)] == [[], []]


def test_the_list_asks_which_carrier_and_leaves_a_receipt_with_a_way_back(owner: Client, order: Order, brt: CarrierService) -> None:
    gls = make_service("gls")
    going, labelled = make_shipment(order, service=gls), make_shipment(make_order(2, order.party), service=gls)
    make_label(labelled, "GL1")
    form = {"deed": "carrier", "chosen": [going.pk, labelled.pk], "token": "t1", "next": "/shipments/?queue=ready"}

    ask = owner.post("/shipments/act/", form)
    assert (ask.status_code, ask.context["keys"], ask.context["back"]) == (200, [going.pk, labelled.pk], "/shipments/?queue=ready")
    assert [group.name for group in ask.context["carriers"]] == ["BRT", "GLS"]
    page = owner.post("/shipments/act/", {**form, "service": brt.pk}, follow=True)

    strip = page.context["strip"]
    assert (strip.title, strip.refused_ids) == ("Carrier chosen for 1 shipment, 1 refused", {labelled.pk})
    assert strip.refused == [f"Order {labelled.order_number} has a label already. Void the label first, then choose another carrier."]
    going.refresh_from_db()
    assert (going.service, going.is_carrier_chosen) == (brt, True)
    assert "Carrier chosen for 1 shipment, 1 refused" in owner.get("/activity/").content.decode()

    owner.post(f"/receipts/{Receipt.objects.get().pk}/undo/", {"next": "/shipments/"})
    going.refresh_from_db()
    assert going.is_carrier_chosen is False


def test_the_list_says_so_when_nothing_or_no_carrier_is_chosen(owner: Client, order: Order) -> None:
    shipment = make_shipment(order)

    nothing = owner.post("/shipments/act/", {"deed": "carrier", "token": "t1"}, follow=True)
    no_carrier = owner.post("/shipments/act/", {"deed": "carrier", "chosen": shipment.pk, "service": "", "token": "t2"}, follow=True)

    assert said(nothing) == ["Nothing is chosen. Choose at least one row."]
    assert said(no_carrier) == ["No carrier is chosen. Choose one of the list."]
    assert Receipt.objects.count() == 0


def test_a_refused_label_leaves_other_ways(owner: Client, order: Order, brt: CarrierService) -> None:
    shipment = make_shipment(order, service=brt)
    make_label(shipment, status="refused", error="CAP sconosciuto")

    page = owner.get(f"/shipments/{shipment.pk}/")

    step = page.context["step"]
    assert (step.action, [way.action for way in page.context["ways"]], bool(page.context["carriers"])) == ("label", ["print"], True)
    assert page.context["correct_url"] == f"/orders/{order.pk}/edit/"
    assert "Print list and slip anyway" in page.content.decode()


def test_printing_without_a_carrier_leads_to_the_papers_and_says_what_to_do(owner: Client, order: Order) -> None:
    shipment = make_shipment(order)
    assert owner.get(f"/shipments/{shipment.pk}/").context["step"].title == "No carrier yet"

    page = owner.post(f"/shipments/{shipment.pk}/act/print/", {"token": "a"}, follow=True)

    (row,) = page.context["left"]
    assert PickList.objects.count() == 1
    assert "No shipping rule chooses a carrier" in row["left"].reason
    assert (row["carrier_url"], row["correct_url"]) == (f"/shipments/{shipment.pk}/#carrier", f"/orders/{order.pk}/edit/")


def test_what_cannot_even_be_picked_stays_on_its_page_with_the_reason(owner: Client, order: Order, brt: CarrierService) -> None:
    shipment = make_shipment(order, service=brt, is_held=True)

    page = owner.post(f"/shipments/{shipment.pk}/act/print/", {"token": "a"}, follow=True)

    assert (len(said(page)), page.redirect_chain[-1][0]) == (1, f"/shipments/{shipment.pk}/")
    assert PickList.objects.count() == 0


def test_who_may_not_choose_is_offered_nothing(client: Client, order: Order, brt: CarrierService) -> None:
    shipment = make_shipment(order, service=make_service("gls"))
    client.force_login(make_staff("marta", "shipping.view_shipment"))

    page = client.get(f"/shipments/{shipment.pk}/")

    assert (page.context["carriers"], page.context["ways"], page.context["correct_url"]) == ([], [], "")
    assert client.post("/shipments/act/", {"deed": "carrier", "chosen": shipment.pk, "service": brt.pk}).status_code == 403
    assert Shipment.objects.get().service == make_service("gls")
