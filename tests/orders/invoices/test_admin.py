"""Staff read invoices and press their buttons; settings and series are edited."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from orders.invoices.models import DocumentDue, Invoice, InvoiceMail, InvoiceSettings, Series
from orders.invoices.services.documenting import document_orders
from orders.invoices.services.issuing import issue_invoice
from tests.factories.users import make_user
from tests.orders.invoices.conftest import business, make_order

pytestmark = pytest.mark.django_db
PAGES = ("invoice", "documentdue", "invoicemail", "series", "invoicesettings")


@pytest.fixture
def owner(client):
    client.force_login(make_user(is_owner=True))
    return client


def messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("page", PAGES)
def test_each_list_opens(owner, company, page):
    issue_invoice(make_order(customer=business()))

    assert owner.get(reverse(f"admin:invoices_{page}_changelist")).status_code == 200


@pytest.mark.parametrize("page", ["invoice", "documentdue"])
def test_each_page_opens(owner, company, page):
    issue_invoice(make_order(customer=business()))
    document_orders([make_order(customer=business(2))])
    key = {"invoice": Invoice, "documentdue": DocumentDue}[page].objects.get().pk

    assert owner.get(reverse(f"admin:invoices_{page}_change", args=[key])).status_code == 200


def test_the_button_issues(owner, company):
    document_orders([make_order(customer=business())])
    due = DocumentDue.objects.get()

    owner.post(reverse("admin:invoices_documentdue_operate", args=[due.pk, "issue"]))

    assert Invoice.objects.get().order_id == due.order_id


def test_the_button_sends_to_the_address_typed_beside_it(owner, company):
    invoice_id = issue_invoice(make_order(customer=business()))

    owner.post(reverse("admin:invoices_invoice_operate", args=[invoice_id, "send"]), {"send-to": "altra@locanda.example"})

    assert InvoiceMail.objects.get().to == "altra@locanda.example"


def test_a_reader_may_press_nothing(client, company):
    invoice_id = issue_invoice(make_order(customer=business()))
    reader = make_user("lettore")
    reader.user_permissions.add(Permission.objects.get(codename="view_invoice"))
    client.force_login(reader)

    assert client.post(reverse("admin:invoices_invoice_operate", args=[invoice_id, "send"])).status_code == 403
    assert InvoiceMail.objects.count() == 0


def test_settings_and_series_are_written_by_their_services(owner, company):
    owner.post(reverse("admin:invoices_invoicesettings_add"), {"issue": "on_shipment", "send_by_mail": "on"})
    owner.post(reverse("admin:invoices_series_add"), {"code": "WEB", "name": "Vendite online", "is_default": "on"})
    number = Invoice.objects.get(pk=issue_invoice(make_order(customer=business()))).number_text

    assert InvoiceSettings.objects.get().issue == "on_shipment"
    assert number.startswith("WEB/")


def test_a_series_that_was_used_keeps_its_code(owner, company):
    issue_invoice(make_order(customer=business()))
    series = Series.objects.get()

    response = owner.post(reverse("admin:invoices_series_change", args=[series.pk]), {"code": "NEW", "name": "x", "is_default": "on"})

    assert "tiene il suo codice" in response.content.decode()
    assert Series.objects.get().code == "FT"
