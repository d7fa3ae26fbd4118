"""The vans of the day as rows with a bar: what is ready for each, what is being worked on, what waits, what stands still. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from erp.pages import wording
from erp.pages.pickups import Van, clock_of, next_in_words, next_van
from erp.pages.shipments.queues import NO_CARRIER

BAR = 400
DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Part:
    """A piece of the bar; `tone` is its class."""

    x: int
    width: int
    tone: str


@dataclass(frozen=True)
class PickupRow:
    name: str
    clock: str
    wait: str
    is_next: bool
    parts: list[Part]
    sentence: str
    packed: str
    working: str
    ready: str
    held: str
    late: str
    shipped: str
    url: str


@dataclass(frozen=True)
class PickupBoard:
    rows: list[PickupRow]
    empty: str


def pickup_board(vans: Sequence[Van], now: datetime, zone: str) -> PickupBoard:
    """Carriers that come or have something; the one that comes next is marked."""
    told = [van for van in vans if van.at or van.load.waiting or van.load.held or van.load.shipped]
    top = max([_bar_total(van) for van in told], default=0) or 1
    coming = next_van(list(vans))
    rows = [_row(van, top, now, zone, is_next=van is coming and bool(van.load.waiting)) for van in told]
    return PickupBoard(rows, _empty(vans, now, zone))


def _empty(vans: Sequence[Van], now: datetime, zone: str) -> str:
    """Good news and what comes next; nothing while something waits."""
    if any(van.load.waiting or van.load.held for van in vans):
        return ""
    pickup = next_in_words(list(vans), now, zone)
    if pickup is None:
        return gettext("Everything has left. Write down when your carriers come in Administration, Carriers.")
    return gettext("Everything has left. Next pickup: %(name)s %(clock)s.") % {"name": pickup.name, "clock": pickup.clock}


def _bar_total(van: Van) -> int:
    return van.load.waiting + van.load.held


def _row(van: Van, top: int, now: datetime, zone: str, *, is_next: bool) -> PickupRow:
    load = van.load
    sizes = [(load.packed, "fok"), (load.picking, "f1"), (load.ready, "f4"), (load.held, "fb")]
    parts, x = [], 0
    for count, tone in sizes:
        width = round(count / top * BAR)
        if width:
            parts.append(Part(x, width, tone))
        x += width
    told = {"packed": load.packed, "picking": load.picking, "ready": load.ready, "held": load.held}
    query = urlencode({"queue": "ready" if load.ready else "packed" if load.packed else "picking", "carrier": load.carrier or NO_CARRIER})
    return PickupRow(
        name=van.name or gettext("No carrier yet"),
        clock=clock_of(van.at, now, zone) if van.at else "",
        wait=wording.length(van.at - now) if van.at else DASH,
        is_next=is_next,
        parts=parts,
        sentence=gettext("%(packed)d packed, %(picking)d being picked, %(ready)d to pick, %(held)d held") % told,
        packed=_figure(load.packed),
        working=_figure(load.picking),
        ready=_figure(load.ready),
        held=_figure(load.held),
        late=str(load.late) if load.late else "",
        shipped=_figure(load.shipped),
        url=f"{reverse('shipments')}?{query}" if _bar_total(van) else "",
    )


def _figure(count: int) -> str:
    return str(count) if count else DASH
