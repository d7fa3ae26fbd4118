"""The preview beside the list: how one order stands, what comes next, whom it goes to, its lines, its money, its last steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext, ngettext

from erp.core.models import HistoryEntry
from erp.pages import wording
from erp.pages.access import person_of
from erp.pages.channels import Verdict
from erp.pages.links import admin_row, page
from erp.pages.order.editing import address_form
from erp.pages.order.faults import faults_of, sentences_of
from erp.pages.order.timeline import Told, timeline
from erp.pages.orders.queries import shipments_of, with_facts
from erp.pages.orders.rows import Channel, badge_of, clock_time, short_moment
from inventory.models import Reservation, ReservationState
from inventory.shipping.models import Shipment
from inventory.shipping.states import OPEN_SHIPMENTS, ShipmentStatus
from orders.models import Hold, Order, OrderLine
from orders.states import HELD_BY_CAUSE, HoldKind, OrderStatus, PaymentStatus

STEPS_SHOWN = 4
WAITING = (PaymentStatus.AWAITED, PaymentStatus.PARTLY_PAID, PaymentStatus.FAILED, PaymentStatus.AUTHORISED)


@dataclass(frozen=True)
class NextStep:
    """The one thing to do: what state the order is in, why, and the deed (`action`) or the page where it is done."""

    title: str
    why: str
    button: str = ""
    action: str = ""
    key: str = ""
    icon: str = ""


@dataclass(frozen=True)
class SideLine:
    title: str
    sku: str
    quantity: str
    amount: str
    standing: Verdict | None


@dataclass(frozen=True)
class Side:
    order: Any
    url: str
    channel: Channel
    when: str
    facts: list[Verdict]
    next: NextStep
    address: list[str]
    contact: str
    lines: list[SideLine]
    lines_title: str
    money: list[tuple[str, str]]
    total: str
    holds: list[tuple[str, str]]
    form: dict[str, Any] | None
    steps: list[Told]


def read_side(order_id: int, channels: Mapping[str, Channel], may: Mapping[str, bool], now: datetime, zone: str) -> Side | None:
    """Everything the preview shows, in six statements; None when there is no such order."""
    order = with_facts(Order.objects.filter(pk=order_id)).first()
    if order is None:
        return None
    shipments = shipments_of([order]).get(order.reference, [])
    promises = list(Reservation.objects.filter(reference=order.reference).exclude(state=ReservationState.RELEASED).order_by("pk"))
    lines = list(OrderLine.objects.filter(order=order).order_by("position", "pk"))
    holds = list(Hold.objects.filter(order=order, released_at=None).select_related("placed_by").order_by("placed_at", "pk"))
    address = order.shipping or order.billing or {}
    return Side(
        order=order,
        url=page("order", order.pk) or admin_row("orders_order", order.pk),
        channel=channels.get(order.source) or Channel(order.source, order.source[:2].capitalize()),
        when=short_moment(order.placed_at, now, zone),
        facts=_facts(order, shipments, promises, now),
        next=next_step(order, shipments, holds, may, now, zone),
        address=_address(address),
        contact=" · ".join(part for part in (address.get("phone") or order.customer.get("phone"), order.customer.get("email")) if part),
        lines=[_line(line, promises, order) for line in lines],
        lines_title=_pieces(lines),
        money=_money(order),
        total=wording.money(order.total, order.currency),
        holds=[_hold(hold, now, zone) for hold in holds if hold.kind != HoldKind.ADDRESS],
        form=address_form(order, faults) if (faults := faults_of(holds)) and may.get("edit") else None,
        steps=_steps(order, shipments, {code: channel.name for code, channel in channels.items()}, now, zone),
    )


def next_step(
    order: Any, shipments: Sequence[Shipment], holds: Sequence[Hold], may: Mapping[str, bool], now: datetime, zone: str
) -> NextStep:
    if order.status == OrderStatus.HELD:
        return _step_of_held(order, holds, may)
    if order.status != OrderStatus.RELEASED:
        return NextStep(str(badge_of(order, shipments, now).word), gettext("Nothing is left to do here."))
    if not order.is_shippable:
        return NextStep(gettext("Nothing to ship"), gettext("Only services, or everything was refunded."))
    statuses = {shipment.status for shipment in shipments if shipment.status in OPEN_SHIPMENTS}
    if ShipmentStatus.PACKED in statuses:
        return NextStep(gettext("Packed"), _leaves(shipments, now, zone))
    if ShipmentStatus.PICKING in statuses:
        return NextStep(gettext("Being picked"), _leaves(shipments, now, zone))
    step = gettext("Prepare and print") if may.get("print") else ""
    return NextStep(gettext("Ready to be picked"), _leaves(shipments, now, zone), step, "print" if step else "", "P", "print")


def _step_of_held(order: Any, holds: Sequence[Hold], may: Mapping[str, bool]) -> NextStep:
    kinds = [hold.kind for hold in holds]
    if faults := faults_of(holds):
        step = gettext("Send it as it is") if may.get("release") else ""
        return NextStep(gettext("The address must be corrected"), sentences_of(faults), step, "release" if step else "", "", "check")
    reasons = ", ".join(str(HoldKind(kind).label) for kind in kinds)
    if any(kind not in HELD_BY_CAUSE for kind in kinds) and may.get("release"):
        return NextStep(gettext("On hold"), reasons, gettext("Release"), "release", "", "check")
    why = gettext("%(reasons)s. It goes on by itself when that is settled.") % {"reasons": reasons} if reasons else ""
    return NextStep(gettext("On hold"), why)


def _leaves(shipments: Sequence[Shipment], now: datetime, zone: str) -> str:
    for shipment in shipments:
        if shipment.status in OPEN_SHIPMENTS:
            carrier = shipment.service.carrier.name if shipment.service else gettext("No carrier yet")
            if shipment.due_at is None:
                return carrier
            said = gettext("%(carrier)s, pickup %(at)s missed") if shipment.due_at < now else gettext("%(carrier)s, pickup %(at)s")
            return said % {"carrier": carrier, "at": clock_time(shipment.due_at, now, zone)}
    return gettext("Its shipment is being opened.")


def _facts(order: Any, shipments: Sequence[Shipment], promises: Sequence[Reservation], now: datetime) -> list[Verdict]:
    return [fact for fact in (badge_of(order, shipments, now), _payment(order), _stock(order, promises)) if fact]


def _payment(order: Order) -> Verdict:
    word = order.get_payment_status_display()
    if order.payment_title and order.payment_title.lower() != word.lower():
        word = f"{word}, {order.payment_title}"
    if order.payment_status in WAITING:
        return Verdict("wait", "waiting", word)
    return Verdict("quiet", "cash" if order.payment_status == PaymentStatus.ON_DELIVERY else "euro", word)


def _stock(order: Any, promises: Sequence[Reservation]) -> Verdict | None:
    if order.short_pieces:
        said = ngettext("%(count)s piece short", "%(count)s pieces short", int(order.short_pieces))
        return Verdict("wait", "short", said % {"count": wording.quantity(order.short_pieces)})
    if promises and all(promise.state == ReservationState.FULFILLED for promise in promises):
        return Verdict("quiet", "shipped", gettext("All has left"))
    return Verdict("quiet", "stock", gettext("All reserved")) if promises else None


def _address(address: Mapping[str, str]) -> list[str]:
    street = ", ".join(part for part in (address.get("street"), address.get("street2")) if part)
    town = " ".join(part for part in (address.get("postcode"), address.get("city"), address.get("province")) if part)
    country = address.get("country", "")
    rows = (address.get("name"), address.get("company"), street, f"{town} · {country}" if country not in ("", "IT") else town)
    return [row for row in rows if row]


def _line(line: OrderLine, promises: Sequence[Reservation], order: Order) -> SideLine:
    mine = [promise for promise in promises if promise.line == line.external_id]
    short = sum((promise.quantity for promise in mine if promise.state == ReservationState.SHORT), Decimal(0))
    standing = None
    if short:
        said = ngettext("%(count)s piece short", "%(count)s pieces short", int(short))
        standing = Verdict("wait", "short", said % {"count": wording.quantity(short)})
    elif line.needs_stock and line.variant_id is None:
        standing = Verdict("wait", "link", gettext("Product to link"))
    elif any(promise.is_picked for promise in mine):
        standing = Verdict("go", "pick", gettext("Picked"))
    gross = line.net + (line.tax if order.prices_include_tax else Decimal(0))
    return SideLine(line.title or line.sku, line.sku, wording.quantity(line.quantity), wording.amount(gross), standing)


def _pieces(lines: Sequence[OrderLine]) -> str:
    pieces = sum((line.quantity for line in lines), Decimal(0))
    rows = ngettext("%(count)d line", "%(count)d lines", len(lines)) % {"count": len(lines)}
    said = ngettext("%(pieces)s piece, %(rows)s", "%(pieces)s pieces, %(rows)s", int(pieces) if pieces == int(pieces) else 2)
    return said % {"pieces": wording.quantity(pieces), "rows": rows}


def _money(order: Order) -> list[tuple[str, str]]:
    parts = (
        (gettext("Goods, without VAT") if order.tax else gettext("Goods"), order.goods_net),
        (gettext("Discounts"), -order.discount_net),
        (gettext("Shipping, without VAT") if order.tax else gettext("Shipping"), order.shipping_net),
        (gettext("Fees"), order.fees_net),
        (gettext("VAT"), order.tax),
        (gettext("Gift cards"), -order.gift_cards),
        (gettext("Rounding"), order.rounding),
    )
    return [(label, wording.amount(value)) for label, value in parts if value]


def _hold(hold: Hold, now: datetime, zone: str) -> tuple[str, str]:
    """Its head, and why and until when."""
    head = str(hold.get_kind_display())
    if hold.placed_by:
        head = gettext("Held by %(person)s") % {"person": person_of(hold.placed_by)}
    until = gettext("until %(at)s") % {"at": clock_time(hold.expires_at, now, zone)} if hold.expires_at else ""
    return head, " · ".join(part for part in (hold.reason, until) if part)


def _steps(order: Order, shipments: Sequence[Shipment], shops: Mapping[str, str], now: datetime, zone: str) -> list[Told]:
    about = Q(subject_kind="orders.order", subject_id=str(order.pk))
    if shipments:
        about |= Q(subject_kind="shipping.shipment", subject_id__in=[str(shipment.pk) for shipment in shipments])
    entries = HistoryEntry.objects.filter(about).select_related("by").order_by("-pk")[:STEPS_SHOWN]
    return timeline(entries, shops, now, zone)[0]
