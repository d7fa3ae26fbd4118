"""How units are divided among windows, and which write brings a window there. Pure.

A division is left alone as long as it is good enough: changing a plain window's slice makes it show "sold out" for two calls and a pull.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import heapify, heappop, heappush
from math import ceil

from inventory.availability import Parts, whole_units
from inventory.books import Book, FenceKind, Standing, StockClass, Write, WriteKind
from inventory.protocol import may_send

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Slice:
    """A window that takes part in a division. `units` it may sell now; `is_cheap`: raising it costs no time of showing nothing.

    `parts` are those of its parts that are divided; `most` is what the others allow, None where there are none.
    """

    window: str
    parts: Parts
    units: Decimal
    weight: int = 1
    is_cheap: bool = False
    most: int | None = None


def divide(pools: Mapping[int, Decimal], slices: Sequence[Slice]) -> dict[str, int]:
    """Whole units that each window should have of the pieces in `pools` (per stocked variant, all windows' units among them).

    A window under its low mark (half of its fair slice) gets its fair slice, from what is free, else from the richest. Where there is less
    than the windows have, those above their fair slice come down to it. All others stay as they are.
    """
    fair = fair_slices(pools, slices)
    wanted = {each.window: min(whole_units(each.units), _most(each)) for each in slices}
    free = _left(pools, slices, wanted)
    for each in sorted(slices, key=lambda each: wanted[each.window] - fair[each.window], reverse=True):
        if any(free[variant_id] < 0 for variant_id, _ in each.parts) and wanted[each.window] > fair[each.window]:
            _change(wanted, free, each, fair[each.window])
    for each in sorted(slices, key=lambda each: wanted[each.window] - fair[each.window]):
        if wanted[each.window] < (fair[each.window] + 1) // 2 or (each.is_cheap and wanted[each.window] < fair[each.window]):
            _raise(wanted, free, each, fair, slices)
    return wanted


def fair_slices(pools: Mapping[int, Decimal], slices: Sequence[Slice]) -> dict[str, int]:
    """Unit by unit to the window that has least for its weight; who has more today wins a tie, so that nothing moves without need."""
    left = dict(pools)
    fair = {each.window: 0 for each in slices}
    queue = [(0.0, -each.units, place) for place, each in enumerate(slices) if each.weight]
    heapify(queue)
    step = _step(pools, slices)
    while queue:
        _, units, place = heappop(queue)
        each = slices[place]
        possible = min(whole_units(left.get(variant_id, ZERO) / per_unit) for variant_id, per_unit in each.parts)
        taken = min(step, possible, _most(each) - fair[each.window])
        if taken:
            fair[each.window] += taken
            for variant_id, per_unit in each.parts:
                left[variant_id] -= taken * per_unit
            heappush(queue, (fair[each.window] / each.weight, units, place))
    return fair


def next_write(book: Book, wanted: int, free: Decimal, *, is_split: bool) -> Write | None:
    """The write that brings the window nearer to `wanted`, or None: nothing to do, or something must happen first.

    `free`: whole units of the window's variant that belong to nobody.
    """
    write = _toward(book, Decimal(wanted), max(free, ZERO), is_split=is_split)
    return write if write is not None and may_send(book, write, free, is_split=is_split) else None


def waits_for(book: Book) -> str:
    """Why nothing can be sent now: `answer`, `settle`, `fence`, or "" when it can."""
    if book.write is not None:
        return "answer"
    if book.standing is Standing.LANDING:
        return "settle"
    return "fence" if book.fence is not None else ""


def _most(each: Slice) -> int:
    """A window without weight has nothing; one of a kit no more than its other parts allow."""
    if not each.weight:
        return 0
    return 10**9 if each.most is None else each.most


def _toward(book: Book, wanted: Decimal, free: Decimal, *, is_split: bool) -> Write | None:
    if not is_split:
        return _toward_shared(book, wanted)
    if book.standing is not Standing.CERTAIN or (book.stock_class is StockClass.EXACT and book.known is None):
        return Write(WriteKind.SET, ZERO)
    reachable = min(wanted, book.exposure + free)
    if book.stock_class is StockClass.EXACT:
        return Write(WriteKind.CAS, reachable, book.known)
    if book.stock_class is StockClass.RELATIVE:
        return Write(WriteKind.ADD, reachable - (book.exposure if reachable == book.exposure else book.ceiling))
    if book.is_clean:
        return Write(WriteKind.SET, reachable - book.exposure)
    return Write(WriteKind.SET, ZERO) if wanted != book.exposure or _holds_hidden_units(book) else None


def _holds_hidden_units(book: Book) -> bool:
    """The ceiling may be more than the window can sell: units put back before a number was written over them, or of an order that expired.

    Only setting it anew shows them again.
    """
    return book.shown is None or book.shown + book.held < book.exposure


def _toward_shared(book: Book, wanted: Decimal) -> Write | None:
    if book.shown == wanted:
        return None
    if book.standing is not Standing.CERTAIN or book.stock_class in (StockClass.ZERO, StockClass.BEST_EFFORT):
        return Write(WriteKind.SET, wanted)
    if book.stock_class is StockClass.EXACT:
        return Write(WriteKind.SET, wanted) if book.known is None else Write(WriteKind.CAS, wanted, book.known)
    pending = book.fence.value if book.fence is not None and book.fence.kind is FenceKind.DIFFERENCE else ZERO
    return Write(WriteKind.ADD, wanted - (book.ceiling - pending))


def _step(pools: Mapping[int, Decimal], slices: Sequence[Slice]) -> int:
    """Single units while they are few; of many, a thousandth at a time is fair enough."""
    most = max(
        (min(whole_units(pools.get(variant_id, ZERO) / per_unit) for variant_id, per_unit in each.parts) for each in slices), default=0
    )
    return max(1, most // 1000)


def _left(pools: Mapping[int, Decimal], slices: Sequence[Slice], wanted: Mapping[str, int]) -> dict[int, Decimal]:
    free = dict(pools)
    for each in slices:
        for variant_id, per_unit in each.parts:
            free[variant_id] = free.get(variant_id, ZERO) - wanted[each.window] * per_unit
    return free


def _change(wanted: dict[str, int], free: dict[int, Decimal], each: Slice, units: int) -> None:
    for variant_id, per_unit in each.parts:
        free[variant_id] += (wanted[each.window] - units) * per_unit
    wanted[each.window] = units


def _raise(wanted: dict[str, int], free: dict[int, Decimal], each: Slice, fair: Mapping[str, int], slices: Sequence[Slice]) -> None:
    """To the fair slice; what is not free comes from those who have more than theirs, the richest first."""
    _change(wanted, free, each, fair[each.window])
    richest = sorted(slices, key=lambda other: wanted[other.window] - fair[other.window], reverse=True)
    for other in richest:
        if wanted[other.window] <= fair[other.window]:
            break
        missing = max((-(free[variant_id] / per_unit) for variant_id, per_unit in other.parts), default=ZERO)
        if missing > 0:
            _change(wanted, free, other, max(wanted[other.window] - ceil(missing), fair[other.window]))
