"""Invoices: what waits is issued with a receipt, what did not arrive goes again, each day's sales stand by rate."""

from decimal import Decimal

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from crm.models import Company
from erp.core import clock
from erp.core.models import Receipt
from orders.invoices.models import DocumentDue, DocumentDueRate, Invoice, InvoiceMail
from orders.invoices.services.issuing import issue_invoice
from tests.factories.crm import make_company
from tests.orders.invoices.conftest import SELLER_VAT, business, make_order
from tests.pages.seeding import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(db: None) -> Company:
    return make_company(partita_iva=SELLER_VAT, email="ordini@bottega.example")


def due(order_id: int, kind: str = "invoice", *, rate: str = "22", net: str = "16.31", vat: str = "3.59") -> DocumentDue:
    gross = Decimal(net) + Decimal(vat)
    row = DocumentDue.objects.create(
        order_id=order_id, kind=kind, reason="fiscal_data", day=clock.today(), country="IT", currency="EUR", gross=gross
    )
    DocumentDueRate.objects.create(due=row, rate=Decimal(rate), net=Decimal(net), vat=Decimal(vat), gross=gross)
    return row


def mail_of(invoice_id: int, state: str) -> InvoiceMail:
    now = clock.now()
    return InvoiceMail.objects.create(
        invoice_id=invoice_id,
        to="anna@example.com",
        message_id=f"<{invoice_id}-{state}@x>",
        state=state,
        due_at=now,
        requested_at=now,
        sent_at=now if state == "sent" else None,
    )


def test_sales_that_wait_are_issued_with_a_receipt(owner: Client, company: Company) -> None:
    good, refused = make_order(customer=business()), make_order(currency="USD", customer=business(2))
    due(good)
    due(refused)
    assert [row.pk for row in owner.get("/invoices/").context["dues"]] == [good, refused]

    form = {"deed": "issue", "chosen": [good, refused], "token": "t1", "next": "/invoices/?queue=to_issue"}
    page = owner.post("/invoices/act/", form, follow=True)
    owner.post("/invoices/act/", form)

    assert page.context["strip"].title == "1 invoice issued, 1 refused"
    assert page.context["strip"].refused_ids == {refused}
    assert Invoice.objects.get().order_id == good
    assert Receipt.objects.count() == 1


def test_the_list_says_number_buyer_total_mail_and_paper(owner: Client, company: Company) -> None:
    invoice = Invoice.objects.get(pk=issue_invoice(make_order(customer=business())))
    mail_of(invoice.pk, "sent")

    (row,) = owner.get("/invoices/?queue=issued").context["rows"]

    assert (row.number, row.buyer, row.total, row.mail.word) == (invoice.number_text, "Locanda 1 S.r.l.", "€19.90", "Sent")
    assert row.paper == (f"/documents/{invoice.document_id}/" if invoice.document_id else "")


def test_a_list_is_narrowed_by_month_and_text(owner: Client, company: Company) -> None:
    invoice = Invoice.objects.get(pk=issue_invoice(make_order(customer=business())))
    month = f"{invoice.issued_on:%Y-%m}"

    found = {
        query: len(owner.get(f"/invoices/?queue=issued&{query}").context["rows"])
        for query in (f"month={month}", "month=2019-01", "q=locanda", "q=nessuno", f"q={invoice.number_text}", "month=x")
    }

    assert found == {f"month={month}": 1, "month=2019-01": 0, "q=locanda": 1, "q=nessuno": 0, f"q={invoice.number_text}": 1, "month=x": 1}


def test_what_did_not_arrive_is_sent_again(owner: Client, company: Company) -> None:
    failed = issue_invoice(make_order(customer=business()))
    fine = issue_invoice(make_order(customer=business(2)))
    InvoiceMail.objects.all().delete()
    mail = mail_of(failed, "parked")
    mail_of(fine, "parked")
    mail_of(fine, "sent")
    assert [row.pk for row in owner.get("/invoices/?queue=mail").context["rows"]] == [failed]

    page = owner.post("/invoices/act/", {"deed": "send", "chosen": [failed], "token": "t", "next": "/invoices/?queue=mail"}, follow=True)

    assert page.context["strip"].title == "1 invoice on its way"
    mail.refresh_from_db()
    assert mail.state == "waiting"
    assert InvoiceMail.objects.count() == 3


def test_an_invoice_is_sent_to_another_address(owner: Client, company: Company) -> None:
    invoice = issue_invoice(make_order(customer=business()))
    InvoiceMail.objects.all().delete()
    mail_of(invoice, "parked")

    owner.post(f"/invoices/{invoice}/send/", {"to": "conto@example.com", "token": "a"})
    owner.post(f"/invoices/{invoice}/send/", {"to": "conto@example.com", "token": "a"})

    assert list(InvoiceMail.objects.order_by("pk").values_list("to", "state")) == [
        ("anna@example.com", "parked"),
        ("conto@example.com", "waiting"),
    ]


@pytest.mark.django_db(transaction=True)
def test_an_address_that_is_none_is_refused_in_words(owner: Client, company: Company) -> None:
    invoice = issue_invoice(make_order(customer=business()))
    InvoiceMail.objects.all().delete()

    page = owner.post(f"/invoices/{invoice}/send/", {"to": "non è un indirizzo", "token": "a"}, follow=True)

    number = Invoice.objects.get().number_text
    assert [str(each) for each in page.context["messages"]] == [
        f"Invoice {number} has no usable e-mail address to go to. Give one, then send it."
    ]
    assert InvoiceMail.objects.count() == 0


def test_one_invoice_shows_what_was_frozen(owner: Client, company: Company) -> None:
    invoice = Invoice.objects.get(pk=issue_invoice(make_order(customer=business())))

    page = owner.get(f"/invoices/{invoice.pk}/").context

    assert page["totals"]["net"] == "€16.31"
    assert page["rates"] == [{"rate": "22 %", "net": "€16.31", "vat": "€3.59", "gross": "€19.90"}]
    assert [line["title"] for line in page["lines"]] == ["Tazza"]
    assert page["buyer"][0] == "Locanda 1 S.r.l."


def test_a_days_sales_stand_by_rate_and_count_what_left_again(owner: Client, company: Company) -> None:
    due(make_order(), "corrispettivi")
    due(make_order(), "corrispettivi", rate="10", net="10.00", vat="1.00")
    gone = due(make_order(), "corrispettivi")
    DocumentDue.objects.filter(pk=gone.pk).update(ended_on=gone.day, ended_by="invoiced")
    due(make_order(), "oss", rate="19")

    blocks = owner.get("/invoices/?queue=days").context["days"]

    assert [(day.kind, [(line.rate, line.gross) for line in day.rates], day.total.gross) for day in blocks] == [
        ("OSS", [("19 %", "€19.90")], "€19.90"),
        ("Daily takings", [("22 %", "€19.90"), ("10 %", "€11.00")], "€30.90"),
    ]
    assert [day.sales for day in blocks] == ["1 sale", "3 sales"]


@pytest.mark.parametrize("size", [1, 3])
def test_invoices_cost_the_same_with_one_and_with_three_of_everything(
    owner: Client, company: Company, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    keys = []
    for number in range(size):
        due(make_order(customer=business(10 + number)))
        due(make_order(), "corrispettivi")
        keys.append(issue_invoice(make_order(customer=business(20 + number))))

    for queue, statements in {"to_issue": 7, "issued": 8, "mail": 6, "days": 7}.items():
        with django_assert_num_queries(statements):
            owner.get(f"/invoices/?queue={queue}")
    with django_assert_num_queries(6):
        owner.get(f"/invoices/{keys[0]}/")


def test_who_may_only_look_cannot_issue_nor_send(client: Client, company: Company) -> None:
    order = make_order(customer=business())
    due(order)
    client.force_login(make_staff("marta", "invoices.view_invoice"))

    assert client.get("/invoices/").context["deeds"] == []
    assert client.post("/invoices/act/", {"deed": "issue", "chosen": [order]}).status_code == 403
    assert client.get("/invoices/act/").status_code == 405
    assert Invoice.objects.count() == 0
