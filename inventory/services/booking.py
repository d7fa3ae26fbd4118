"""What every stock service does around its own rule: lock, work on copies, serve who waits, write once, tell."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from erp.core import clock
from erp.core.events import publish
from inventory.allocation import Ceiling, Level, Shelf, serve
from inventory.events import ShortServed, StockChanged
from inventory.locks import lock_ceilings, lock_levels
from inventory.models import Reservation, ReservationState, StockException
from inventory.statements import NewReservation, ReservationChange, StockChanges, add_to, change_row, write_changes

ZERO = Decimal(0)


@dataclass(slots=True)
class StockBook:
    """The locked levels of some variants, as working copies, and the differences to write.

    `levels` has every level, `shelf` those in active warehouses and, for variants that are split, the ceilings. `missing` is by how many
    pieces the books of a split variant did not hold when it was opened. `served`: documents of which a short row got all it waited for.
    """

    levels: dict[tuple[int, int], Level]
    shelf: Shelf
    changes: StockChanges = field(default_factory=StockChanges)
    touched: set[int] = field(default_factory=set)
    missing: dict[int, Decimal] = field(default_factory=dict)
    served: set[str] = field(default_factory=set)

    def reserve(self, variant_id: int, warehouse_id: int, pieces: Decimal) -> None:
        """Note that pieces are promised, or not any more where negative; the working copy was changed by whoever decided it."""
        add_to(self.changes.reserved, self.levels[variant_id, warehouse_id].pk, pieces)
        self.touched.add(variant_id)

    def sell(self, window: str, units: Decimal) -> None:
        add_to(self.changes.sold, window, units)

    def restock(self, window: str, units: Decimal) -> None:
        add_to(self.changes.restocked, window, units)

    def serve_waiting(self, variant_ids: Collection[int]) -> None:
        """Free pieces go to short orders, the oldest first, before any window gets them. One statement."""
        possible = [variant_id for variant_id in variant_ids if self.shelf.free(variant_id) > 0]
        if not possible:
            return
        waiting = self._waiting(possible)
        served = serve(((row.variant_id, row.quantity) for row in waiting), self.shelf)
        for row, places in zip(waiting, served, strict=True):
            self._serve(row, places)

    def _waiting(self, variant_ids: Collection[int]) -> list[Reservation]:
        """Short rows as they will be once the changes collected so far are written."""
        waiting = []
        for row in Reservation.objects.filter(variant_id__in=variant_ids, state=ReservationState.SHORT).order_by("created_at", "pk"):
            pending = self.changes.changed.get(row.pk)
            if pending is None or pending.state == ReservationState.SHORT:
                row.quantity = pending.quantity if pending else row.quantity
                waiting.append(row)
        return waiting

    def _serve(self, row: Reservation, places: list[tuple[int, Decimal]]) -> None:
        missing = row.quantity - sum((pieces for _, pieces in places), Decimal(0))
        for place, (warehouse_id, pieces) in enumerate(places):
            self.reserve(row.variant_id, warehouse_id, pieces)
            if place == 0 and not missing:
                change_row(self.changes, ReservationChange(row.pk, pieces, ReservationState.RESERVED, warehouse_id))
            else:
                self.changes.added.append(part_of(row, pieces, ReservationState.RESERVED, warehouse_id))
        if places:
            publish(ShortServed(row.reference))
            if not missing:
                self.served.add(row.reference)
            else:
                change_row(self.changes, ReservationChange(row.pk, missing, ReservationState.SHORT))

    def except_what_broke(self, cause: str, *, reference: str = "") -> None:
        """Record where the books of a split variant hold less than before; where they hold again, its exceptions are mended."""
        for variant_id in sorted(self.touched):
            if not self.shelf.is_split(variant_id):
                continue
            before, missing = self.missing.get(variant_id, ZERO), max(-self.shelf.free(variant_id), ZERO)
            if missing > before:
                report_exception(variant_id, cause, missing - before, reference=reference)
            elif before and not missing:
                StockException.objects.filter(variant_id=variant_id, closed_at=None).update(closed_at=clock.now())

    def write(self) -> None:
        """The one statement, and the news."""
        write_changes(self.changes, clock.now())
        for variant_id in sorted(self.touched):
            publish(StockChanged(variant_id))


def open_book(variant_ids: Iterable[int]) -> StockBook:
    """Lock the levels of the variants, then the allotments of those among them that are split: one statement, or two."""
    levels = lock_levels(set(variant_ids))
    active = {variant_id: [level for level in rows if level.is_active] for variant_id, rows in levels.items()}
    split = [variant_id for variant_id, rows in levels.items() if any(level.is_split for level in rows)]
    ceilings: dict[str, Ceiling] = lock_ceilings(split) if split else {}
    by_place = {(level.variant_id, level.warehouse_id): level for rows in levels.values() for level in rows}
    shelf = Shelf(active, ceilings)
    return StockBook(by_place, shelf, missing={variant_id: max(-shelf.free(variant_id), ZERO) for variant_id in split})


def report_exception(variant_id: int, cause: str, quantity: Decimal, *, window: str = "", reference: str = "") -> None:
    """Record what the promise of a divided variant excepts. It stays open until the books hold again."""
    StockException.objects.create(
        variant_id=variant_id, window=window, cause=cause, quantity=quantity, reference=reference, opened_at=clock.now()
    )


def part_of(row: Reservation, pieces: Decimal, state: str, warehouse_id: int | None) -> NewReservation:
    """A part split off a row: same line, same window, same moment."""
    return NewReservation(
        row.reference,
        row.line,
        row.variant_id,
        warehouse_id,
        pieces,
        row.per_unit,
        state,
        row.window,
        row.is_picked and state != ReservationState.SHORT,
        row.created_at,
    )
