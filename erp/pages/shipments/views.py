from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from erp.core import clock
from erp.core.models import Receipt
from erp.core.receipts import MAX_ROWS
from erp.core.refusals import Refused
from erp.pages.access import member_of_staff, staff_page
from erp.pages.bulk import Strip, back_to, chosen_keys, form_key, fresh_token, receipt_shown, strip_of
from erp.pages.deeds import allowed_deed
from erp.pages.links import batch_url, where_from
from erp.pages.pickups import next_in_words
from erp.pages.queries import who_we_are
from erp.pages.shell import ShellFacts, read_shell, render_page
from erp.pages.shipments import queues
from erp.pages.shipments.carriers import BY_RULES, carriers_to_choose
from erp.pages.shipments.deeds import DEEDS, OFFERED, WORDS
from erp.pages.shipments.queues import QUEUES, Wanted, day_of, wanted_of
from erp.pages.shipments.rows import shipment_row
from inventory.shipping.models import Shipment

PERMISSION = "shipping.view_shipment"
NUMBERS = "shipping.buy_label"


@require_safe
@never_cache
@staff_page(PERMISSION)
def shipments(request: HttpRequest) -> HttpResponse:
    """The floor: a queue of shipments with what can be done to many at once."""
    facts = read_shell()
    return render_page(request, "shipments/page.html", _context(request, facts), current="shipments", facts=facts)


@require_safe
@never_cache
@staff_page(PERMISSION)
def live(request: HttpRequest) -> HttpResponse:
    """The queues' counts alone; the rows stay where they are."""
    _name, zone = who_we_are()
    wanted, day = wanted_of(request.GET), day_of(clock.now(), zone)
    return render(request, "shipments/tabs.html", {"tabs": _tabs(wanted, queues.queue_counts(day)), "swap": True})


@require_POST
@never_cache
@staff_page(PERMISSION)
def act(request: HttpRequest) -> HttpResponse:
    """A deed on the chosen rows; back to the list with its receipt, or on to the papers."""
    deed = allowed_deed(request, DEEDS, request.POST.get("deed", ""))
    keys = chosen_keys(request)
    if keys and deed.asks and deed.asks not in request.POST:
        return _ask(request, keys)
    numbers = dict(Shipment.objects.filter(pk__in=keys).values_list("pk", "order_number"))
    try:
        rows = [(pk, numbers[pk]) for pk in keys if pk in numbers]
        receipt = deed.run(rows, member_of_staff(request), form_key(request), request.POST)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return back_to(request, "shipments")
    if receipt.done and "batch" in receipt.about:
        return redirect(batch_url(receipt.about["batch"]))
    if receipt.done and "labels" in receipt.about:
        return redirect(reverse("shipments_labels", args=[receipt.pk]))
    return back_to(request, "shipments", receipt)


def _ask(request: HttpRequest, keys: list[int]) -> HttpResponse:
    """Which carrier? One press answers; the chosen rows, the list and its filter are kept meanwhile."""
    chosen = Shipment.objects.filter(pk__in=keys[:MAX_ROWS])
    context = {
        "keys": keys,
        "count": len(keys),
        "with_cash": chosen.filter(cash_to_collect__isnull=False).count(),
        "carriers": carriers_to_choose(),
        "by_rules": BY_RULES,
        "next": request.POST.get("next", ""),
        "back": where_from(request, "shipments"),
        "token": request.POST.get("token", ""),
    }
    return render_page(request, "shipments/carrier.html", context, current="shipments")


def _context(request: HttpRequest, facts: ShellFacts) -> dict[str, Any]:
    wanted, day = wanted_of(request.GET), day_of(facts.now, facts.zone)
    queue, counts = QUEUES[wanted.queue], queues.queue_counts(day)
    page = queues.shipments_page(wanted, day, request.GET.get("page", ""))
    labels = queues.labels_by_shipment([shipment.pk for shipment in page.object_list])
    receipt = receipt_shown(request)
    again = {row["id"] for row in receipt.refused} if receipt else set()
    takes_numbers = queue.code == "labels" and request.user.has_perm(NUMBERS)
    rows = [
        shipment_row(each, labels.get(each.pk, []), facts.now, facts.zone, is_checked=each.pk in again, takes_numbers=takes_numbers)
        for each in page.object_list
    ]
    return {
        "queue": queue,
        "wanted": wanted,
        "tabs": _tabs(wanted, counts),
        "said": _said(facts, counts),
        "rows": rows,
        "fields": [row.field for row in rows if row.field],
        "numbers_url": reverse("shipments_numbers") if takes_numbers else "",
        "page": page,
        "pager_url": wanted.address() + "&",
        "chips": _chips(wanted, queues.carriers_in(wanted, day)),
        "deeds": _deeds(request, queue.code, queue.main),
        "is_today": queue.code == "shipped",
        "empty": _empty(facts, wanted, counts),
        "strip": _strip(request, receipt),
        "next": wanted.address(),
        "token": fresh_token(),
        "most": MAX_ROWS,
    }


def _tabs(wanted: Wanted, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "label": queue.label,
            "url": Wanted(queue=code).address(),
            "count": counts.get(code),
            "is_current": code == wanted.queue,
            "is_bad": code == "labels" and bool(counts.get(code)),
        }
        for code, queue in QUEUES.items()
    ]


def _chips(wanted: Wanted, carriers: list[tuple[str, str, int]]) -> list[dict[str, Any]]:
    """What narrows the queue, those that are on with a way to take them off."""
    chips = [
        {
            "label": name or gettext("No carrier yet"),
            "count": count,
            "is_on": wanted.carrier == key,
            "url": wanted.address(carrier="" if wanted.carrier == key else key),
        }
        for key, name, count in carriers
    ]
    if wanted.q:
        chips.insert(0, {"label": gettext("Search: %(text)s") % {"text": wanted.q}, "is_on": True, "url": wanted.address(q="")})
    return chips if len(chips) > 1 or wanted.carrier or wanted.q else []


def _deeds(request: HttpRequest, queue: str, main: str) -> list[dict[str, Any]]:
    """Quiet ones first, the filled one at the end, where it always stands."""
    offered = [DEEDS[code] for code in OFFERED[queue] if request.user.has_perm(DEEDS[code].permission)]
    return [{"deed": deed, "is_main": deed.code == main} for deed in sorted(offered, key=lambda deed: deed.code == main)]


def _said(facts: ShellFacts, counts: dict[str, int]) -> str:
    waiting = counts["ready"] + counts["picking"] + counts["packed"]
    pickup = next_in_words(facts.vans, facts.now, facts.zone)
    if not waiting:
        return gettext("Nothing waits.")
    said = gettext("%(ready)d to pick, %(picking)d being picked, %(packed)d packed") % counts
    if pickup is None:
        return said
    told = {"said": said, "name": pickup.name, "clock": pickup.clock, "wait": pickup.wait}
    return gettext("%(said)s. Next pickup: %(name)s %(clock)s, in %(wait)s.") % told


def _empty(facts: ShellFacts, wanted: Wanted, counts: dict[str, int]) -> dict[str, str]:
    """Good news, what is next, and where the rest is."""
    if wanted.carrier or wanted.q:
        return {
            "title": gettext("Nothing in this queue fits the filter."),
            "link": gettext("Show the whole queue"),
            "url": Wanted(queue=wanted.queue).address(),
        }
    others = [(code, QUEUES[code].label, counts[code]) for code in ("ready", "picking", "packed", "held") if counts[code]]
    pickup = next_in_words(facts.vans, facts.now, facts.zone)
    title = gettext("No shipment is in this queue.") if others else gettext("Everything has left.")
    why = gettext("Next pickup: %(name)s %(clock)s.") % {"name": pickup.name, "clock": pickup.clock} if pickup else ""
    if not others:
        return {"title": title, "why": why, "link": "", "url": ""}
    code, label, count = others[0]
    return {"title": title, "why": why, "link": f"{label} ({count})", "url": Wanted(queue=code).address()}


def _strip(request: HttpRequest, receipt: Receipt | None) -> Strip | None:
    return strip_of(receipt, member_of_staff(request), WORDS) if receipt else None
