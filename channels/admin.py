"""Accounts are set up and operated here; listings are bound; messages and jobs are looked at and tried again."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import Form, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from channels.forms import AccountForm, BindForm, OrderNumberForm, SuggestionForm
from channels.models import (
    Account,
    CancelPush,
    Cursor,
    Difference,
    FulfilmentPush,
    InboxMessage,
    Job,
    Listing,
    LocationMap,
    NumberRequest,
    StockWrite,
)
from channels.services import matching
from channels.services.connecting import living, opening, places, rehearsing, webhooks
from channels.services.importing import retrying
from channels.services.jobs import retry_parked_job
from channels.services.notifying.retrying import cancel_again, tell_again
from channels.services.publishing.comparing import compare_now
from channels.services.publishing.mending import mend_listing
from channels.services.publishing.running import start_run, undo_run
from channels.services.publishing.stopping import allow_push
from channels.services.retention import redact_order
from erp.core.admin import DocumentAdmin, MasterAdmin, Operation
from erp.core.cards import subject_of

CONNECT, PAUSE, PUBLISH, TELL = "channels.connect_account", "channels.pause_account", "channels.publish_stock", "channels.tell_shop"
DIFFERENCES_SHOWN = 20


def _flow(service: Any, flow: str) -> Any:
    def operate(account_id: int, *, by: Any) -> None:
        service(account_id, flow=flow, by=by)

    return operate


def _retry_job(job_id: int, *, by: Any) -> None:
    retry_parked_job(subject_of("job", job_id), by=by)


class LocationInline(TabularInline):  # type: ignore[misc]
    """The places of an account; each is mapped on its own page."""

    model = LocationMap
    fields = ("name", "location", "warehouse", "is_ours")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class DifferenceInline(TabularInline):  # type: ignore[misc]
    """The last numbers that the shop showed instead of ours, and what they were."""

    model = Difference
    hide_title = True
    fields = ("listing", "expected", "seen", "seen_at", "verdict", "told_at", "put_right_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Difference]:
        account_id = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        newest = Difference.objects.filter(account=account_id).order_by("-seen_at", "-pk").values_list("pk", flat=True)
        shown = list(newest[:DIFFERENCES_SHOWN]) if account_id else []
        return Difference.objects.filter(pk__in=shown).select_related("listing").order_by("-seen_at", "-pk")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(MasterAdmin):
    form = AccountForm
    list_display = ("name", "code", "connector", "state", "orders_paused", "stock_paused", "live_since", "health_at")
    list_filter = ("state", "connector")
    search_fields = ("code", "name")
    readonly_fields = (
        "state",
        "first_stock",
        "orders_paused",
        "stock_paused",
        "push_stopped_at",
        "live_since",
        "rehearsed_at",
        "rehearsal",
        "health_at",
        "health",
    )
    inlines: ClassVar = [LocationInline]
    actions = ("stop_all_stock",)
    operations: ClassVar = {
        "check": Operation(_("Check keys"), opening.check_keys, CONNECT),
        "match": Operation(_("Match listings"), matching.match_listings, CONNECT),
        "rehearse": Operation(_("Rehearse"), rehearsing.rehearse, CONNECT),
        "regia": Operation(_("Regia's stock counts"), living.choose_regias_stock, CONNECT),
        "shop": Operation(_("The shop's stock counts"), living.choose_shops_stock, CONNECT),
        "live": Operation(_("Go live"), living.go_live, CONNECT),
        "pull": Operation(_("Read orders now"), retrying.read_now, "channels.pull_account"),
        "again": Operation(_("Read one order again"), retrying.import_again, "channels.pull_account", OrderNumberForm),
        "redact": Operation(_("Empty one order's raw data"), redact_order, "channels.redact_order", OrderNumberForm),
        "webhooks": Operation(_("Register webhooks"), webhooks.register_webhooks, CONNECT),
        "pause": Operation(_("Pause account"), living.pause_account, PAUSE),
        "resume": Operation(_("Resume account"), living.resume_account, PAUSE),
        "pause-orders": Operation(_("Pause orders"), _flow(living.pause_flow, "orders"), PAUSE),
        "resume-orders": Operation(_("Resume orders"), _flow(living.resume_flow, "orders"), PAUSE),
        "pause-stock": Operation(_("Pause stock"), _flow(living.pause_flow, "stock"), PAUSE),
        "resume-stock": Operation(_("Resume stock"), _flow(living.resume_flow, "stock"), PAUSE),
        "publish": Operation(_("Publish today's numbers"), start_run, PUBLISH),
        "compare": Operation(_("Compare numbers now"), compare_now, PUBLISH),
        "allow": Operation(_("Allow this run"), allow_push, PUBLISH),
    }

    def has_pause_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PAUSE))

    @action(description=_("Stop the stock of all accounts"), permissions=["pause"])
    def stop_all_stock(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """The one switch: whatever was chosen, no number leaves for any shop."""
        stopped = living.stop_all_stock(by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("No stock number leaves any more: %(count)s accounts were stopped.") % {"count": stopped})

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> list[type[TabularInline]]:
        """A new account has shown no numbers yet."""
        return self.inlines if obj is None else [*self.inlines, DifferenceInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The code never changes: orders and stock keep it as their source."""
        return self.readonly_fields if obj is None else (*self.readonly_fields, "code")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """An account is paused, not deleted: what came through it stays."""
        return False

    def save_model(self, request: HttpRequest, obj: Account, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        keys = form.cleaned_data.get("keys") or {}
        if change:
            super().save_model(request, obj, form, change)
            if keys:
                opening.enter_keys(obj.pk, keys=keys, by=request.user)  # type: ignore[arg-type]
            return
        opening.open_drafted(obj, keys=keys, by=request.user)  # type: ignore[arg-type]


@admin.register(LocationMap)
class LocationMapAdmin(MasterAdmin):
    list_display = ("name", "location", "account", "warehouse", "is_ours")
    list_select_related = ("account", "warehouse")
    fields = ("account", "location", "name", "warehouse", "is_ours")
    readonly_fields = ("account", "location", "name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: LocationMap, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        places.map_location(obj.pk, warehouse_id=obj.warehouse_id, is_ours=obj.is_ours, by=request.user)  # type: ignore[arg-type]


@admin.register(Listing)
class ListingAdmin(DocumentAdmin):
    """Everything is the shop's word, except which variant it is."""

    list_display = ("title", "sku", "account", "variant", "binding", "seen_quantity", "seen_at", "can_split", "is_present")
    list_select_related = ("account", "variant")
    list_filter = ("binding", "account", "can_split", "is_present")
    search_fields = ("=external_item", "sku__istartswith", "gtin", "title__icontains")
    fields = (
        "account", "title", "sku", "gtin", "external_item", "external_parent", "variant", "binding", "bound_at",
        "seen_quantity", "seen_at", "can_split", "split_reason", "is_present",
    )  # fmt: skip
    actions = ("ignore_chosen",)
    operations: ClassVar = {
        "suggested": Operation(_("Bind to this product"), matching.bind_listing, "channels.bind_listing", SuggestionForm),
        "bind": Operation(_("Bind to product"), matching.bind_to_sku, "channels.bind_listing", BindForm),
        "ignore": Operation(_("Not ours"), matching.ignore_listing, "channels.bind_listing"),
        "release": Operation(_("Release binding"), matching.release_listing, "channels.bind_listing"),
        "mend": Operation(_("Fix it in the shop"), mend_listing, PUBLISH),
    }

    def operation_form(self, key: str, pk: int, data: Any = None) -> Form | None:
        form = super().operation_form(key, pk, data)
        if isinstance(form, SuggestionForm):
            form.offer([(variant.pk, f"{variant.sku} {variant.title}") for variant in matching.suggest_variants(pk)])
        return form

    def has_bind_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("channels.bind_listing"))

    @action(description=_("Not ours"), permissions=["bind"])
    def ignore_chosen(self, request: HttpRequest, queryset: QuerySet[Listing]) -> None:
        chosen = list(queryset.order_by("pk").values_list("pk", flat=True))
        done = matching.ignore_listings(chosen, by=request.user)  # type: ignore[arg-type]
        told = _("%(done)s listings are left alone from now on; %(bound)s are bound and stay as they are.")
        messages.success(request, told % {"done": done, "bound": len(chosen) - done})


@admin.register(InboxMessage)
class InboxMessageAdmin(DocumentAdmin):
    list_display = ("received_at", "account", "kind", "external_id", "via", "state", "outcome", "attempts", "error")
    list_select_related = ("account",)
    list_filter = ("state", "account", "kind", "via")
    search_fields = ("=external_id",)
    operations: ClassVar = {"retry": Operation(_("Try again"), retrying.retry_message, "channels.retry_inboxmessage")}


@admin.register(Cursor)
class CursorAdmin(DocumentAdmin):
    list_display = ("account", "flow", "confirmed_at", "read_through", "failures", "error")
    list_select_related = ("account",)


@admin.register(Job)
class JobAdmin(DocumentAdmin):
    list_display = ("account", "lane", "kind", "key", "state", "due_at", "attempts", "error")
    list_select_related = ("account",)
    list_filter = ("state", "kind", "account")
    operations: ClassVar = {"retry": Operation(_("Try again"), _retry_job, "channels.retry_job")}


@admin.register(NumberRequest)
class NumberRequestAdmin(DocumentAdmin):
    """Numbers that wait to be looked at; those that wait for a person say why."""

    list_display = ("listing", "account", "requested_at", "due_at", "held_as", "is_allowed")
    list_select_related = ("listing__account",)
    list_filter = ("held_as", "listing__account")
    search_fields = ("=listing__external_item", "listing__sku__istartswith", "listing__title__icontains")

    @admin.display(description=_("account"), ordering="listing__account__name")
    def account(self, request: NumberRequest) -> str:
        return request.listing.account.name


@admin.register(StockWrite)
class StockWriteAdmin(DocumentAdmin):
    """Every number that was ever sent, with what became of it."""

    list_display = ("sent_at", "account", "listing", "value", "wanted", "answer", "read_back", "error")
    list_select_related = ("account", "listing")
    list_filter = ("answer", "account", "is_fall")
    search_fields = ("=listing__external_item", "listing__sku__istartswith", "=key")
    operations: ClassVar = {"undo": Operation(_("Undo this run: publish today's numbers"), undo_run, PUBLISH)}


@admin.register(Difference)
class DifferenceAdmin(DocumentAdmin):
    """Numbers that a shop was seen to show and that were not the expected ones."""

    list_display = ("seen_at", "account", "listing", "expected", "seen", "verdict", "told_at", "put_right_at")
    list_select_related = ("account", "listing")
    list_filter = ("verdict", "account")
    search_fields = ("=listing__external_item", "listing__sku__istartswith")


@admin.register(FulfilmentPush)
class FulfilmentPushAdmin(DocumentAdmin):
    """Every parcel that a shop was told about, with what became of it."""

    list_display = (
        "requested_at", "account", "order", "shipment", "carrier", "tracking_number", "completes", "state", "answered_at", "error",
    )  # fmt: skip
    list_select_related = ("account", "order", "shipment")
    list_filter = ("state", "account", "completes")
    search_fields = ("=tracking_number", "=key", "=order__external_number")
    operations: ClassVar = {"again": Operation(_("Tell the shop again"), tell_again, TELL)}


@admin.register(CancelPush)
class CancelPushAdmin(DocumentAdmin):
    list_display = ("requested_at", "account", "order", "reason", "state", "answered_at", "error")
    list_select_related = ("account", "order")
    list_filter = ("state", "account")
    search_fields = ("=key", "=order__external_number")
    operations: ClassVar = {"again": Operation(_("Cancel it in the shop"), cancel_again, TELL)}
