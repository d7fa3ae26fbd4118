"""PostgreSQL's rows as the auditor wants them: facts, in plain values, one query each."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Min, Sum

from catalog.models import KitComponent, Variant
from channels.models import Account
from channels.states import AccountState
from erp.core.models import Card
from erp.practice.demo.auditing.shipped import Shipped, read_shipped
from inventory.models import Cause, Mode, Movement, Reservation, ReservationState, StockLevel, WindowPolicy
from inventory.models.reservations import OPEN_STATES
from orders.models import Adjustment, Order, OrderLine, Refund, TaxRow
from orders.models.order import reference_of

ZERO = Decimal("0.00")
UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class OurOrder:
    """An order as our rows say. `parts` is what lines, adjustments and tax rows add up to, rounding without a reason left out."""

    pk: int
    source: str
    external_id: str
    external_number: str
    status: str
    channel_status: str
    total: Decimal
    parts: Decimal
    lines: Mapping[str, Decimal]
    refunds: Mapping[str, Decimal]
    claimed: Mapping[int, Decimal]
    reserved_at: datetime | None


@dataclass(frozen=True)
class Claim:
    """A reservation of a document that no practice shop knows: a counter sale. What left stays sold."""

    variant_id: int
    quantity: Decimal
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class House:
    """`makeup` is SKU -> the stocked variants in one piece of it; `had` is variant -> [(moment, pieces moved)] of the movements.

    `publishing` are the accounts that send numbers to their shops.
    """

    orders: tuple[OurOrder, ...]
    makeup: Mapping[str, Mapping[int, Decimal]]
    skus: Mapping[int, str]
    split_by_policy: frozenset[int]
    split_now: frozenset[int]
    had: Mapping[int, tuple[tuple[datetime, Decimal], ...]]
    safety: Mapping[int, Decimal]
    publishing: frozenset[str]
    counter: tuple[Claim, ...]
    ledger_faults: tuple[str, ...]
    open_cards: int
    shipped: Shipped


def read_house(sources: set[str]) -> House:
    return House(
        orders=tuple(_orders(sources)),
        makeup=_makeup(),
        skus=dict(Variant.objects.values_list("pk", "sku")),
        split_by_policy=_split_by_policy(),
        split_now=frozenset(StockLevel.objects.filter(is_split=True).values_list("variant_id", flat=True)),
        had=_had(),
        safety=dict(StockLevel.objects.values_list("variant_id").annotate(Sum("safety_stock"))),
        publishing=_publishing(sources),
        counter=tuple(_counter(sources)),
        ledger_faults=tuple(_ledger_faults()),
        open_cards=Card.objects.filter(closed_at=None).count(),
        shipped=read_shipped(),
    )


def _orders(sources: set[str]) -> list[OurOrder]:
    parts, lines = _parts(), _grouped(OrderLine.objects.filter(quantity__gt=0).values_list("order_id", "external_id", "quantity"))
    refunds = _grouped(Refund.objects.filter(deleted_at=None).values_list("order_id", "external_id", "amount"))
    claimed = _claimed()
    reserved_at = dict(Reservation.objects.values_list("reference").annotate(Min("created_at")))
    fields = ("pk", "source", "external_id", "external_number", "status", "channel_status", "total")
    return [
        OurOrder(  # type: ignore[misc]  # the row's columns stand in the order of the first fields
            *row,
            parts=parts.get(row[0], ZERO),
            lines=lines.get(row[0], {}),
            refunds=refunds.get(row[0], {}),
            claimed=claimed.get(reference_of(row[0]), {}),
            reserved_at=reserved_at.get(reference_of(row[0])),
        )
        for row in Order.objects.filter(source__in=sources).order_by("pk").values_list(*fields)
    ]


def _grouped(rows: "object") -> dict[int, dict[str, Decimal]]:
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for order_id, key, value in rows:  # type: ignore[attr-defined]
        found[order_id][key] = value
    return found


def _parts() -> dict[int, Decimal]:
    """Goods before discount - discounts + shipping + fees + taxes - gift cards + rounding that has a reason."""
    signs = {"discount": -1, "gift_card": -1, "shipping": 1, "fee": 1, "rounding": 1}
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for order_id, net in OrderLine.objects.values_list("order_id").annotate(Sum("net")):
        sums[order_id] += net
    for order_id, amount in TaxRow.objects.values_list("order_id").annotate(Sum("amount")):
        sums[order_id] += amount
    for order_id, kind, net in Adjustment.objects.exclude(code=UNEXPLAINED).values_list("order_id", "kind").annotate(Sum("net")):
        sums[order_id] += signs[kind] * net
    return sums


def _claimed() -> dict[str, dict[int, Decimal]]:
    found: dict[str, dict[int, Decimal]] = defaultdict(dict)
    kept = Reservation.objects.filter(state__in=[*OPEN_STATES, ReservationState.FULFILLED])
    rows = kept.values_list("reference", "variant_id").annotate(Sum("quantity"))
    for reference, variant_id, quantity in rows:
        found[reference][variant_id] = quantity
    return found


def _makeup() -> dict[str, dict[int, Decimal]]:
    inside: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for kit_id, component_id, quantity in KitComponent.objects.filter(component__is_stocked=True).values_list(
        "kit", "component", "quantity"
    ):
        inside[kit_id][component_id] = quantity
    makeup: dict[str, dict[int, Decimal]] = {}
    for pk, sku, is_kit, is_stocked in Variant.objects.values_list("pk", "sku", "is_kit", "is_stocked"):
        makeup[sku] = inside[pk] if is_kit else {pk: Decimal(1)} if is_stocked else {}
    return makeup


def _split_by_policy() -> frozenset[int]:
    modes = dict(WindowPolicy.objects.values_list("variant_id", "mode"))
    own = {variant_id: mode for variant_id, mode in modes.items() if variant_id is not None}
    if WindowPolicy.objects.filter(variant=None, mode=Mode.SPLIT).exists():
        return frozenset(Variant.objects.values_list("pk", flat=True)) - {pk for pk, mode in own.items() if mode != Mode.SPLIT}
    return frozenset(pk for pk, mode in own.items() if mode == Mode.SPLIT)


def _publishing(sources: set[str]) -> frozenset[str]:
    live = Account.objects.filter(code__in=sources, state=AccountState.LIVE, stock_paused=False).exclude(stock_ready_at=None)
    return frozenset(live.values_list("code", flat=True))


def _had() -> dict[int, tuple[tuple[datetime, Decimal], ...]]:
    """Pieces that left for an order stay sold, so their leaving takes nothing away from what there was to sell."""
    found: dict[int, list[tuple[datetime, Decimal]]] = defaultdict(list)
    moves = Movement.objects.exclude(cause=Cause.SHIPMENT).order_by("at", "pk")
    for variant_id, at, quantity in moves.values_list("variant_id", "at", "quantity"):
        found[variant_id].append((at, quantity))
    return {variant_id: tuple(moves) for variant_id, moves in found.items()}


def _counter(sources: set[str]) -> list[Claim]:
    known = {reference_of(pk) for pk in Order.objects.filter(source__in=sources).values_list("pk", flat=True)}
    rows = Reservation.objects.values_list("reference", "variant_id", "quantity", "created_at", "closed_at", "state")
    return [
        Claim(variant_id, quantity, created_at, None if state == ReservationState.FULFILLED else closed_at)
        for reference, variant_id, quantity, created_at, closed_at, state in rows
        if reference not in known
    ]


def _ledger_faults() -> list[str]:
    """The books proved once more, by sums of our own."""
    moved = _sums(Movement.objects.values_list("variant_id", "warehouse_id").annotate(Sum("quantity")))
    promised = _sums(
        Reservation.objects.filter(state=ReservationState.RESERVED).values_list("variant_id", "warehouse_id").annotate(Sum("quantity"))
    )
    faults = []
    levels = {
        (v, w): (on_hand, reserved)
        for v, w, on_hand, reserved in StockLevel.objects.values_list("variant_id", "warehouse_id", "on_hand", "reserved")
    }
    for key in sorted(levels.keys() | moved.keys() | promised.keys()):
        on_hand, reserved = levels.get(key, (Decimal(0), Decimal(0)))
        if on_hand != moved.get(key, 0) or reserved != promised.get(key, 0):
            faults.append(f"variant {key[0]} in warehouse {key[1]}: {on_hand}/{reserved}, {moved.get(key, 0)}/{promised.get(key, 0)}")
    return faults


def _sums(rows: "object") -> dict[tuple[int, int], Decimal]:
    return {(variant_id, warehouse_id): total for variant_id, warehouse_id, total in rows}  # type: ignore[attr-defined]
