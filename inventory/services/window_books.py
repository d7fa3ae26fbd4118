"""The locked books of windows: rows turned into `protocol` books and back, and what is beyond all ceilings of the variants they sell."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from catalog.models import KitComponent
from erp.core import clock
from inventory.allocation import Ceiling, Level, Shelf
from inventory.availability import Parts, whole_units
from inventory.books import Book, Fence, FenceKind, Standing, StockClass, Write, WriteKind
from inventory.locks import lock_allotments, lock_levels
from inventory.models import Allotment, StockException, StockLevel
from inventory.services import booking
from inventory.statements import save_windows

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(slots=True)
class WindowBooks:
    """All windows that share pieces with the wanted ones, and the levels of those pieces, locked.

    `parts` is what one unit of a window needs; `stock` the book of the levels, whose ceilings follow every change made here; `beside` the
    levels, not locked, of other components of kits among the windows.
    """

    rows: dict[str, Allotment]
    parts: dict[str, Parts]
    stock: booking.StockBook
    beside: dict[int, list[Level]]
    changed: set[str] = field(default_factory=set)

    def book(self, window: str) -> Book:
        return book_of(self.rows[window])

    def put(self, window: str, book: Book, *, fence_opened_at: datetime | None = None) -> None:
        """`fence_opened_at`: the moment of the answer, where the new book has another fence than the old one."""
        row = self.rows[window]
        self.stock.shelf.move_ceiling(window, book.ceiling - row.ceiling)
        had_fence = row.fence_kind, row.fence_value
        write_to(row, book)
        if (row.fence_kind, row.fence_value) != had_fence:
            row.fence_opened_at = fence_opened_at if book.fence else None
        self.changed.add(window)

    def spare_units(self, window: str, among: Collection[int] | None = None) -> Decimal:
        """Whole units of the window's variant beyond all ceilings; of a kit, counting only the parts in `among`."""
        spare = [self.spare(variant_id) / per_unit for variant_id, per_unit in self.parts[window] if among is None or variant_id in among]
        return Decimal(whole_units(min(spare, default=ZERO)))

    def spare(self, variant_id: int) -> Decimal:
        """Pieces that are neither reserved nor in any window's ceiling, whether the variant counts as split or not."""
        return self.stock.shelf.available(variant_id) - self.stock.shelf.exposed.get(variant_id, ZERO)

    def is_split(self, window: str) -> bool:
        return any(self.stock.shelf.is_split(variant_id) for variant_id, _ in self.parts[window])

    def parts_of(self, variant_id: int) -> Parts:
        """Also of a variant that has no window here yet."""
        return parts_of({variant_id})[variant_id]

    def forget(self, window: str) -> None:
        """The window can sell nothing any more: its books end, its units are free."""
        row = self.rows.pop(window)
        self.stock.shelf.move_ceiling(window, -row.ceiling)
        self.stock.touched.update(variant_id for variant_id, _ in self.parts.pop(window))
        self.changed.discard(window)
        row.delete()

    def windows_with(self, variant_id: int) -> list[str]:
        return [window for window, parts in self.parts.items() if any(variant_id == part for part, _ in parts)]

    def mark_split(self, variant_id: int, *, is_split: bool) -> None:
        """The flag of all levels of the variant, which the caller has locked."""
        for level in self.stock.shelf.levels.get(variant_id, ()):
            level.is_split = is_split
        StockLevel.objects.filter(variant_id=variant_id).update(is_split=is_split)
        self.stock.touched.add(variant_id)

    def save(self) -> None:
        """Short orders first, then the books, then the news."""
        variants = {variant_id for window in self.changed for variant_id, _ in self.parts[window]} | self.stock.touched
        self.stock.serve_waiting(variants)
        save_windows([self.rows[window] for window in sorted(self.changed)])
        self.close_mended_exceptions(variants)
        self.stock.write()

    def tell(self, window: str) -> None:
        """Publish that other numbers may be sent now, to this window or to others that sell the same pieces."""
        self.stock.touched.update(variant_id for variant_id, _ in self.parts[window])

    def close_mended_exceptions(self, variant_ids: Iterable[int]) -> None:
        mended = [variant_id for variant_id in variant_ids if self.spare(variant_id) >= 0]
        StockException.objects.filter(variant_id__in=mended, closed_at=None).update(closed_at=clock.now())


def open_window_books(windows: Collection[str]) -> WindowBooks:
    """The locked books of these windows and of all that share pieces with them. Unknown windows are left out."""
    wanted = Allotment.objects.filter(window__in=windows).values_list("variant_id", flat=True)
    return open_books_of_variants(set(wanted))


def open_books_of_variants(variant_ids: Collection[int]) -> WindowBooks:
    """The same for all windows of these variants and of the kits that they are part of. Levels are locked first, then allotments."""
    pieces = pieces_of(variant_ids)
    levels = lock_levels(pieces)
    return _books(levels, lock_allotments(pieces))


def read_books_of_variants(variant_ids: Collection[int]) -> WindowBooks:
    """Without locks, for plans and pages: what is read may be old when it is used. Everything that shares pieces, however far, is in it."""
    pieces = pieces_of(variant_ids)
    while True:
        kits = Allotment.objects.filter(variant__components__component_id__in=pieces).values_list("variant_id", flat=True)
        wider = pieces | pieces_of(set(kits))
        if wider == pieces:
            break
        pieces = wider
    return _books(lock_levels(pieces, lock=False), lock_allotments(pieces, lock=False))


def _books(levels: Mapping[int, list[Level]], rows: Collection[Allotment]) -> WindowBooks:
    parts_by_variant = parts_of({row.variant_id for row in rows})
    parts = {row.window: parts_by_variant[row.variant_id] for row in rows}
    beside = {variant_id for each in parts.values() for variant_id, _ in each} - set(levels)
    ceilings = {row.window: Ceiling(row.window, parts[row.window], row.ceiling) for row in rows}
    by_place = {(level.variant_id, level.warehouse_id): level for each in levels.values() for level in each}
    stock = booking.StockBook(by_place, Shelf(_active(levels), ceilings))
    return WindowBooks({row.window: row for row in rows}, parts, stock, _active(lock_levels(beside, lock=False)) if beside else {})


def _active(levels: Mapping[int, list[Level]]) -> dict[int, list[Level]]:
    return {variant_id: [level for level in each if level.is_active] for variant_id, each in levels.items()}


def parts_of(variant_ids: Collection[int]) -> dict[int, Parts]:
    """What one unit of each variant takes off the shelf: itself, or a kit's components that are kept in stock."""
    parts: dict[int, list[tuple[int, Decimal]]] = {}
    found = KitComponent.objects.filter(kit_id__in=variant_ids, component__is_stocked=True).order_by("component_id")
    for kit_id, component_id, quantity in found.values_list("kit_id", "component_id", "quantity"):
        parts.setdefault(kit_id, []).append((component_id, quantity))
    return {variant_id: tuple(parts.get(variant_id, [(variant_id, ONE)])) for variant_id in variant_ids}


def book_of(row: Allotment) -> Book:
    write = None
    if row.write_kind and row.write_value is not None:
        write = Write(WriteKind(row.write_kind), row.write_value, row.write_expected)
    fence = Fence(FenceKind(row.fence_kind), row.fence_value) if row.fence_kind and row.fence_value is not None else None
    return Book(
        stock_class=StockClass(row.stock_class),
        ceiling=row.ceiling,
        sold_read=row.sold_read,
        restocked_read=row.restocked_read,
        held=row.held,
        known=row.known,
        shown=row.shown,
        is_clean=row.is_clean,
        standing=Standing(row.standing),
        write=write,
        sold_at_send=row.sold_at_send,
        restocked_at_send=row.restocked_at_send,
        fence=fence,
    )


def write_to(row: Allotment, book: Book) -> None:
    for name in ("ceiling", "sold_read", "restocked_read", "held", "known", "shown", "is_clean", "sold_at_send", "restocked_at_send"):
        setattr(row, name, getattr(book, name))
    row.standing = book.standing.value
    row.write_kind = book.write.kind.value if book.write else ""
    row.write_value = book.write.value if book.write else None
    row.write_expected = book.write.expected if book.write else None
    row.fence_kind = book.fence.kind.value if book.fence else ""
    row.fence_value = book.fence.value if book.fence else None


def pieces_of(variant_ids: Collection[int]) -> set[int]:
    """The stocked variants that these are made of."""
    return {variant_id for parts in parts_of(variant_ids).values() for variant_id, _ in parts}
