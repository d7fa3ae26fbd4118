"""Admin bases: `MasterAdmin` for master data that people edit, `DocumentAdmin` for documents that are only operated."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin

from erp.core.models import Card, Delivery, Event, HistoryEntry, HttpExchange
from erp.core.refusals import Refused


@dataclass(frozen=True)
class Operation:
    """A service that staff may call on a document: `service(pk, by=user)`; `permission` is `app.verb_object`.

    With a `form` its fields stand beside the button, and what it has cleaned goes to the service as keyword arguments.
    """

    label: str | Promise
    service: Callable[..., Any]
    permission: str
    form: type[Form] | None = None


class OperationsMixin:
    """Buttons on a row's page: POST only, own permission, a refusal shown as a message."""

    operations: ClassVar[dict[str, Operation]] = {}
    change_form_template = "admin/operated_change_form.html"

    def get_urls(self) -> list[URLPattern]:
        opts = self.opts  # type: ignore[attr-defined]
        view = self.admin_site.admin_view(self.operate)  # type: ignore[attr-defined]
        route = path("<int:pk>/do/<slug:key>/", view, name=f"{opts.app_label}_{opts.model_name}_operate")
        return [route, *super().get_urls()]  # type: ignore[misc]

    def operate(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        operation = self.operations.get(key)
        if operation is None:
            raise Http404
        if not request.user.has_perm(operation.permission):
            raise PermissionDenied
        opts = self.opts  # type: ignore[attr-defined]
        if not self.get_queryset(request).filter(pk=pk).exists():  # type: ignore[attr-defined]
            messages.error(request, _("This entry is not here any more: somebody else has dealt with it. Look at the list."))
            return redirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))
        form = self.operation_form(key, pk, request.POST)
        if form is not None and not form.is_valid():
            for name, errors in form.errors.items():
                label = form.fields[name].label if name in form.fields else ""
                messages.error(request, " ".join([f"{label}:" if label else "", *errors]).strip())
        else:
            self._call(request, operation, pk, form.cleaned_data if form is not None else {})
        return redirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[pk]))

    def operation_form(self, key: str, pk: int, data: Any = None) -> Form | None:
        """The fields beside an operation's button; they may depend on the row."""
        form = self.operations[key].form
        return form(data, prefix=key) if form else None

    def _call(self, request: HttpRequest, operation: Operation, pk: int, values: dict[str, Any]) -> None:
        try:
            operation.service(pk, by=request.user, **values)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Done: %(operation)s.") % {"operation": operation.label})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        allowed = [
            {"key": key, "label": each.label, "form": self.operation_form(key, int(object_id)) if object_id.isdecimal() else None}
            for key, each in self.operations.items()
            if request.user.has_perm(each.permission)
        ]
        opts = self.opts  # type: ignore[attr-defined]
        context = {**(extra_context or {}), "operations": allowed, "operate_url": f"admin:{opts.app_label}_{opts.model_name}_operate"}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)  # type: ignore[misc]
        return response


class RefusalsMixin:
    """A service that refuses what a form says: nothing is written, and the form comes back with the sentence and what was typed."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return cast(HttpResponse, super().changeform_view(request, object_id, form_url, extra_context))  # type: ignore[misc]
        except Refused as refusal:
            setattr(request, _REFUSAL, str(refusal))
            return cast(HttpResponse, super().changeform_view(request, object_id, form_url, extra_context))  # type: ignore[misc]

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> type[Form]:
        form: type[Form] = super().get_form(request, obj, change, **kwargs)  # type: ignore[misc]
        return _refusing(form, getattr(request, _REFUSAL)) if hasattr(request, _REFUSAL) else form

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            return cast(HttpResponse, super().delete_view(request, object_id, extra_context))  # type: ignore[misc]
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path.replace("/delete/", "/change/"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            return cast(HttpResponse, super().changelist_view(request, extra_context))  # type: ignore[misc]
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(request.get_full_path())


_REFUSAL = "_refused_by_service"


def _refusing(form: type[Form], sentence: str) -> type[Form]:
    def clean(self: Form) -> None:
        super(refusing, self).clean()
        raise ValidationError(sentence)

    refusing: type[Form] = type(form.__name__, (form,), {"clean": clean})
    return refusing


class MasterAdmin(OperationsMixin, RefusalsMixin, SimpleHistoryAdmin, ModelAdmin):  # type: ignore[misc]
    """Master data: edited in forms, with the history of each field."""

    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True


class DocumentAdmin(OperationsMixin, RefusalsMixin, ModelAdmin):  # type: ignore[misc]
    """Read-only pages for documents; they change through named operations only."""

    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(DocumentAdmin):
    list_display = ("id", "name", "payload", "at")
    list_filter = ("name",)


@admin.register(Delivery)
class DeliveryAdmin(DocumentAdmin):
    list_display = ("id", "event", "handler", "attempts", "due_at", "parked_at", "error")
    list_select_related = ("event",)
    list_filter = ("handler", ("parked_at", admin.EmptyFieldListFilter))


@admin.register(HistoryEntry)
class HistoryEntryAdmin(DocumentAdmin):
    list_display = ("at", "subject_kind", "subject_id", "verb", "by", "actor")
    list_select_related = ("by",)
    list_filter = ("subject_kind", "verb")
    search_fields = ("=subject_id",)


@admin.register(Card)
class CardAdmin(DocumentAdmin):
    list_display = ("kind", "subject", "amount", "currency", "opened_at", "closed_at")
    list_filter = ("kind", ("closed_at", admin.EmptyFieldListFilter))


@admin.register(HttpExchange)
class HttpExchangeAdmin(DocumentAdmin):
    list_display = ("at", "source", "method", "url", "status", "milliseconds", "error")
    list_filter = ("source", "status")
