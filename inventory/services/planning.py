"""What each window should show now, and the next write that brings it there. Reads only; `allotting` checks again under locks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from inventory.availability import Parts, Policy, Quantities, kit_units, wants_split
from inventory.books import StockClass, Write
from inventory.dividing import Slice, divide, next_write, waits_for
from inventory.models import Allotment, Mode, Reservation, ReservationState, WindowPolicy
from inventory.services.window_books import WindowBooks, book_of, read_books_of_variants

ZERO = Decimal(0)
COMPANY_POLICY = Policy(Mode.AUTO, 5, 2)


@dataclass(frozen=True, slots=True)
class Target:
    """`wanted` units that the window should be able to sell. `write` None: nothing to send now, for the reason in `waits_for` if any."""

    window: str
    source: str
    variant_id: int
    wanted: int
    is_split: bool
    write: Write | None
    waits_for: str


def plan(variant_ids: Collection[int]) -> list[Target]:
    """For every window of these variants and of all that share pieces with them."""
    return plan_books(read_books_of_variants(variant_ids))


def plan_books(books: WindowBooks) -> list[Target]:
    quantities = quantities_of(books)
    splitting = variants_to_split(books, quantities)
    wanted = _wanted_numbers(books, quantities, splitting)
    return [_target(books, window, wanted[window], splitting) for window in sorted(books.rows)]


def quantities_of(books: WindowBooks) -> dict[int, Quantities]:
    """Each stocked variant in all its active warehouses together."""
    variants = {**books.beside, **books.stock.shelf.levels}
    short = Reservation.objects.filter(variant_id__in=variants, state=ReservationState.SHORT).values_list("variant_id")
    waiting = dict(short.annotate(Sum("quantity")))
    return {
        variant_id: Quantities(
            sum((level.on_hand for level in levels), ZERO),
            sum((level.reserved for level in levels), ZERO),
            sum((level.safety for level in levels), ZERO),
            waiting.get(variant_id, ZERO),
        )
        for variant_id, levels in variants.items()
    }


def variants_to_split(books: WindowBooks, quantities: Mapping[int, Quantities]) -> set[int]:
    """Stocked variants whose units should be divided: by their own policy, or by that of a kit made of them.

    One window that cannot be guaranteed keeps the whole variant shared; channels shows the card that mends it.
    """
    sold = {row.variant_id: books.parts[row.window] for row in books.rows.values()}
    policies = policies_of(set(sold))
    pieces = {variant_id: each.for_windows for variant_id, each in quantities.items()}
    splitting: set[int] = set()
    for variant_id, parts in sold.items():
        is_split = any(books.stock.shelf.is_split(part) for part, _ in parts)
        if wants_split(policies[variant_id], Decimal(kit_units(parts, pieces)), is_split=is_split):
            splitting.update(part for part, _ in parts)
    return splitting - _not_divisible(books)


def policies_of(variant_ids: Collection[int]) -> dict[int, Policy]:
    """Each variant's own policy, else the company's row, else auto 5 with a margin of 2."""
    rows = WindowPolicy.objects.filter(variant_id__in=variant_ids) | WindowPolicy.objects.filter(variant=None)
    found = {row.variant_id: Policy(row.mode, row.auto_threshold, row.margin) for row in rows}
    company = found.get(None, COMPANY_POLICY)
    return {variant_id: found.get(variant_id, company) for variant_id in variant_ids}


def has_split_rules(parts: Parts, splitting: Collection[int]) -> bool:
    """A kit's window is under the rules of a division when one of its components is divided."""
    return any(variant_id in splitting for variant_id, _ in parts)


def shared_number(row: Allotment, parts: Parts, quantities: Mapping[int, Quantities]) -> int:
    if row.is_closing:
        return 0
    return kit_units(parts, {variant_id: quantities[variant_id].for_windows for variant_id, _ in parts if variant_id in quantities})


def _not_divisible(books: WindowBooks) -> set[int]:
    unfit = [row for row in books.rows.values() if not row.is_closing and (not row.can_split or row.stock_class == StockClass.BEST_EFFORT)]
    return {part for row in unfit for part, _ in books.parts[row.window]}


def _wanted_numbers(books: WindowBooks, quantities: Mapping[int, Quantities], splitting: set[int]) -> dict[str, int]:
    slices, wanted = [], {}
    for window, row in books.rows.items():
        parts = books.parts[window]
        wanted[window] = shared_number(row, parts, quantities)
        if has_split_rules(parts, splitting):
            divided = tuple((variant_id, per_unit) for variant_id, per_unit in parts if variant_id in splitting)
            slices.append(_slice(row, divided, most=wanted[window]))
    pools = {variant_id: quantities[variant_id].to_divide for variant_id in splitting}
    return wanted | divide(pools, slices)


def _slice(row: Allotment, parts: Parts, most: int) -> Slice:
    book = book_of(row)
    takes_part = most > 0 and not row.is_closing
    is_cheap = book.is_clean or book.stock_class in (StockClass.EXACT, StockClass.RELATIVE)
    return Slice(row.window, parts, book.exposure, row.weight if takes_part else 0, is_cheap, most)


def _target(books: WindowBooks, window: str, wanted: int, splitting: set[int]) -> Target:
    row, book = books.rows[window], books.book(window)
    is_split = has_split_rules(books.parts[window], splitting)
    spare = books.spare_units(window, splitting) if is_split else ZERO
    write = next_write(book, wanted, spare, is_split=is_split)
    return Target(window, row.source, row.variant_id, wanted, is_split, write, waits_for(book) if write is None else "")
