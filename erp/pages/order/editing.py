"""The form that corrects an order; when the order changed meanwhile, the difference field by field with a choice for each."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.people import PostalAddress
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from erp.pages.access import member_of_staff, staff_page
from erp.pages.order.changes import DASH
from erp.pages.order.presence import note_presence
from erp.pages.order.views import order_or_404, presence_context
from erp.pages.shell import read_shell, render_page
from orders.models import Order
from orders.services.editing import Editable, StaleEdit, check_editable, edit_order, editable_of

PERMISSION = "orders.edit_order"
PLACE: dict[str, Promise] = {
    "name": _("Recipient"),
    "company": _("Company"),
    "street": _("Street and number"),
    "street2": _("Second line"),
    "postcode": _("Postcode"),
    "city": _("Town"),
    "province": _("Province"),
    "country": _("Country code"),
    "phone": _("Phone for the carrier"),
}
NOTES: dict[str, Promise] = {"customer_note": _("Customer's note"), "gift_message": _("Gift message")}
LABELS = PLACE | NOTES
LONGEST = 1000
MINE, THEIRS = "mine", "theirs"
FAULTY = {"postcode": "postcode", "address": "street"}
"""A refusal's code and the field that it is about."""
Values = Mapping[str, str]


@dataclass(frozen=True)
class Field:
    name: str
    label: Promise
    value: str
    error: str
    is_long: bool


@dataclass(frozen=True)
class Clash:
    """A field that somebody else changed since the form was opened."""

    name: str
    label: Promise
    before: str
    theirs: str
    mine: str
    keeps_mine: bool


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_page(PERMISSION)
def editing(request: HttpRequest, order_id: int) -> HttpResponse:
    order = order_or_404(order_id)
    current = flat(editable_of(order))
    if request.method != "POST":
        return _form(request, order, current, current)
    opened = _opened(request.POST, current)
    wanted = _wanted(request.POST, opened)
    try:
        with attempt():
            changed = edit_order(order_id, by=member_of_staff(request), opened=whole(opened), wanted=whole(wanted))
    except StaleEdit as stale:
        now = flat(stale.now)
        return _form(request, order, now, wanted, clashes=clashes_of(opened, now, wanted), status=409)
    except Refused as refusal:
        return _form(request, order, opened, wanted, refusal=refusal, status=422)
    if changed:
        messages.success(request, gettext("Order %(number)s is corrected. Its open shipment follows.") % {"number": order.number})
    return redirect("order", order_id)


def clashes_of(opened: Values, now: Values, wanted: Values) -> list[Clash]:
    """Fields that are otherwise now than when the form was opened, and not as I want them anyway; mine is kept where I changed it."""
    return [
        Clash(name, label, opened[name] or DASH, now[name] or DASH, wanted[name] or DASH, wanted[name] != opened[name])
        for name, label in LABELS.items()
        if now[name] != opened[name] and now[name] != wanted[name]
    ]


def flat(editable: Editable) -> dict[str, str]:
    address = asdict(editable.shipping)
    return {**{name: address[name] for name in PLACE}, "customer_note": editable.customer_note, "gift_message": editable.gift_message}


def whole(values: Values) -> Editable:
    return Editable(PostalAddress(**{name: values[name] for name in PLACE}), values["customer_note"], values["gift_message"])


def _opened(told: QueryDict, current: Values) -> dict[str, str]:
    """What the form was opened on; one that says nothing readable of it was opened on nothing that is there."""
    try:
        opened = json.loads(told.get("opened", ""))
        return {name: str(opened[name]) for name in LABELS}
    except (ValueError, KeyError, TypeError):
        return dict.fromkeys(LABELS, "")


def _wanted(told: QueryDict, opened: Values) -> dict[str, str]:
    """What was typed; where the difference was shown and theirs chosen, theirs."""
    typed = {name: told.get(name, opened[name]).replace("\r\n", "\n").replace("\x00", "").strip()[:LONGEST] for name in LABELS}
    return {name: opened[name] if told.get(f"keep-{name}") == THEIRS else typed[name] for name in LABELS}


def _form(
    request: HttpRequest,
    order: Order,
    opened: Values,
    values: Values,
    *,
    clashes: list[Clash] | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    faulty = FAULTY.get(refusal.code, "") if refusal else ""
    context: dict[str, Any] = {
        "order": order,
        "opened": json.dumps(opened),
        "place": [Field(name, label, values[name], str(refusal) if name == faulty else "", False) for name, label in PLACE.items()],
        "notes": [Field(name, label, values[name], "", True) for name, label in NOTES.items()],
        "clashes": clashes or [],
        "is_stale": clashes is not None,
        "refusal": str(refusal) if refusal and not faulty else "",
        "obstacle": _obstacle(order),
        **presence_context(order.pk, note_presence(order.pk, member_of_staff(request))),
    }
    return render_page(request, "order/edit.html", context, current="orders", facts=read_shell(), status=status)


def _obstacle(order: Order) -> str:
    try:
        check_editable(order)
    except Refused as refusal:
        return str(refusal)
    return ""
