"""Documenting: each sale that is over gets its invoice, or the row that says which other document is due for it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from erp.core.cards import close_cards, open_card
from erp.core.clock import today
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from orders.cards import subject_of
from orders.invoices.buyers import sale_of
from orders.invoices.cards import NOT_DOCUMENTED, NOT_ISSUED
from orders.invoices.deciding import decide_document
from orders.invoices.models import DocumentDue, DocumentDueRate
from orders.invoices.queries import House, house, load_sold, undocumented_orders
from orders.invoices.services.issuing import PAGE, Draft, draft_invoice, invoiced, issue_drafts, totals_of
from orders.invoices.states import Document, EndCause, IssueMoment
from orders.locks import lock_orders
from orders.models import Order
from orders.states import OrderStatus

SWEEP_ORDERS = 1000


def document_orders(order_ids: Sequence[int]) -> None:
    """Give each of the orders that are closed its document. A second time only follows amounts that changed before an invoice.

    Where the law wants an invoice and the settings say so, it is issued; what cannot be issued waits as due, with a card that says why.
    """
    for start in range(0, len(order_ids), PAGE):
        _document_page(order_ids[start : start + PAGE])


def document_missing() -> int:
    """Document closed orders that nothing documents: news of them was lost or refused. Returns how many were looked at."""
    found = undocumented_orders(SWEEP_ORDERS)
    document_orders(found)
    return len(found)


@atomic
def _document_page(order_ids: Sequence[int]) -> None:
    orders = [order for order in lock_orders(order_ids) if order.status == OrderStatus.CLOSED]
    known = invoiced(order.pk for order in orders)
    open_orders = [order for order in orders if order.pk not in known]
    if not open_orders:
        return
    us = house()
    load_sold(open_orders)
    dues: list[tuple[DocumentDue, list[DocumentDueRate]]] = []
    drafts: list[Draft] = []
    for order in open_orders:
        decision = decide_document(sale_of(order, home=us.country, asked=False))
        if decision.document == Document.NONE:
            continue
        draft = _draft(order, us) if decision.document == Document.INVOICE and us.settings.issue == IssueMoment.ON_SHIPMENT else None
        if draft is not None:
            drafts.append(draft)
        elif (due := _due(order, decision.document, decision.reason, us)) is not None:
            dues.append(due)
    _write_dues(dues)
    issue_drafts(drafts, us, by=None)


def _draft(order: Order, us: House) -> Draft | None:
    """The invoice of an order, worked out; None, with a card, where it is refused. Nothing is written, so the transaction goes on."""
    try:
        return draft_invoice(order, us, asked=False)
    except Refused as refusal:
        open_card(NOT_ISSUED, subject_of(order.pk), amount=order.total, currency=order.currency, number=order.number, told=str(refusal))
        return None


def _due(order: Order, document: Document, reason: str, us: House) -> tuple[DocumentDue, list[DocumentDueRate]] | None:
    try:
        if document != Document.INVOICE:
            _check_currency(order, us)
        totals = totals_of(order, us)
    except Refused as refusal:
        open_card(NOT_DOCUMENTED, subject_of(order.pk), amount=order.total, currency=order.currency, number=order.number, told=str(refusal))
        return None
    due = DocumentDue(
        order=order,
        kind=document,
        reason=reason,
        day=today(us.zone),
        country=sale_of(order, home=us.country, asked=False).destination[:2],
        currency=order.currency,
        gross=totals.gross,
    )
    rows = [
        DocumentDueRate(due=due, rate=rate.rate, nature=rate.nature, net=rate.net, vat=rate.vat, gross=rate.gross) for rate in totals.rates
    ]
    return due, rows


def _check_currency(order: Order, us: House) -> None:
    """Raises Refused for what a register in our currency cannot take up."""
    ours = us.company.currency if us.company else order.currency
    if order.currency != ours:
        raise Refused(
            _("Order %(number)s is in %(theirs)s, and the registers are kept in %(ours)s. Enter this one in your accounting.")
            % {"number": order.number, "theirs": order.currency, "ours": ours},
            code="currency",
        )


def _write_dues(wanted: Sequence[tuple[DocumentDue, list[DocumentDueRate]]]) -> None:
    """Write the rows that are new, and again those whose kind or amounts are others now; one that ended stays as it is."""
    if not wanted:
        return
    known = {due.order_id: due for due in DocumentDue.objects.filter(order__in=[due.order_id for due, _rows in wanted])}
    fresh = [(due, rows) for due, rows in wanted if _differs(due, known.get(due.order_id))]
    for due, _rows in fresh:
        if (before := known.get(due.order_id)) is not None:
            due.day = before.day
    DocumentDueRate.objects.filter(due__order__in=[due.order_id for due, _rows in fresh]).delete()
    DocumentDue.objects.filter(order__in=[due.order_id for due, _rows in fresh]).delete()
    DocumentDue.objects.bulk_create(due for due, _rows in fresh)
    DocumentDueRate.objects.bulk_create(row for _due, rows in fresh for row in rows)
    close_cards(NOT_DOCUMENTED, [subject_of(due.order_id) for due, _rows in wanted])


def _differs(due: DocumentDue, known: DocumentDue | None) -> bool:
    """Whether the row is to be written again. What ended by a cancel or a refund is due anew if the order is a sale after all."""
    if known is None or known.ended_by in (EndCause.CANCELLED, EndCause.REFUNDED):
        return True
    return known.ended_on is None and (known.kind, known.gross) != (due.kind, due.gross)
