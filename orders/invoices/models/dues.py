"""Sales that another document than an invoice takes up, or that wait for their invoice."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.invoices.models.invoice import MONEY, RATE
from orders.invoices.states import Document, EndCause


class DocumentDue(models.Model):
    """One sale with the document that is due for it; `day` is decided once, in the company's time zone.

    `ended_on` is the day on which it left again, because an invoice was issued or the order was cancelled: what a register of that day
    takes back.
    """

    order = models.OneToOneField("orders.Order", models.PROTECT, related_name="document_due", verbose_name=_("order"))
    kind = models.CharField(
        _("document"), max_length=14, choices=[choice for choice in Document.choices if choice[0] != Document.NONE.value]
    )
    reason = models.CharField(_("because"), max_length=30)
    day = models.DateField(_("day"))
    country = models.CharField(_("country"), max_length=2)
    currency = models.CharField(_("currency"), max_length=3)
    gross = models.DecimalField(_("total"), **MONEY)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    ended_by = models.CharField(_("ended because"), max_length=10, choices=EndCause.choices, blank=True)

    class Meta:
        verbose_name = _("sale to document")
        verbose_name_plural = _("sales to document")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by="") | (Q(ended_on__gte=F("day")) & ~Q(ended_by="")), name="invoices_due_end_has_cause"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "day"], name="invoices_due_of_a_day"),
            models.Index(fields=["kind", "ended_on"], condition=Q(ended_on__isnull=False), name="invoices_due_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.order_id}"


class DocumentDueRate(models.Model):
    due = models.ForeignKey(DocumentDue, models.CASCADE, related_name="rates", verbose_name=_("sale"))
    rate = models.DecimalField(_("rate"), **RATE)
    nature = models.CharField(_("nature"), max_length=5, blank=True)
    net = models.DecimalField(_("taxable"), **MONEY)
    vat = models.DecimalField(_("VAT"), **MONEY)
    gross = models.DecimalField(_("total"), **MONEY)

    class Meta:
        verbose_name = _("VAT rate of a sale")
        verbose_name_plural = _("VAT rates of a sale")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["due", "rate", "nature"], name="invoices_due_rate_once"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("vat")), name="invoices_due_rate_adds_up"),
        ]

    def __str__(self) -> str:
        return f"{self.rate} {self.nature}".strip()
