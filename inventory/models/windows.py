"""What the windows may sell. The rules are those of `inventory.protocol`; these rows keep its books."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from inventory.models.stock import QUANTITY


class Mode(models.TextChoices):
    """What the windows of a variant show."""

    SHARE = "share", _("All show what is available")
    SPLIT = "split", _("Units are divided among them")
    AUTO = "auto", _("Shared while plenty, divided when few")


class WindowPolicy(models.Model):
    """The policy of one variant; the row without a variant is the company's. Whether a variant is divided now is `StockLevel.is_split`."""

    variant = models.ForeignKey(
        "catalog.Variant", on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("variant")
    )
    mode = models.CharField(_("mode"), max_length=5, choices=Mode, default=Mode.AUTO)
    auto_threshold = models.PositiveIntegerField(_("divided at or under"), default=5)
    margin = models.PositiveIntegerField(_("shared again above, more by"), default=2)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("window policy")
        verbose_name_plural = _("window policies")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["variant"],
                name="inventory_policy_once_per_variant",
                nulls_distinct=False,
                violation_error_message=_("There is already a policy for this. Change that one."),
            ),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="inventory_policy_mode_known"),
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.auto_threshold}"


class Allotment(models.Model):
    """The books of one window (`protocol.Book`), in units of its variant.

    `ceiling` is the most that the window may still sell without our knowing, negative when a sale was read before the cancel that made
    room for it. `sold_read` and `restocked_read` only grow. `fence_opened_at` and `settles_at` are real time. `weight` is its part of a
    division, 0 for none. `is_closing`: no longer ours to sell in, wanted is 0 until its fence has closed.
    """

    class StockClass(models.TextChoices):
        EXACT = "exact", _("Exact")
        RELATIVE = "relative", _("Relative")
        ZERO = "zero", _("Zero")
        BEST_EFFORT = "best_effort", _("Best effort")

    class Standing(models.TextChoices):
        CERTAIN = "certain", _("Certain")
        LANDING = "landing", _("A lost write may still land")
        UNKNOWN = "unknown", _("The shop's number is not known")

    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="allotments", verbose_name=_("variant"))
    window = models.CharField(_("window"), max_length=250)
    source = models.CharField(_("source"), max_length=60, db_index=True)
    stock_class = models.CharField(_("class"), max_length=12, choices=StockClass)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    can_split = models.BooleanField(_("can be guaranteed"), default=True)
    is_closing = models.BooleanField(_("closing"), default=False)
    ceiling = models.DecimalField(_("may still sell"), default=Decimal(0), **QUANTITY)
    sold_read = models.DecimalField(_("sales read"), default=Decimal(0), **QUANTITY)
    restocked_read = models.DecimalField(_("restocks read"), default=Decimal(0), **QUANTITY)
    held = models.DecimalField(_("kept for unpaid orders"), default=Decimal(0), **QUANTITY)
    known = models.DecimalField(_("known number"), null=True, blank=True, **QUANTITY)
    shown = models.DecimalField(_("shown, as far as we know"), null=True, blank=True, **QUANTITY)
    is_clean = models.BooleanField(_("fenced at 0"), default=False)
    standing = models.CharField(_("standing"), max_length=8, choices=Standing, default=Standing.UNKNOWN)
    write_kind = models.CharField(_("write under way"), max_length=3, blank=True, choices=[("set", "set"), ("add", "add"), ("cas", "cas")])
    write_value = models.DecimalField(_("its value"), null=True, blank=True, **QUANTITY)
    write_expected = models.DecimalField(_("its expected number"), null=True, blank=True, **QUANTITY)
    sold_at_send = models.DecimalField(_("sales read when it was sent"), default=Decimal(0), **QUANTITY)
    restocked_at_send = models.DecimalField(_("restocks read when it was sent"), default=Decimal(0), **QUANTITY)
    fence_kind = models.CharField(_("fence"), max_length=10, blank=True, choices=[("number", _("Number")), ("difference", _("Difference"))])
    fence_value = models.DecimalField(_("its value"), null=True, blank=True, **QUANTITY)
    fence_opened_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    settles_at = models.DateTimeField(_("cannot land after"), null=True, blank=True)

    class Meta:
        verbose_name = _("allotment")
        verbose_name_plural = _("allotments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["window"], name="inventory_allotment_once_per_window"),
            models.CheckConstraint(
                condition=Q(sold_read__gte=models.F("sold_at_send"), restocked_read__gte=models.F("restocked_at_send")),
                name="inventory_allotment_counters_grow",
            ),
            models.CheckConstraint(condition=Q(held__gte=0), name="inventory_allotment_held_not_negative"),
            models.CheckConstraint(
                condition=Q(write_kind="", write_value=None) | (~Q(write_kind="") & Q(write_value__isnull=False)),
                name="inventory_allotment_write_whole",
            ),
            models.CheckConstraint(
                condition=Q(fence_kind="", fence_value=None, fence_opened_at=None)
                | (~Q(fence_kind="") & Q(fence_value__isnull=False, fence_opened_at__isnull=False)),
                name="inventory_allotment_fence_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.window


class ExceptionCause(models.TextChoices):
    """What the promise of a divided variant excepts; each is recorded, and the window is lowered at once."""

    PHYSICAL_LOSS = "physical_loss", _("Pieces are missing in the warehouse")
    HAND_EDITED = "hand_edited", _("The number was edited by hand in the shop")
    STAFF_ORDER = "staff_order", _("An order beyond what the window shows: made or enlarged by the shop's staff, or paid too late")
    BACKORDERS_ON = "backorders_on", _("The shop sells without stock")
    RESTOCK_AFTER_PICK = "restock_after_pick", _("The shop put back a piece that is picked or gone")
    KIT_CHANGED = "kit_changed", _("What a kit is made of was changed")
    WAREHOUSE_OFF = "warehouse_off", _("A warehouse was switched off")


class StockException(models.Model):
    """One exception to the promise, open until the variant's books hold again."""

    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+", verbose_name=_("variant"))
    window = models.CharField(_("window"), max_length=250, blank=True)
    cause = models.CharField(_("cause"), max_length=20, choices=ExceptionCause)
    quantity = models.DecimalField(_("quantity"), **QUANTITY)
    reference = models.CharField(_("document"), max_length=64, blank=True)
    opened_at = models.DateTimeField(_("noticed"))
    closed_at = models.DateTimeField(_("mended"), null=True, blank=True)

    class Meta:
        verbose_name = _("exception to the promise")
        verbose_name_plural = _("exceptions to the promise")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(cause__in=ExceptionCause.values), name="inventory_exception_cause_known")
        ]
        indexes: ClassVar = [models.Index(fields=["variant"], condition=Q(closed_at=None), name="inventory_open_exceptions")]

    def __str__(self) -> str:
        return self.cause
