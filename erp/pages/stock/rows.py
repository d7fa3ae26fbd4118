"""Rows of the stock pages, ready to be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from erp.pages import wording
from erp.pages.access import person_of
from erp.pages.channels import Verdict
from erp.pages.links import page
from inventory.models import Reservation, ReservationState
from orders.models import Order
from orders.models.order import order_of
from orders.states import OrderStatus


@dataclass(frozen=True)
class StockRow:
    pk: int
    title: str
    sku: str
    on_hand: str
    reserved: str
    safety: str
    available: str
    verdict: Verdict | None


@dataclass(frozen=True)
class MovementRow:
    at: str
    what: str
    who: str
    change: str
    balance: str
    place: str


@dataclass(frozen=True)
class PromiseRow:
    number: str
    url: str
    who: str
    verdict: Verdict
    quantity: str


def stock_row(variant: Any) -> StockRow:
    """From a `Variant` with the sums of `stocked_variants`."""
    available = variant.on_hand - variant.reserved - variant.safety
    return StockRow(
        pk=variant.pk,
        title=variant.title,
        sku=variant.sku,
        on_hand=wording.quantity(variant.on_hand),
        reserved=wording.quantity(variant.reserved),
        safety=wording.quantity(variant.safety),
        available=wording.quantity(available),
        verdict=_standing(variant, available),
    )


def _standing(variant: Any, available: Decimal) -> Verdict | None:
    if variant.is_short:
        return Verdict("wait", "short", gettext("Short"))
    if available <= 0:
        return Verdict("quiet", "minus", gettext("Sold out"))
    return Verdict("quiet", "split", gettext("Divided")) if variant.is_split else None


def movement_row(movement: Any, now: datetime, zone: str) -> MovementRow:
    """From a `Movement` with its `balance`, as `last_movements` gives it."""
    order = order_of(movement.reference)
    document = gettext("order %(number)s") % {"number": order} if order else movement.reference
    about = ", ".join(part for part in (document, movement.reason) if part)
    place = movement.warehouse.name if movement.bin is None else f"{movement.warehouse.name} {movement.bin.code}"
    return MovementRow(
        at=wording.moment(movement.at, now, zone),
        what=f"{movement.get_cause_display()}: {about}" if about else movement.get_cause_display(),
        who=person_of(movement.by) if movement.by else gettext("Regia"),
        change=wording.signed(movement.quantity),
        balance=wording.quantity(movement.balance),
        place=place,
    )


def promise_rows(promises: Sequence[Reservation], orders: Mapping[str, Order]) -> list[PromiseRow]:
    """One for each document and each state of its pieces."""
    pieces: dict[tuple[str, Verdict], Decimal] = {}
    for promise in promises:
        key = promise.reference, _kept(promise, orders.get(promise.reference))
        pieces[key] = pieces.get(key, Decimal(0)) + promise.quantity
    return [_promise(reference, orders.get(reference), verdict, quantity) for (reference, verdict), quantity in pieces.items()]


def _kept(promise: Reservation, order: Order | None) -> Verdict:
    if promise.state == ReservationState.SHORT:
        return Verdict("wait", "short", gettext("Missing"))
    if promise.is_picked:
        return Verdict("go", "pick", gettext("Picked"))
    if order and order.status == OrderStatus.HELD:
        return Verdict("hold", "hold", gettext("Held"))
    return Verdict("quiet", "new", gettext("Ready"))


def _promise(reference: str, order: Order | None, verdict: Verdict, quantity: Decimal) -> PromiseRow:
    return PromiseRow(
        number=order.number if order else reference,
        url=page("order", order.pk) if order else "",
        who=order.customer_name if order else "",
        verdict=verdict,
        quantity=wording.quantity(quantity),
    )
