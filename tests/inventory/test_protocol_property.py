"""From shared to divided and back: when the books of a division are said to hold, nothing is oversold from then on, whatever came before.

Three windows of any class, up to five pieces, long random walks of the same hostile shop as in the search; shared numbers may oversell.
"""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory import protocol
from inventory.books import ALL_GUARDS, Book, FenceKind, Standing, StockClass, Write, WriteKind
from tests.inventory.simulated_shop import Shop, Spent, new_book, normal, steps

pytestmark = pytest.mark.slow(seconds=0.2)

LIMITS = Spent(losses=3, cancels=6, starts=3, refusals=2)
BUYERS = ("a buyer", "an order is", "an unpaid order is paid", "an order that we know is", "an unread order", "the shop refuses")
SALES = ("a sale is read", "the paid order is read")
CLASSES = st.sampled_from([StockClass.EXACT, StockClass.RELATIVE, StockClass.ZERO])


class Walk:
    """One variant in several windows; `wants` a division or not, `is_split` once its books held."""

    def __init__(self, kinds: list[StockClass], on_hand: int, shown: int) -> None:
        self.on_hand, self.reserved, self.spent = on_hand, 0, Spent()
        self.windows = [(Shop(shown), protocol.number_unknown(new_book(kind, shown))) for kind in kinds]
        self.wants = self.is_split = False
        self.splits = 0

    @property
    def free(self) -> int:
        return self.on_hand - self.reserved - sum(max(int(book.ceiling), 0) for _, book in self.windows)

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    def moves(self) -> Iterator[tuple[str, int, Shop, Book, int, Spent]]:
        spare = max(self.free if self.is_split else self.available, 0)
        for place, (shop, book) in enumerate(self.windows):
            for label, shop_after, book_after, change, spent in steps(shop, book, spare, self.spent, LIMITS, ALL_GUARDS):
                if label.endswith("is sent"):
                    continue
                if label in SALES and change > self.available:
                    shop_after, change = shop_after._replace(short=shop_after.short + 1), 0
                yield label, place, shop_after, book_after, change, spent
            for write in self._writes(book):
                if protocol.may_send(book, write, max(self.free, 0), is_split=self.wants):
                    yield f"{write.kind} {write.value} is sent", place, shop, protocol.send(book, write), 0, self.spent

    def _writes(self, book: Book) -> Iterator[Write]:
        for number in range(self.on_hand + 1):
            yield Write(WriteKind.SET, number)
            if book.known is not None:
                yield Write(WriteKind.CAS, number, book.known)
            yield Write(WriteKind.ADD, number - int(book.ceiling))

    def take(self, turn: int) -> str:
        choices = list(self.moves())
        if turn % 3:  # buyers rest two times of three, so that we get somewhere
            choices = [move for move in choices if not move[0].startswith(BUYERS)] or choices
        label, place, shop, book, change, self.spent = choices[turn % len(choices)] if choices else ("", 0, *self.windows[0], 0, self.spent)
        self.windows[place] = (shop, normal(book))
        self.reserved += change
        self._serve()
        return f"{place}: {label}"

    def counter(self) -> None:
        if (self.free if self.is_split else self.available) > 0:
            self.reserved += 1

    def decide(self, wants: bool) -> None:
        self.wants = wants
        self.is_split = self.is_split and wants
        self.mark()

    def mark(self) -> None:
        is_proved = all(
            book.standing is Standing.CERTAIN and (book.fence is None or book.fence.kind is not FenceKind.NUMBER)
            for _, book in self.windows
        )
        if self.wants and not self.is_split and is_proved and self.free >= 0 and not self.short:
            self.is_split, self.splits = True, self.splits + 1

    def _serve(self) -> None:
        """Free pieces serve the short orders at once."""
        for place, (shop, book) in enumerate(self.windows):
            served = min(shop.short, max(self.free if self.is_split else self.available, 0))
            self.windows[place] = (shop._replace(short=shop.short - served), book)
            self.reserved += served

    @property
    def short(self) -> int:
        return sum(shop.short for shop, _ in self.windows)

    @property
    def sold(self) -> int:
        return self.reserved + self.short + sum(shop.unread + shop.seen_paid - shop.gone for shop, _ in self.windows)


def check(kinds, on_hand, shown, turns) -> int:
    walk, walked = Walk(kinds, on_hand, shown), []
    for turn in turns:
        if turn % 29 == 0:
            walk.decide(wants=turn % 3 > 0)
        elif turn % 13 == 0:
            walk.counter()
        else:
            walked.append(walk.take(turn))
        walk.mark()
        assert 0 <= walk.reserved <= walk.on_hand, walked
        if walk.is_split:
            assert walk.free >= 0, walked
            assert walk.sold <= walk.on_hand, walked
    return walk.splits


walks = {
    "kinds": st.lists(CLASSES, min_size=1, max_size=3),
    "on_hand": st.integers(1, 5),
    "shown": st.integers(0, 5),
    "turns": st.lists(st.integers(0, 100_000), min_size=30, max_size=250),
}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(**walks)
def test_a_division_that_holds_is_never_oversold(kinds, on_hand, shown, turns):
    check(kinds, on_hand, shown, turns)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(**walks)
def test_nor_in_many_more_walks(kinds, on_hand, shown, turns):
    check(kinds, on_hand, shown, turns)


def test_such_walks_do_reach_divisions():
    dice = Random(5)
    reached = sum(check([StockClass.ZERO, StockClass.EXACT], 3, 2, [dice.randrange(100_000) for _ in range(250)]) for _ in range(60))

    assert reached > 20
