"""Invoices, sales and days as rows. Pure: rows in, words out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from erp.pages import wording
from erp.pages.channels import Verdict
from erp.pages.invoices.queries import DayKey, RateKey, Sum3, totals_of
from erp.pages.links import document_url
from orders.invoices.models import DocumentDue, Invoice, InvoiceMail
from orders.invoices.states import Document, MailState

EURO = "EUR"
MAIL = {
    MailState.WAITING: ("go", "clock"),
    MailState.SENDING: ("go", "clock"),
    MailState.SENT: ("quiet", "done"),
    MailState.UNKNOWN: ("wait", "warning"),
    MailState.PARKED: ("bad", "no"),
}


@dataclass(frozen=True)
class InvoiceRow:
    pk: int
    number: str
    url: str
    day: str
    buyer: str
    order: str
    order_url: str
    total: str
    mail: Verdict
    to: str
    paper: str
    credit: str
    is_checked: bool


@dataclass(frozen=True)
class DueRow:
    pk: int
    order: str
    order_url: str
    customer: str
    day: str
    total: str
    is_checked: bool


@dataclass(frozen=True)
class RateLine:
    rate: str
    net: str
    vat: str
    gross: str


@dataclass(frozen=True)
class DayBlock:
    day: str
    kind: str
    sales: str
    rates: list[RateLine]
    total: RateLine


def invoice_row(invoice: Invoice, mail: InvoiceMail | None, *, is_checked: bool = False) -> InvoiceRow:
    return InvoiceRow(
        pk=invoice.pk,
        number=invoice.number_text,
        url=reverse("invoice", args=[invoice.pk]),
        day=calendar_day(invoice.issued_on),
        buyer=invoice.buyer_name,
        order=invoice.order.number,
        order_url=reverse("order", args=[invoice.order_id]),
        total=wording.money(invoice.gross, invoice.currency),
        mail=mail_verdict(mail),
        to=mail.to if mail else "",
        paper=document_url(invoice.document_id) if invoice.document_id else "",
        credit=wording.money(invoice.credit_due, invoice.currency) if invoice.credit_due else "",
        is_checked=is_checked,
    )


def mail_verdict(mail: InvoiceMail | None) -> Verdict:
    if mail is None:
        return Verdict("quiet", "mail", gettext("Not sent"))
    tone, icon = MAIL[MailState(mail.state)]
    word = pgettext("invoice", "Sent") if mail.state == MailState.SENT else str(mail.get_state_display())
    return Verdict(tone, icon, word)


def due_row(due: DocumentDue, *, is_checked: bool = False) -> DueRow:
    return DueRow(
        pk=due.order_id,
        order=due.order.number,
        order_url=reverse("order", args=[due.order_id]),
        customer=due.order.customer_name,
        day=calendar_day(due.day),
        total=wording.money(due.gross, due.currency),
        is_checked=is_checked,
    )


def day_blocks(found: Mapping[DayKey, Mapping[RateKey, Sum3]], sales: Mapping[DayKey, int]) -> list[DayBlock]:
    return [
        DayBlock(
            day=wording.full_day(day),
            kind=gettext("Daily takings") if kind == Document.CORRISPETTIVI else str(Document(kind).label),
            sales=sales_counted(sales.get((day, kind), 0)),
            rates=[_line(rate_said(rate, nature), told) for (rate, nature), told in sorted(rates.items(), reverse=True)],
            total=_line(gettext("Total"), totals_of(list(rates.values()))),
        )
        for (day, kind), rates in found.items()
    ]


def _line(label: str, told: Sum3) -> RateLine:
    return RateLine(label, *(wording.money(amount, EURO) for amount in (told.net, told.vat, told.gross)))


def rate_said(rate: Decimal, nature: str) -> str:
    """`22 %`, `0 % N3.1`."""
    return f"{wording.quantity(rate)} % {nature}".strip()


def sales_counted(count: int) -> str:
    return ngettext("%(count)d sale", "%(count)d sales", count) % {"count": count}


def calendar_day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def amounts(copy: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """Amounts of a frozen copy as they are read."""
    return {name: wording.money(Decimal(copy[name]), EURO) for name in names if name in copy}
