"""Carriers and rules are edited; shipments, pick lists and labels are read and operated."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from erp.core.admin import DocumentAdmin, MasterAdmin, Operation
from erp.core.history import By
from inventory.shipping.forms import CarrierForm, PackForm, RuleForm, ServiceForm, ShopNameForm
from inventory.shipping.models import (
    Carrier,
    CarrierService,
    Label,
    Parcel,
    PickList,
    Shipment,
    ShipmentLine,
    ShippingRule,
    ShopCarrierName,
)
from inventory.shipping.services.dispatching import ship_shipment
from inventory.shipping.services.labelling import ask_again, void_label
from inventory.shipping.services.packing import pack_shipment
from inventory.shipping.services.picking import pick_shipment, undo_pick_list


class RowsInline(TabularInline):  # type: ignore[misc]
    """Rows of a document: shown, never edited."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who sees the document sees its rows."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ServiceInline(TabularInline):  # type: ignore[misc]
    model = CarrierService
    form = ServiceForm
    extra = 0


class ShopNameInline(TabularInline):  # type: ignore[misc]
    model = ShopCarrierName
    form = ShopNameForm
    extra = 0


@admin.register(Carrier)
class CarrierAdmin(MasterAdmin):
    form = CarrierForm
    list_display = ("name", "code", "backend", "pickup_at", "is_active")
    list_filter = ("is_active", "backend")
    search_fields = ("name", "code")
    ordering = ("name",)
    inlines: ClassVar = [ServiceInline, ShopNameInline]


@admin.register(ShippingRule)
class ShippingRuleAdmin(MasterAdmin):
    form = RuleForm
    list_display = ("priority", "source", "method", "country", "payment", "service")
    list_display_links = ("priority", "method")
    list_select_related = ("service__carrier",)
    list_filter = ("source", "service__carrier")
    search_fields = ("method",)
    ordering = ("priority", "source", "method")


class ShipmentLineInline(RowsInline):
    model = ShipmentLine
    fields = ("sku", "title", "kit_title", "quantity", "bin", "takes_stock")


class ParcelInline(RowsInline):
    model = Parcel
    fields = ("position", "weight_grams", "length_mm", "width_mm", "height_mm")


def request_label(shipment_id: int, *, by: By) -> None:
    ask_again(str(shipment_id), by=by)


@admin.register(Shipment)
class ShipmentAdmin(DocumentAdmin):
    list_display = ("shown_number", "order_number", "source", "recipient_name", "warehouse", "service", "status", "is_held", "due_at")
    list_select_related = ("warehouse", "service__carrier")
    list_filter = ("status", "is_held", "is_partial", "is_elsewhere", "warehouse", "source")
    search_fields = ("=id", "=order_number", "=shop_number", "recipient_name__istartswith")
    ordering = ("-id",)
    inlines: ClassVar = [ShipmentLineInline, ParcelInline]
    operations: ClassVar = {
        "pick": Operation(_("Make pick list"), pick_shipment, "shipping.pick_shipment"),
        "pack": Operation(_("Pack shipment"), pack_shipment, "shipping.pack_shipment", PackForm),
        "label": Operation(_("Buy label"), request_label, "shipping.buy_label"),
        "ship": Operation(_("Hand to carrier"), ship_shipment, "shipping.ship_shipment"),
    }

    @admin.display(description=_("number"), ordering="pk")
    def shown_number(self, shipment: Shipment) -> str:
        return shipment.number


class ListedShipmentInline(RowsInline):
    model = Shipment
    fk_name = "pick_list"
    fields = ("order_number", "recipient_name", "status", "is_held")
    show_change_link = True


@admin.register(PickList)
class PickListAdmin(DocumentAdmin):
    list_display = ("shown_number", "warehouse", "made_at", "made_by", "cancelled_at")
    list_select_related = ("warehouse", "made_by")
    list_filter = ("warehouse",)
    search_fields = ("=id",)
    ordering = ("-id",)
    inlines: ClassVar = [ListedShipmentInline]
    operations: ClassVar = {"undo": Operation(_("Undo pick list"), undo_pick_list, "shipping.pick_shipment")}

    @admin.display(description=_("number"), ordering="pk")
    def shown_number(self, pick_list: PickList) -> str:
        return pick_list.number


@admin.register(Label)
class LabelAdmin(DocumentAdmin):
    list_display = ("reference", "tracking_number", "service", "status", "attempts", "created_at", "ready_at", "voided_at")
    list_select_related = ("service__carrier",)
    list_filter = ("status", "service__carrier")
    search_fields = ("=tracking_number", "=reference")
    ordering = ("-id",)
    operations: ClassVar = {"void": Operation(_("Void label"), void_label, "shipping.void_label")}
