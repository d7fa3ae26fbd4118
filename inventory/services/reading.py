"""What channels read in a shop beside sales: cancels never seen alive, restocks without a promise, unpaid orders, the number shown."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from decimal import Decimal

from erp.core.transactions import atomic
from inventory import protocol
from inventory.books import Book
from inventory.models import ExceptionCause
from inventory.services.booking import report_exception
from inventory.services.window_books import WindowBooks, open_window_books


@atomic
def read_seen_cancelled(units: Mapping[str, Decimal]) -> None:
    """Orders first seen cancelled that had lowered the number of these windows: each is a sale and a restock."""
    _read(units, protocol.cancelled_read)


@atomic
def read_restocks_of_gone(units: Mapping[str, Decimal], *, reference: str = "") -> None:
    """The shop put back pieces that are picked or gone: its number rose, ours did not. An exception; the window is lowered at once."""
    books = _read(units, protocol.restock_read)
    for window, each in units.items():
        if window in books.rows:
            report_exception(books.rows[window].variant_id, ExceptionCause.RESTOCK_AFTER_PICK, each, window=window, reference=reference)


@atomic
def read_unpaid(units: Mapping[str, Decimal]) -> None:
    """How many units each window's shop keeps in all for unpaid orders, without lowering its number.

    In the transaction of an order that was paid meanwhile, reserve its sale first.
    """
    _read(units, protocol.unpaid_read)


@atomic
def doubt_numbers(windows: Collection[str]) -> None:
    """These windows were seen to show something else than the books say: each is set anew, whatever it shows."""
    books = open_window_books(windows)
    for window in sorted(books.rows.keys() & set(windows)):
        books.put(window, _unknown(books.book(window)))
        books.tell(window)
    books.save()


@atomic
def read_hand_edit(window: str, number: Decimal) -> None:
    """The number was edited by hand in the shop: it is set anew, and until that is read the variant's books are excepted."""
    books = open_window_books([window])
    if window not in books.rows:
        return
    row = books.rows[window]
    book = _unknown(books.book(window))
    beyond = max(number - book.exposure, Decimal(0))
    books.put(window, protocol.raised_by_others(book, number))
    books.tell(window)
    if beyond and books.is_split(window):
        report_exception(row.variant_id, ExceptionCause.HAND_EDITED, beyond, window=window)
    books.save()


def _unknown(book: Book) -> Book:
    """What it shows is not known either, so that a shared window is written too."""
    return replace(protocol.number_unknown(book), shown=None)


def _read(units: Mapping[str, Decimal], rule: Callable[[Book, Decimal], Book]) -> WindowBooks:
    books = open_window_books(units.keys())
    for window in sorted(books.rows.keys() & units.keys()):
        before = books.book(window)
        after = rule(before, units[window])
        if after != before:
            books.put(window, after)
            books.tell(window)
    books.save()
    return books
