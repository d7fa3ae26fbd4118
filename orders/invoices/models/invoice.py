"""An issued invoice: what it says stands in its frozen copy, the columns are for lists."""

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.invoices.models.series import MAX_NUMBER_LENGTH, Series
from orders.invoices.states import InvoiceStatus

MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}
RATE: dict[str, Any] = {"max_digits": 7, "decimal_places": 4}
FINE: dict[str, Any] = {"max_digits": 20, "decimal_places": 8}
"""Derived net amounts carry eight decimals, as FatturaPA does."""


class Invoice(models.Model):
    """A trigger refuses DELETE, and UPDATE of everything but `status`, `credit_due` and `document`.

    `copy` is what is printed: seller, buyer, lines, rates, payments, all amounts as strings; `copying.py` says its shape.
    `credit_due` is what a credit note has to take back: refunded or cancelled after the issue.
    """

    number_text = models.CharField(_("number"), max_length=MAX_NUMBER_LENGTH, unique=True)
    series = models.ForeignKey(Series, models.PROTECT, related_name="+", verbose_name=_("series"))
    year = models.PositiveSmallIntegerField(_("fiscal year"))
    number = models.PositiveIntegerField(_("number in the year"))
    issued_on = models.DateField(_("date"))
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("issued by")
    )
    order = models.OneToOneField("orders.Order", models.PROTECT, related_name="invoice", verbose_name=_("order"))
    party = models.ForeignKey("crm.Party", models.PROTECT, related_name="invoices", verbose_name=_("customer"))
    buyer_name = models.CharField(_("buyer"), max_length=250)
    language = models.CharField(_("language"), max_length=5)
    currency = models.CharField(_("currency"), max_length=3)
    gross = models.DecimalField(_("total"), **MONEY)
    net = models.DecimalField(_("taxable"), **MONEY)
    vat = models.DecimalField(_("VAT"), **MONEY)
    copy = models.JSONField(_("frozen copy"), encoder=DjangoJSONEncoder)
    status = models.CharField(_("status"), max_length=12, choices=InvoiceStatus.choices, default=InvoiceStatus.ISSUED)
    credit_due = models.DecimalField(_("to credit"), default=Decimal("0.00"), **MONEY)
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("paper")
    )

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        permissions: ClassVar = [("issue_invoice", _("Can issue an invoice")), ("send_invoice", _("Can send an invoice by e-mail"))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "year", "number"], name="invoices_number_once"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("vat")), name="invoices_net_and_vat_make_the_total"),
            models.CheckConstraint(condition=Q(number__gt=0), name="invoices_numbers_start_at_1"),
            models.CheckConstraint(condition=Q(issued_on__year=F("year")), name="invoices_number_belongs_to_its_year"),
            models.CheckConstraint(condition=Q(credit_due__gte=0), name="invoices_credit_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-issued_on", "-id"], name="invoices_newest_first"),
            models.Index(fields=["party", "-id"], name="invoices_of_a_party"),
            models.Index(fields=["id"], condition=Q(document=None), name="invoices_without_paper"),
        ]

    def __str__(self) -> str:
        return self.number_text


class InvoiceRate(models.Model):
    """One VAT rate of an invoice; frozen by a trigger. `rounding` is what the lines' net amounts lack to the taxable amount.

    `channel_net` and `channel_vat` are the shop's own split, kept where it differs by a cent.
    """

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="rates", verbose_name=_("invoice"))
    rate = models.DecimalField(_("rate"), **RATE)
    nature = models.CharField(_("nature"), max_length=5, blank=True)
    net = models.DecimalField(_("taxable"), **MONEY)
    vat = models.DecimalField(_("VAT"), **MONEY)
    gross = models.DecimalField(_("total"), **MONEY)
    rounding = models.DecimalField(_("rounding"), **FINE)
    channel_net = models.DecimalField(_("taxable as the channel said"), **MONEY)
    channel_vat = models.DecimalField(_("VAT as the channel said"), **MONEY)

    class Meta:
        verbose_name = _("VAT rate of an invoice")
        verbose_name_plural = _("VAT rates of an invoice")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "rate", "nature"], name="invoices_rate_once"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("vat")), name="invoices_rate_adds_up"),
        ]

    def __str__(self) -> str:
        return f"{self.rate} {self.nature}".strip()
