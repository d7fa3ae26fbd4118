"""Who we are and whom we deal with. Forms write through the services; parties are merged, never deleted."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from crm.forms import CompanyForm, PartyForm
from crm.models import Address, ChannelIdentity, Company, ContactPoint, Evidence, Merge, MergeSuggestion, Party
from crm.services.addressing import add_address, add_contact_point, change_address, remove_address, remove_contact_point
from crm.services.company import set_company
from crm.services.merging import dismiss_suggestion, merge_suggested, undo_merge
from crm.services.parties import change_party, create_party
from erp.core.admin import DocumentAdmin, Operation
from erp.core.service_admin import ServiceAdmin, kept_forms, user_of
from erp.core.sorting import sort_name


class FiscalAdmin(ServiceAdmin):
    def save_model(self, request: HttpRequest, obj: Model, form: "ModelForm[Any]", change: bool) -> None:
        super().save_model(request, obj, form, change)
        for sentence in getattr(form, "warnings", ()):
            messages.warning(request, sentence)


@admin.register(Company)
class CompanyAdmin(FiscalAdmin):
    form = CompanyForm
    list_display = ("name", "city", "partita_iva", "fiscal_regime")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Company.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def create_row(self, request: HttpRequest, fields: dict[str, Any]) -> int:
        self.change_row(request, 1, fields)
        return 1

    def change_row(self, request: HttpRequest, pk: int, fields: dict[str, Any]) -> None:
        set_company(by=user_of(request), **{**fields, "logo": fields.get("logo") or ""})


class AddressInline(TabularInline):  # type: ignore[misc]
    model = Address
    fields = ("label", "name", "company", "street", "street2", "postcode", "city", "province", "country", "phone")
    extra = 0


class ContactPointInline(TabularInline):  # type: ignore[misc]
    model = ContactPoint
    fields = ("kind", "value")
    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A contact is added and taken away: its value is what it is."""
        return False


class ReadInline(TabularInline):  # type: ignore[misc]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class IdentityInline(ReadInline):
    model = ChannelIdentity
    fields = ("source", "external_id")


class EvidenceInline(ReadInline):
    model = Evidence
    fields = ("kind", "value")
    verbose_name_plural = _("evidence: how we know that it is the same one")


@admin.register(Party)
class PartyAdmin(FiscalAdmin):
    form = PartyForm
    list_display = ("name", "kind", "partita_iva", "codice_fiscale", "is_customer", "is_supplier")
    list_filter = ("kind", "is_customer", "is_supplier")
    search_fields = ("sort_name", "=codice_fiscale", "=partita_iva", "=contact_points__value")
    inlines: ClassVar = [AddressInline, ContactPointInline, IdentityInline, EvidenceInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Party]:
        return Party.objects.order_by("sort_name", "pk")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        """Names are kept unaccented and in lower case, tax ids in capitals: both are looked for."""
        found, may_repeat = super().get_search_results(request, queryset, sort_name(search_term))
        codes, _repeats = super().get_search_results(request, queryset, search_term.strip().upper())
        return found | codes, may_repeat

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def create_row(self, request: HttpRequest, fields: dict[str, Any]) -> int:
        return create_party(by=user_of(request), **fields)

    def change_row(self, request: HttpRequest, pk: int, fields: dict[str, Any]) -> None:
        change_party(pk, by=user_of(request), **fields)

    def save_rows(self, request: HttpRequest, parent: Model, formset: "BaseModelFormSet[Any, Any]") -> None:
        remove = remove_address if formset.model is Address else remove_contact_point
        for row in formset.deleted_objects:
            remove(row.pk, by=user_of(request))
        for form in kept_forms(formset):
            if not form.has_changed():
                continue
            fields = {name: form.cleaned_data[name] for name in form.changed_data}
            if formset.model is ContactPoint:
                add_contact_point(parent.pk, by=user_of(request), kind=form.cleaned_data["kind"], value=fields["value"])
            elif form.instance.pk:
                change_address(form.instance.pk, by=user_of(request), **fields)
            else:
                add_address(parent.pk, by=user_of(request), **fields)


@admin.register(MergeSuggestion)
class MergeSuggestionAdmin(DocumentAdmin):
    list_display = ("first", "second", "reason", "state", "created_at")
    list_select_related = ("first", "second")
    list_filter = ("state",)
    ordering = ("-pk",)
    operations: ClassVar = {
        "merge": Operation(_("Merge parties"), merge_suggested, "crm.merge_parties"),
        "dismiss": Operation(_("They are two"), dismiss_suggestion, "crm.dismiss_suggestion"),
    }


@admin.register(Merge)
class MergeAdmin(DocumentAdmin):
    list_display = ("kept", "gone", "by", "merged_at", "undone_at")
    list_select_related = ("kept", "gone", "by")
    ordering = ("-pk",)
    operations: ClassVar = {"undo": Operation(_("Undo merge"), undo_merge, "crm.undo_merge")}
