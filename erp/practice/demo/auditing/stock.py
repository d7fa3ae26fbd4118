"""Was more sold than there was? Both shops' ledgers and ours on one line of time, variant by variant, kits as their components."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from erp.practice.demo.auditing.books import Books, StockEvent
from erp.practice.demo.auditing.rows import House

SOLD = frozenset({"sale", "rest_order", "edit", "paid_after_expiry", "cancelled", "reopened", "refund", "given_up"})
OVER = frozenset({"cancelled", "failed", "refunded"})
ZERO = Decimal(0)


@dataclass(frozen=True)
class Move:
    """At `at`, `had` pieces came in (or went) and `sold` more were promised (or given back)."""

    at: datetime
    had: Decimal = ZERO
    sold: Decimal = ZERO


@dataclass
class StockFindings:
    """Pieces sold beyond what there was, by variant; `by_hand` is the part that staff of a shop did."""

    split: dict[int, Decimal] = field(default_factory=dict)
    share: dict[int, Decimal] = field(default_factory=dict)
    by_hand: dict[int, Decimal] = field(default_factory=dict)


def find_oversold(books: Sequence[Books], house: House) -> StockFindings:
    found = StockFindings()
    hand = _by_hand(books, house)
    for variant_id, moves in timelines(books, house).items():
        excess = _largest_excess(moves)
        if excess <= 0:
            continue
        excused = min(excess, hand.get(variant_id, ZERO))
        if excused:
            found.by_hand[variant_id] = excused
        if excess > excused:
            (found.split if variant_id in house.split_by_policy else found.share)[variant_id] = excess - excused
    return found


def timelines(books: Iterable[Books], house: House) -> dict[int, list[Move]]:
    """All that happened to each variant, oldest first."""
    moves: dict[int, list[Move]] = defaultdict(list)
    for variant_id, movements in house.had.items():
        moves[variant_id] += [Move(at, had=quantity) for at, quantity in movements]
    for shop in books:
        for event in (*shop.ledger, *shop.given_up, *_let_go(shop)):
            if event.reason in SOLD:
                for variant_id, per_piece in house.makeup.get(event.sku, {}).items():
                    moves[variant_id].append(Move(event.at, sold=-event.change * per_piece))
    for claim in house.counter:
        moves[claim.variant_id].append(Move(claim.created_at, sold=claim.quantity))
        if claim.closed_at is not None:
            moves[claim.variant_id].append(Move(claim.closed_at, sold=-claim.quantity))
    return {variant_id: sorted(each, key=lambda move: move.at) for variant_id, each in moves.items()}


def _let_go(shop: Books) -> list[StockEvent]:
    """Pieces that an order which is over still holds in the shop's books: nobody will get them."""
    held: dict[tuple[str, str], int] = defaultdict(int)
    for event in (*shop.ledger, *shop.given_up):
        if event.order_id and event.reason in SOLD:
            held[event.order_id, event.sku] -= event.change
    events = []
    for (order_id, sku), pieces in held.items():
        order = shop.orders.get(order_id)
        if pieces > 0 and order is not None and order.status in OVER:
            events.append(StockEvent(order.modified_at, sku, pieces, "given_up", "shop", order_id, 0))
    return events


def _largest_excess(moves: Sequence[Move]) -> Decimal:
    """The most by which promises ever stood above pieces, looked at whenever something was sold."""
    had = sold = worst = ZERO
    for move in moves:
        had, sold = had + move.had, sold + move.sold
        if move.sold > 0:
            worst = max(worst, sold - had)
    return worst


def _by_hand(books: Iterable[Books], house: House) -> Mapping[int, Decimal]:
    """Pieces that the shop's staff sold below the number shown, and numbers that they raised by hand: what the promise excepts."""
    pieces: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for shop in books:
        for event in shop.ledger:
            beyond = _beyond(event)
            for variant_id, per_piece in house.makeup.get(event.sku, {}).items() if beyond else ():
                pieces[variant_id] += beyond * per_piece
    return pieces


def _beyond(event: StockEvent) -> int:
    if event.actor == "seed":  # what stood in the shop before the play began
        return 0
    if event.reason == "hand_edit":
        return max(0, event.change)
    if event.actor == "buyer" or event.reason not in SOLD or event.change >= 0:
        return 0
    return max(0, -event.left) - max(0, -(event.left - event.change))
