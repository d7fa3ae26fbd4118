"""A shipment, its pieces, its parcels, and the pick list that sends somebody to the shelves."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp.core.ids import public_id
from inventory.models.places import Bin, Warehouse
from inventory.models.stock import QUANTITY
from inventory.shipping.models.carriers import CarrierService
from inventory.shipping.states import OPEN_SHIPMENTS, SHIPMENT_MOVES, ShipmentStatus

ID_KIND = "shp"


class PickList(models.Model):
    """Pieces of many shipments in one walk, sorted by bin."""

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="pick_lists", verbose_name=_("warehouse"))
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("pick list")
        verbose_name_plural = _("pick lists")

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return str(self.pk)


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    def open(self) -> "ShipmentQuerySet":
        return self.filter(status__in=OPEN_SHIPMENTS)

    def workable(self) -> "ShipmentQuerySet":
        """Open ones that nothing holds."""
        return self.open().filter(is_held=False)


class Shipment(models.Model):
    """What one order gets from one warehouse in one go. All that the papers print is copied here when it is opened.

    `order_reference` names the order (`ord_1042`); `source` is the account's code. `is_held`: the order is held again, so nobody
    picks, labels or ships it. `is_partial`: a colleague ships what is there although the order is short. `cash_to_collect` None: nothing
    to collect. `recipient` has the keys of `crm.people.PostalAddress`. `is_carrier_chosen`: a person chose the service, no rule changes it.
    """

    MOVES: ClassVar[dict[str, frozenset[str]]] = SHIPMENT_MOVES

    order_reference = models.CharField(_("order"), max_length=64)
    order_number = models.CharField(_("order number"), max_length=40)
    source = models.CharField(_("shop"), max_length=60)
    shop_number = models.CharField(_("number in the shop"), max_length=120, blank=True)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="shipments", verbose_name=_("warehouse"))
    status = models.CharField(_("status"), max_length=10, choices=ShipmentStatus, default=ShipmentStatus.READY)
    is_held = models.BooleanField(_("held"), default=False)
    is_partial = models.BooleanField(_("leaves without what is missing"), default=False)
    is_elsewhere = models.BooleanField(_("shipped elsewhere"), default=False)
    recipient_name = models.CharField(_("recipient"), max_length=250)
    recipient = models.JSONField(_("address"), default=dict)
    language = models.CharField(_("language"), max_length=5, default="it")
    customer_note = models.TextField(_("customer's note"), blank=True)
    gift_message = models.TextField(_("gift message"), blank=True)
    cash_to_collect = models.DecimalField(_("cash to collect"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    method = models.CharField(_("shipping method in the shop"), max_length=120, blank=True)
    service = models.ForeignKey(
        CarrierService, models.PROTECT, null=True, blank=True, related_name="shipments", verbose_name=_("carrier service")
    )
    is_carrier_chosen = models.BooleanField(_("carrier chosen by a person"), default=False, db_default=False)
    pick_list = models.ForeignKey(PickList, models.PROTECT, null=True, blank=True, related_name="shipments", verbose_name=_("pick list"))
    placed_at = models.DateTimeField(_("ordered"))
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("leaves by"), null=True, blank=True)
    packed_at = models.DateTimeField(_("packed"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        permissions: ClassVar = [
            ("pick_shipment", _("Can make pick lists")),
            ("pack_shipment", _("Can pack shipments")),
            ("ship_shipment", _("Can hand shipments to the carrier")),
            ("print_shipment", _("Can print shipping papers")),
            ("buy_label", _("Can buy labels")),
            ("void_label", _("Can void labels")),
            ("choose_carrier", _("Can choose the carrier of shipments")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order_reference", "warehouse"], condition=Q(status__in=OPEN_SHIPMENTS), name="shipping_one_open_shipment"
            ),
            models.CheckConstraint(condition=Q(status__in=ShipmentStatus.values), name="shipping_shipment_status_known"),
            models.CheckConstraint(
                condition=(Q(status="shipped", shipped_at__isnull=False) | (~Q(status="shipped") & Q(shipped_at=None))),
                name="shipping_shipped_has_a_moment",
            ),
            models.CheckConstraint(condition=Q(cash_to_collect=None) | Q(cash_to_collect__gt=0), name="shipping_cash_positive"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["order_reference"], name="shipping_of_an_order"),
            models.Index(fields=["status", "due_at"], condition=Q(status__in=OPEN_SHIPMENTS), name="shipping_open_by_due"),
            models.Index(fields=["-shipped_at"], condition=Q(status="shipped"), name="shipping_newest_shipped"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return str(self.pk)

    @property
    def reference(self) -> str:
        return public_id(ID_KIND, self.pk)


class ShipmentLine(models.Model):
    """Pieces of one variant for one line of the order; a kit's line has one row per component, `kit_title` names the kit.

    `bin` is where the pick list sends the picker. `takes_stock` False goes along without a promise, and no movement follows it.
    """

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines", verbose_name=_("shipment"))
    position = models.PositiveIntegerField(_("position"), default=0)
    line = models.CharField(_("order line"), max_length=120)
    variant = models.ForeignKey("catalog.Variant", models.PROTECT, related_name="+", verbose_name=_("product"))
    sku = models.CharField(_("SKU"), max_length=120, blank=True)
    gtin = models.CharField("GTIN", max_length=14, blank=True)
    title = models.CharField(_("title"), max_length=500)
    kit_title = models.CharField(_("part of"), max_length=500, blank=True)
    quantity = models.DecimalField(_("quantity"), **QUANTITY)
    takes_stock = models.BooleanField(_("takes stock"), default=True)
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("bin"))

    class Meta:
        verbose_name = _("shipment line")
        verbose_name_plural = _("shipment lines")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shipment", "line", "variant"], name="shipping_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipping_line_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} × {self.quantity}"


class Parcel(models.Model):
    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="parcels", verbose_name=_("shipment"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    weight_grams = models.PositiveIntegerField(_("weight in grams"), default=0)
    length_mm = models.PositiveIntegerField(_("length in mm"), default=0)
    width_mm = models.PositiveIntegerField(_("width in mm"), default=0)
    height_mm = models.PositiveIntegerField(_("height in mm"), default=0)

    class Meta:
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        constraints: ClassVar = [models.UniqueConstraint(fields=["shipment", "position"], name="shipping_parcel_once")]

    def __str__(self) -> str:
        return f"{self.shipment_id}/{self.position}"
