"""Issuing: a number, rows, a frozen copy; once per order."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from crm.models import Address, Company, Party
from crm.people import Person, PostalAddress
from erp.core import clock as the_clock
from erp.core.history import history_of
from erp.core.models import Event, NumberSeries
from erp.core.refusals import Refused
from orders.drafts import NewAdjustment
from orders.invoices.models import Invoice, InvoiceRate
from orders.invoices.services.issuing import issue_invoice, issue_invoices
from orders.models import Order
from tests.clocks import ClockHand
from tests.factories.crm import anna, make_party
from tests.orders.invoices.conftest import business, carriage, make_order, rate_rows, sold

STATEMENTS = 20


pytestmark = pytest.mark.django_db


def set_day(clock: ClockHand, moment: datetime) -> None:
    clock.advance((moment - the_clock.now()).total_seconds())


def test_an_invoice_has_number_rows_and_the_amount_paid(company, clock):
    order_id = make_order([sold("19.90")], [carriage("5.90")], customer=business())

    invoice = Invoice.objects.get(pk=issue_invoice(order_id))

    assert invoice.number_text == f"FT/{invoice.year}/0001"
    assert (invoice.net, invoice.vat, invoice.gross) == (Decimal("21.15"), Decimal("4.65"), Decimal("25.80"))
    rate = InvoiceRate.objects.get()
    assert (rate.rate, rate.net, rate.vat, rate.rounding) == (Decimal(22), Decimal("21.15"), Decimal("4.65"), Decimal("0.00245902"))
    assert [line["unit_net"] for line in invoice.copy["lines"]] == ["16.31147541", "4.83606557"]
    assert invoice.buyer_name == "Locanda 1 S.r.l."
    assert [entry.verb for entry in history_of(invoice)] == ["issued"]
    assert Event.objects.filter(name="orders.invoices.InvoiceIssued").count() == 1


def test_issuing_twice_is_one_invoice(company):
    order_id = make_order(customer=business())

    assert issue_invoice(order_id) == issue_invoice(order_id)
    assert Invoice.objects.count() == NumberSeries.objects.get().last == 1


def test_a_refused_issue_uses_no_number_and_leaves_the_others_theirs(company):
    good, bad, last = make_order(customer=business(1)), make_order(customer=anna(2)), make_order(customer=business(3))

    done = issue_invoices([good, bad, last])

    assert [Invoice.objects.get(pk=key).number for key in done.issued] == [1, 2]
    assert done.refused == [
        (bad, "An invoice to Anna Verdi 2 lacks: partita IVA or codice fiscale. Add it to the customer, then issue the invoice.")
    ]
    assert NumberSeries.objects.get().last == 2


def test_a_consumer_who_asks_and_has_a_codice_fiscale_gets_an_invoice(company):
    order_id = make_order(customer=anna(codice_fiscale="RSSMRA85T10A562S"))

    invoice = Invoice.objects.get(pk=issue_invoice(order_id))

    assert (invoice.buyer_name, invoice.copy["buyer"]["codice_fiscale"]) == ("Anna Verdi 1", "RSSMRA85T10A562S")


def test_without_our_own_partita_iva_nothing_is_issued(db):
    order_id = make_order(customer=business())

    with pytest.raises(Refused, match="Fill in the company first"):
        issue_invoice(order_id)

    assert (Invoice.objects.count(), NumberSeries.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"is_test": True}, "It is a test order"), ({"treatment": "history"}, "its document was made where it was shipped")],
)
def test_what_nobody_sold_here_gets_no_invoice(company, fields, sentence):
    with pytest.raises(Refused, match=sentence):
        issue_invoice(make_order(customer=business(), **fields))


def test_the_number_begins_anew_each_year_and_never_dates_back(company, clock):
    set_day(clock, datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    old = Invoice.objects.get(pk=issue_invoice(make_order(customer=business(1))))
    clock.advance(120)
    new = Invoice.objects.get(pk=issue_invoice(make_order(customer=business(2))))
    clock.advance(-86400)
    back = Invoice.objects.get(pk=issue_invoice(make_order(customer=business(3))))

    assert [(each.number_text, each.issued_on) for each in (old, new, back)] == [
        ("FT/2026/0001", date(2026, 12, 31)),
        ("FT/2027/0001", date(2027, 1, 1)),
        ("FT/2027/0002", date(2027, 1, 1)),
    ]


def test_an_issued_invoice_cannot_be_changed_or_deleted(company):
    invoice = Invoice.objects.get(pk=issue_invoice(make_order(customer=business())))

    for change in (
        lambda: Invoice.objects.update(buyer_name="Altri"),
        lambda: Invoice.objects.update(copy={}),
        lambda: InvoiceRate.objects.update(vat=0),
        lambda: InvoiceRate.objects.all().delete(),
        lambda: Invoice.objects.filter(pk=invoice.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Invoice.objects.update(status="credit_due") == 1


def test_what_it_says_stays_whatever_becomes_of_customer_and_company(company):
    order_id = make_order(customer=business())
    before = Invoice.objects.get(pk=issue_invoice(order_id))

    Company.objects.update(name="Altra S.p.A.", partita_iva="")
    Party.objects.update(name="Nessuno", partita_iva="")
    Order.objects.filter(pk=order_id).update(billing={}, customer={})

    after = Invoice.objects.get()
    assert (after.copy, after.buyer_name) == (before.copy, "Locanda 1 S.r.l.")
    assert (after.copy["seller"]["name"], after.copy["buyer"]["partita_iva"]) == ("Bottega Etna S.r.l.", "12345670017")


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_is_issued_in_a_constant_number_of_statements(company, count, django_assert_num_queries):
    orders = [make_order(customer=business(number)) for number in range(count)]
    issue_invoice(make_order(customer=business(9)))

    with django_assert_num_queries(STATEMENTS):
        issue_invoices(orders)


def test_an_order_of_a_known_company_by_phone_takes_what_the_customer_has(company):
    party = make_party("Locanda ai Tigli", kind="company", partita_iva="12345670017", language="en")
    Address.objects.create(party=party, street="Via Borgo 12", postcode="48125", city="Ravenna", country="IT", digest="x")
    told = {"billing": PostalAddress(), "shipping": None, "external_number": ""}
    order_id = make_order(customer=Person(source="counter"), party_id=party.pk, **told)

    invoice = Invoice.objects.get(pk=issue_invoice(order_id))

    assert (invoice.buyer_name, invoice.language, invoice.copy["buyer"]["address"]["city"]) == ("Locanda ai Tigli", "en", "Ravenna")


def test_a_gift_card_pays_and_takes_nothing_off_the_invoice(company):
    card = NewAdjustment("gift_card", "Buono", Decimal("10.00"))
    order_id = make_order([sold("19.90")], [card], customer=business(), taxes=rate_rows([sold("19.90")], []))

    invoice = Invoice.objects.get(pk=issue_invoice(order_id))

    assert (invoice.order.total, invoice.gross) == (Decimal("9.90"), Decimal("19.90"))
    assert invoice.copy["payments"][-1] == {"title": "", "state": "gift_card", "amount": "10.00"}
