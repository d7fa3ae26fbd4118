"""The documents of the day: invoices to issue and issued, and the sales that go to the daily takings, by rate."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum

from erp.pages import wording
from erp.pages.invoices import queries as invoicing
from erp.pages.invoices.rows import DayBlock, day_blocks
from orders.invoices.models import Invoice


@dataclass(frozen=True)
class Papers:
    to_issue: int
    not_arrived: int
    credit_due: int
    issued: int
    issued_total: Decimal
    days: list[DayBlock]

    @property
    def issued_money(self) -> str:
        return wording.money(self.issued_total, "EUR")


def papers_of(day: date) -> Papers:
    """Four statements."""
    counts = invoicing.counts()
    issued = Invoice.objects.filter(issued_on=day).aggregate(count=Count("pk"), total=Sum("gross"))
    return Papers(
        to_issue=counts["to_issue"] or 0,
        not_arrived=counts["mail"] or 0,
        credit_due=counts["credit"] or 0,
        issued=issued["count"],
        issued_total=issued["total"] or Decimal(0),
        days=day_blocks(invoicing.rates_by_day(day, day), invoicing.sales_of_day(day, day)),
    )
