"""Crediting: what was refunded, cancelled or lowered after the issue must be taken back by a credit note; a card says so."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from erp.core.cards import close_cards, open_card
from erp.core.clock import today
from erp.core.history import record
from erp.core.transactions import atomic
from orders.invoices.buyers import gross_of
from orders.invoices.cards import CREDIT_NOTE_DUE, MORE_DUE, subject_of
from orders.invoices.models import DocumentDue, Invoice
from orders.invoices.queries import given_back, house
from orders.invoices.states import EndCause, InvoiceStatus
from orders.locks import lock_orders
from orders.models import Order
from orders.states import OrderStatus

NOTHING = Decimal("0.00")


@atomic
def follow_orders(order_ids: Sequence[int]) -> None:
    """Bring what is to credit to how the orders stand now, and end what was due for those that were no sale in the end.

    Safe to repeat, in any order.
    """
    orders = {order.pk: order for order in lock_orders(order_ids)}
    invoices = list(Invoice.objects.filter(order__in=orders).order_by("pk"))
    for invoice in invoices:
        _follow(invoice, orders[invoice.order_id])
    _compare(invoices, orders)
    _end_dues([key for key, order in orders.items() if order.status == OrderStatus.CANCELLED], EndCause.CANCELLED)
    _end_dues(Order.objects.filter(given_back(), pk__in=orders).values_list("pk", flat=True), EndCause.REFUNDED)


def follow_invoices(invoice_ids: Sequence[int]) -> None:
    """The same from the side of invoices just issued: what was refunded before is to credit at once."""
    follow_orders(list(Invoice.objects.filter(pk__in=invoice_ids).order_by("pk").values_list("order_id", flat=True)))


def credit_due(invoice: Invoice, order: Order) -> Decimal:
    """All of it where the order is cancelled; else what the invoice says above what the order still asks for, refunds taken off."""
    if order.status == OrderStatus.CANCELLED:
        return invoice.gross
    return min(max(invoice.gross - (gross_of(order) - order.refunded), NOTHING), invoice.gross)


def _follow(invoice: Invoice, order: Order) -> None:
    amount = credit_due(invoice, order)
    if amount == invoice.credit_due:
        return
    status = InvoiceStatus.CREDIT_DUE if amount else InvoiceStatus.ISSUED
    Invoice.objects.filter(pk=invoice.pk).update(credit_due=amount, status=status)
    record(invoice, "credit_due", amount=amount, before=invoice.credit_due)
    subject = subject_of(invoice.pk)
    if not amount:
        close_cards(CREDIT_NOTE_DUE, [subject])
        return
    open_card(CREDIT_NOTE_DUE, subject, amount=amount, currency=invoice.currency, number=invoice.number_text, order=order.number)


def _compare(invoices: Sequence[Invoice], orders: Mapping[int, Order]) -> None:
    """An order that grew after its invoice was issued has sold more than any document says."""
    enough = []
    for invoice in invoices:
        order, subject = orders[invoice.order_id], subject_of(invoice.pk)
        more = NOTHING if order.status == OrderStatus.CANCELLED else gross_of(order) - order.refunded - invoice.gross
        if more > 0:
            open_card(MORE_DUE, subject, amount=more, currency=invoice.currency, number=invoice.number_text, order=order.number)
        else:
            enough.append(subject)
    if enough:
        close_cards(MORE_DUE, enough)


def _end_dues(order_ids: Iterable[int], cause: EndCause) -> None:
    dues = DocumentDue.objects.filter(order__in=list(order_ids), ended_on=None)
    if keys := list(dues.order_by("pk").values_list("pk", flat=True)):
        DocumentDue.objects.filter(pk__in=keys).update(ended_on=today(house().zone), ended_by=cause)
