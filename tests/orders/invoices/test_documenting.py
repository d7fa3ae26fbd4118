"""Each sale that is over has its invoice, or the row that says which document is due; news that was lost is made good."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.people import PostalAddress
from erp.core import clock as the_clock
from erp.core.events import publish
from erp.core.models import Card, Delivery
from erp.core.transactions import atomic
from erp.pages.invoices.queries import Sum3, rates_by_day
from orders.cards import subject_of
from orders.drafts import NewTax
from orders.events import OrderFulfilled
from orders.invoices.models import DocumentDue, DocumentDueRate, Invoice
from orders.invoices.services.configuring import set_invoice_settings
from orders.invoices.services.documenting import document_missing, document_orders
from orders.invoices.services.issuing import issue_for_card, issue_for_due, issue_invoice
from orders.models import Order
from orders.services.cancelling import cancel_order
from tests.factories.crm import anna
from tests.orders.invoices.conftest import business, carriage, make_order, sold

pytestmark = pytest.mark.django_db
BERLIN = PostalAddress(name="Anna", street="Hauptstr. 1", postcode="10115", city="Berlin", country="DE")
LONDON = PostalAddress(name="Anna", street="Baker St 1", postcode="SW1A 1AA", city="London", country="GB")
CODICE_FISCALE = "RSSMRA85T10A562S"


@pytest.fixture
def on_shipment(company):
    set_invoice_settings(by=None, issue="on_shipment", send_by_mail=False)


def due_of(order_id: int) -> tuple:
    due = DocumentDue.objects.get(order=order_id)
    return (due.kind, due.reason, due.country, due.gross)


def test_a_paid_sale_to_a_company_is_invoiced_by_itself(on_shipment, deliver):
    order_id = make_order(customer=business())

    while deliver():
        pass

    assert Invoice.objects.get().order_id == order_id
    assert DocumentDue.objects.count() == Delivery.objects.count() == 0


def test_an_italian_consumer_goes_to_the_days_takings_with_amounts_per_rate(on_shipment, deliver):
    lines = [sold("19.90"), sold("10.40", "4", external_id="2")]
    extra = [carriage("5.90")]
    taxes = [
        NewTax(f"line:{line.external_id}", "", rate, line.net, line.tax)
        for line, rate in zip(lines, (Decimal(22), Decimal(4)), strict=True)
    ]
    taxes.append(NewTax("shipping:0", "", Decimal(22), extra[0].net, extra[0].tax))
    order_id = make_order(lines, extra, taxes=tuple(taxes))

    deliver()

    assert due_of(order_id) == ("corrispettivi", "consumer", "IT", Decimal("36.20"))
    assert list(DocumentDueRate.objects.order_by("-rate").values_list("rate", "net", "vat", "gross")) == [
        (Decimal(22), Decimal("21.15"), Decimal("4.65"), Decimal("25.80")),
        (Decimal(4), Decimal("10.00"), Decimal("0.40"), Decimal("10.40")),
    ]


@pytest.mark.parametrize(("place", "kind", "reason"), [(BERLIN, "oss", "eu_consumer"), (LONDON, "export", "outside_eu")])
def test_sales_abroad_say_what_is_due_and_why(on_shipment, deliver, place, kind, reason):
    order_id = make_order(billing=place, shipping=place)

    deliver()

    assert due_of(order_id) == (kind, reason, place.country, Decimal("19.90"))


@pytest.mark.parametrize("fields", [{"is_test": True}, {"treatment": "history"}, {"treatment": "ignore"}])
def test_what_was_not_sold_here_is_documented_by_nobody(on_shipment, deliver, fields):
    make_order(**fields)

    deliver()
    document_missing()

    assert (DocumentDue.objects.count(), Invoice.objects.count()) == (0, 0)


def test_on_request_a_company_waits_for_the_button(company, deliver):
    order_id = make_order(customer=business())
    deliver()
    due = DocumentDue.objects.get()
    assert (due.kind, due.ended_on) == ("invoice", None)

    invoice_id = issue_for_due(due.pk, by=None)

    due.refresh_from_db()
    assert Invoice.objects.get(pk=invoice_id).order_id == order_id
    assert (due.ended_by, due.ended_on) == ("invoiced", the_clock.today())


def test_what_cannot_be_invoiced_waits_with_a_card_that_says_why(on_shipment, deliver):
    order_id = make_order(customer=anna(company="Locanda S.r.l."))
    deliver()

    card = Card.objects.get(kind="invoices.not_issued", closed_at=None)
    assert card.subject == subject_of(order_id)
    assert "lacks: partita IVA or codice fiscale" in card.params["told"]
    assert due_of(order_id)[:2] == ("invoice", "company")

    Order.objects.get(pk=order_id).party.__class__.objects.update(codice_fiscale=CODICE_FISCALE)
    issue_for_card(card.subject, by=None)

    assert Invoice.objects.get().copy["buyer"]["codice_fiscale"] == CODICE_FISCALE
    assert Card.objects.filter(closed_at=None).count() == 0


def test_amounts_that_no_rate_explains_open_a_card_and_a_corrected_order_closes_it(on_shipment, deliver):
    line = sold("19.90")
    order_id = make_order([line], taxes=(NewTax("line:1", "", Decimal(4), line.net, line.tax),))
    deliver()
    assert Card.objects.filter(kind="invoices.not_documented", closed_at=None).count() == 1
    assert DocumentDue.objects.count() == 0

    Order.objects.get(pk=order_id).taxes.update(rate=22)
    document_missing()

    assert Card.objects.filter(closed_at=None).count() == 0
    assert due_of(order_id)[0] == "corrispettivi"


def test_news_that_was_lost_is_made_good(on_shipment):
    make_order(customer=business(1))
    make_order(customer=anna(1))
    Delivery.objects.all().delete()

    assert document_missing() == 2
    assert (Invoice.objects.count(), DocumentDue.objects.count()) == (1, 1)
    assert document_missing() == 0


def test_documenting_again_changes_nothing(on_shipment):
    orders = [make_order(customer=business()), make_order()]
    document_orders(orders)
    before = list(DocumentDue.objects.values()), list(Invoice.objects.values())

    document_orders(orders)

    assert (list(DocumentDue.objects.values()), list(Invoice.objects.values())) == before


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_is_documented_in_a_constant_number_of_statements(on_shipment, count, django_assert_num_queries):
    orders = [make_order(customer=business(number)) for number in range(count)]
    orders += [make_order(customer=anna(10 + number)) for number in range(count)]
    issue_invoice(make_order(customer=business(9)))

    with django_assert_num_queries(26):
        document_orders(orders)


def test_the_days_takings_lose_what_is_invoiced_later_on_the_day_of_the_invoice(on_shipment, clock):
    set_day(clock, datetime(2026, 11, 20, 12, tzinfo=UTC))
    first, second = make_order(), make_order(customer=anna(2, codice_fiscale=CODICE_FISCALE))
    document_orders([first, second])
    clock.advance(86400)

    issue_invoice(second)

    sold_on, invoiced_on = date(2026, 11, 20), date(2026, 11, 21)
    rate = (Decimal("22.0000"), "")
    assert rates_by_day(sold_on, invoiced_on) == {
        (invoiced_on, "corrispettivi"): {rate: Sum3(Decimal("-16.31"), Decimal("-3.59"), Decimal("-19.90"))},
        (sold_on, "corrispettivi"): {rate: Sum3(Decimal("32.62"), Decimal("7.18"), Decimal("39.80"))},
    }


def test_each_sale_stands_in_one_place_and_all_together_are_what_was_paid(on_shipment, deliver):
    """The acceptance of the Italian notes: every order in exactly one register; their sum is the sum of paid orders."""
    for number in range(30):
        customer = business(number) if number % 3 == 0 else anna(number)
        place = (BERLIN, LONDON)[number % 2] if number % 5 == 0 else None
        make_order([sold(f"{10 + number}.9{number % 10}")], customer=customer, **({"billing": place, "shipping": place} if place else {}))
    deliver()

    invoiced = {invoice.order_id: invoice.gross for invoice in Invoice.objects.all()}
    due = {row.order_id: row.gross for row in DocumentDue.objects.filter(ended_on=None)}
    assert set(invoiced) & set(due) == set()
    assert invoiced | due == {order.pk: order.total for order in Order.objects.all()}


def test_what_has_left_is_documented_when_it_is_told(on_shipment, deliver):
    order_id = make_order(customer=business())
    Delivery.objects.all().delete()
    with atomic():
        publish(OrderFulfilled(order_id))

    deliver()

    assert Invoice.objects.get().order_id == order_id


def test_what_others_shipped_for_us_is_ours_to_document(on_shipment):
    order_id = make_order()
    Order.objects.filter(pk=order_id).update(treatment="history", shipped_elsewhere="theirs")

    assert document_missing() == 1
    assert due_of(order_id)[0] == "corrispettivi"


def test_a_cancelled_sale_that_is_revived_is_due_again(on_shipment, deliver):
    order_id = make_order()
    document_orders([order_id])
    cancel_order(order_id, actor="shop")
    while deliver():
        pass
    assert DocumentDue.objects.get().ended_by == "cancelled"

    Order.objects.filter(pk=order_id).update(status="closed")
    document_orders([order_id])

    assert (DocumentDue.objects.get().ended_by, DocumentDueRate.objects.count()) == ("", 1)


def set_day(clock, moment: datetime) -> None:
    clock.advance((moment - the_clock.now()).total_seconds())
