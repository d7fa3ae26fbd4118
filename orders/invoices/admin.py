"""Invoices for staff: read, and operated by name; series and settings are edited."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from erp.core.admin import DocumentAdmin, Operation
from erp.core.service_admin import ServiceAdmin, user_of
from orders.invoices.forms import RecipientForm
from orders.invoices.models import DocumentDue, DocumentDueRate, Invoice, InvoiceMail, InvoiceRate, InvoiceSettings, Series
from orders.invoices.services.configuring import set_invoice_settings, set_series
from orders.invoices.services.issuing import issue_for_due
from orders.invoices.services.mailing import send_again, send_invoice


class RowsInline(TabularInline):  # type: ignore[misc]
    """Rows of a document: shown, never edited."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RateInline(RowsInline):
    model = InvoiceRate
    fields = ("rate", "nature", "net", "vat", "gross", "rounding", "channel_net", "channel_vat")


class MailInline(RowsInline):
    model = InvoiceMail
    fields = ("to", "state", "attempts", "sent_at", "error")
    show_change_link = True


class DueRateInline(RowsInline):
    model = DocumentDueRate
    fields = ("rate", "nature", "net", "vat", "gross")


@admin.register(Invoice)
class InvoiceAdmin(DocumentAdmin):
    list_display = ("number_text", "issued_on", "buyer_name", "order", "net", "vat", "gross", "status")
    list_select_related = ("order",)
    list_filter = ("status", "year", "series")
    search_fields = ("=number_text", "buyer_name__istartswith", "=order__id")
    ordering = ("-issued_on", "-id")
    inlines: ClassVar = [RateInline, MailInline]
    operations: ClassVar = {"send": Operation(_("Send invoice"), send_invoice, "invoices.send_invoice", form=RecipientForm)}


@admin.register(DocumentDue)
class DocumentDueAdmin(DocumentAdmin):
    list_display = ("order", "kind", "day", "country", "gross", "currency", "ended_on", "ended_by")
    list_select_related = ("order",)
    list_filter = ("kind", "country", ("ended_on", admin.EmptyFieldListFilter))
    search_fields = ("=order__id",)
    date_hierarchy = "day"
    ordering = ("-day", "-id")
    inlines: ClassVar = [DueRateInline]
    operations: ClassVar = {"issue": Operation(_("Issue invoice"), issue_for_due, "invoices.issue_invoice")}


@admin.register(InvoiceMail)
class InvoiceMailAdmin(DocumentAdmin):
    list_display = ("invoice", "to", "state", "attempts", "due_at", "sent_at", "error")
    list_select_related = ("invoice",)
    list_filter = ("state",)
    search_fields = ("=invoice__number_text", "to__istartswith")
    ordering = ("-id",)
    operations: ClassVar = {"again": Operation(_("Send again"), send_again, "invoices.send_invoice")}


@admin.register(Series)
class SeriesAdmin(ServiceAdmin):
    list_display = ("code", "name", "is_default")
    fields = ("code", "name", "is_default")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def create_row(self, request: HttpRequest, fields: dict[str, Any]) -> int:
        return set_series(None, by=user_of(request), **fields)

    def change_row(self, request: HttpRequest, pk: int, fields: dict[str, Any]) -> None:
        set_series(pk, by=user_of(request), **fields)


@admin.register(InvoiceSettings)
class InvoiceSettingsAdmin(ServiceAdmin):
    list_display = ("__str__", "issue", "send_by_mail")
    fields = ("issue", "send_by_mail")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not InvoiceSettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def create_row(self, request: HttpRequest, fields: dict[str, Any]) -> int:
        set_invoice_settings(by=user_of(request), **fields)
        return 1

    def change_row(self, request: HttpRequest, pk: int, fields: dict[str, Any]) -> None:
        set_invoice_settings(by=user_of(request), **fields)
