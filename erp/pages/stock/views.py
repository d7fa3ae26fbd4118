from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Variant
from channels.services.publishing.requesting import request_numbers_of_variants
from erp.pages import wording
from erp.pages.access import staff_page
from erp.pages.links import admin_row
from erp.pages.shell import ShellFacts, read_shell, render_page
from erp.pages.stock import explain, queries, rows, windows
from erp.pages.stock.facts import last_differences, last_exceptions, last_writes, longest_reading, policy_of, windows_of
from erp.pages.stock.history import incident_rows, sent_row
from erp.pages.stock.misses import misses_of_sharing, told
from erp.pages.stock.policy import policy_words
from inventory.queries import explain_number

SHOWS = {
    "": gettext_lazy("All"),
    "short": gettext_lazy("Short"),
    "out": gettext_lazy("Sold-out articles"),
    "split": gettext_lazy("Divided articles"),
}
PERMISSION = "inventory.view_stocklevel"


@require_safe
@never_cache
@staff_page(PERMISSION)
def stock(request: HttpRequest) -> HttpResponse:
    """The variants with their numbers; each number leads to its explanation."""
    text, show = request.GET.get("q", "").replace("\x00", "").strip(), request.GET.get("show", "")
    show = show if show in SHOWS else ""
    page = queries.stock_page(text, show, request.GET.get("page", ""))
    context = {
        "rows": [rows.stock_row(variant) for variant in page.object_list],
        "page": page,
        "text": text,
        "show": show,
        "missed": told(misses_of_sharing()),
        "shows": [(code, label, "?" + urlencode({"q": text, "show": code})) for code, label in SHOWS.items()],
        "pager_url": "?" + urlencode({"q": text, "show": show}) + "&",
    }
    return render_page(request, "stock/list.html", context, current="stock")


@require_safe
@never_cache
@staff_page(PERMISSION)
def why(request: HttpRequest, variant_id: int) -> HttpResponse:
    """Why this number: the steps to what can be sold, what every window was told, who holds pieces, the last movements."""
    facts = read_shell()
    variant = get_object_or_404(Variant.objects.select_related("product"), pk=variant_id)
    context = _kit(variant) if variant.is_kit else _stocked(variant, facts)
    shops = windows_of(variant.pk)
    names = {each.account.code: each.account.name for each in shops}
    context |= {
        "variant": variant,
        "may_republish": request.user.has_perm("channels.publish_stock"),
        "product_url": admin_row("catalog_product", variant.product_id),
        "read_at": wording.moment(facts.now, facts.now, facts.zone),
        "windows": [windows.window_row(each, context["available"], context["is_split"], facts.now, facts.zone) for each in shops],
        "policy": policy_words(policy_of(variant.pk), shops, longest_reading(shops), is_split=context["is_split"]),
        "incidents": incident_rows(last_exceptions(variant.pk), last_differences(variant.pk), names, facts.now, facts.zone),
        "writes": [sent_row(write, facts.now, facts.zone) for write in last_writes(variant.pk)],
    }
    return render_page(request, "stock/why.html", context, current="stock", facts=facts)


@require_POST
@staff_page("channels.publish_stock")
def republish(request: HttpRequest, variant_id: int) -> HttpResponse:
    """Every shop that sells this article is looked at again, and told its number where it is another one."""
    variant = get_object_or_404(Variant, pk=variant_id)
    request_numbers_of_variants([variant.pk])
    messages.success(request, gettext("The number of “%(title)s” is on its way to every shop.") % {"title": variant.title})
    return redirect("stock_why", variant.pk)


def _stocked(variant: Variant, facts: ShellFacts) -> dict[str, Any]:
    levels = queries.levels_of([variant.pk])
    promises = queries.open_promises(variant.pk)
    holding = {promise.reference for promise in promises if promise.warehouse_id}
    steps = explain.waterfall(levels, queries.ledger_proof(variant.pk), len(holding))
    explained = explain_number(variant.pk)
    return {
        "steps": steps,
        "available": steps.available,
        "is_split": explained.is_split,
        "beyond": wording.quantity(explained.beyond_ceilings) if explained.is_split else "",
        "movements": [rows.movement_row(movement, facts.now, facts.zone) for movement in queries.last_movements(variant.pk)],
        "promises": rows.promise_rows(promises, queries.orders_behind(promises)),
    }


def _kit(variant: Variant) -> dict[str, Any]:
    components = queries.components_of(variant.pk)
    parts = explain.parts_of_kit(components, queries.levels_of([each.component_id for each in components]))
    is_split = any(each.is_split for each, _quantity in explain_number(variant.pk).components)
    return {"parts": parts, "available": Decimal(explain.kit_availability(parts)), "is_split": is_split}
