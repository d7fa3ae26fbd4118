"""The protocol of divided stock, searched to the end: every order of events of two windows and a counter, one piece or two."""

from collections import deque
from collections.abc import Iterator
from itertools import product

import pytest

from inventory.books import ALL_GUARDS, Book, Guard, StockClass
from tests.inventory.simulated_shop import Shop, Spent, new_book, normal, steps

pytestmark = pytest.mark.slow(seconds=0.2)

EXACT, RELATIVE, ZERO = StockClass.EXACT, StockClass.RELATIVE, StockClass.ZERO
PAIRS = list(product((EXACT, RELATIVE, ZERO), repeat=2))
State = tuple[tuple[tuple[Shop, Book], ...], int, Spent]
ONE_OF_EACH = Spent(losses=1, cancels=1, starts=1, refusals=0)


def free(state: State, on_hand: int) -> int:
    windows, reserved, _ = state
    return on_hand - reserved - sum(max(int(book.ceiling), 0) for _, book in windows)


def following(state: State, on_hand: int, limits: Spent, guards: frozenset[Guard]) -> Iterator[tuple[str, State]]:
    windows, reserved, spent = state
    spare = max(free(state, on_hand), 0)
    for place, (shop, book) in enumerate(windows):
        if spare and shop.short:  # in the transaction that freed the piece, before anything else
            yield (
                f"{place}: the short order is served",
                (_put(windows, place, shop._replace(short=shop.short - 1), book), reserved + 1, spent),
            )
            return
    if spare:
        yield "the counter sells 1", (windows, reserved + 1, spent)
    for place, (shop, book) in enumerate(windows):
        for label, shop_after, book_after, change, spent_after in steps(shop, book, spare, spent, limits, guards):
            yield f"{place}: {label}", (_put(windows, place, shop_after, normal(book_after)), reserved + change, spent_after)


def _put(windows, place, shop, book):
    return (*windows[:place], (shop, book), *windows[place + 1 :])


def verdict(state: State, on_hand: int) -> str:
    windows, reserved, _ = state
    sold = reserved + sum(shop.short + shop.unread + shop.seen_paid - shop.gone for shop, _ in windows)
    if sold > on_hand:
        return "oversold"
    return "books do not hold" if free(state, on_hand) < 0 else ""


def search(pair, on_hand=1, *, limits=ONE_OF_EACH, guards=ALL_GUARDS, wanted=("oversold", "books do not hold"), most=2_000_000):
    """Breadth first; (number of states, verdict, the shortest trace to it)."""
    first, second = on_hand - on_hand // 2, on_hand // 2
    start: State = (((Shop(first), new_book(pair[0], first)), (Shop(second), new_book(pair[1], second))), 0, Spent())
    came_from: dict[State, tuple[str, State] | None] = {start: None}
    queue = deque([start])
    while queue and len(came_from) < most:
        state = queue.popleft()
        found = verdict(state, on_hand)
        if found in wanted:
            return len(came_from), found, _trace(came_from, state)
        for label, after in following(state, on_hand, limits, guards):
            if after not in came_from:
                came_from[after] = (label, state)
                queue.append(after)
    return len(came_from), "", []


def _trace(came_from, state):
    labels = []
    while came_from[state] is not None:
        label, state = came_from[state]
        labels.append(label)
    return labels[::-1]


@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
def test_no_order_of_events_oversells_a_divided_piece(pair):
    _states, found, trace = search(pair)

    assert (found, trace) == ("", [])


CALM = Spent(losses=0, cancels=0, starts=0, refusals=0)
NEEDED = [
    (Guard.LOWER_ONLY_TO_ZERO, (EXACT, ZERO), 2, CALM, 15),
    (Guard.LEAVE_THROUGH_A_FENCE, (RELATIVE, EXACT), 1, ONE_OF_EACH, 5),
    (Guard.RAISE_FROM_A_FENCED_ZERO, (EXACT, ZERO), 1, ONE_OF_EACH, 10),
    (Guard.COUNT_WHEN_SENT, (EXACT, EXACT), 1, ONE_OF_EACH, 7),
    (Guard.NEVER_REPEAT_A_DIFFERENCE, (EXACT, RELATIVE), 1, ONE_OF_EACH, 10),
    (Guard.SETTLE_FIRST, (EXACT, RELATIVE), 1, ONE_OF_EACH, 12),
    (Guard.YES_LESS_WHAT_WAS_READ, (EXACT, EXACT), 2, ONE_OF_EACH, 13),
    (Guard.COUNT_RESTOCKS, (EXACT, EXACT), 1, ONE_OF_EACH, 6),
    (Guard.COUNT_SEEN_CANCELLED, (RELATIVE, EXACT), 1, ONE_OF_EACH, 12),
    (Guard.COUNT_UNPAID, (EXACT, ZERO), 1, ONE_OF_EACH, 14),
]


@pytest.mark.parametrize(("guard", "pair", "on_hand", "limits", "shortest"), NEEDED, ids=[row[0].name for row in NEEDED])
def test_each_guard_is_needed(guard, pair, on_hand, limits, shortest):
    _states, found, trace = search(pair, on_hand, limits=limits, guards=ALL_GUARDS - {guard}, wanted=("oversold",))

    assert (found, len(trace)) == ("oversold", shortest)


def test_every_guard_has_its_test():
    assert [row[0] for row in NEEDED] == list(Guard)


def test_the_search_reaches_every_rule():
    """A search that never sees a lost answer, a fence or an unpaid order would prove nothing."""
    seen = set()
    start: State = (((Shop(1), new_book(ZERO, 1)), (Shop(0), new_book(EXACT, 0))), 0, Spent())
    queue, known = deque([start]), {start}
    while queue:
        for label, after in following(queue.popleft(), 1, Spent(1, 1, 1, 1), ALL_GUARDS):
            seen.add(label.removeprefix("0: "))
            if after not in known:
                known.add(after)
                queue.append(after)

    assert {label for label in seen if not label.startswith("1: ")} == EVERY_STEP


EVERY_STEP = {
    "the counter sells 1",
    "a buyer takes 1",
    "an order is started",
    "an unpaid order is paid",
    "an unpaid order expires",
    "an unpaid order is read",
    "an unpaid order that we know is paid",
    "an unpaid order that we know expires",
    "the paid order is read",
    "the expired order is read",
    "unpaid orders are counted again",
    "a sale is read",
    "an order that we know is cancelled, 1 put back",
    "an unread order is cancelled, 1 put back",
    "a cancelled order is read",
    "a cancelled order is read, its piece serves a short one",
    "an order is first seen cancelled",
    "set 0 is sent",
    "set 1 is sent",
    "the shop carries out set 0: yes",
    "the shop carries out set 1: yes",
    "the shop refuses set 0",
    "the shop refuses set 1",
    "the answer is yes",
    "the answer is no",
    "the answer is lost",
    "the lost write lands late",
    "the lost write never lands",
    "the lost write cannot land any more",
    "the fence closes",
}


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
def test_no_order_of_events_oversells_two_divided_pieces(pair):
    _states, found, trace = search(pair, 2)

    assert (found, trace) == ("", [])


@pytest.mark.slow
@pytest.mark.parametrize("pair", [(EXACT, RELATIVE), (RELATIVE, ZERO)], ids="+".join)
def test_nor_with_two_of_every_rare_thing_and_a_refused_write(pair):
    _states, found, trace = search(pair, limits=Spent(losses=2, cancels=2, starts=1, refusals=1))

    assert (found, trace) == ("", [])
