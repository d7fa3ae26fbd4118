"""How long it took, from the shops' own clocks to the rows; sales that a fault touched are left out."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from erp.practice.demo.auditing.books import Books, Fault, StockEvent, Write
from erp.practice.demo.auditing.rows import House
from erp.practice.demo.auditing.stock import Move, timelines

RECOVERY_SECONDS = 3.0


@dataclass
class Timing:
    """Milliseconds, one for each thing measured. A number that never came right is no latency: `numbers` finds it."""

    webhook_to_reserved: list[int] = field(default_factory=list)
    sale_to_other_shop: list[int] = field(default_factory=list)


def measure(books: Sequence[Books], house: House) -> Timing:
    timing = Timing()
    for shop in books:
        timing.webhook_to_reserved += _webhook_to_reserved(shop, house)
    if len(books) > 1:
        _measure_other_shops(timing, books, house)
    return timing


def percentile(values: Iterable[int], share: float) -> int | None:
    """The value that `share` of them do not exceed; None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)] if ordered else None


def _webhook_to_reserved(shop: Books, house: House) -> list[int]:
    """From the moment the first notice of an order left the shop to the row that holds its pieces.

    Only orders that took stock when they were placed; where reading in turn was faster than the notice there is nothing to measure.
    """
    reserved = {order.external_id: order.reserved_at for order in house.orders if order.source == shop.source and order.reserved_at}
    spoilt = {notice.resource_id for notice in shop.notices if notice.faults and notice.topic.startswith("order.")}
    first_sale: dict[str, datetime] = {}
    for event in shop.ledger:
        if event.reason == "sale" and event.actor == "buyer":
            first_sale.setdefault(event.order_id, event.at)
    found: list[int] = []
    measured: set[str] = set()
    for notice in shop.notices:
        order_id, at = notice.resource_id, reserved.get(notice.resource_id)
        if notice.topic != "order.created" or notice.left_at is None or at is None or order_id in measured | spoilt:
            continue
        measured.add(order_id)
        sold_at, placed_at = first_sale.get(order_id), shop.orders[order_id].placed_at if order_id in shop.orders else None
        if sold_at is None or placed_at is None or sold_at - placed_at > timedelta(seconds=1) or at < notice.left_at:
            continue
        if not _is_touched(shop.faults, notice.left_at, at):
            found.append(_milliseconds(at - notice.left_at))
    return found


def _measure_other_shops(timing: Timing, books: Sequence[Books], house: House) -> None:
    """From a sale to the right number stored in each other shop that lists the product, where the policy makes its number change."""
    lines = {variant_id: Line(moves) for variant_id, moves in timelines(books, house).items()}
    for shop in books:
        for other in books:
            if other is not shop:
                writes = _by_sku(other.writes)
                for sale in shop.ledger:
                    _measure_sale(timing, sale, [*shop.faults, *other.faults], other, writes, house, lines)


def _measure_sale(
    timing: Timing,
    sale: StockEvent,
    faults: Sequence[Fault],
    other: Books,
    writes: Mapping[str, list[Write]],
    house: House,
    lines: Mapping[int, "Line"],
) -> None:
    made_of = house.makeup.get(sale.sku, {})
    if sale.reason != "sale" or sale.sku not in other.numbers or list(made_of.values()) != [Decimal(1)]:
        return
    variant_id = next(iter(made_of))
    line = lines[variant_id]
    if variant_id in house.split_by_policy | house.split_now or not line.must_show(sale.at, _shown(other, sale, writes)):
        return
    answer = next((write for write in writes.get(sale.sku, []) if write.at >= sale.at and line.was_right(write, sale.at)), None)
    if answer is not None and not _is_touched(faults, sale.at, answer.at):
        timing.sale_to_other_shop.append(_milliseconds(answer.at - sale.at))


class Line:
    """What was available of one variant, moment by moment."""

    def __init__(self, moves: Sequence[Move]) -> None:
        self._at = [move.at for move in moves]
        self._left: list[Decimal] = []
        left = Decimal(0)
        for move in moves:
            left += move.had - move.sold
            self._left.append(left)

    def after(self, at: datetime) -> Decimal:
        place = bisect_left(self._at, at + timedelta(microseconds=1))
        return self._left[place - 1] if place else Decimal(0)

    def must_show(self, at: datetime, shown: int) -> bool:
        return shown != max(Decimal(0), self.after(at))

    def was_right(self, write: Write, since: datetime) -> bool:
        """Whether the number written was what there was at some moment between the sale and the write."""
        first, last = bisect_left(self._at, since), bisect_left(self._at, write.at)
        seen = {self.after(since), *self._left[first:last]}
        return Decimal(write.quantity) in {max(Decimal(0), left) for left in seen}


def _shown(shop: Books, sale: StockEvent, writes: Mapping[str, list[Write]]) -> int:
    """The other shop's number at the moment of the sale: its last ledger line before it, else its first write's view."""
    before = [event.left for event in shop.ledger if event.sku == sale.sku and event.at <= sale.at]
    if before:
        return before[-1]
    later = [write.before for write in writes.get(sale.sku, []) if write.at > sale.at]
    return later[0] if later else shop.numbers[sale.sku]


def _by_sku(writes: Iterable[Write]) -> dict[str, list[Write]]:
    found: dict[str, list[Write]] = defaultdict(list)
    for write in writes:
        found[write.sku].append(write)
    return found


def _is_touched(faults: Iterable[Fault], since: datetime, until: datetime) -> bool:
    """Whether a fault struck, or was still being recovered from, between the two moments."""
    for fault in faults:
        end = fault.at + timedelta(seconds=fault.effect_seconds + RECOVERY_SECONDS)
        if fault.at <= until and end >= since:
            return True
    return False


def _milliseconds(length: timedelta) -> int:
    return round(length.total_seconds() * 1000)
