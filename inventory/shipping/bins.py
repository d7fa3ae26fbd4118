"""Which bin a picker is sent to for each line: in walking order the first that has it all, else the one that has most. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(slots=True)
class BinStock:
    """Pieces of a variant in a bin that no other picker was sent to."""

    bin_id: int
    walk: str
    pieces: Decimal


@dataclass(frozen=True, slots=True)
class Wanted:
    """Pieces of a line; `place` is its warehouse and variant."""

    line_id: int
    place: tuple[int, int]
    quantity: Decimal


def choose_bins(wanted: Iterable[Wanted], stock: dict[tuple[int, int], list[BinStock]]) -> dict[int, int]:
    """Line -> bin; lines whose pieces lie in no bin are left out. Takes the pieces out of `stock`."""
    chosen: dict[int, int] = {}
    for each in wanted:
        found = _choose(stock.get(each.place, ()), each.quantity)
        if found is not None:
            found.pieces -= each.quantity
            chosen[each.line_id] = found.bin_id
    return chosen


def _choose(bins: Sequence[BinStock], quantity: Decimal) -> BinStock | None:
    there = sorted((each for each in bins if each.pieces > ZERO), key=lambda each: (each.walk, each.bin_id))
    return next((each for each in there if each.pieces >= quantity), None) or max(there, key=lambda each: each.pieces, default=None)
