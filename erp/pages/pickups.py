"""When the vans come and what waits for them: counts per carrier, and the next pickup in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from erp.pages import wording
from inventory.shipping.pickups import next_pickup

LOADS = """
    SELECT COALESCE(carrier.name, '') AS name, carrier.pickup_at, carrier.id AS carrier, COALESCE(ready, 0), COALESCE(picking, 0),
           COALESCE(packed, 0), COALESCE(held, 0), COALESCE(late, 0), COALESCE(shipped, 0)
    FROM (
        SELECT service.carrier_id,
               count(*) FILTER (WHERE NOT is_held AND status = 'ready') AS ready,
               count(*) FILTER (WHERE NOT is_held AND status = 'picking') AS picking,
               count(*) FILTER (WHERE NOT is_held AND status = 'packed') AS packed,
               count(*) FILTER (WHERE is_held AND status = ANY(%(open)s)) AS held,
               count(*) FILTER (WHERE NOT is_held AND status = ANY(%(open)s) AND due_at < %(now)s) AS late,
               count(*) FILTER (WHERE status = 'shipped' AND shipped_at >= date_trunc('day', %(now)s, house.zone)) AS shipped
        FROM house CROSS JOIN shipping_shipment shipment LEFT JOIN shipping_carrierservice service ON service.id = shipment.service_id
        WHERE status = ANY(%(open)s) OR (status = 'shipped' AND shipped_at >= %(now)s - interval '1 day 2 hours')
        GROUP BY 1
    ) load FULL JOIN shipping_carrier carrier ON carrier.id = load.carrier_id
    WHERE carrier.is_active OR load.ready > 0 OR load.picking > 0 OR load.packed > 0 OR load.held > 0 OR load.shipped > 0
"""
"""Every active carrier and what has no carrier yet, each with its load; reads the company's `house.zone`. The bound of shipped ones reaches
over the longest day, so that it stands in the statement and not in a row."""


@dataclass(frozen=True)
class Load:
    """What waits for one carrier, and what it got today. `carrier` None: no service is chosen yet. Held ones count in `held` alone."""

    carrier: int | None
    ready: int = 0
    picking: int = 0
    packed: int = 0
    held: int = 0
    late: int = 0
    shipped: int = 0

    @property
    def waiting(self) -> int:
        return self.ready + self.picking + self.packed


@dataclass(frozen=True)
class Van:
    """A carrier, when it comes next (None: no daily pickup is written down) and its load."""

    name: str
    at: datetime | None
    load: Load


@dataclass(frozen=True)
class NextPickup:
    name: str
    clock: str
    wait: str
    is_soon: bool


def vans_of(rows: Iterable[Sequence[Any]], now: datetime, zone: str) -> list[Van]:
    """From rows of `LOADS`: the next one to come first; what has no carrier yet comes last, before it what has no pickup."""
    found = [Van(name, _comes(pickup_at, now, zone), Load(*load)) for name, pickup_at, *load in rows]
    return sorted(found, key=lambda van: (van.load.carrier is None, van.at is None, van.at or now, van.name, van.load.carrier or 0))


def _comes(pickup_at: time | None, now: datetime, zone: str) -> datetime | None:
    return next_pickup(now, pickup_at, zone) if pickup_at else None


def next_van(found: list[Van]) -> Van | None:
    """The one that comes next and has something to take; when nothing waits, the one that comes next."""
    coming = [van for van in found if van.at is not None]
    return next((van for van in coming if van.load.waiting), coming[0] if coming else None)


def next_in_words(found: list[Van], now: datetime, zone: str) -> NextPickup | None:
    van = next_van(found)
    if van is None or van.at is None:
        return None
    wait = van.at - now
    return NextPickup(van.name, clock_of(van.at, now, zone), wording.length(wait), is_soon=wait.total_seconds() < wording.HOUR)


def clock_of(moment: datetime, now: datetime, zone: str) -> str:
    """`16:30` today, `tomorrow 16:30`, `30/11 16:30`."""
    place = ZoneInfo(zone)
    here, today = moment.astimezone(place), now.astimezone(place).date()
    if here.date() == today:
        return f"{here:%H:%M}"
    if (here.date() - today).days == 1:
        return gettext("tomorrow %(clock)s") % {"clock": f"{here:%H:%M}"}
    return f"{here:%d/%m %H:%M}"
