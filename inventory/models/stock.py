"""How many there are: the level that is asked and the ledger that proves it."""

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.models.places import Bin, Warehouse

QUANTITY: dict[str, Any] = {"max_digits": 12, "decimal_places": 3}


class StockLevel(models.Model):
    """`on_hand` is the sum of the movements, `reserved` the sum of the reservations in state reserved; `check_ledger` proves both.

    `is_split` is the variant's, the same in all its levels: windows sell only from their own ceilings. It is kept here because who
    locks the level must read it in the same row version.
    """

    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="levels", verbose_name=_("variant"))
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="levels", verbose_name=_("warehouse"))
    on_hand = models.DecimalField(_("on hand"), default=Decimal(0), **QUANTITY)
    reserved = models.DecimalField(_("reserved"), default=Decimal(0), **QUANTITY)
    safety_stock = models.DecimalField(_("safety stock"), default=Decimal(0), help_text=_("Pieces that no window shows."), **QUANTITY)
    is_split = models.BooleanField(_("units divided among windows"), default=False)

    class Meta:
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["variant", "warehouse"], name="inventory_level_once_per_warehouse"),
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="inventory_reserved_within_on_hand"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="inventory_reserved_not_negative"),
            models.CheckConstraint(condition=Q(safety_stock__gte=0), name="inventory_safety_stock_not_negative"),
        ]
        permissions: ClassVar = [
            ("receive_stock", _("Can receive goods")),
            ("adjust_stock", _("Can adjust stock")),
            ("transfer_stock", _("Can move stock between places")),
            ("count_stock", _("Can enter counts")),
            ("set_safety_stock", _("Can set safety stock")),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} @ {self.warehouse_id}"

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved


class Cause(models.TextChoices):
    """Why pieces moved."""

    RECEIPT = "receipt", _("Goods received")
    ADJUSTMENT = "adjustment", _("Adjustment")
    COUNT = "count", _("Count")
    DAMAGE = "damage", _("Damage")
    PICK_FINDING = "pick_finding", _("Not found while picking")
    TRANSFER = "transfer", _("Transfer")
    SHIPMENT = "shipment", _("Shipped")
    RETURN = "return", _("Returned")
    REVERSAL = "reversal", _("Reversal")


class Movement(models.Model):
    """One line of the ledger, never changed (a trigger refuses). `key` makes that a movement asked for twice happens once."""

    key = models.CharField(_("key"), max_length=200)
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="movements", verbose_name=_("variant"))
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="movements", verbose_name=_("warehouse"))
    bin = models.ForeignKey(Bin, on_delete=models.PROTECT, null=True, blank=True, related_name="movements", verbose_name=_("bin"))
    quantity = models.DecimalField(_("quantity"), **QUANTITY)
    cause = models.CharField(_("cause"), max_length=12, choices=Cause)
    reference = models.CharField(_("document"), max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversals", verbose_name=_("reverses")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="inventory_movement_once"),
            models.UniqueConstraint(fields=["reverses"], condition=Q(reverses__isnull=False), name="inventory_movement_reversed_once"),
            models.CheckConstraint(condition=~Q(quantity=0), name="inventory_movement_moves_something"),
            models.CheckConstraint(condition=Q(cause__in=Cause.values), name="inventory_movement_cause_known"),
            models.CheckConstraint(
                condition=Q(cause=Cause.REVERSAL, reverses__isnull=False) | (~Q(cause=Cause.REVERSAL) & Q(reverses=None)),
                name="inventory_reversal_names_its_original",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["variant", "warehouse", "at"], name="inventory_movement_of_variant"),
            models.Index(fields=["reference"], condition=~Q(reference=""), name="inventory_movement_of_document"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.cause}"
