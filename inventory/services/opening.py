"""Windows come and go: a listing is bound to a variant, or it is not ours any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from erp.core.transactions import atomic
from inventory import protocol
from inventory.books import Standing, StockClass
from inventory.models import Allotment, ExceptionCause
from inventory.services.booking import report_exception
from inventory.services.window_books import WindowBooks, open_books_of_variants, open_window_books
from inventory.statements import add_windows

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class NewWindow:
    """`seen`: the number that the shop showed when last read, None when it is not known. `stock_class` as the connector declares it."""

    window: str
    source: str
    variant_id: int
    stock_class: str
    seen: Decimal | None = None
    can_split: bool = True
    weight: int = 1


@atomic
def open_windows(wanted: Sequence[NewWindow]) -> None:
    """Begin the books of windows, or bring those that exist to another variant, class or fitness. A second time is a no-op.

    What the shop shows counts at once, but proves nothing: a variant with a new window is not split before that window is set and fenced.
    """
    existing = {row.window: row for row in Allotment.objects.filter(window__in=[each.window for each in wanted])}
    moved = [each.window for each in wanted if each.window in existing and existing[each.window].variant_id != each.variant_id]
    if moved:
        close_windows(moved, is_gone=True)
    books = open_books_of_variants({each.variant_id for each in wanted})
    new = [each for each in wanted if each.window not in books.rows]
    for each in wanted:
        if each.window in books.rows:
            _refit(books, each)
    add_windows([_row(each) for each in sorted(new, key=lambda each: each.window)])
    for each in new:
        _unproved(books, books.parts_of(each.variant_id))
    books.save()


@atomic
def close_windows(windows: Sequence[str], *, is_gone: bool = False) -> None:
    """These windows are not ours to sell in any more.

    `is_gone`: the shop deleted the item and cannot sell it, so its units are free at once. Otherwise the window is brought to 0, and its
    books end when that is read.
    """
    books = open_window_books(windows)
    for window in sorted(books.rows.keys() & set(windows)):
        books.tell(window)
        if is_gone:
            books.forget(window)
        else:
            books.rows[window].is_closing = True
            books.changed.add(window)
    books.save()


def _row(each: NewWindow) -> Allotment:
    return Allotment(
        variant_id=each.variant_id,
        window=each.window,
        source=each.source,
        stock_class=each.stock_class,
        weight=each.weight,
        can_split=each.can_split,
        ceiling=max(each.seen or ZERO, ZERO),
        shown=each.seen,
        standing=Standing.UNKNOWN,
    )


def _refit(books: WindowBooks, each: NewWindow) -> None:
    row = books.rows[each.window]
    if (row.stock_class, row.can_split, row.is_closing) == (each.stock_class, each.can_split, False):
        return
    if row.can_split and not each.can_split and books.is_split(each.window):
        units = max(row.ceiling, ZERO)
        report_exception(row.variant_id, ExceptionCause.BACKORDERS_ON, units, window=each.window)
    if row.stock_class != each.stock_class:
        row.stock_class = StockClass(each.stock_class).value
        books.put(each.window, protocol.number_unknown(books.book(each.window)))
    row.can_split, row.is_closing = each.can_split, False
    books.changed.add(each.window)
    _unproved(books, books.parts[each.window])


def _unproved(books: WindowBooks, parts: Sequence[tuple[int, Decimal]]) -> None:
    for variant_id, _ in parts:
        books.stock.touched.add(variant_id)
        if books.stock.shelf.is_split(variant_id):
            books.mark_split(variant_id, is_split=False)
