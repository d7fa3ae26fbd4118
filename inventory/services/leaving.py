"""Pieces leave the house for the documents that they were promised to.

What leaves was reserved, so what is available stays as it was: no window shows another number, and nobody who waits gets a piece.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from erp.core import clock
from erp.core.history import By
from erp.core.transactions import atomic
from inventory.allocation import Level
from inventory.covering import Pieces, cover
from inventory.locks import lock_levels
from inventory.models import Cause, Movement, Reservation, ReservationState
from inventory.services.booking import part_of
from inventory.services.reserving import reserved_rows
from inventory.statements import ReservationChange, StockChanges, add_to, change_row, write_changes

Levels = Mapping[tuple[int, int], Level]


@atomic
def ship(reference: str, *, by: By, line: str | None = None) -> int:
    """All reserved pieces of a document, or of one line, have left. Short rows stay open. Returns the number of rows; again is a no-op."""
    wanted = Reservation.objects.filter(reference=reference, state=ReservationState.RESERVED)
    if line is not None:
        wanted = wanted.filter(line=line)
    variant_ids = set(wanted.values_list("variant_id", flat=True))
    if not variant_ids:
        return 0
    levels = _lock(variant_ids)
    rows = list(wanted.order_by("pk"))
    gone = [Pieces(row.reference, row.line, row.variant_id, row.warehouse_id or 0, row.quantity, key=f"shipment:{row.pk}") for row in rows]
    _take_out(levels, rows, {row.pk: row.quantity for row in rows}, gone, by)
    return len(rows)


@atomic
def ship_pieces(documents: Mapping[int, Sequence[Pieces]], *, by: By) -> set[int]:
    """The pieces of these documents leave, each document whole or not at all. Returns those for which less is reserved than they take.

    Four statements, whatever the number of documents and lines. `key` of the pieces must be theirs alone: a second movement with the same
    key breaks the transaction.
    """
    wanted = [pieces for each in documents.values() for pieces in each]
    if not wanted:
        return set()
    levels = _lock({pieces.variant_id for pieces in wanted})
    rows = reserved_rows(wanted)
    coverage = cover(documents, rows)
    gone = [pieces for document, each in documents.items() if document not in coverage.uncovered for pieces in each]
    _take_out(levels, rows, coverage.taken, gone, by)
    return coverage.uncovered


def _lock(variant_ids: Collection[int]) -> Levels:
    return {(level.variant_id, level.warehouse_id): level for rows in lock_levels(variant_ids).values() for level in rows}


def _take_out(levels: Levels, rows: Sequence[Reservation], taken: Mapping[int, Decimal], gone: Sequence[Pieces], by: By) -> None:
    """`taken`: pieces of each promise by its key; `gone`: the same pieces as the movements tell them."""
    if not gone:
        return
    changes = StockChanges()
    for row in rows:
        if pieces := taken.get(row.pk):
            _fulfil(changes, row, pieces)
    for each in gone:
        level = levels[each.variant_id, each.warehouse_id]
        add_to(changes.on_hand, level.pk, -each.quantity)
        add_to(changes.reserved, level.pk, -each.quantity)
    write_changes(changes, clock.now())
    Movement.objects.bulk_create([_movement(each, by) for each in gone])


def _fulfil(changes: StockChanges, row: Reservation, pieces: Decimal) -> None:
    if pieces == row.quantity:
        change_row(changes, ReservationChange(row.pk, pieces, ReservationState.FULFILLED))
        return
    change_row(changes, ReservationChange(row.pk, row.quantity - pieces, ReservationState.RESERVED))
    changes.added.append(part_of(row, pieces, ReservationState.FULFILLED, row.warehouse_id))


def _movement(pieces: Pieces, by: By) -> Movement:
    return Movement(
        key=pieces.key,
        variant_id=pieces.variant_id,
        warehouse_id=pieces.warehouse_id,
        bin_id=pieces.bin_id,
        quantity=-pieces.quantity,
        cause=Cause.SHIPMENT,
        reference=pieces.reference,
        by_id=by.pk if by else None,
        at=clock.now(),
    )
