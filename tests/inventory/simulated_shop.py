"""A shop with buyers, as hard on our books as a real one can be: for searching the protocol to the end.

It sells whenever it shows more than 0, takes orders that are paid later or never, cancels orders and puts the pieces back, carries writes
out late, twice lost or not at all, and is read in any order. Every step returns (what happened, shop, book, reserved, spent).
"""

from collections.abc import Iterator
from typing import NamedTuple

from inventory import protocol
from inventory.books import Book, Fence, Guard, Standing, StockClass, Write, WriteKind


class Shop(NamedTuple):
    """`unread`, `live`, `gone`, `ghosts`: paid orders not read, read, cancelled after we read them, cancelled before. `*_old`: those
    among them that came before the answer of the fenced write. Unpaid: `unseen` (`_old` likewise), `seen`, and seen ones that were paid or
    expired since, which we have not read. `done`: what became of the write under way; `late`: a lost write that may still land."""

    number: int
    unread: int = 0
    unread_old: int = 0
    live: int = 0
    gone: int = 0
    gone_old: int = 0
    ghosts: int = 0
    ghosts_old: int = 0
    unseen: int = 0
    unseen_old: int = 0
    seen: int = 0
    seen_paid: int = 0
    seen_expired: int = 0
    short: int = 0
    done: str = ""
    late: Write | None = None

    @property
    def unpaid(self) -> int:
        return self.unseen + self.seen


class Spent(NamedTuple):
    """How many of the rare things have happened."""

    losses: int = 0
    cancels: int = 0
    starts: int = 0
    refusals: int = 0


Step = tuple[str, Shop, Book, int, Spent]


def new_book(stock_class: StockClass, number: int) -> Book:
    known = number if stock_class is StockClass.EXACT else None
    return Book(stock_class, number, 0, 0, 0, known, None, number == 0, Standing.CERTAIN, None, 0, 0, None)


def normal(book: Book) -> Book:
    """The same state of the search whatever the counters have grown to; `shown` proves nothing and decides nothing here."""
    if book.write is None and book.fence is None:
        sold = restocked = 0
    else:
        sold, restocked = int(book.sold_since), int(book.restocked_since)
    known = None if book.known is None else int(book.known)
    fence = book.fence and Fence(book.fence.kind, int(book.fence.value))
    return Book(
        book.stock_class,
        int(book.ceiling),
        sold,
        restocked,
        int(book.held),
        known,
        None,
        book.is_clean,
        book.standing,
        book.write,
        0,
        0,
        fence,
    )


def steps(shop: Shop, book: Book, spare: int, spent: Spent, limits: Spent, guards: frozenset[Guard]) -> Iterator[Step]:
    yield from _buyers(shop, book, spent, limits)
    yield from _the_shop(shop, book, spent, limits)
    yield from _landings(shop, book, spent, limits, guards)
    yield from _reading(shop, book, spare, spent, guards)
    yield from _reading_unpaid(shop, book, spare, spent)
    yield from _closing(shop, book, spent, guards)
    if book.write is not None:
        yield from _answers(shop, book, spent, limits, guards)
    else:
        yield from _sending(shop, book, spare, spent, guards)


def _buyers(shop: Shop, book: Book, spent: Spent, limits: Spent) -> Iterator[Step]:
    is_fenced = book.fence is not None
    if shop.number - shop.unpaid > 0:
        yield "a buyer takes 1", shop._replace(number=shop.number - 1, unread=shop.unread + 1), book, 0, spent
        if book.stock_class is StockClass.ZERO and spent.starts < limits.starts:
            yield "an order is started", shop._replace(unseen=shop.unseen + 1), book, 0, spent._replace(starts=spent.starts + 1)
    if shop.unseen:
        old = min(shop.unseen_old, 1)
        paid = shop._replace(number=shop.number - 1, unseen=shop.unseen - 1, unseen_old=shop.unseen_old - old, unread=shop.unread + 1)
        yield "an unpaid order is paid", paid._replace(unread_old=shop.unread_old + (old if is_fenced else 0)), book, 0, spent
        yield "an unpaid order expires", shop._replace(unseen=shop.unseen - 1, unseen_old=shop.unseen_old - old), book, 0, spent
    if shop.seen:
        yield (
            "an unpaid order that we know is paid",
            shop._replace(number=shop.number - 1, seen=shop.seen - 1, seen_paid=shop.seen_paid + 1),
            book,
            0,
            spent,
        )
        yield "an unpaid order that we know expires", shop._replace(seen=shop.seen - 1, seen_expired=shop.seen_expired + 1), book, 0, spent


def _the_shop(shop: Shop, book: Book, spent: Spent, limits: Spent) -> Iterator[Step]:
    if spent.cancels >= limits.cancels:
        return
    after = spent._replace(cancels=spent.cancels + 1)
    up = shop._replace(number=shop.number + 1)
    if shop.live:
        yield "an order that we know is cancelled, 1 put back", up._replace(live=shop.live - 1, gone=shop.gone + 1), book, 0, after
    if shop.unread > shop.unread_old:
        yield "an unread order is cancelled, 1 put back", up._replace(unread=shop.unread - 1, ghosts=shop.ghosts + 1), book, 0, after
    elif shop.unread_old:
        ghost = up._replace(unread=shop.unread - 1, unread_old=shop.unread_old - 1, ghosts=shop.ghosts + 1, ghosts_old=shop.ghosts_old + 1)
        yield "an unread order is cancelled, 1 put back", ghost, book, 0, after


def _carried_out(write: Write, number: int) -> int:
    if write.kind is WriteKind.ADD:
        return number + int(write.value)
    if write.kind is WriteKind.CAS and number != write.expected:
        return number
    return int(write.value)


def _landings(shop: Shop, book: Book, spent: Spent, limits: Spent, guards: frozenset[Guard]) -> Iterator[Step]:
    write = book.write
    if write is not None and not shop.done:
        is_good = write.kind is not WriteKind.CAS or shop.number == write.expected
        landed = shop._replace(number=_carried_out(write, shop.number), done="yes" if is_good else "no")
        yield f"the shop carries out {write.kind} {write.value}: {landed.done}", landed, book, 0, spent
        if write.kind is not WriteKind.CAS and spent.refusals < limits.refusals:
            yield (
                f"the shop refuses {write.kind} {write.value}",
                shop._replace(done="no"),
                book,
                0,
                spent._replace(refusals=spent.refusals + 1),
            )
    if shop.late is not None:
        yield "the lost write lands late", shop._replace(number=_carried_out(shop.late, shop.number), late=None), book, 0, spent
        if Guard.SETTLE_FIRST in guards and book.write is None:
            yield "the lost write never lands", shop._replace(late=None), protocol.settled(book), 0, spent
    elif book.standing is Standing.LANDING and book.write is None:
        yield "the lost write cannot land any more", shop, protocol.settled(book), 0, spent


def _reading(shop: Shop, book: Book, spare: int, spent: Spent, guards: frozenset[Guard]) -> Iterator[Step]:
    for old in (1, 0):
        if (shop.unread_old if old else shop.unread - shop.unread_old) > 0:
            yield _sale("a sale is read", shop._replace(unread=shop.unread - 1, unread_old=shop.unread_old - old), book, spare, spent)
        if (shop.gone_old if old else shop.gone - shop.gone_old) > 0:
            yield _restock(shop._replace(gone=shop.gone - 1, gone_old=shop.gone_old - old), book, spent, guards)
        if (shop.ghosts_old if old else shop.ghosts - shop.ghosts_old) > 0:
            left = shop._replace(ghosts=shop.ghosts - 1, ghosts_old=shop.ghosts_old - old)
            yield "an order is first seen cancelled", left, protocol.cancelled_read(book, 1, guards), 0, spent
        if (shop.unseen_old if old else shop.unseen - shop.unseen_old) > 0:
            left = shop._replace(unseen=shop.unseen - 1, unseen_old=shop.unseen_old - old, seen=shop.seen + 1)
            yield "an unpaid order is read", left, protocol.unpaid_read(book, book.held + 1), 0, spent


def _reading_unpaid(shop: Shop, book: Book, spare: int, spent: Spent) -> Iterator[Step]:
    if shop.seen_paid:
        label, left, sold, reserved, _ = _sale("the paid order is read", shop._replace(seen_paid=shop.seen_paid - 1), book, spare, spent)
        yield label, left, protocol.unpaid_read(sold, sold.held - 1), reserved, spent
    if shop.seen_expired:
        left = shop._replace(seen_expired=shop.seen_expired - 1)
        yield "the expired order is read", left, protocol.unpaid_read(book, book.held - 1), 0, spent


def _closing(shop: Shop, book: Book, spent: Spent, guards: frozenset[Guard]) -> Iterator[Step]:
    if book.fence and book.write is None and not (shop.unread_old or shop.gone_old or shop.ghosts_old or shop.unseen_old):
        yield "the fence closes", shop, protocol.fence_closed(book, guards), 0, spent
    if Guard.COUNT_UNPAID in guards and protocol.unpaid_recounted(book) != book:
        yield "unpaid orders are counted again", shop, protocol.unpaid_recounted(book), 0, spent


def _sale(label: str, shop: Shop, book: Book, spare: int, spent: Spent) -> Step:
    """The piece comes from the ceiling, else from what is free, else the order is short."""
    sold = protocol.sale_read(book, 1)
    is_served = book.ceiling > 0 or spare > 0
    return label, shop._replace(live=shop.live + 1, short=shop.short + (not is_served)), sold, int(is_served), spent


def _restock(shop: Shop, book: Book, spent: Spent, guards: frozenset[Guard]) -> Step:
    """A short order of this window gets the piece, else it is the window's again."""
    after = protocol.restock_read(book, 1, guards)
    if shop.short:
        return "a cancelled order is read, its piece serves a short one", shop._replace(short=shop.short - 1), after, 0, spent
    return "a cancelled order is read", shop, after, -1, spent


def _answers(shop: Shop, book: Book, spent: Spent, limits: Spent, guards: frozenset[Guard]) -> Iterator[Step]:
    if shop.done == "no":
        yield "the answer is no", shop._replace(done=""), protocol.refused(book), 0, spent
    if shop.done == "yes":
        after = protocol.answered(book, guards)
        marked = shop._replace(done="")
        if after.fence is not None and after.fence is not book.fence:
            marked = marked._replace(unread_old=shop.unread, gone_old=shop.gone, ghosts_old=shop.ghosts, unseen_old=shop.unseen)
        yield "the answer is yes", marked, after, 0, spent
    if spent.losses < limits.losses and shop.late is None:
        late = None if shop.done else book.write
        yield "the answer is lost", shop._replace(done="", late=late), protocol.lost(book), 0, spent._replace(losses=spent.losses + 1)


def _sending(shop: Shop, book: Book, spare: int, spent: Spent, guards: frozenset[Guard]) -> Iterator[Step]:
    for write in _possible_writes(book, spare):
        if protocol.may_send(book, write, spare, is_split=True, guards=guards):
            yield f"{write.kind} {write.value} is sent", shop, protocol.send(book, write, guards), 0, spent


def _possible_writes(book: Book, spare: int) -> Iterator[Write]:
    for number in range(max(int(book.ceiling), 0) + spare + 1):
        yield Write(WriteKind.SET, number)
    if book.stock_class is StockClass.EXACT and book.known is not None:
        for number in range(max(int(book.known), 0) + spare + 1):
            yield Write(WriteKind.CAS, number, book.known)
    if book.stock_class is StockClass.RELATIVE:
        for difference in {1, 1 + max(0, -int(book.ceiling)), -1}:
            yield Write(WriteKind.ADD, difference)
