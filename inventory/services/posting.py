"""Movements of the ledger and what they do to the levels; when there is less than was promised, the newest promises become short."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from catalog.models import Variant
from erp.core import clock
from erp.core.cards import open_card
from erp.core.events import publish
from erp.core.refusals import Refused
from inventory.cards import PICKED_MISSING
from inventory.events import TurnedShort
from inventory.models import Cause, ExceptionCause, Movement, Reservation, ReservationState, StockLevel, Warehouse
from inventory.quantities import plain
from inventory.services.booking import StockBook, open_book, part_of
from inventory.services.reserving import serve_short
from inventory.statements import ReservationChange, add_levels, add_to, change_row

FOUND_IN_THE_WAREHOUSE = (Cause.COUNT, Cause.DAMAGE, Cause.PICK_FINDING)


@dataclass(frozen=True, slots=True)
class Move:
    """One line for the ledger. `key` "" makes one up: then a second time is a second movement."""

    variant_id: int
    warehouse_id: int
    quantity: Decimal
    cause: str
    key: str = ""
    bin_id: int | None = None
    reference: str = ""
    reason: str = ""
    by: AbstractBaseUser | None = None
    reverses_id: int | None = None


def open_ledger(moves: Sequence[Move]) -> StockBook:
    """Lock the levels of the variants that will move, made where they are missing."""
    add_levels({(move.variant_id, move.warehouse_id) for move in moves})
    return open_book(move.variant_id for move in moves)


def post(book: StockBook, moves: Sequence[Move]) -> bool:
    """Write movements and all that follows from them; False when the ledger has these keys already.

    Raises Refused when pieces are taken away that are picked already, unless they were found missing in the warehouse: then as many as
    can go, and a card asks where the rest is.
    """
    if is_posted(moves):
        return False
    increases_first = sorted(moves, key=lambda move: move.quantity < 0)
    posted = [move for move in (_apply(book, move) for move in increases_first) if move.quantity]
    Movement.objects.bulk_create([_row(move) for move in posted])
    variants = {move.variant_id for move in moves}
    book.touched.update(variants)
    book.except_what_broke(ExceptionCause.PHYSICAL_LOSS)
    book.serve_waiting(variants)
    turned_short = [row.reference for row in book.changes.added if row.state == ReservationState.SHORT]
    has_turned = bool(turned_short) or any(change.state == ReservationState.SHORT for change in book.changes.changed.values())
    book.write()
    if has_turned:
        serve_short(variants)
    return True


def is_posted(moves: Sequence[Move]) -> bool:
    """Asked under the locks, before anything that could be refused: what was posted once is not judged again."""
    keys = [move.key for move in moves if move.key]
    return bool(keys) and Movement.objects.filter(key__in=keys).exists()


def title_of(variant_id: int) -> str:
    return Variant.objects.values_list("title", flat=True).get(pk=variant_id)


def _row(move: Move) -> Movement:
    return Movement(
        key=move.key or f"{move.cause}:{uuid4().hex}",
        variant_id=move.variant_id,
        warehouse_id=move.warehouse_id,
        bin_id=move.bin_id,
        quantity=move.quantity,
        cause=move.cause,
        reference=move.reference,
        reason=move.reason,
        reverses_id=move.reverses_id,
        by_id=move.by.pk if move.by else None,
        at=clock.now(),
    )


def _apply(book: StockBook, move: Move) -> Move:
    level = book.levels[move.variant_id, move.warehouse_id]
    missing = level.reserved - (level.on_hand + move.quantity)
    if move.quantity < 0 and missing > 0:
        picked = _turn_short(book, move, missing)
        if picked:
            move = _only_what_is_there(move, picked)
    level.on_hand += move.quantity
    add_to(book.changes.on_hand, level.pk, move.quantity)
    return move


def _turn_short(book: StockBook, move: Move, missing: Decimal) -> Decimal:
    """The newest promises that are not picked lose their pieces. Returns what is missing still: those are picked."""
    rows = Reservation.objects.filter(
        variant_id=move.variant_id, warehouse_id=move.warehouse_id, state=ReservationState.RESERVED, is_picked=False
    ).order_by("-created_at", "-pk")
    for row in rows:
        pieces = min(row.quantity, missing)
        if pieces <= 0:
            break
        missing -= pieces
        if pieces == row.quantity:
            change_row(book.changes, ReservationChange(row.pk, pieces, ReservationState.SHORT))
        else:
            change_row(book.changes, ReservationChange(row.pk, row.quantity - pieces, ReservationState.RESERVED))
            book.changes.added.append(part_of(row, pieces, ReservationState.SHORT, None))
        book.levels[move.variant_id, move.warehouse_id].reserved -= pieces
        book.reserve(move.variant_id, move.warehouse_id, -pieces)
        publish(TurnedShort(row.reference))
    return missing


def _only_what_is_there(move: Move, picked: Decimal) -> Move:
    title = title_of(move.variant_id)
    if move.cause not in FOUND_IN_THE_WAREHOUSE:
        raise Refused(
            _("%(quantity)s × “%(variant)s” are picked for orders already and cannot be taken away. Put them back or ship them first.")
            % {"quantity": plain(picked), "variant": title},
            code="picked",
        )
    warehouse = Warehouse.objects.values_list("name", flat=True).get(pk=move.warehouse_id)
    subject = f"inventory.stocklevel:{StockLevel.objects.get(variant_id=move.variant_id, warehouse_id=move.warehouse_id).pk}"
    open_card(PICKED_MISSING, subject, quantity=plain(picked), variant=title, warehouse=warehouse)
    return Move(
        move.variant_id, move.warehouse_id, move.quantity + picked, move.cause, move.key, move.bin_id, move.reference, move.reason, move.by
    )
