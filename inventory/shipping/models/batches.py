"""One press of the print button: the shipments, in the order in which their papers came out, and the papers."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp.core.models import Document
from inventory.shipping.models.shipments import Shipment
from inventory.shipping.states import BatchStatus


class PrintBatch(models.Model):
    """`refused` holds rows of order number and sentence: what was left out and why. `preparing`: labels are still at the carrier.

    `sent_at` is when the papers went to the printer of the house, `send_error` what it answered if it would not have them.
    """

    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    status = models.CharField(_("status"), max_length=10, choices=BatchStatus, default=BatchStatus.PREPARING)
    refused = models.JSONField(_("left out"), default=list, blank=True)
    list_paper = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("pick list"))
    slips_paper = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("packing slips"))
    labels_paper = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("labels"))
    zpl_paper = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("labels as ZPL"))
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent to the printer"), null=True, blank=True)
    send_error = models.TextField(_("what the printer said"), blank=True)

    class Meta:
        verbose_name = _("print batch")
        verbose_name_plural = _("print batches")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(status__in=BatchStatus.values), name="shipping_batch_status_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["made_at"], condition=Q(status="preparing"), name="shipping_batch_preparing"),
            models.Index(fields=["made_at"], condition=Q(sent_at=None), name="shipping_batch_to_send"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PrintBatchRow(models.Model):
    """A shipment's place in a batch: list, slips and labels all follow it."""

    batch = models.ForeignKey(PrintBatch, models.CASCADE, related_name="rows", verbose_name=_("print batch"))
    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="print_rows", verbose_name=_("shipment"))
    position = models.PositiveIntegerField(_("position"))

    class Meta:
        verbose_name = _("row of a print batch")
        verbose_name_plural = _("rows of a print batch")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "position"], name="shipping_batch_position_once"),
            models.UniqueConstraint(fields=["batch", "shipment"], name="shipping_batch_shipment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}"
