"""Invoicing hears of orders and of its own invoices: news in, one service call out."""

from erp.core.events import handles
from orders.events import OrderCancelled, OrderChanged, OrderFulfilled, OrderPaid
from orders.invoices.events import InvoiceIssued
from orders.invoices.services.crediting import follow_invoices, follow_orders
from orders.invoices.services.documenting import document_orders
from orders.invoices.services.handing_over import print_invoices
from orders.invoices.services.mailing import mail_issued


@handles(OrderFulfilled)
def document_what_left(events: list[OrderFulfilled]) -> None:
    document_orders([event.order_id for event in events])


@handles(OrderPaid, lane="backlog")
def document_what_was_paid(events: list[OrderPaid]) -> None:
    """Goods that are not shipped, and sales over the counter: the order closes when it is paid."""
    document_orders([event.order_id for event in events])


@handles(OrderChanged, lane="backlog")
def document_what_changed(events: list[OrderChanged]) -> None:
    document_orders([event.order_id for event in events])


@handles(OrderChanged, lane="backlog")
def credit_what_was_lowered(events: list[OrderChanged]) -> None:
    follow_orders([event.order_id for event in events])


@handles(OrderCancelled)
def follow_cancellations(events: list[OrderCancelled]) -> None:
    follow_orders([event.order_id for event in events])


@handles(InvoiceIssued)
def print_issued_invoices(events: list[InvoiceIssued]) -> None:
    print_invoices([event.invoice_id for event in events])


@handles(InvoiceIssued, lane="backlog")
def mail_issued_invoices(events: list[InvoiceIssued]) -> None:
    mail_issued([event.invoice_id for event in events])


@handles(InvoiceIssued, lane="backlog")
def credit_what_was_refunded_before(events: list[InvoiceIssued]) -> None:
    follow_invoices([event.invoice_id for event in events])
