"""Places and policies are edited; levels, movements, reservations and windows are read and operated."""

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from erp.core.admin import DocumentAdmin, MasterAdmin, Operation
from erp.core.service_admin import user_of
from inventory.forms import AdjustForm, CountForm, ReceiveForm, ReceiveIntoForm, ReverseForm, SafetyForm, TransferForm
from inventory.models import Allotment, Bin, Movement, Reservation, StockException, StockLevel, Warehouse, WindowPolicy
from inventory.services import places
from inventory.services.moving import reverse_movement
from inventory.services.policies import drop_policy, set_policy
from inventory.services.warehouses import save_warehouse


@admin.register(Warehouse)
class WarehouseAdmin(MasterAdmin):
    list_display = ("code", "name", "priority", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name")
    ordering = ("priority", "code")
    operations: ClassVar = {
        "receive": Operation(_("Receive goods"), places.receive_into, "inventory.receive_stock", ReceiveIntoForm),
    }

    def save_model(self, request: HttpRequest, obj: Warehouse, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        save_warehouse(obj, by=user_of(request))


@admin.register(Bin)
class BinAdmin(MasterAdmin):
    list_display = ("code", "warehouse", "sort_key")
    list_select_related = ("warehouse",)
    list_filter = ("warehouse",)
    search_fields = ("code",)
    ordering = ("warehouse", "sort_key", "code")


@admin.register(WindowPolicy)
class WindowPolicyAdmin(MasterAdmin):
    list_display = ("variant", "mode", "auto_threshold", "margin")
    list_select_related = ("variant",)
    list_filter = ("mode",)
    raw_id_fields = ("variant",)

    def save_model(self, request: HttpRequest, obj: WindowPolicy, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        row = set_policy(obj.variant_id, mode=obj.mode, auto_threshold=obj.auto_threshold, margin=obj.margin, by=user_of(request))
        obj.pk = row.pk

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("variant",) if obj else ()

    def delete_model(self, request: HttpRequest, obj: WindowPolicy) -> None:
        if obj.variant_id is not None:
            drop_policy(obj.variant_id, by=user_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: WindowPolicy | None = None) -> bool:
        """The company's own policy stays."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.variant_id is not None)


@admin.register(StockLevel)
class StockLevelAdmin(DocumentAdmin):
    list_display = ("variant", "warehouse", "on_hand", "reserved", "shown_available", "safety_stock", "is_split")
    list_select_related = ("variant", "warehouse")
    list_filter = ("warehouse", "is_split")
    search_fields = ("variant__sku", "variant__sort_title")
    ordering = ("variant__sku", "warehouse__priority")
    operations: ClassVar = {
        "receive": Operation(_("Receive goods"), places.receive_here, "inventory.receive_stock", ReceiveForm),
        "adjust": Operation(_("Adjust stock"), places.adjust_here, "inventory.adjust_stock", AdjustForm),
        "count": Operation(_("Enter count"), places.count_here, "inventory.count_stock", CountForm),
        "transfer": Operation(_("Move to another warehouse"), places.transfer_from_here, "inventory.transfer_stock", TransferForm),
        "safety": Operation(_("Set safety stock"), places.set_safety_here, "inventory.set_safety_stock", SafetyForm),
    }

    @admin.display(description=_("available"))
    def shown_available(self, level: StockLevel) -> Decimal:
        return level.available


@admin.register(Movement)
class MovementAdmin(DocumentAdmin):
    list_display = ("at", "variant", "warehouse", "bin", "quantity", "cause", "reference", "reason", "by")
    list_select_related = ("variant", "warehouse", "bin", "by")
    list_filter = ("cause", "warehouse")
    search_fields = ("variant__sku", "=reference")
    ordering = ("-at", "-id")
    operations: ClassVar = {"reverse": Operation(_("Reverse movement"), reverse_movement, "inventory.adjust_stock", ReverseForm)}


@admin.register(Reservation)
class ReservationAdmin(DocumentAdmin):
    list_display = ("reference", "line", "variant", "warehouse", "quantity", "state", "is_picked", "created_at")
    list_select_related = ("variant", "warehouse")
    list_filter = ("state", "warehouse", "is_picked")
    search_fields = ("=reference", "variant__sku")
    ordering = ("-id",)


@admin.register(Allotment)
class AllotmentAdmin(DocumentAdmin):
    list_display = ("window", "variant", "stock_class", "ceiling", "held", "shown", "standing", "write_kind", "fence_kind", "is_closing")
    list_select_related = ("variant",)
    list_filter = ("source", "stock_class", "standing", "can_split")
    search_fields = ("variant__sku", "=window")
    ordering = ("window",)


@admin.register(StockException)
class StockExceptionAdmin(DocumentAdmin):
    list_display = ("opened_at", "variant", "window", "cause", "quantity", "reference", "closed_at")
    list_select_related = ("variant",)
    list_filter = ("cause", ("closed_at", admin.EmptyFieldListFilter))
    ordering = ("-id",)
