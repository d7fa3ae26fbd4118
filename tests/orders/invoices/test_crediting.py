"""After an invoice: refunds, cancellations and lowered totals ask for a credit note of exactly that much."""

from decimal import Decimal

import pytest

from erp.core.models import Card
from orders.invoices.models import DocumentDue, Invoice
from orders.invoices.services.crediting import follow_orders
from orders.invoices.services.documenting import document_orders
from orders.invoices.services.issuing import issue_invoice
from orders.services.cancelling import cancel_order
from tests.factories.orders import drop_refund, refund, tell_refund
from tests.orders.invoices.conftest import business, make_order

pytestmark = pytest.mark.django_db


def open_cards() -> list[tuple]:
    cards = Card.objects.filter(kind="invoices.credit_note_due", closed_at=None).order_by("pk")
    return [(card.amount, card.currency) for card in cards]


def test_a_refund_after_the_invoice_opens_a_card_with_its_amount(company, deliver):
    order_id = make_order(customer=business())
    invoice_id = issue_invoice(order_id)

    tell_refund(order_id, refund("r1", "5.00"))
    deliver()

    invoice = Invoice.objects.get(pk=invoice_id)
    assert (invoice.credit_due, invoice.status) == (Decimal("5.00"), "credit_due")
    assert open_cards() == [(Decimal("5.00"), "EUR")]


def test_a_second_refund_adds_to_the_card_and_a_deleted_one_takes_it_away(company, deliver):
    order_id = make_order(customer=business())
    issue_invoice(order_id)
    tell_refund(order_id, refund("r1", "5.00"))
    tell_refund(order_id, refund("r2", "2.50"))
    deliver()
    assert open_cards() == [(Decimal("7.50"), "EUR")]

    drop_refund(order_id, "r1")
    drop_refund(order_id, "r2")
    deliver()

    assert open_cards() == []
    assert Invoice.objects.get().status == "issued"


def test_a_refund_before_the_invoice_is_to_credit_as_soon_as_it_is_issued(company, deliver):
    order_id = make_order(customer=business())
    tell_refund(order_id, refund("r1", "5.00"))
    deliver()

    issue_invoice(order_id)
    deliver()

    assert (Invoice.objects.get().gross, Invoice.objects.get().credit_due) == (Decimal("19.90"), Decimal("5.00"))


def test_a_cancelled_order_asks_for_all_of_it(company, deliver):
    order_id = make_order(customer=business())
    issue_invoice(order_id)

    cancel_order(order_id, actor="shop")
    deliver()

    assert open_cards() == [(Decimal("19.90"), "EUR")]


def test_what_was_due_for_a_cancelled_order_ends(company, deliver):
    order_id = make_order()
    document_orders([order_id])

    cancel_order(order_id, actor="shop")
    deliver()

    due = DocumentDue.objects.get()
    assert (due.ended_by, due.ended_on is not None) == ("cancelled", True)


def test_following_again_changes_nothing(company, deliver):
    order_id = make_order(customer=business())
    issue_invoice(order_id)
    tell_refund(order_id, refund("r1", "5.00"))
    follow_orders([order_id])
    before = Invoice.objects.values().get()

    follow_orders([order_id])

    assert Invoice.objects.values().get() == before
