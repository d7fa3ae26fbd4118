"""The statuses of a shipment and of a label, and the moves allowed between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ShipmentStatus(TextChoices):
    READY = "ready", _("To pick")
    PICKING = "picking", _("Being picked")
    PACKED = "packed", _("Packed")
    SHIPPED = "shipped", pgettext_lazy("shipment", "Shipped")
    CANCELLED = "cancelled", _("Cancelled")


SHIPMENT_MOVES: dict[str, frozenset[str]] = {
    "ready": frozenset({"picking", "packed", "shipped", "cancelled"}),
    "picking": frozenset({"ready", "packed", "shipped", "cancelled"}),
    "packed": frozenset({"ready", "picking", "shipped", "cancelled"}),
    "shipped": frozenset(),
    "cancelled": frozenset(),
}
OPEN_SHIPMENTS = (ShipmentStatus.READY, ShipmentStatus.PICKING, ShipmentStatus.PACKED)


class LabelStatus(TextChoices):
    WANTED = "wanted", _("Asked for")
    CLAIMED = "claimed", _("At the carrier")
    READY = "ready", _("Ready")
    REFUSED = "refused", _("Refused by the carrier")
    VOIDING = "voiding", _("Being voided")
    VOIDED = "voided", _("Voided")


LABEL_MOVES: dict[str, frozenset[str]] = {
    "wanted": frozenset({"claimed", "ready", "voided"}),  # ready at once: a person typed the number of a carrier that we do not call
    "claimed": frozenset({"wanted", "ready", "refused"}),
    "ready": frozenset({"voiding"}),
    "refused": frozenset(),
    "voiding": frozenset({"voided", "ready"}),
    "voided": frozenset(),
}
OPEN_LABELS = (LabelStatus.WANTED, LabelStatus.CLAIMED, LabelStatus.READY, LabelStatus.VOIDING)
"""A parcel has at most one label in these states: who asks again gets the one that is there."""


class BatchStatus(TextChoices):
    PREPARING = "preparing", _("Labels at the carrier")
    READY = "ready", _("Ready to print")
