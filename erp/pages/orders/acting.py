"""Deeds on chosen orders: a form where one is needed, the deed, its receipt, and the way back."""

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from erp.core.receipts import MAX_ROWS, undo_receipt
from erp.core.refusals import Refused
from erp.pages import wording
from erp.pages.access import member_of_staff, staff_page
from erp.pages.bulk import form_key
from erp.pages.deeds import allowed_deed, refuse_nul
from erp.pages.links import page
from erp.pages.orders import queries
from erp.pages.orders.deeds import DEEDS, REASONS, TERMS
from erp.pages.orders.receipt import Strip, refusal_strip, strip_of
from erp.pages.orders.views import PERMISSION, fresh_context
from erp.pages.queries import who_we_are
from orders.models import Order

NAMED = 8
"""Orders that a confirmation names before it counts the rest."""


@require_POST
@never_cache
@staff_page(PERMISSION)
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """The form of a deed, for the orders that are chosen; a confirmation names them and what they are worth."""
    deed = allowed_deed(request, DEEDS, code)
    if not deed.asks:
        raise Http404
    orders = queries.orders_named(chosen_keys(request))
    context = {
        "count": len(orders),
        "orders": ",".join(str(order.pk) for order in orders),
        "token": uuid4().hex,
        "query": request.POST.get("query", ""),
        "reasons": [str(reason) for reason in REASONS],
        "terms": [(key, label) for key, (label, _days) in TERMS.items()],
        "tags": queries.tags_in_use() if code == "tag" else [],
        "named": orders[:NAMED],
        "more": max(len(orders) - NAMED, 0),
        "worth": _worth(orders),
    }
    return render(request, f"orders/ask_{code}.html", context)


@require_POST
@never_cache
@staff_page(PERMISSION)
def act(request: HttpRequest, code: str) -> HttpResponse:
    """Do it, and show what became of it beside the list as it is now; the same form sent twice does it once."""
    deed, user = allowed_deed(request, DEEDS, code), member_of_staff(request)
    refuse_nul(*request.POST.values())
    rows = [(order.pk, order.number) for order in queries.orders_named(chosen_keys(request))]
    _name, zone = who_we_are()
    try:
        receipt = deed.run(rows, request.POST.dict(), user, form_key(request), zone)
    except Refused as refusal:
        return _fresh(request, refusal_strip(str(refusal)))
    if receipt.done and (batch := page("batch", receipt.about["batch"]) if "batch" in receipt.about else ""):
        return HttpResponse(headers={"HX-Redirect": batch})
    return _fresh(request, strip_of(receipt, user))


@require_POST
@never_cache
@staff_page(PERMISSION)
def undo(request: HttpRequest, receipt_id: int) -> HttpResponse:
    user = member_of_staff(request)
    try:
        receipt = undo_receipt(receipt_id, by=user)
    except Refused as refusal:
        return _fresh(request, refusal_strip(str(refusal)))
    return _fresh(request, strip_of(receipt, user))


def chosen_keys(request: HttpRequest) -> list[int]:
    """The orders of the form, each once; more than one deed takes are cut off by the deed itself, in words."""
    told = request.POST.get("orders", "").split(",")[: MAX_ROWS + 1]
    return list(dict.fromkeys(int(key) for key in told if key.isdecimal() and key.isascii() and len(key) < 19))


def _fresh(request: HttpRequest, strip: Strip) -> HttpResponse:
    query = QueryDict(request.POST.get("query", "").removeprefix("?"))
    context: dict[str, Any] = {**fresh_context(request, query), "strip": strip, "token": uuid4().hex}
    return render(request, "orders/done.html", context)


def _worth(orders: list[Order]) -> str:
    """What orders are worth together, each currency for itself."""
    totals: dict[str, Any] = {}
    for order in orders:
        totals[order.currency] = totals.get(order.currency, 0) + order.total
    return ", ".join(wording.money(total, currency) for currency, total in sorted(totals.items()))
