"""Who was promised which pieces."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models.places import Warehouse
from inventory.models.stock import QUANTITY


class ReservationState(models.TextChoices):
    RESERVED = "reserved", _("Reserved")
    SHORT = "short", _("Short")
    RELEASED = "released", _("Released")
    FULFILLED = "fulfilled", _("Left")


OPEN_STATES = (ReservationState.RESERVED, ReservationState.SHORT)


class Reservation(models.Model):
    """Pieces of one variant for one line of one document; a kit's line has one row or more per component.

    `per_unit` is how many pieces one unit of the line needs (1 unless it is a kit), so that units = quantity / per_unit.
    A short row has no warehouse and no piece. `window` is the window whose sale it was, empty when sold by ourselves.
    """

    reference = models.CharField(_("document"), max_length=64)
    line = models.CharField(_("line"), max_length=120)
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="reservations", verbose_name=_("variant"))
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, null=True, blank=True, related_name="reservations", verbose_name=_("warehouse")
    )
    quantity = models.DecimalField(_("quantity"), **QUANTITY)
    per_unit = models.DecimalField(_("pieces per unit"), default=Decimal(1), **QUANTITY)
    state = models.CharField(_("state"), max_length=10, choices=ReservationState)
    is_picked = models.BooleanField(_("picked"), default=False)
    window = models.CharField(_("window"), max_length=250, blank=True)
    created_at = models.DateTimeField(_("promised"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inventory_reservation_of_something"),
            models.CheckConstraint(condition=Q(per_unit__gt=0), name="inventory_reservation_per_unit_positive"),
            models.CheckConstraint(condition=Q(state__in=ReservationState.values), name="inventory_reservation_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[ReservationState.RESERVED, ReservationState.FULFILLED]) | Q(warehouse__isnull=False),
                name="inventory_reservation_has_a_place",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReservationState.SHORT) | Q(warehouse=None, is_picked=False), name="inventory_short_has_no_piece"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, closed_at=None) | (~Q(state__in=OPEN_STATES) & Q(closed_at__isnull=False)),
                name="inventory_reservation_closed_when_not_open",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["reference", "line"], name="inventory_reservation_document"),
            models.Index(fields=["variant", "created_at"], condition=Q(state=ReservationState.SHORT), name="inventory_waiting_for_pieces"),
            models.Index(fields=["variant", "warehouse"], condition=Q(state=ReservationState.RESERVED), name="inventory_promised_pieces"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}/{self.line}"
