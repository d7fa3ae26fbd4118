"""Issuing: an order gets its invoice, once, with the next number of its series and a copy that never changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from erp.core.cards import close_cards, key_of
from erp.core.clock import now, today
from erp.core.events import publish
from erp.core.history import By, record
from erp.core.money import format_money
from erp.core.numbering import take_numbers
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from orders.cards import subject_of as order_subject
from orders.invoices.buyers import Buyer, buyer_of, check_complete, gross_of, sale_of
from orders.invoices.cards import NOT_DOCUMENTED, NOT_ISSUED
from orders.invoices.charging import charged_rows
from orders.invoices.copying import Copy, copy_of
from orders.invoices.deciding import decide_document, zero_rate_nature
from orders.invoices.events import InvoiceIssued
from orders.invoices.fiscal_totals import FiscalTotals, fiscal_totals
from orders.invoices.models import DocumentDue, Invoice, InvoiceRate, Series
from orders.invoices.queries import House, house, last_day, load_sold, series_of
from orders.invoices.services.configuring import ensure_default_series
from orders.invoices.states import Document, EndCause
from orders.locks import lock_orders
from orders.models import Order

PAGE = 50


@dataclass(frozen=True, slots=True)
class Issued:
    """`issued` are keys of invoices, those that were there before among them; `refused` are (order, sentence)."""

    issued: list[int]
    refused: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice that only lacks its number and date."""

    order: Order
    buyer: Buyer
    totals: FiscalTotals
    copy: Copy


def issue_invoice(order_id: int, *, by: By = None, series: str = "") -> int:
    """Issue the invoice of an order that somebody asked for, whatever is due for it otherwise; again returns the one that there is.

    Raises Refused, and uses no number, where the order or the buyer cannot have one. Returns the invoice's key.
    """
    done = issue_invoices([order_id], by=by, series=series)
    for _order_id, sentence in done.refused:
        raise Refused(sentence, code="not_invoiced")
    return done.issued[0]


def issue_invoices(order_ids: Sequence[int], *, by: By = None, series: str = "") -> Issued:
    """Issue many, a page in a transaction, each page in a constant number of statements; a refusal concerns its order alone."""
    wanted = list(dict.fromkeys(order_ids))
    issued: dict[int, int] = {}
    refused: list[tuple[int, str]] = []
    for start in range(0, len(wanted), PAGE):
        made, not_made = _issue_page(wanted[start : start + PAGE], by=by, series=series)
        issued |= made
        refused += not_made
    return Issued([issued[key] for key in wanted if key in issued], refused)


def issue_for_card(subject: str, *, by: By) -> int:
    """The button of a card whose invoice could not be issued by itself."""
    return issue_invoice(key_of(subject), by=by)


def issue_for_due(due_id: int, *, by: By) -> int:
    """The button beside a sale that is documented otherwise, or waits for its invoice."""
    return issue_invoice(DocumentDue.objects.values_list("order_id", flat=True).get(pk=due_id), by=by)


@atomic
def _issue_page(order_ids: Sequence[int], *, by: By, series: str) -> tuple[dict[int, int], list[tuple[int, str]]]:
    orders = lock_orders(order_ids)
    known = invoiced(order_ids)
    us = house()
    fresh = [order for order in orders if order.pk not in known]
    load_sold(fresh)
    drafts: list[Draft] = []
    refused: list[tuple[int, str]] = []
    for order in fresh:
        try:  # a draft writes nothing, so its refusal leaves the page usable
            drafts.append(draft_invoice(order, us, asked=True))
        except Refused as refusal:
            refused.append((order.pk, str(refusal)))
    return known | issue_drafts(drafts, us, by=by, series=series), refused


def invoiced(order_ids: Iterable[int]) -> dict[int, int]:
    """Order -> its invoice."""
    return dict(Invoice.objects.filter(order__in=list(order_ids)).values_list("order_id", "pk"))


def draft_invoice(order: Order, us: House, *, asked: bool) -> Draft:
    """Work out an invoice without writing anything. Raises Refused where there cannot be one."""
    if us.company is None or not us.company.partita_iva:
        raise Refused(_("An invoice needs your own partita IVA. Fill in the company first."), code="no_company")
    decision = decide_document(sale_of(order, home=us.country, asked=asked))
    if decision.document == Document.NONE:
        raise Refused(
            _("Order %(number)s gets no invoice. %(reason)s") % {"number": order.number, "reason": decision.sentence}, code=decision.reason
        )
    if order.currency != us.company.currency:
        raise Refused(
            _("Order %(number)s is in %(theirs)s; invoices are issued in %(ours)s. Make this one in your accounting.")
            % {"number": order.number, "theirs": order.currency, "ours": us.company.currency},
            code="currency",
        )
    buyer = buyer_of(order, home=us.country)
    check_complete(buyer, home=us.country)
    totals = totals_of(order, us)
    return Draft(order, buyer, totals, copy_of(order, buyer, totals, us.company))


def totals_of(order: Order, us: House) -> FiscalTotals:
    """The order's amounts by the fiscal rule. Raises Refused where they do not sum to what the order asks for."""
    lines = list(order.lines.all())
    regime = us.company.fiscal_regime if us.company else ""
    rows = charged_rows(
        lines,
        list(order.adjustments.all()),
        list(order.taxes.all()),
        units=[line.variant.unit if line.variant else "" for line in lines],
        zero_nature=zero_rate_nature(sale_of(order, home=us.country, asked=False), fiscal_regime=regime),
    )
    totals = fiscal_totals(rows)
    if totals.gross != gross_of(order):
        raise Refused(
            _("The rows of order %(number)s sum to %(sum)s, its total is %(total)s. Look at the order in the shop.")
            % {"number": order.number, "sum": totals.gross, "total": gross_of(order)},
            code="total",
        )
    return totals


def issue_drafts(drafts: Sequence[Draft], us: House, *, by: By, series: str = "") -> dict[int, int]:
    """Give each draft its number and write it: order -> invoice. The caller holds the orders' locks.

    The series is locked here, until the transaction ends: nothing that may take long or be refused comes after it.
    """
    if not drafts:
        return {}
    chosen = series_of(series) if series else ensure_default_series()
    close_cards(NOT_ISSUED, [order_subject(draft.order.pk) for draft in drafts])
    close_cards(NOT_DOCUMENTED, [order_subject(draft.order.pk) for draft in drafts])
    year, numbers, day = _take(chosen, len(drafts), us)
    invoices = [_invoice(draft, chosen, year, number, day, by=by) for draft, number in zip(drafts, numbers, strict=True)]
    Invoice.objects.bulk_create(invoices)
    InvoiceRate.objects.bulk_create(_rates(invoices, drafts))
    _end_dues(invoices, day)
    for invoice in invoices:
        total = format_money(invoice.gross, invoice.currency, invoice.language)
        record(invoice, "issued", by=by, number=invoice.number_text, order=invoice.order_id)
        record(order_subject(invoice.order_id), "invoiced", by=by, number=invoice.number_text, total=total)
        publish(InvoiceIssued(invoice.pk))
    return {invoice.order_id: invoice.pk for invoice in invoices}


def _take(series: Series, count: int, us: House) -> tuple[int, range, date]:
    """Numbers, and the one day of all of them: today in the company's time zone, never before the newest date of the series."""
    day = max(filter(None, [today(us.zone), last_day(series.pk)]))
    numbers = take_numbers(f"invoices.{series.code}", day.year, count)
    # the lock was waited for: whoever had it may have dated later
    return day.year, numbers, max(filter(None, [day, last_day(series.pk, day.year)]))


def _invoice(draft: Draft, series: Series, year: int, number: int, day: date, *, by: By) -> Invoice:
    text = series.number_text(year, number)
    return Invoice(
        number_text=text,
        series=series,
        year=year,
        number=number,
        issued_on=day,
        issued_at=now(),
        issued_by_id=by.pk if by else None,
        order=draft.order,
        party_id=draft.order.party_id,
        buyer_name=draft.buyer.name,
        language=draft.buyer.language,
        currency=draft.order.currency,
        gross=draft.totals.gross,
        net=draft.totals.net,
        vat=draft.totals.vat,
        copy={**draft.copy, "number": text, "series": series.code, "year": year, "issued_on": day.isoformat()},
    )


def _rates(invoices: Sequence[Invoice], drafts: Sequence[Draft]) -> Iterable[InvoiceRate]:
    for invoice, draft in zip(invoices, drafts, strict=True):
        for rate in draft.totals.rates:
            yield InvoiceRate(
                invoice=invoice,
                rate=rate.rate,
                nature=rate.nature,
                net=rate.net,
                vat=rate.vat,
                gross=rate.gross,
                rounding=rate.rounding,
                channel_net=rate.channel_net,
                channel_vat=rate.channel_vat,
            )


def _end_dues(invoices: Sequence[Invoice], day: date) -> None:
    """What was due for the sale otherwise is settled by its invoice."""
    orders = [invoice.order_id for invoice in invoices]
    DocumentDue.objects.filter(order__in=orders, ended_on=None).update(ended_on=day, ended_by=EndCause.INVOICED)
