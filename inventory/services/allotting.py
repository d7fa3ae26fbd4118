"""Numbers on their way to the windows: what is sent, what came of it, and when units are free again.

Each call locks the levels and then the windows that share pieces, and leaves the invariant of a division intact when it ends. Channels
calls these in short transactions around its network call; times are real time.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, Q

from erp.core.transactions import atomic
from inventory import protocol
from inventory.books import Book, FenceKind, Standing, StockClass, Write
from inventory.dividing import next_write
from inventory.models import Allotment
from inventory.services.planning import Target, has_split_rules, plan, quantities_of, shared_number, variants_to_split
from inventory.services.window_books import WindowBooks, open_books_of_variants, open_window_books

__all__ = [
    "SentWrite",
    "Target",
    "begin_next",
    "begin_write",
    "begin_writes",
    "close_fences",
    "mark_split_if_books_hold",
    "plan",
    "plan_windows",
    "record_answers",
    "record_lost",
    "record_refused",
    "settle",
]


@dataclass(frozen=True, slots=True)
class SentWrite:
    """A write that counts from now on: send exactly this. `wanted` is what the window is to have in the end, a fence's 0 on the way there.

    The counters are those of the books at this moment.
    """

    window: str
    wanted: int
    write: Write
    sold_at_send: Decimal
    restocked_at_send: Decimal
    is_split: bool


def begin_next(windows: Collection[str]) -> list[SentWrite]:
    """Plan these windows, and begin the writes that the plan asks for."""
    return begin_writes(plan_windows(windows))


def plan_windows(windows: Collection[str]) -> list[Target]:
    """What the plan says for these windows; read only."""
    wanted = set(windows)
    variant_ids = Allotment.objects.filter(window__in=wanted).values_list("variant_id", flat=True)
    return [target for target in plan(set(variant_ids)) if target.window in wanted]


@atomic
def begin_writes(targets: Sequence[Target], *, no_lower_than: Mapping[str, int] | None = None) -> list[SentWrite]:
    """Begin the write that brings each window nearer to its planned number; those for which none is allowed now are left out.

    A shared number is taken from the locked levels again; of a divided one the locked books decide how much of it can be sent, and a window
    whose rules changed since the plan waits for the next plan. A raise counts from here, whether it is answered or not. `no_lower_than`:
    shared numbers that are lowered to this and no further for now; none is raised to it.
    """
    floors = no_lower_than or {}
    books = open_window_books([target.window for target in targets if target.write])
    quantities = quantities_of(books)
    splitting = variants_to_split(books, quantities)
    sent = []
    for target in targets:
        row = books.rows.get(target.window)
        if row is None or target.write is None or target.is_split != has_split_rules(books.parts[target.window], splitting):
            continue
        wanted = target.wanted if target.is_split else shared_number(row, books.parts[target.window], quantities)
        if target.window in floors and not target.is_split:
            wanted = max(wanted, floors[target.window] if row.shown is None else min(floors[target.window], int(row.shown)))
        sent += _begin(books, target.window, wanted, splitting if target.is_split else None)
    _leave_split(books, splitting)
    books.save()
    return sent


@atomic
def begin_write(window: str, write: Write) -> SentWrite | None:
    """Begin this very write; None when the books do not allow it now."""
    books = open_window_books([window])
    if window not in books.rows:
        return None
    splitting = variants_to_split(books, quantities_of(books))
    is_split, book = has_split_rules(books.parts[window], splitting), books.book(window)
    if not protocol.may_send(book, write, books.spare_units(window, splitting if is_split else None), is_split=is_split):
        return None
    books.put(window, protocol.send(book, write))
    books.save()
    return SentWrite(window, int(write.value), write, book.sold_read, book.restocked_read, is_split)


@atomic
def record_answers(windows: Collection[str], *, at: datetime) -> None:
    """The shop says that it carried these writes out. `at`: when the answer came."""
    _change(windows, protocol.answered, at=at)


@atomic
def record_refused(windows: Collection[str]) -> None:
    """The shop surely did not carry these writes out: another number than expected, or an error that says so."""
    _change(windows, protocol.refused)


@atomic
def record_lost(windows: Collection[str], *, settles_at: datetime) -> None:
    """No answer came. `settles_at`: from when on the write cannot land any more (end of the lease and the connector's settle time)."""
    books = open_window_books(windows)
    for window in books.rows.keys() & set(windows):
        if books.rows[window].write_kind:
            books.put(window, protocol.lost(books.book(window)))
            books.rows[window].settles_at = max(settles_at, books.rows[window].settles_at or settles_at)
    books.save()


@atomic
def settle(*, now: datetime, source: str | None = None) -> list[str]:
    """Lost writes that cannot land any more: their windows may be set anew. Returns the windows."""
    due = Allotment.objects.filter(standing=Standing.LANDING, write_kind="").exclude(settles_at__gt=now)
    if source is not None:
        due = due.filter(source=source)
    windows = set(due.values_list("window", flat=True))
    if not windows:
        return []
    books = open_window_books(windows)
    over = [window for window in sorted(windows & books.rows.keys()) if not _may_land(books.rows[window], now)]
    for window in over:
        books.put(window, protocol.settled(books.book(window)))
        books.tell(window)
    books.save()
    return over


@atomic
def close_fences(source: str, *, pull_started_at: datetime, read_lag: timedelta, except_windows: Collection[str] = ()) -> list[str]:
    """A complete pull of this source is committed: units that left its windows before it began are free. Returns the windows.

    `read_lag`: what the pull may have missed just before it started. `except_windows`: those of products in orders that could not be
    read yet; where such an order cannot even be told its products, do not call this.
    """
    answered_by = pull_started_at - read_lag
    of_source = Allotment.objects.filter(source=source).exclude(window__in=except_windows)
    is_unpaid = Q(stock_class=StockClass.ZERO, is_clean=True, fence_kind="", write_kind="", ceiling__gt=F("held"))
    windows = set(of_source.filter(Q(fence_opened_at__lte=answered_by) | is_unpaid).values_list("window", flat=True))
    if not windows:
        return []
    books = open_window_books(windows)
    closed = []
    for window in sorted(windows & books.rows.keys()):
        if _is_read(books.rows[window], answered_by):
            closed.append(window)
            books.put(window, protocol.fence_closed(books.book(window)))
        books.put(window, protocol.unpaid_recounted(books.book(window)))
        books.tell(window)
    _remove_closed(books, closed)
    _mark_split(books)
    books.save()
    return closed


@atomic
def mark_split_if_books_hold(variant_ids: Collection[int]) -> set[int]:
    """Count variants that should be divided as split once their books hold, and those that should not be as split no longer.

    Returns the stocked variants among them that are split now.
    """
    books = open_books_of_variants(variant_ids)
    _mark_split(books)
    books.save()
    return {variant_id for variant_id in books.stock.shelf.levels if books.stock.shelf.is_split(variant_id)}


def _begin(books: WindowBooks, window: str, wanted: int, splitting: Collection[int] | None) -> list[SentWrite]:
    book = books.book(window)
    is_split = splitting is not None
    write = next_write(book, wanted, books.spare_units(window, splitting), is_split=is_split)
    if write is None:
        return []
    books.put(window, protocol.send(book, write))
    return [SentWrite(window, wanted, write, book.sold_read, book.restocked_read, is_split)]


def _change(windows: Collection[str], rule: Callable[[Book], Book], *, at: datetime | None = None) -> None:
    """Apply one rule of the protocol to several windows. That other numbers may be sent now is published with it."""
    books = open_window_books(windows)
    for window in sorted(books.rows.keys() & set(windows)):
        books.put(window, rule(books.book(window)), fence_opened_at=at)
        books.tell(window)
    _remove_closed(books, sorted(books.rows.keys() & set(windows)))
    _mark_split(books)
    books.save()


def _may_land(row: Allotment, now: datetime) -> bool:
    """Asked under the lock, because another write may have been sent or lost since, or somebody else may have settled this one."""
    return row.standing != Standing.LANDING or bool(row.write_kind) or (row.settles_at is not None and row.settles_at > now)


def _is_read(row: Allotment, answered_by: datetime) -> bool:
    """Asked under the lock, because a later answer has a later fence. The fence of a number stays while a write is under way."""
    is_due = row.fence_opened_at is not None and row.fence_opened_at <= answered_by
    return is_due and not (row.write_kind and row.fence_kind == FenceKind.NUMBER)


def _mark_split(books: WindowBooks) -> None:
    quantities = quantities_of(books)
    splitting = variants_to_split(books, quantities)
    _leave_split(books, splitting)
    for variant_id in splitting & books.stock.shelf.levels.keys():
        if not books.stock.shelf.is_split(variant_id) and not quantities[variant_id].short and _books_hold(books, variant_id):
            books.mark_split(variant_id, is_split=True)


def _leave_split(books: WindowBooks, splitting: Collection[int]) -> None:
    """Only variants whose every window is in these books can be judged: those are the ones whose levels are locked."""
    for variant_id in books.stock.shelf.levels:
        if books.stock.shelf.is_split(variant_id) and variant_id not in splitting:
            books.mark_split(variant_id, is_split=False)


def _books_hold(books: WindowBooks, variant_id: int) -> bool:
    """Every ceiling is proved, and with what is reserved they are no more than what is on hand.

    Who calls this has seen that nobody waits for pieces: a short order from the shared time could be cancelled in its shop, and put back a
    piece that others were promised.
    """
    rows = [books.rows[window] for window in books.windows_with(variant_id)]
    is_certain = all(row.standing == Standing.CERTAIN and row.fence_kind != FenceKind.NUMBER for row in rows)
    return is_certain and books.spare(variant_id) >= 0


def _remove_closed(books: WindowBooks, windows: Sequence[str]) -> None:
    """A closing window that surely shows 0, by its fence or by a number that was compared, has no units left: its books end."""
    for window in windows:
        row = books.rows[window]
        is_over = row.ceiling <= 0 and row.standing == Standing.CERTAIN and not row.write_kind and not row.fence_kind
        if row.is_closing and is_over:
            books.forget(window)
