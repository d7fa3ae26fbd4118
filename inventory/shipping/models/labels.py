"""The carrier's label of a parcel: bought once, whatever happens between the call and its answer."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp.core.models import Document
from inventory.shipping.models.carriers import CarrierService
from inventory.shipping.models.shipments import Parcel
from inventory.shipping.states import LABEL_MOVES, OPEN_LABELS, LabelStatus


class Label(models.Model):
    """`reference` is ours and goes to the carrier before anything else: by it a parcel is found whose answer was lost.

    `leased_until`, `doubted_at` and `look_again_at` are real time. `doubted_at`: the carrier was called again, or given up, although an
    earlier call without an answer may still land; until the last `look_again_at` it is asked what stands there besides this label.
    `pdf` is the 100 x 150 mm label; `zpl` the same for label printers. `sent` is what the carrier was told (the keys of
    `carriers.contract.ParcelRequest`), `cut` what did not fit into its fields: rows of field, what was sent, what was lost.
    """

    MOVES: ClassVar[dict[str, frozenset[str]]] = LABEL_MOVES

    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="labels", verbose_name=_("parcel"))
    service = models.ForeignKey(CarrierService, models.PROTECT, related_name="+", verbose_name=_("carrier service"))
    status = models.CharField(_("status"), max_length=10, choices=LabelStatus, default=LabelStatus.WANTED)
    reference = models.CharField(_("our reference"), max_length=40, unique=True)
    carrier_reference = models.CharField(_("carrier's reference"), max_length=80, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=80, blank=True)
    routing = models.CharField(_("routing"), max_length=80, blank=True)
    barcode = models.CharField(_("bar code"), max_length=80, blank=True)
    sent = models.JSONField(_("sent to the carrier"), default=dict, blank=True)
    cut = models.JSONField(_("shortened"), default=list, blank=True)
    zpl = models.TextField("ZPL", blank=True)
    pdf = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("label"))
    error = models.TextField(_("what went wrong"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    token = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    doubted_at = models.DateTimeField(_("may be at the carrier twice"), null=True, blank=True)
    look_again_at = models.DateTimeField(_("the carrier is asked again"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"))
    created_at = models.DateTimeField(_("asked for"))
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    closed_at = models.DateTimeField(_("in the day's closing"), null=True, blank=True)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parcel"], condition=Q(status__in=OPEN_LABELS), name="shipping_one_open_label"),
            models.CheckConstraint(condition=Q(status__in=LabelStatus.values), name="shipping_label_status_known"),
            models.CheckConstraint(condition=~Q(status="ready") | ~Q(tracking_number=""), name="shipping_ready_label_has_tracking"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(status__in=["wanted", "claimed", "voiding"]), name="shipping_label_work"),
            models.Index(fields=["look_again_at"], condition=Q(look_again_at__isnull=False), name="shipping_label_looks"),
            models.Index(fields=["tracking_number"], name="shipping_by_tracking"),
            models.Index(fields=["service"], condition=Q(status="ready", closed_at=None), name="shipping_label_to_close"),
        ]

    def __str__(self) -> str:
        return self.tracking_number or self.reference
