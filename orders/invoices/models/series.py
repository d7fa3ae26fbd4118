"""How invoices are numbered, and when they are made."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from orders.invoices.states import IssueMoment

MAX_NUMBER_LENGTH = 20
"""`Numero` of FatturaPA."""


class Series(models.Model):
    """One gapless count per fiscal year; its code stands in every number and never changes once it was used."""

    code = models.CharField(_("code"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_default = models.BooleanField(_("used unless another is chosen"), default=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("invoice series")
        verbose_name_plural = _("invoice series")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(code__regex="^[A-Z0-9]+$"),
                name="invoices_series_code_shape",
                violation_error_message=_("A series' code is capital letters and digits only. Write it as FT."),
            ),
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="invoices_one_default_series"),
        ]

    def __str__(self) -> str:
        return self.code

    def number_text(self, year: int, number: int) -> str:
        return f"{self.code}/{year}/{number:04d}"


class InvoiceSettings(models.Model):
    """Kept to one row by its primary key, which can only be 1; without it the defaults hold."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    issue = models.CharField(_("invoices are issued"), max_length=12, choices=IssueMoment.choices, default=IssueMoment.ON_REQUEST)
    send_by_mail = models.BooleanField(_("sent to the buyer by e-mail as soon as they are issued"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("invoice settings")
        verbose_name_plural = _("invoice settings")
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="invoices_settings_are_one")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
