"""What the list of invoices reads. The number of statements does not grow with the rows."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.utils.http import urlencode

from orders.invoices.models import DocumentDue, DocumentDueRate, Invoice, InvoiceMail
from orders.invoices.states import OPEN_MAIL, Document, InvoiceStatus, MailState

PAGE_SIZE = 50
DAYS_SHOWN = 31
FAILED = (MailState.PARKED, MailState.UNKNOWN)
QUEUES = ("to_issue", "issued", "mail", "credit", "days")
BY_DAY = (Document.CORRISPETTIVI, Document.OSS, Document.EXPORT)


@dataclass(frozen=True)
class Wanted:
    """The list that the address asks for. `month` as `2026-11`."""

    queue: str = "to_issue"
    q: str = ""
    month: str = ""

    def address(self, **changes: str) -> str:
        other = replace(self, **changes)
        return "?" + urlencode({each.name: getattr(other, each.name) for each in fields(other) if getattr(other, each.name)})


@dataclass(frozen=True)
class Sum3:
    """Taxable, VAT and total."""

    net: Decimal
    vat: Decimal
    gross: Decimal

    def __add__(self, other: "Sum3") -> "Sum3":
        return Sum3(self.net + other.net, self.vat + other.vat, self.gross + other.gross)


NOTHING = Sum3(Decimal("0.00"), Decimal("0.00"), Decimal("0.00"))
DayKey = tuple[date, str]
RateKey = tuple[Decimal, str]


def wanted_of(query: Any) -> Wanted:
    told = {each.name: " ".join(str(query.get(each.name, "")).replace("\x00", "").split())[:80] for each in fields(Wanted)}
    return replace(Wanted(**told), queue=told["queue"] if told["queue"] in QUEUES else "to_issue", month=_month(told["month"]))


def _month(text: str) -> str:
    try:
        return date.fromisoformat(f"{text}-01").strftime("%Y-%m")
    except ValueError:
        return ""


def counts() -> dict[str, int | None]:
    """How many each counted queue holds, in one statement."""
    rows = {
        "to_issue": to_issue(Wanted()),
        "mail": Invoice.objects.filter(mail_failed()),
        "credit": Invoice.objects.filter(status=InvoiceStatus.CREDIT_DUE),
    }
    first, *others = (each.order_by().annotate(queue=Value(code)).values_list("queue", Count("pk")) for code, each in rows.items())
    return dict.fromkeys(QUEUES) | dict(first.union(*others, all=True))


def mail_failed() -> Q:
    """The mail server refused it or did not answer, and no other mail of it is on its way or arrived."""
    mine = InvoiceMail.objects.filter(invoice=OuterRef("pk"))
    return Q(Exists(mine.filter(state__in=FAILED))) & ~Q(Exists(mine.filter(state__in=[*OPEN_MAIL, MailState.SENT])))


def to_issue(wanted: Wanted) -> QuerySet[DocumentDue]:
    """Sales that wait for their invoice, the oldest first."""
    rows = DocumentDue.objects.filter(kind=Document.INVOICE, ended_on=None).select_related("order")
    if wanted.q:
        number = wanted.q.lstrip("#")
        found = Q(order__customer_name__icontains=wanted.q) | Q(order__external_number__iexact=number)
        if number.isdecimal() and number.isascii() and len(number) < 19:
            found |= Q(order=int(number))
        rows = rows.filter(found)
    return rows.order_by("day", "pk")


def invoices_in(wanted: Wanted) -> QuerySet[Invoice]:
    rows = Invoice.objects.select_related("order").defer("copy")
    if wanted.queue == "mail":
        rows = rows.filter(mail_failed())
    elif wanted.queue == "credit":
        rows = rows.filter(status=InvoiceStatus.CREDIT_DUE)
    if wanted.month:
        first = date.fromisoformat(f"{wanted.month}-01")
        rows = rows.filter(issued_on__gte=first, issued_on__lt=(first + timedelta(days=32)).replace(day=1))
    if wanted.q:
        found = Q(number_text__icontains=wanted.q) | Q(buyer_name__icontains=wanted.q)
        if wanted.q.isdecimal() and wanted.q.isascii() and len(wanted.q) < 19:
            found |= Q(order=int(wanted.q))
        rows = rows.filter(found)
    return rows.order_by("-issued_on", "-pk")


def page_of(rows: QuerySet[Any], number: str) -> Page[Any]:
    return Paginator(rows, PAGE_SIZE).get_page(number)


def rates_by_day(first: date, last: date) -> dict[DayKey, dict[RateKey, Sum3]]:
    """(day, kind) -> (rate, nature) -> sums: the sales of the day less those that left on it, the newest day first. One statement."""
    found: dict[DayKey, dict[RateKey, Sum3]] = {}
    sold, left = (_by_rate(field, first, last, sign) for field, sign in (("due__day", 1), ("due__ended_on", -1)))
    for sign, on, kind, rate, nature, *sums in sold.union(left, all=True):
        day = found.setdefault((on, kind), {})
        day[rate, nature] = day.get((rate, nature), NOTHING) + Sum3(*(sign * amount for amount in sums))
    return dict(sorted(found.items(), key=lambda item: (item[0][0], item[0][1]), reverse=True))


def _by_rate(day_field: str, first: date, last: date, sign: int) -> QuerySet[Any, Any]:
    rows = DocumentDueRate.objects.filter(due__kind__in=BY_DAY, **{f"{day_field}__range": (first, last)}).order_by()
    grouped = rows.annotate(sign=Value(sign)).values_list("sign", day_field, "due__kind", "rate", "nature")
    return grouped.annotate(net_=Sum("net"), vat_=Sum("vat"), gross_=Sum("gross"))


def totals_of(rates: Sequence[Sum3]) -> Sum3:
    return sum(rates, NOTHING)


def sales_of_day(first: date, last: date) -> dict[DayKey, int]:
    """How many sales each (day, kind) holds."""
    rows = DocumentDue.objects.filter(kind__in=BY_DAY, day__range=(first, last)).order_by().values("day", "kind")
    return {(row["day"], row["kind"]): row["count"] for row in rows.annotate(count=Count("pk"))}
