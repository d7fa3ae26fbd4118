"""Promise pieces to documents and take promises back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from erp.core.transactions import atomic
from inventory.allocation import Allocation, Claim, allocate
from inventory.covering import Pieces, cover
from inventory.locks import lock_levels
from inventory.models import ExceptionCause, Reservation, ReservationState, StockException
from inventory.models.reservations import OPEN_STATES
from inventory.services.booking import StockBook, open_book, part_of, report_exception
from inventory.statements import ReservationChange, change_row, reservation_of

__all__ = [
    "Allocation",
    "Claim",
    "Release",
    "change",
    "hold_still",
    "mark_picked_pieces",
    "put_back",
    "release",
    "release_lines",
    "reserve",
    "serve_short",
]


@dataclass(frozen=True, slots=True)
class Release:
    """`line` None is every line, `units` None all of the line.

    `to_window`: the shop put the units back by itself, so they are in its number again and in the ceiling of the window that sold them.
    False: a deletion, or a refund without restock; the pieces become free. `restocked_at`: the shop's time of the first, where it is known.
    """

    reference: str
    to_window: bool
    line: str | None = None
    units: Decimal | None = None
    restocked_at: datetime | None = None


@atomic
def reserve(claims: Sequence[Claim]) -> list[Allocation]:
    """Promise pieces to lines of documents, in the order given; what is not there comes back as short, never as an error.

    Two statements whatever the number of claims, three where a variant is split. A claim with a window is also the reading of a sale:
    it lowers that window's ceiling. Variants that are not kept in stock must not be claimed.
    """
    if not claims:
        return []
    book = open_book(variant_id for claim in claims for variant_id, _ in claim.parts)
    beyond = _beyond_windows(claims, book)
    allocations = allocate(claims, book.shelf)
    for allocation in allocations:
        if allocation.warehouse_id is not None:
            book.reserve(allocation.variant_id, allocation.warehouse_id, allocation.quantity)
        book.changes.added.append(reservation_of(allocation))
    for claim in claims:
        if claim.window and claim.is_sale:
            book.sell(claim.window, claim.quantity)
    book.touched.update(allocation.variant_id for allocation in allocations)
    _except_beyond(beyond, allocations)
    book.write()
    return allocations


def _beyond_windows(claims: Sequence[Claim], book: StockBook) -> dict[tuple[str, str], Decimal]:
    """Units of each line that its window sold above its ceiling: no buyer can do that where pieces are divided."""
    left = {window: max(ceiling.units, Decimal(0)) for window, ceiling in book.shelf.ceilings.items()}
    found = {}
    for claim in claims:
        if claim.window and claim.is_sale and claim.window in left:
            within = min(left[claim.window], claim.quantity)
            left[claim.window] -= within
            if claim.quantity > within:
                found[claim.reference, claim.line] = claim.quantity - within
    return found


def _except_beyond(beyond: Mapping[tuple[str, str], Decimal], allocations: Sequence[Allocation]) -> None:
    """Of what was sold above a ceiling, the pieces that nobody has: excepted, with the window and the document."""
    for each in allocations:
        if each.is_short and (units := beyond.get((each.reference, each.line))):
            missing = min(each.quantity, units * each.per_unit)
            report_exception(each.variant_id, ExceptionCause.STAFF_ORDER, missing, window=each.window, reference=each.reference)


def release(reference: str, *, line: str | None = None, units: Decimal | None = None, to_window: bool) -> Decimal:
    """Take a document's promise back, or one line's, or some units of it; returns the units released. A second time is a no-op."""
    return sum(release_lines([Release(reference, to_window, line, units)]).values(), Decimal(0))


@atomic
def release_lines(releases: Sequence[Release]) -> dict[tuple[str, str], Decimal]:
    """Several releases at once: units released per (reference, line). Freed pieces serve short orders before any window."""
    references = {each.reference for each in releases}
    opened = Reservation.objects.filter(reference__in=references, state__in=OPEN_STATES)
    variant_ids = set(opened.values_list("variant_id", flat=True))
    if not variant_ids:
        return {}
    book = open_book(variant_ids)
    rows = list(opened.order_by("pk"))
    released: dict[tuple[str, str], Decimal] = {}
    for each in releases:
        for line, of_line in _lines(rows, each).items():
            units = _release_line(book, of_line, each)
            released[each.reference, line] = released.get((each.reference, line), Decimal(0)) + units
    book.except_what_broke(ExceptionCause.RESTOCK_AFTER_PICK, reference=releases[0].reference if len(references) == 1 else "")
    book.serve_waiting(book.touched)
    _withdraw_explained(releases, rows, book.served)
    book.write()
    return released


def _withdraw_explained(releases: Sequence[Release], rows: Sequence[Reservation], served: Collection[str]) -> None:
    """A sale that was read before the restock that made room for it looked like more than its window could sell: it was no exception."""
    for each in releases:
        if served and each.restocked_at is not None:
            StockException.objects.filter(
                cause=ExceptionCause.STAFF_ORDER,
                window__in={row.window for row in rows if row.reference == each.reference and each.line in (None, row.line)},
                reference__in=served,
                opened_at__gt=each.restocked_at,
            ).delete()


@atomic
def change(claim: Claim, *, to_window: bool) -> list[Allocation]:
    """Make a line hold exactly the claim's quantity: what is missing is claimed, what is too much is released as in `release`."""
    held = units_held(claim.reference, claim.line)
    if claim.quantity > held:
        more = Claim(claim.reference, claim.line, claim.variant_id, claim.quantity - held, claim.window, claim.components, claim.is_sale)
        return reserve([more])
    if claim.quantity < held:
        release(claim.reference, line=claim.line, units=held - claim.quantity, to_window=to_window)
    return []


@atomic
def serve_short(variant_ids: Iterable[int]) -> None:
    """Give what is free to short orders, the oldest first. Whoever frees pieces inside this package does it in the same transaction."""
    wanted = set(variant_ids)
    if not wanted:
        return
    book = open_book(wanted)
    book.serve_waiting(wanted)
    book.write()


@atomic
def hold_still(reference: str) -> None:
    """Until the transaction ends nobody picks or ships what is promised to this document: what is read of its pieces stays true."""
    open_rows = Reservation.objects.filter(reference=reference, state__in=OPEN_STATES)
    if variant_ids := set(open_rows.values_list("variant_id", flat=True)):
        lock_levels(variant_ids)


@atomic
def mark_picked_pieces(documents: Mapping[int, Sequence[Pieces]]) -> set[int]:
    """These reserved pieces are in the picker's hand: a loss found later does not take them away.

    Each document whole or not at all; returns those for which less is reserved. A promise of which only a part is taken counts as picked
    whole: it is protected from losses, not more. Three statements.
    """
    wanted = [pieces for each in documents.values() for pieces in each]
    if not wanted:
        return set()
    lock_levels({pieces.variant_id for pieces in wanted})
    coverage = cover(documents, reserved_rows(wanted))
    Reservation.objects.filter(pk__in=coverage.taken).update(is_picked=True)
    return coverage.uncovered


@atomic
def put_back(references_by_warehouse: Mapping[int, Iterable[str]]) -> None:
    """Picked pieces of these documents lie on the shelf again, still promised. Two statements for each warehouse."""
    for warehouse_id, references in sorted(references_by_warehouse.items()):
        rows = Reservation.objects.filter(
            reference__in=list(references), warehouse_id=warehouse_id, state=ReservationState.RESERVED, is_picked=True
        )
        lock_levels(set(rows.values_list("variant_id", flat=True)))
        rows.update(is_picked=False)


def reserved_rows(wanted: Sequence[Pieces]) -> list[Reservation]:
    """The promises that may back these pieces; the levels must be locked."""
    rows = Reservation.objects.filter(
        reference__in={pieces.reference for pieces in wanted},
        variant_id__in={pieces.variant_id for pieces in wanted},
        state=ReservationState.RESERVED,
    )
    return list(rows.order_by("pk"))


def units_held(reference: str, line: str) -> Decimal:
    """Units of a line that are reserved or short now; of a kit, the most that any of its parts stands for."""
    units: dict[int, Decimal] = {}
    for row in Reservation.objects.filter(reference=reference, line=line, state__in=OPEN_STATES):
        units[row.variant_id] = units.get(row.variant_id, Decimal(0)) + row.quantity / row.per_unit
    return max(units.values(), default=Decimal(0))


def _lines(rows: Sequence[Reservation], wanted: Release) -> dict[str, list[Reservation]]:
    lines: dict[str, list[Reservation]] = {}
    for row in rows:
        if row.reference == wanted.reference and wanted.line in (None, row.line):
            lines.setdefault(row.line, []).append(row)
    return lines


def _release_line(book: StockBook, rows: Sequence[Reservation], wanted: Release) -> Decimal:
    """Short pieces go first, then those not picked, the newest first."""
    left: dict[int, Decimal | None] = {row.variant_id: None if wanted.units is None else wanted.units * row.per_unit for row in rows}
    units: dict[int, Decimal] = {}
    for row in sorted(rows, key=lambda row: (row.state != ReservationState.SHORT, row.is_picked, -row.pk)):
        limit = left[row.variant_id]
        pieces = row.quantity if limit is None else min(row.quantity, limit)
        if pieces <= 0 or row.state not in OPEN_STATES:
            continue
        left[row.variant_id] = None if limit is None else limit - pieces
        units[row.variant_id] = units.get(row.variant_id, Decimal(0)) + pieces / row.per_unit
        _release_row(book, row, pieces)
    released = max(units.values(), default=Decimal(0))
    window = rows[0].window if rows else ""
    if wanted.to_window and window and released:
        book.restock(window, released)
        book.shelf.move_ceiling(window, released)
    return released


def _release_row(book: StockBook, row: Reservation, pieces: Decimal) -> None:
    if row.state == ReservationState.RESERVED and row.warehouse_id is not None:
        book.levels[row.variant_id, row.warehouse_id].reserved -= pieces
        book.reserve(row.variant_id, row.warehouse_id, -pieces)
    book.touched.add(row.variant_id)
    if pieces == row.quantity:
        change_row(book.changes, ReservationChange(row.pk, row.quantity, ReservationState.RELEASED))
        row.state = ReservationState.RELEASED
    else:
        change_row(book.changes, ReservationChange(row.pk, row.quantity - pieces, row.state))
        book.changes.added.append(part_of(row, pieces, ReservationState.RELEASED, row.warehouse_id))
        row.quantity -= pieces
