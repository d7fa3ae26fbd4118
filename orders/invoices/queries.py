"""Reads of invoicing: orders with all that a document needs, and who we are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, prefetch_related_objects
from django.utils.translation import gettext as _

from crm.models import Address, Company, ContactPoint
from erp.core.refusals import Refused
from orders.invoices.buyers import has_address
from orders.invoices.models import DocumentDue, Invoice, InvoiceMail, InvoiceSettings, Series
from orders.models import Adjustment, Order, OrderLine, Payment, TaxRow
from orders.states import LIVELY, OrderStatus, PaymentStatus


@dataclass(frozen=True, slots=True)
class House:
    """Who issues; `company` is None in an installation without one, which can issue nothing."""

    company: Company | None
    settings: InvoiceSettings

    @property
    def country(self) -> str:
        return str(self.company.country) if self.company else "IT"

    @property
    def zone(self) -> str:
        return self.company.time_zone if self.company else "Europe/Rome"


def house() -> House:
    """Two statements."""
    company = Company.objects.filter(pk=1).order_by("pk").first()
    return House(company, InvoiceSettings.objects.filter(pk=1).order_by("pk").first() or InvoiceSettings())


def load_sold(orders: Sequence[Order]) -> None:
    """Bring along rows, payments and customer of the orders: five statements for any number of them, seven where one says too little."""
    prefetch_related_objects(
        orders,
        "party",
        Prefetch("lines", OrderLine.objects.select_related("variant").order_by("position", "pk")),
        Prefetch("adjustments", Adjustment.objects.order_by("kind", "position")),
        Prefetch("taxes", TaxRow.objects.order_by("pk")),
        Prefetch("payments", Payment.objects.order_by("pk")),
    )
    prefetch_related_objects(
        [order.party for order in orders if not (has_address(order) and order.customer.get("email"))],
        Prefetch("addresses", Address.objects.order_by("pk")),
        Prefetch("contact_points", ContactPoint.objects.order_by("pk")),
    )


def given_back() -> Q:
    """Orders of which `orders.treatment.is_given_back` is true."""
    goods = OrderLine.objects.filter(order=OuterRef("pk"), needs_shipping=True)
    went_back = Q(payment_status=PaymentStatus.REFUNDED, shipped_elsewhere="")
    return went_back & Q(Exists(goods)) & ~Q(Exists(goods.filter(shipped__gt=0)))


def undocumented_orders(limit: int) -> list[int]:
    """Closed orders of ours without invoice and without a row that says what is due for them, oldest first."""
    without = Order.objects.filter(
        ~Exists(Invoice.objects.filter(order=OuterRef("pk"))),
        ~Exists(DocumentDue.objects.filter(order=OuterRef("pk"))),
        status=OrderStatus.CLOSED,
        is_test=False,
    )
    ours = without.filter(Q(treatment__in=LIVELY) | ~Q(shipped_elsewhere="")).exclude(total=0, gift_cards=0)
    return list(ours.exclude(given_back()).order_by("pk").values_list("pk", flat=True)[:limit])


def last_day(series_id: int, year: int | None = None) -> date | None:
    """The date of the last number of a series, of one year or of all; no later number is dated before it."""
    rows = Invoice.objects.filter(series=series_id)
    if year is not None:
        rows = rows.filter(year=year)
    return rows.order_by("-year", "-number").values_list("issued_on", flat=True).first()


def series_of(code: str) -> Series:
    """The series with this code. Raises Refused where there is none."""
    found = Series.objects.filter(code=code).order_by("pk").first()
    if found is None:
        raise Refused(_("There is no invoice series %(code)s. Make one first.") % {"code": code}, code="no_series")
    return found


def newest_mails(invoice_ids: Iterable[int]) -> dict[int, InvoiceMail]:
    """The last mail of each invoice that has one; one statement."""
    rows = InvoiceMail.objects.filter(invoice__in=list(invoice_ids)).order_by("invoice_id", "-pk").distinct("invoice_id")
    return {mail.invoice_id: mail for mail in rows}
