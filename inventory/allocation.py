"""Who gets which pieces: claims in the order given, against the levels and ceilings that the caller has locked. Pure.

A sale of a window takes from the window's ceiling first, then from what is free, and is short for the rest. Where the variant is not
split, everything not reserved is free; where it is, only what lies beyond all ceilings.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from inventory.availability import ZERO, Parts

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Claim:
    """Units of a variant wanted by one line of one document; `components` are a kit's parts, variant and pieces per unit.

    `window` is the window that sold them, None when we sold them ourselves. `is_sale` False claims pieces without a sale to count:
    the window was told of it before, or it was no sale of a window.
    """

    reference: str
    line: str
    variant_id: int
    quantity: Decimal
    window: str | None = None
    components: Parts = ()
    is_sale: bool = True

    @property
    def parts(self) -> Parts:
        return self.components or ((self.variant_id, ONE),)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Pieces of one variant (a kit's component, not the kit) that a claim got in one warehouse, or that it waits for (`is_short`)."""

    reference: str
    line: str
    variant_id: int
    warehouse_id: int | None
    quantity: Decimal
    is_short: bool
    per_unit: Decimal = ONE
    window: str = ""


@dataclass(slots=True)
class Level:
    """A working copy of a locked level."""

    pk: int
    variant_id: int
    warehouse_id: int
    priority: int
    on_hand: Decimal
    reserved: Decimal
    is_split: bool
    is_active: bool = True
    safety: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved


@dataclass(slots=True)
class Ceiling:
    """A working copy of a locked allotment, as far as allocation needs it. `parts` as in a claim."""

    window: str
    parts: Parts
    units: Decimal


@dataclass(slots=True)
class Shelf:
    """The levels of the variants concerned in active warehouses, and all ceilings that hold pieces of those which are split."""

    levels: Mapping[int, Sequence[Level]]
    ceilings: Mapping[str, Ceiling] = field(default_factory=dict)
    exposed: dict[int, Decimal] = field(init=False)
    promised: dict[int, Decimal] = field(init=False)

    def __post_init__(self) -> None:
        self.exposed = dict.fromkeys(self.levels, ZERO)
        self.promised = dict.fromkeys(self.levels, ZERO)
        for ceiling in self.ceilings.values():
            self._expose(ceiling, max(ceiling.units, ZERO))

    def is_split(self, variant_id: int) -> bool:
        return any(level.is_split for level in self.levels.get(variant_id, ()))

    def available(self, variant_id: int) -> Decimal:
        """On hand less reserved in all warehouses, less what was granted a moment ago and has no warehouse yet."""
        return sum((level.available for level in self.levels.get(variant_id, ())), -self.promised.get(variant_id, ZERO))

    def free(self, variant_id: int) -> Decimal:
        """What may be promised to anybody, a window's own units aside. Negative when the books of a split variant do not hold."""
        return self.available(variant_id) - (self.exposed.get(variant_id, ZERO) if self.is_split(variant_id) else ZERO)

    def move_ceiling(self, window: str, units: Decimal) -> None:
        """The ceiling of a split window changes; a window that is not among those locked has no claim on these pieces."""
        ceiling = self.ceilings.get(window)
        if ceiling is None:
            return
        before, ceiling.units = max(ceiling.units, ZERO), ceiling.units + units
        self._expose(ceiling, max(ceiling.units, ZERO) - before)

    def _expose(self, ceiling: Ceiling, units: Decimal) -> None:
        for variant_id, per_unit in ceiling.parts:
            if variant_id in self.exposed:
                self.exposed[variant_id] += units * per_unit


def allocate(claims: Sequence[Claim], shelf: Shelf) -> list[Allocation]:
    """What each claim gets. Changes the shelf's working copies: reserved pieces of levels, units of ceilings."""
    allocations: list[Allocation] = []
    for of_one in _by_reference(claims):
        granted = [(claim, _grant(claim, shelf)) for claim in of_one]
        allocations += _place(granted, shelf)
    return allocations


def serve(waiting: Iterable[tuple[int, Decimal]], shelf: Shelf) -> list[list[tuple[int, Decimal]]]:
    """For short rows (variant, pieces), oldest first: the warehouses and pieces that each gets now, out of what is free."""
    served = []
    for variant_id, wanted in waiting:
        pieces = min(wanted, max(shelf.free(variant_id), ZERO), max(shelf.available(variant_id), ZERO))
        served.append([(level.warehouse_id, taken) for level, taken in _spread(variant_id, pieces, shelf)])
    return served


def _by_reference(claims: Sequence[Claim]) -> Iterable[list[Claim]]:
    grouped: dict[str, list[Claim]] = {}
    for claim in claims:
        grouped.setdefault(claim.reference, []).append(claim)
    return grouped.values()


def _grant(claim: Claim, shelf: Shelf) -> list[Decimal]:
    """Pieces per part; counted at once against what the next line may have, placed in warehouses afterwards."""
    before = [shelf.free(variant_id) for variant_id, _ in claim.parts]
    if claim.window and claim.is_sale:
        shelf.move_ceiling(claim.window, -claim.quantity)
    granted = []
    for (variant_id, per_unit), free_before in zip(claim.parts, before, strict=True):
        from_ceiling = shelf.free(variant_id) - free_before
        may = min(from_ceiling + max(free_before, ZERO), shelf.available(variant_id))
        pieces = max(min(claim.quantity * per_unit, may), ZERO)
        granted.append(pieces)
        if pieces:
            shelf.promised[variant_id] += pieces
    return granted


def _place(granted: Sequence[tuple[Claim, list[Decimal]]], shelf: Shelf) -> list[Allocation]:
    """One warehouse for the whole document where one has it all, else one per line, else what each has."""
    allocations: list[Allocation] = []
    wanted = _sum(_pieces(granted))
    whole = _warehouse_with(wanted, shelf)
    for claim, all_pieces in granted:
        here = whole or _warehouse_with(_sum(_pieces([(claim, all_pieces)])), shelf)
        for (variant_id, per_unit), pieces in zip(claim.parts, all_pieces, strict=True):
            for level, taken in _spread(variant_id, pieces, shelf, first=here):
                allocations.append(_allocation(claim, variant_id, per_unit, taken, level.warehouse_id))
            if pieces:
                shelf.promised[variant_id] -= pieces
            if missing := claim.quantity * per_unit - pieces:
                allocations.append(_allocation(claim, variant_id, per_unit, missing, None))
    return allocations


def _pieces(granted: Iterable[tuple[Claim, list[Decimal]]]) -> Iterable[tuple[int, Decimal]]:
    for claim, all_pieces in granted:
        for (variant_id, _per_unit), pieces in zip(claim.parts, all_pieces, strict=True):
            yield variant_id, pieces


def _allocation(claim: Claim, variant_id: int, per_unit: Decimal, pieces: Decimal, warehouse_id: int | None) -> Allocation:
    return Allocation(claim.reference, claim.line, variant_id, warehouse_id, pieces, warehouse_id is None, per_unit, claim.window or "")


def _warehouse_with(wanted: Mapping[int, Decimal], shelf: Shelf) -> int | None:
    """The first warehouse by priority that has all of it."""
    having: dict[int, tuple[int, int]] = {}
    for variant_id, pieces in wanted.items():
        for level in shelf.levels.get(variant_id, ()):
            if level.available >= pieces:
                having[level.warehouse_id] = (level.priority, having.get(level.warehouse_id, (0, 0))[1] + 1)
    complete = [(priority, warehouse_id) for warehouse_id, (priority, count) in having.items() if count == len(wanted)]
    return min(complete)[1] if complete else None


def _spread(variant_id: int, pieces: Decimal, shelf: Shelf, *, first: int | None = None) -> Iterable[tuple[Level, Decimal]]:
    """Take pieces from `first`, then from the warehouses by priority."""
    levels = sorted(shelf.levels.get(variant_id, ()), key=lambda level: (level.warehouse_id != first, level.priority, level.warehouse_id))
    for level in levels:
        taken = min(pieces, level.available)
        if taken > 0:
            level.reserved += taken
            pieces -= taken
            yield level, taken


def _sum(pairs: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    total: dict[int, Decimal] = {}
    for key, value in pairs:
        if value:
            total[key] = total.get(key, ZERO) + value
    return total
