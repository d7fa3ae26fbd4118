"""Orders for staff: read, and operated by name."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from erp.core.admin import DocumentAdmin, Operation
from orders.forms import LineProductForm
from orders.models import Adjustment, Hold, Order, OrderLine, Payment, Refund, TaxRow
from orders.services.cancelling import cancel_order
from orders.services.changing import accept_change, dismiss_change
from orders.services.fulfilling import ship_what_is_there
from orders.services.holding import hold_order, release_hold
from orders.services.mapping import map_line_by_sku
from orders.services.paying import record_payment


class RowsInline(TabularInline):  # type: ignore[misc]
    """Rows of a document: shown, never edited."""

    extra = 0
    can_delete = False
    show_change_link = False
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LineInline(RowsInline):
    model = OrderLine
    fields = ("sku", "title", "variant", "quantity", "unit_net", "net", "tax", "refunded", "shipped")
    tab = False


class AdjustmentInline(RowsInline):
    model = Adjustment
    fields = ("kind", "title", "code", "net", "tax")


class TaxInline(RowsInline):
    model = TaxRow
    fields = ("target", "code", "rate", "base", "amount")


class PaymentInline(RowsInline):
    model = Payment
    fields = ("title", "method", "state", "amount", "external_id", "recorded_at")


class HoldInline(RowsInline):
    model = Hold
    fk_name = "order"
    fields = ("kind", "reason", "keeps_stock", "placed_at", "expires_at", "released_at", "release_reason")


class RefundInline(RowsInline):
    model = Refund
    fields = ("external_id", "amount", "reason", "refunded_at", "deleted_at")


@admin.register(Order)
class OrderAdmin(DocumentAdmin):
    list_display = (
        "shown_number",
        "external_number",
        "source",
        "customer_name",
        "status",
        "payment_status",
        "total",
        "currency",
        "placed_at",
    )
    list_filter = ("status", "payment_status", "source", "is_test")
    search_fields = ("=id", "=external_number", "customer_name__istartswith")
    ordering = ("-placed_at", "-id")
    inlines: ClassVar = [LineInline, AdjustmentInline, TaxInline, PaymentInline, HoldInline, RefundInline]
    operations: ClassVar = {
        "hold": Operation(_("Hold order"), hold_order, "orders.hold_order"),
        "release": Operation(_("Release hold"), release_hold, "orders.release_hold"),
        "part": Operation(_("Send what is there"), ship_what_is_there, "orders.release_hold"),
        "pay": Operation(_("Record payment"), record_payment, "orders.record_payment"),
        "cancel": Operation(_("Cancel order"), cancel_order, "orders.cancel_order"),
        "map": Operation(_("Link line to product"), map_line_by_sku, "orders.map_line", LineProductForm),
        "accept": Operation(_("Accept change"), accept_change, "orders.decide_change"),
        "dismiss": Operation(_("Keep as it was"), dismiss_change, "orders.decide_change"),
    }

    @admin.display(description=_("number"), ordering="pk")
    def shown_number(self, order: Order) -> str:
        return order.number
