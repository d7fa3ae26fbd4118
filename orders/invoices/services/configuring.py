"""Series and settings of invoicing, written by people."""

from typing import Any

from django.utils.translation import gettext as _

from erp.core.history import By
from erp.core.masterdata import save_master
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from orders.invoices.models import Invoice, InvoiceSettings, Series

FIRST_SERIES = "FT"


def ensure_default_series() -> Series:
    """The default series; the first invoice of an installation makes it."""
    found = Series.objects.filter(is_default=True).order_by("pk").first()
    if found is not None:
        return found
    Series.objects.bulk_create([Series(code=FIRST_SERIES, name=_("Invoices"), is_default=True)], ignore_conflicts=True)
    return Series.objects.get(is_default=True)


@atomic
def set_series(series_id: int | None, *, by: By, **fields: Any) -> int:
    """Make or change a series. A default one takes the place of the one before. Raises Refused to rename what stands in numbers."""
    rows = Series.objects.select_for_update().order_by("pk")
    series = rows.get(pk=series_id) if series_id else Series()
    if series_id and fields.get("code", series.code) != series.code and Invoice.objects.filter(series=series).exists():
        raise Refused(
            _("Series %(code)s stands in issued invoices and keeps its code. Make another series instead.") % {"code": series.code},
            code="used",
        )
    if fields.get("is_default"):
        for other in rows.filter(is_default=True).exclude(pk=series.pk):
            other.is_default = False
            save_master(other, by=by)
    for name, value in fields.items():
        setattr(series, name, value)
    save_master(series, by=by)
    return int(series.pk)


@atomic
def set_invoice_settings(*, by: By, **fields: Any) -> None:
    """Write the one row, made the first time."""
    settings = InvoiceSettings.objects.select_for_update().filter(pk=1).order_by("pk").first() or InvoiceSettings(pk=1)
    for name, value in fields.items():
        setattr(settings, name, value)
    save_master(settings, by=by)
