"""Where pieces lie."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Warehouse(models.Model):
    """`priority`: the lowest number is asked first when an order chooses where it ships from."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    priority = models.PositiveSmallIntegerField(_("priority"), default=10)
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Pieces in an inactive warehouse are not for sale."))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(code=""),
                name="inventory_warehouse_has_a_code",
                violation_error_message=_("A warehouse needs a code. Type one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Bin(models.Model):
    """A place inside a warehouse. `sort_key` is the walking order of the pickers, written by the service."""

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="bins", verbose_name=_("warehouse"))
    code = models.CharField(_("code"), max_length=30)
    sort_key = models.CharField(_("walking order"), max_length=60, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("bin")
        verbose_name_plural = _("bins")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["warehouse", "code"],
                name="inventory_bin_once_per_warehouse",
                violation_error_message=_("This warehouse already has a bin with this code. Choose another code."),
            )
        ]

    def __str__(self) -> str:
        return self.code
