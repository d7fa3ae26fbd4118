"""The books of one window, and each rule by which they change. Pure: a book in, a book out.

A window is one number in one shop. Its *ceiling* is the most that it may still sell without our knowing it: its number, sales that we have
not read, and orders that can still be paid. For variants that are divided among windows the sum of all ceilings (a negative one counts 0)
and of what is reserved never exceeds what is on hand. Buyers, lost answers, writes that land late and disordered reading are all on the
other side; these rules are what makes the sum hold against them. `guards` exists for the tests that show each guard to be needed.
"""

from dataclasses import replace
from decimal import Decimal

from inventory.books import ALL_GUARDS, ZERO, Book, Fence, FenceKind, Guard, Standing, StockClass, Write, WriteKind

# What is read in the shop


def sale_read(book: Book, units: Decimal) -> Book:
    """Units move from the ceiling to what is reserved; a ceiling below 0 waits for the cancel that made room for the sale."""
    return replace(
        book,
        ceiling=book.ceiling - units,
        known=_plus(book.known, -units),
        shown=_plus(book.shown, -units),
        sold_read=book.sold_read + units,
    )


def restock_read(book: Book, units: Decimal, guards: frozenset[Guard] = ALL_GUARDS) -> Book:
    """The shop's number rose by itself: the units are the window's again."""
    counted = Guard.COUNT_RESTOCKS in guards
    return replace(
        book,
        ceiling=book.ceiling + units if counted else book.ceiling,
        known=_plus(book.known, units),
        shown=_plus(book.shown, units),
        restocked_read=book.restocked_read + units,
        is_clean=book.is_clean and not counted,
    )


def cancelled_read(book: Book, units: Decimal, guards: frozenset[Guard] = ALL_GUARDS) -> Book:
    """An order first seen cancelled, which had lowered the number: sold and put back."""
    if Guard.COUNT_SEEN_CANCELLED not in guards:
        return book
    return replace(book, sold_read=book.sold_read + units, restocked_read=book.restocked_read + units, is_clean=False)


def unpaid_read(book: Book, units: Decimal) -> Book:
    """The shop keeps this many units for orders that are not paid. They were inside the ceiling before; nothing else moves."""
    return replace(book, held=units)


def unpaid_recounted(book: Book) -> Book:
    """A clean window, with everything read, can still sell only what is unpaid: units of expired orders are free."""
    if not book.is_clean or book.fence or book.write or book.stock_class is not StockClass.ZERO:
        return book
    return replace(book, ceiling=min(book.ceiling, book.held))


def raised_by_others(book: Book, number: Decimal) -> Book:
    """Somebody set the shop's number: it may sell at least that many."""
    return replace(book, ceiling=max(book.ceiling, number))


# What is sent


def may_send(book: Book, write: Write, free: Decimal, *, is_split: bool, guards: frozenset[Guard] = ALL_GUARDS) -> bool:
    """Whether the books allow this write now. `free`: units of the window's variant that belong to nobody; it binds only a split."""
    if book.write is not None:
        return False
    if is_split and book.fence is not None:
        return False
    if write.kind is WriteKind.CAS:
        rises = _exposure_after(book, write) - book.exposure
        return _may_compare(book, write) and (not is_split or rises <= max(free, ZERO))
    if write.kind is WriteKind.ADD:
        return _may_add(book, write, free, is_split=is_split, guards=guards)
    return _may_set(book, write, free, is_split=is_split, guards=guards)


def send(book: Book, write: Write, guards: frozenset[Guard] = ALL_GUARDS) -> Book:
    """The write is under way. From now on the ceiling counts a raise, whatever becomes of the answer."""
    sent = replace(book, write=write, sold_at_send=book.sold_read, restocked_at_send=book.restocked_read)
    if write.kind is WriteKind.SET:
        sent = replace(sent, is_clean=False, fence=None)
    if _repeats(book, write):
        return replace(sent, standing=Standing.CERTAIN)
    if Guard.COUNT_WHEN_SENT not in guards:
        return sent
    return replace(sent, ceiling=_ceiling_after(book, write, guards))


def answered(book: Book, guards: frozenset[Guard] = ALL_GUARDS) -> Book:
    """The shop says that it carried the write out."""
    write = book.write
    if write is None:
        return book
    done = replace(book, write=None)
    if Guard.COUNT_WHEN_SENT not in guards:
        done = replace(done, ceiling=_counted_late(book, write))
    if write.kind is WriteKind.CAS:
        number = write.value - book.sold_since + book.restocked_since
        trusted = number if Guard.YES_LESS_WHAT_WAS_READ in guards else write.value
        return replace(done, ceiling=trusted, known=number, shown=number)
    if write.kind is WriteKind.ADD:
        return _added(done, write.value, guards)
    return _set(done, write.value, guards)


def refused(book: Book) -> Book:
    """The shop surely did not carry the write out: another number than expected, or an error that says so."""
    write = book.write
    if write is None:
        return book
    undone = replace(book, write=None)
    if write.kind is WriteKind.CAS:
        return replace(undone, ceiling=book.ceiling if book.known is None else book.known)
    return replace(undone, ceiling=book.ceiling - max(write.value, ZERO))


def lost(book: Book) -> Book:
    """No answer: the write may have been carried out, may land later, or never."""
    if book.write is None:
        return book
    return replace(book, write=None, standing=Standing.LANDING, known=None, shown=None)


def settled(book: Book) -> Book:
    """The lost write cannot land any more. Not while another is under way: the lost one may have landed after that.

    What the window shows is not known either: a shared one is set again, which a fence and a reading then make certain.
    """
    if book.standing is not Standing.LANDING or book.write is not None:
        return book
    return replace(book, standing=Standing.UNKNOWN, shown=None)


def fence_closed(book: Book, guards: frozenset[Guard] = ALL_GUARDS) -> Book:
    """Everything that happened in the shop before the answer is read: what the write took away is free.

    A sale or restock read since the write was sent may have come before it, and was then written over: a plain number is not known any
    more, so that a shared window gets it again.
    """
    fence = book.fence
    if fence is None:
        return book
    if fence.kind is FenceKind.DIFFERENCE:
        return replace(book, fence=None, ceiling=book.ceiling - fence.value)
    unpaid = book.held if Guard.COUNT_UNPAID in guards else ZERO
    left = fence.value + book.restocked_since + unpaid
    is_zero = fence.value == 0
    is_untouched = book.restocked_since == 0 and (is_zero or book.sold_since == 0) and book.stock_class is StockClass.EXACT
    is_plain = book.stock_class in (StockClass.ZERO, StockClass.BEST_EFFORT)
    is_written_over = is_plain and bool(book.sold_since or book.restocked_since)
    return replace(
        book,
        fence=None,
        ceiling=min(book.ceiling, left),
        is_clean=is_zero and book.restocked_since == 0,
        known=fence.value if is_untouched else None,
        shown=None if is_written_over else book.shown,
        standing=Standing.CERTAIN,
    )


def number_unknown(book: Book) -> Book:
    """Somebody edited the number by hand, or the window is new: only a set, a fence and a complete reading make it certain again.

    Of a write under way we cannot tell whether it landed before; it is waited for like a lost one.
    """
    is_landing = book.standing is Standing.LANDING or book.write is not None
    return replace(book, standing=Standing.LANDING if is_landing else Standing.UNKNOWN, is_clean=False, known=None, fence=None)


# The parts of the rules


def _plus(number: Decimal | None, difference: Decimal) -> Decimal | None:
    return None if number is None else number + difference


def _may_compare(book: Book, write: Write) -> bool:
    """Nothing is sent while the known number is negative: the cancel that made room was not read yet."""
    if book.stock_class is not StockClass.EXACT or book.standing is not Standing.CERTAIN or book.known is None:
        return False
    return book.known >= 0 and write.expected == book.known and write.value >= 0 and write.value != book.known


def _may_add(book: Book, write: Write, free: Decimal, *, is_split: bool, guards: frozenset[Guard]) -> bool:
    """A raise first makes up a negative ceiling and then adds something that is free: less would undo the wait for the cancel that made
    room, and with it what a short order waits for."""
    if book.stock_class is not StockClass.RELATIVE or write.value == 0:
        return False
    if book.standing is not Standing.CERTAIN:
        return Guard.NEVER_REPEAT_A_DIFFERENCE not in guards and write.value > 0
    if write.value < 0:
        return book.ceiling + write.value >= 0
    if not is_split:
        return True
    return book.ceiling + write.value > 0 and max(book.ceiling + write.value, ZERO) - book.exposure <= max(free, ZERO)


def _may_set(book: Book, write: Write, free: Decimal, *, is_split: bool, guards: frozenset[Guard]) -> bool:
    if write.value < 0:
        return False
    if not is_split:
        return book.stock_class in (StockClass.ZERO, StockClass.BEST_EFFORT) or _must_set_anew(book)
    if book.standing is Standing.LANDING and Guard.SETTLE_FIRST in guards:
        return False
    if write.value == 0:
        return _must_set_anew(book) or (book.stock_class is StockClass.ZERO and not book.is_clean)
    if book.stock_class is not StockClass.ZERO or book.standing is not Standing.CERTAIN:
        return False
    if book.is_clean:
        return write.value <= free
    if Guard.LOWER_ONLY_TO_ZERO not in guards and write.value < book.ceiling:
        return True
    return Guard.RAISE_FROM_A_FENCED_ZERO not in guards and write.value - book.ceiling <= free


def _must_set_anew(book: Book) -> bool:
    return book.standing is not Standing.CERTAIN or (book.stock_class is StockClass.EXACT and book.known is None)


def _repeats(book: Book, write: Write) -> bool:
    """Only without its guard: a difference sent again as if the first had not been."""
    return write.kind is WriteKind.ADD and book.standing is not Standing.CERTAIN


def _exposure_after(book: Book, write: Write) -> Decimal:
    return max(_ceiling_after(book, write, ALL_GUARDS), ZERO)


def _ceiling_after(book: Book, write: Write, guards: frozenset[Guard]) -> Decimal:
    """The ceiling while the write is under way. Of an exact window it is one number or the other; else what is added is added."""
    if write.kind is WriteKind.CAS and book.known is not None:
        return max(book.known, write.value)
    if write.kind is WriteKind.SET and not book.is_clean and not {Guard.LOWER_ONLY_TO_ZERO, Guard.RAISE_FROM_A_FENCED_ZERO} <= guards:
        return max(book.ceiling, write.value)
    return book.ceiling + max(write.value, ZERO)


def _counted_late(book: Book, write: Write) -> Decimal:
    """Only without its guard: the raise counts when its answer has come."""
    if write.kind is WriteKind.SET:
        return max(book.ceiling, write.value)
    return book.ceiling + max(write.value, ZERO)


def _added(done: Book, difference: Decimal, guards: frozenset[Guard]) -> Book:
    shown = _plus(done.shown, difference)
    if difference > 0:
        return replace(done, shown=shown)
    before = done.fence.value if done.fence is not None else ZERO
    return _fenced(replace(done, shown=shown), Fence(FenceKind.DIFFERENCE, before - difference), guards)


def _set(done: Book, number: Decimal, guards: frozenset[Guard]) -> Book:
    """A raise from a fenced 0 is counted to the unit already; every other number set is proved by its fence."""
    done = replace(done, shown=number - done.sold_since + done.restocked_since)
    if done.standing is Standing.LANDING and Guard.SETTLE_FIRST in guards:
        return done
    is_counted = done.standing is Standing.CERTAIN and number > 0 and done.ceiling <= number + done.held + done.restocked_since
    if is_counted and done.stock_class is StockClass.ZERO:
        return done
    return _fenced(done, Fence(FenceKind.NUMBER, number), guards)


def _fenced(done: Book, fence: Fence, guards: frozenset[Guard]) -> Book:
    done = replace(done, fence=fence)
    return done if Guard.LEAVE_THROUGH_A_FENCE in guards else fence_closed(done, guards)
