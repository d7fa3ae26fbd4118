"""The form that corrects an order; when the order changed meanwhile, the difference field by field with a choice for each."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
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
from erp.pages.order.faults import Fault, errors_of, faults_of, sentences_of, suggested_by, suggestion_in_words
from erp.pages.order.page import address_lines
from erp.pages.order.presence import note_presence
from erp.pages.order.views import order_or_404, presence_context
from erp.pages.shell import read_shell, render_page
from orders.models import Hold, Order, OrderEdit
from orders.services.editing import Editable, StaleEdit, check_editable, edit_order, editable_of
from orders.states import HoldKind

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
QUEUE = "queue"
"""Where the form came from: it goes back to the addresses that are left."""
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
    current, faults = flat(editable_of(order)), open_faults(order_id)
    if request.method != "POST":
        return _form(request, order, current, current, faults=faults)
    opened = _opened(request.POST, current)
    wanted = _wanted(request.POST, opened) | (suggested_by(faults) if "accept" in request.POST else {})
    try:
        with attempt():
            changed = edit_order(order_id, by=member_of_staff(request), opened=whole(opened), wanted=whole(wanted))
    except StaleEdit as stale:
        now = flat(stale.now)
        return _form(request, order, now, wanted, clashes=clashes_of(opened, now, wanted), status=409)
    except Refused as refusal:
        return _form(request, order, opened, wanted, refusal=refusal, status=422)
    if changed:
        _say(request, order, had_faults=bool(faults))
    if request.POST.get("back") == QUEUE:
        return redirect(f"{reverse('orders')}?queue=address")
    return redirect("order", order_id)


def open_faults(order_id: int) -> list[Fault]:
    """What its address waits for; one statement."""
    return faults_of(Hold.objects.filter(order=order_id, kind=HoldKind.ADDRESS, released_at=None))


def address_form(order: Order, faults: list[Fault]) -> dict[str, Any]:
    """The fields of an address that waits, beside the queue: those in question marked, what could stand there, what the shop had said."""
    values = flat(editable_of(order))
    return {"opened": json.dumps(values), "place": place_fields(values, errors_of(faults)), **_hints(order, faults)}


def place_fields(values: Values, errors: Mapping[str, str]) -> list[Field]:
    return [Field(name, label, values[name], errors.get(name, ""), False) for name, label in PLACE.items()]


def _hints(order: Order, faults: list[Fault]) -> dict[str, Any]:
    edit = OrderEdit.objects.filter(order=order, field="shipping").order_by("pk").first() if faults else None
    original = (edit.told or order.billing) if edit else (order.shipping or order.billing)
    return {
        "suggestion": suggestion_in_words(suggested_by(faults), PLACE),
        "original": address_lines(original) if faults else [],
        "is_corrected": edit is not None,
    }


def _say(request: HttpRequest, order: Order, *, had_faults: bool) -> None:
    told = {"number": order.number}
    if left := open_faults(order.pk):
        said = gettext("Order %(number)s is corrected, but its address still waits: %(left)s")
        messages.warning(request, said % {**told, "left": sentences_of(left)})
    elif had_faults:
        messages.success(request, gettext("The address of order %(number)s is right now: nothing of it waits any more.") % told)
    else:
        messages.success(request, gettext("Order %(number)s is corrected. Its open shipment follows.") % told)


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
    faults: list[Fault] | None = None,
    clashes: list[Clash] | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    faulty = FAULTY.get(refusal.code, "") if refusal else ""
    errors = {faulty: str(refusal)} if faulty else errors_of(faults or ())
    context: dict[str, Any] = {
        "order": order,
        "opened": json.dumps(opened),
        "place": place_fields(values, errors),
        "faulty": next(iter(errors), ""),
        "notes": [Field(name, label, values[name], "", True) for name, label in NOTES.items()],
        "clashes": clashes or [],
        "is_stale": clashes is not None,
        "refusal": str(refusal) if refusal and not faulty else "",
        "obstacle": _obstacle(order),
        "back": request.POST.get("back", ""),
        **_hints(order, faults or []),
        **presence_context(order.pk, note_presence(order.pk, member_of_staff(request))),
    }
    return render_page(request, "order/edit.html", context, current="orders", facts=read_shell(), status=status)


def _obstacle(order: Order) -> str:
    try:
        check_editable(order)
    except Refused as refusal:
        return str(refusal)
    return ""
