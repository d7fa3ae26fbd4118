"""A split variant cannot be oversold: buyers, shops, lost and late writes, late reading, a counter and our workers in any order.

The moves are those of `sketch/stock_model.py`; whoever decides what to send, the planner or a random hand, the guards hold. A plain number
("zero") is a practice shop's over HTTP, with its faults on a switch; the other two classes are a small shop of our own.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from inventory.books import StockClass
from tests.clocks import ClockHand
from tests.factories.crm import make_party
from tests.factories.inventory import make_warehouse
from tests.flows.division import Decision, Division, add, compare_to, house, set_to
from tests.flows.sides import PAID, UNPAID, MemorySide, PracticeSide, Side, of_state
from tests.flows.windows import Fault

EXACT, RELATIVE, ZERO = StockClass.EXACT, StockClass.RELATIVE, StockClass.ZERO
FIRST_OR_SECOND = st.integers(0, 1)
FAULTS = st.sampled_from([Fault.NONE, Fault.NONE, Fault.NONE, Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.LATE])
PLACES = st.integers(0, 5)
PIECES = st.integers(0, 4)
WEIGHTS = st.sampled_from([(1, 1), (1, 0), (0, 1), (3, 1), (1, 3)])
Opening = Callable[[tuple[int, int], int], AbstractContextManager[Division]]


class SplitVariant(RuleBasedStateMachine):
    """Each rule is one step; what cannot happen now does nothing. `opened` begins a house, whose sides stand from example to example."""

    def __init__(self, opened: Opening) -> None:
        super().__init__()
        self._opened, self._stack = opened, ExitStack()
        self.house: Division | None = None

    @initialize(on_hand=st.integers(1, 4), first=st.integers(0, 4))
    def open(self, on_hand: int, first: int) -> None:
        first = min(first, on_hand)
        self.house = self._stack.enter_context(self._opened((first, on_hand - first), on_hand))

    def teardown(self) -> None:
        self._stack.close()

    def side(self, which: int) -> Side:
        return self.house.sides[which]

    # in the shops

    @rule(which=FIRST_OR_SECOND)
    def a_buyer_takes_one(self, which: int) -> None:
        self.side(which).take()

    @rule(which=FIRST_OR_SECOND)
    def a_buyer_starts_an_order(self, which: int) -> None:
        if isinstance(side := self.side(which), PracticeSide):
            side.start()

    @precondition(lambda self: any(of_state(side, UNPAID) for side in self.house.sides))
    @rule(which=FIRST_OR_SECOND, is_paid=st.booleans())
    def an_unpaid_order_is_paid_or_expires(self, which: int, is_paid: bool) -> None:
        side = self.side(which)
        for order in of_state(side, UNPAID)[:1]:
            (side.pay if is_paid else side.expire)(order)  # type: ignore[attr-defined]

    @precondition(lambda self: any(of_state(side, PAID) for side in self.house.sides))
    @rule(which=FIRST_OR_SECOND, place=PLACES)
    def the_shop_cancels_an_order_and_puts_it_back(self, which: int, place: int) -> None:
        if orders := of_state(self.side(which), PAID):
            self.side(which).put_back(orders[place % len(orders)])

    @precondition(lambda self: any(side.has_late() for side in self.house.sides))
    @rule(which=FIRST_OR_SECOND)
    def lost_writes_land_late(self, which: int) -> None:
        self.side(which).land_late()

    # what we send

    @rule(which=FIRST_OR_SECOND)
    def a_planned_number_is_taken_up(self, which: int) -> None:
        self.house.claim(self.side(which))

    @rule(which=FIRST_OR_SECOND, number=PIECES, is_down=st.booleans())
    def another_number_is_taken_up(self, which: int, number: int, is_down: bool) -> None:
        self.house.claim(self.side(which), _any_write(self.side(which).stock_class, number, is_down=is_down))

    @precondition(lambda self: self.house.under_way)
    @rule(which=FIRST_OR_SECOND, fault=FAULTS)
    def the_shop_is_called(self, which: int, fault: Fault) -> None:
        self.house.call(self.side(which), fault)

    @precondition(lambda self: self.house.under_way)
    @rule(which=FIRST_OR_SECOND)
    def the_answer_is_recorded(self, which: int) -> None:
        self.house.record(self.side(which))

    @rule(which=FIRST_OR_SECOND, fault=FAULTS)
    def a_lane_does_all_that_is_due(self, which: int, fault: Fault) -> None:
        self.house.turn_lane(self.side(which), fault)

    @rule(which=FIRST_OR_SECOND)
    def the_settle_time_is_over(self, which: int) -> None:
        self.house.settle(self.side(which))

    # what we read and decide

    @rule(which=FIRST_OR_SECOND, is_later=st.booleans())
    def a_shop_is_read(self, which: int, is_later: bool) -> None:
        if is_later:
            self.house.wait()
        self.house.pull(self.side(which))

    @rule(which=FIRST_OR_SECOND)
    def a_shop_is_read_and_told(self, which: int) -> None:
        self.house.read_all(self.side(which))

    @precondition(lambda self: any(side.orders for side in self.house.sides))
    @rule(which=FIRST_OR_SECOND, place=PLACES)
    def one_order_is_read(self, which: int, place: int) -> None:
        if orders := list(self.side(which).orders):
            self.house.read(self.side(which), orders[place % len(orders)])

    @rule()
    def the_news_is_delivered(self) -> None:
        self.house.deliver()

    @rule()
    def the_sweeps_run(self) -> None:
        self.house.sweep_inbox()
        self.house.sweep()

    @rule()
    def the_counter_sells_one(self) -> None:
        self.house.sell_by_phone()

    @rule(weights=WEIGHTS)
    def another_division_is_wanted(self, weights: tuple[int, int]) -> None:
        self.house.favour(*weights)

    @invariant()
    def nothing_is_oversold_and_the_books_hold(self) -> None:
        if self.house is not None:
            self.house.check()


class SplitVariantToTheEnd(SplitVariant):
    """In the end everything is read: no order is lost, nothing waits, the shops show what the books say."""

    def teardown(self) -> None:
        try:
            if self.house is not None and sys.exc_info()[0] is None:
                self.house.finish()
        finally:
            super().teardown()


class SplitVariantCancelledHere(SplitVariantToTheEnd):
    """Colleagues cancel orders of a shop, which hears of it later, or whose answer is lost: their pieces are nobody's until it is read."""

    @precondition(lambda self: any(of_state(side, PAID) for side in self.house.sides))
    @rule(which=FIRST_OR_SECOND, place=PLACES)
    def a_colleague_cancels_an_order(self, which: int, place: int) -> None:
        if orders := of_state(self.side(which), PAID):
            self.house.cancel_here(self.side(which), orders[place % len(orders)])

    @rule(which=FIRST_OR_SECOND, is_answer_lost=st.booleans())
    def the_shop_is_told_of_cancels(self, which: int, is_answer_lost: bool) -> None:
        self.house.tell_cancels(self.side(which), is_answer_lost=is_answer_lost)


def _any_write(stock_class: StockClass, number: int, *, is_down: bool) -> Decision:
    if stock_class is EXACT:
        return compare_to(number)
    if stock_class is RELATIVE and number:
        return add(-number if is_down else number)
    return set_to(0 if is_down else number)


class Street:
    """Shops that stay open through all examples of a test, and the merchant's house on it."""

    def __init__(self, clock: ClockHand, folder: Path) -> None:
        self._clock, self._folder = clock, folder
        self._practice: list[PracticeSide] = []

    def opening(self, pair: Sequence[StockClass]) -> Opening:
        sides = [self._side(code, each) for code, each in zip(("left", "right"), pair, strict=True)]
        shelf, party = make_warehouse(), make_party()
        return lambda numbers, on_hand: house(sides, numbers, on_hand=on_hand, shelf=shelf, party_id=party.pk, clock=self._clock)

    def _side(self, code: str, stock_class: StockClass) -> Side:
        if stock_class is not ZERO:
            return MemorySide(code, stock_class)
        self._practice.append(PracticeSide(code, self._folder))
        return self._practice[-1]

    def close(self) -> None:
        for each in self._practice:
            each.stop()


@pytest.fixture
def street(db: None, clock: ClockHand, tmp_path: Path) -> Iterator[Street]:
    street = Street(clock, tmp_path)
    yield street
    street.close()


def live(machine: type[SplitVariant], street: Street, pair: Sequence[StockClass], *, lives: int, steps: int) -> None:
    rules = settings(
        max_examples=lives,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    run_state_machine_as_test(partial(machine, street.opening(pair)), settings=rules)


@pytest.mark.slow
@pytest.mark.parametrize(("pair", "lives"), [((EXACT, RELATIVE), 4), ((ZERO, ZERO), 3)], ids=["exact+relative", "zero+zero"])
def test_a_split_variant_is_never_oversold(street: Street, pair: tuple[StockClass, StockClass], lives: int) -> None:
    live(SplitVariantToTheEnd, street, pair, lives=lives, steps=25)


MANY = [
    ((ZERO, ZERO), 15),
    ((EXACT, ZERO), 12),
    ((RELATIVE, ZERO), 12),
    ((EXACT, RELATIVE), 20),
    ((EXACT, EXACT), 10),
    ((RELATIVE, RELATIVE), 10),
]


@pytest.mark.slow
@pytest.mark.parametrize(("pair", "lives"), MANY, ids=["+".join(pair) for pair, _ in MANY])
def test_a_split_variant_is_never_oversold_in_many_lives(street: Street, pair: tuple[StockClass, StockClass], lives: int) -> None:
    live(SplitVariantToTheEnd, street, pair, lives=lives, steps=40)


FEW = [((ZERO, ZERO), 4), ((EXACT, ZERO), 4), ((EXACT, RELATIVE), 8)]


@pytest.mark.slow
@pytest.mark.parametrize(("pair", "lives"), FEW, ids=["+".join(pair) for pair, _ in FEW])
def test_nor_while_colleagues_cancel_orders_that_a_window_sold(street: Street, pair: tuple[StockClass, StockClass], lives: int) -> None:
    live(SplitVariantCancelledHere, street, pair, lives=lives, steps=40)
