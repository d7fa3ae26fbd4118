"""The rows of the list, ready to be shown: one badge each, the worst thing that is true. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from django.utils.translation import gettext, ngettext

from erp.pages import wording
from erp.pages.channels import Verdict
from erp.pages.links import admin_row, page
from erp.pages.orders.queues import LATE_WITHOUT_PICKUP, NO_PICKUP
from inventory.shipping.models import Shipment
from inventory.shipping.states import OPEN_SHIPMENTS, ShipmentStatus
from orders.states import HoldKind, OrderStatus, PaymentStatus

HOLD_ICONS = {
    HoldKind.CHANGE_TO_DECIDE: ("bad", "warning"),
    HoldKind.REFUNDED: ("hold", "euro"),
    HoldKind.ADDRESS: ("hold", "place"),
    HoldKind.BY_STAFF: ("hold", "hold"),
    HoldKind.FRAUD_REVIEW: ("hold", "hold"),
    HoldKind.TRASHED: ("hold", "hold"),
    HoldKind.FOREIGN_CURRENCY: ("hold", "euro"),
    HoldKind.UNKNOWN_CURRENCY: ("hold", "euro"),
    HoldKind.TOTAL_UNEXPLAINED: ("hold", "euro"),
    HoldKind.TRACKED_ELSEWHERE: ("hold", "external"),
    HoldKind.UNKNOWN_STATUS: ("hold", "help"),
    HoldKind.UNMAPPED_LINE: ("wait", "link"),
    HoldKind.FRACTIONAL: ("wait", "warning"),
    HoldKind.SHORT: ("wait", "short"),
    HoldKind.AWAITING_PAYMENT: ("wait", "waiting"),
    HoldKind.AWAITING_CAPTURE: ("wait", "waiting"),
}
"""Tone and icon of each kind of hold, the worst first."""


@dataclass(frozen=True)
class Channel:
    name: str
    tile: str


@dataclass(frozen=True)
class OrderRow:
    pk: int
    url: str
    channel: Channel
    customer: str
    place: str
    articles: str
    more: int
    tags: list[str]
    has_gift: bool
    badge: Verdict
    when: str
    total: str
    cents: int
    currency: str


@dataclass(frozen=True)
class Head:
    """A pickup: its name, when and how much, and what only a wide screen has room for."""

    title: str = ""
    sentence: str = ""
    more: str = ""


@dataclass(frozen=True)
class Band:
    """Rows that one pickup takes; without a title the rows stand alone. `is_continued`: the page before showed its head."""

    head: Head
    rows: list[OrderRow]
    is_continued: bool = False


def order_row(order: Any, shipments: Sequence[Shipment], channel: Channel, now: datetime, zone: str) -> OrderRow:
    """From an `Order` as `page_of` reads it, with its shipments."""
    address = order.shipping or order.billing or {}
    country = address.get("country", "")
    return OrderRow(
        pk=order.pk,
        url=page("order", order.pk) or admin_row("orders_order", order.pk),
        channel=channel,
        customer=order.customer_name or address.get("name") or gettext("No name"),
        place=address.get("province", "") if country in ("", "IT") else country,
        articles=order.first_title or gettext("Nothing to ship"),
        more=max((order.lines_count or 0) - 1, 0),
        tags=order.tag_names,
        has_gift=bool(order.gift_message),
        badge=badge_of(order, shipments, now),
        when=short_moment(order.placed_at, now, zone),
        total=amount(order.total, order.currency),
        cents=int(order.total * 100),
        currency=order.currency,
    )


def badge_of(order: Any, shipments: Sequence[Shipment], now: datetime) -> Verdict:
    """The worst thing that is true of an order, in one tone, icon and word. From an `Order` with `hold_kinds` and `short_pieces`."""
    if order.status == OrderStatus.CANCELLED:
        return Verdict("bad", "no", gettext("Cancelled"))
    if order.status == OrderStatus.CLOSED:
        return _closed(shipments)
    if order.status == OrderStatus.HELD:
        return held_badge(order)
    return _released(order, shipments, now)


def held_badge(order: Any) -> Verdict:
    for kind, (tone, icon) in HOLD_ICONS.items():
        if kind in order.hold_kinds:
            return Verdict(tone, icon, _hold_word(kind, order))
    return Verdict("hold", "hold", gettext("Held"))


def _hold_word(kind: HoldKind, order: Any) -> str:
    if kind == HoldKind.SHORT and order.short_pieces:
        pieces = ngettext("%(count)s piece short", "%(count)s pieces short", int(order.short_pieces))
        return pieces % {"count": wording.quantity(order.short_pieces)}
    words = {
        HoldKind.CHANGE_TO_DECIDE: gettext("Changed after picking"),
        HoldKind.REFUNDED: gettext("Paid back, not sent"),
        HoldKind.ADDRESS: gettext("Address to correct"),
        HoldKind.BY_STAFF: gettext("Held"),
        HoldKind.FRAUD_REVIEW: gettext("Fraud review"),
        HoldKind.TRASHED: gettext("In the shop's trash"),
        HoldKind.FOREIGN_CURRENCY: gettext("Foreign currency"),
        HoldKind.UNKNOWN_CURRENCY: gettext("Unknown currency"),
        HoldKind.TOTAL_UNEXPLAINED: gettext("Total unexplained"),
        HoldKind.TRACKED_ELSEWHERE: gettext("Parcel not ours"),
        HoldKind.UNKNOWN_STATUS: gettext("Unknown status"),
        HoldKind.UNMAPPED_LINE: gettext("Product to link"),
        HoldKind.FRACTIONAL: gettext("Part of a piece"),
        HoldKind.SHORT: gettext("Short"),
        HoldKind.AWAITING_PAYMENT: gettext("Awaits payment"),
        HoldKind.AWAITING_CAPTURE: gettext("To be captured"),
    }
    return words[kind]


def _closed(shipments: Sequence[Shipment]) -> Verdict:
    if any(shipment.status == ShipmentStatus.SHIPPED for shipment in shipments):
        return Verdict("quiet", "shipped", gettext("Shipped"))
    return Verdict("quiet", "done", gettext("Closed"))


def _released(order: Any, shipments: Sequence[Shipment], now: datetime) -> Verdict:
    statuses = {shipment.status for shipment in shipments}
    if is_late(order, shipments, now):
        return Verdict("bad", "error", gettext("Late"))
    if ShipmentStatus.SHIPPED in statuses and statuses & set(OPEN_SHIPMENTS):
        return Verdict("wait", "partial", gettext("Partly shipped"))
    if ShipmentStatus.PACKED in statuses:
        return Verdict("go", "pack", gettext("Packed"))
    if ShipmentStatus.PICKING in statuses:
        return Verdict("go", "pick", gettext("Being picked"))
    if order.payment_status == PaymentStatus.ON_DELIVERY:
        return Verdict("quiet", "cash", gettext("Cash on delivery"))
    return Verdict("quiet", "new", gettext("Ready") if order.is_shippable else gettext("Nothing to ship"))


def is_late(order: Any, shipments: Iterable[Shipment], now: datetime) -> bool:
    """The same rule as the queue's: a pickup was missed, or without one two days have gone."""
    if not order.is_shippable:
        return False
    due = [shipment.due_at for shipment in shipments if shipment.status in OPEN_SHIPMENTS and not shipment.is_held and shipment.due_at]
    return any(moment < now for moment in due) if due else now - order.placed_at > LATE_WITHOUT_PICKUP


def banded(orders: Sequence[Any], rows: Mapping[int, OrderRow], heads: Mapping[str, Head], *, last_band: str = "") -> list[Band]:
    """Rows under their pickups, in the order they came. `heads` names each pickup; orders without `band` make one band without a head."""
    bands: list[Band] = []
    before: str | None = None
    for order in orders:
        key = getattr(order, "band", "")
        if key != before:
            bands.append(Band(heads.get(key, Head()), [], is_continued=not bands and bool(key) and key == last_band))
            before = key
        bands[-1].rows.append(rows[order.pk])
    return bands


def pickup_head(key: str, carrier: str, due_at: datetime | None, now: datetime, zone: str) -> tuple[str, str]:
    """How a pickup is called, and when it is."""
    if key == NO_PICKUP or due_at is None:
        return gettext("No pickup yet"), ""
    title = carrier or gettext("No carrier yet")
    at = clock_time(due_at, now, zone)
    if due_at < now:
        return title, gettext("pickup %(at)s, missed %(length)s ago") % {"at": at, "length": wording.length(now - due_at)}
    return title, gettext("pickup %(at)s, in %(length)s") % {"at": at, "length": wording.length(due_at - now)}


def short_moment(value: datetime, now: datetime, zone: str) -> str:
    """`08:11` today, `yesterday 15:48`, the day otherwise."""
    here, today = value.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if here.date() == today:
        return here.strftime("%H:%M")
    if here.date() == today - timedelta(days=1):
        return gettext("yesterday %(time)s") % {"time": here.strftime("%H:%M")}
    return here.strftime("%d/%m %H:%M") if here.year == today.year else here.strftime("%d/%m/%Y")


def clock_time(value: datetime, now: datetime, zone: str) -> str:
    """A time to come or gone: `16:30`, `tomorrow 12:00`, the day otherwise."""
    here, today = value.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if here.date() == today + timedelta(days=1):
        return gettext("tomorrow %(time)s") % {"time": here.strftime("%H:%M")}
    return short_moment(value, now, zone)


def amount(value: Decimal, currency: str) -> str:
    """A figure of a column in euro; another currency says its code."""
    said: str = format_decimal(value, format="#,##0.00", locale=wording.language()).replace("-", wording.MINUS)
    return said if currency == "EUR" else f"{said} {currency}"
