"""Which promises back the pieces that a document takes: picked ones first, then the oldest. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of one variant for one line of an order (`reference`), out of one warehouse. `key` names the movement that takes them."""

    reference: str
    line: str
    variant_id: int
    warehouse_id: int
    quantity: Decimal
    bin_id: int | None = None
    key: str = ""


class Promise(Protocol):
    """What is read of a reserved `Reservation`."""

    @property
    def pk(self) -> int: ...
    @property
    def reference(self) -> str: ...
    @property
    def line(self) -> str: ...
    @property
    def variant_id(self) -> int: ...
    @property
    def warehouse_id(self) -> int | None: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def is_picked(self) -> bool: ...


@dataclass(slots=True)
class Coverage:
    """`taken`: pieces taken of each promise, by its key. `uncovered`: the documents for which less is promised than they take."""

    taken: dict[int, Decimal] = field(default_factory=dict)
    uncovered: set[int] = field(default_factory=set)


def cover(documents: Mapping[int, Sequence[Pieces]], promises: Iterable[Promise]) -> Coverage:
    """All of a document's pieces or none of them; two documents never take the same piece."""
    by_line: dict[tuple[str, str, int, int | None], list[Promise]] = {}
    for promise in sorted(promises, key=lambda each: (not each.is_picked, each.pk)):
        by_line.setdefault((promise.reference, promise.line, promise.variant_id, promise.warehouse_id), []).append(promise)
    coverage = Coverage()
    for document, wanted in documents.items():
        taken = _take(wanted, by_line, coverage.taken)
        if taken is None:
            coverage.uncovered.add(document)
        else:
            coverage.taken |= taken
    return coverage


def _take(
    wanted: Sequence[Pieces], by_line: Mapping[tuple[str, str, int, int | None], Sequence[Promise]], before: Mapping[int, Decimal]
) -> dict[int, Decimal] | None:
    taken: dict[int, Decimal] = {}
    for each in wanted:
        missing = each.quantity
        for promise in by_line.get((each.reference, each.line, each.variant_id, each.warehouse_id), ()):
            gone = taken.get(promise.pk, before.get(promise.pk, ZERO))
            pieces = min(promise.quantity - gone, missing)
            if pieces > 0:
                taken[promise.pk] = gone + pieces
                missing -= pieces
        if missing > 0:
            return None
    return taken
