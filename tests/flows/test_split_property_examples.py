"""The shortest orders of events that oversell a divided variant without one of the ten guards: none of them does with all guards on.

They are those of `sketch/stock_model.py`, except the first, where our rules are stricter and need a longer one. Each runs through our jobs,
lanes, importer and counter; a plain number ("zero") is a practice shop's, over HTTP.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from inventory.books import Guard, StockClass
from inventory.models import StockException
from orders.pieces import Line, LineStanding, target_of
from orders.services import stocking
from orders.states import OrderStatus
from tests.clocks import ClockHand
from tests.factories.crm import make_party
from tests.factories.inventory import make_warehouse
from tests.flows.division import Division, add, compare_to, house, set_to
from tests.flows.guards import without
from tests.flows.sides import MemorySide, PracticeSide, Side
from tests.flows.windows import Fault

pytestmark = pytest.mark.slow(seconds=0.5)

EXACT, RELATIVE, ZERO = StockClass.EXACT, StockClass.RELATIVE, StockClass.ZERO


def lowered_to_another_number_than_zero(house: Division, a: Side, b: PracticeSide) -> None:
    """The lowering write erases what was sold before it: the piece is sold once more."""
    house.send(a, compare_to(0))
    house.send(b, set_to(0))
    house.read_all(b)
    house.claim(b, set_to(2))
    house.call(b)
    b.take()
    b.take()
    house.record(b)
    house.send(b, set_to(1))
    b.take()


def freed_by_the_answer_alone(house: Division, a: Side, b: Side) -> None:
    """Sold before the number was lowered, and not read yet."""
    house.send(a, compare_to(0))
    house.claim(b, add(1))
    house.call(b)
    b.take()
    house.record(b)
    house.send(b, add(-1))
    house.sell_by_phone()


def raised_from_another_number_than_a_fenced_zero(house: Division, a: Side, b: Side) -> None:
    """The raise erases a sale that nobody has read."""
    house.send(a, compare_to(0))
    b.take()
    house.claim(b, set_to(2))
    house.call(b)
    b.take()
    b.take()


def counted_when_the_answer_comes(house: Division, a: Side, b: Side) -> None:
    """The counter takes the piece that is on its way to a window."""
    house.send(a, compare_to(0))
    house.claim(a, compare_to(1))
    house.sell_by_phone()
    house.call(a)
    a.take()


def a_difference_sent_twice(house: Division, a: Side, b: Side) -> None:
    house.send(a, compare_to(0))
    house.claim(b, add(1))
    house.call(b, Fault.LOST_AFTER)
    b.take()
    house.record(b)
    house.send(b, add(1))
    b.take()


def a_lost_write_lands_after_a_later_one(house: Division, a: Side, b: Side) -> None:
    house.send(a, add(-1))
    house.read_all(a)
    house.send(a, add(1), Fault.LATE)
    house.claim(a, set_to(0))
    house.call(a)
    a.land_late()
    house.record(a)
    house.wait()
    house.pull(a)
    a.take()
    house.deliver()
    house.sell_by_phone()


def a_yes_is_believed_whatever_was_read_since(house: Division, a: Side, b: Side) -> None:
    """The number compared with was right by chance: one piece put back, one sold."""
    a.take()
    house.pull(a)
    a.put_back("1")
    a.take()
    house.send(b, compare_to(0))
    house.claim(a, compare_to(1))
    house.call(a)
    a.take()
    house.read(a, "1")
    house.record(a)
    house.sell_by_phone()


def a_piece_put_back_is_forgotten(house: Division, a: Side, b: Side) -> None:
    a.take()
    house.pull(a)
    a.put_back("1")
    a.take()
    house.read(a, "1")
    house.sell_by_phone()


def an_order_first_seen_cancelled_is_passed_over(house: Division, a: Side, b: Side) -> None:
    """It was put back after the window was set to 0, and sold again."""
    a.take()
    house.send(a, add(-1), Fault.LOST_AFTER)
    house.settle(a)
    house.claim(a, set_to(0))
    house.call(a)
    a.put_back("1")
    house.read(a, "1")
    house.record(a)
    house.wait()
    house.pull(a)
    a.take()
    house.deliver()
    house.sell_by_phone()


def an_unpaid_order_is_forgotten(house: Division, a: Side, b: PracticeSide) -> None:
    """A window at 0, everything read, can still sell what somebody is paying for."""
    house.send(a, compare_to(0))
    house.claim(b, set_to(1))
    house.call(b)
    b.start()
    house.record(b)
    house.send(b, set_to(0))
    house.read_all(b)
    house.sell_by_phone()
    for order in list(b.orders):
        b.pay(order)


def an_unpaid_order_expires_while_its_window_is_lowered(house: Division, a: Side, b: PracticeSide) -> None:
    """Whether it was paid and put back, nobody can tell: the books count a piece that the shop does not show."""
    b.start()
    house.read_all(b)
    house.send(b, set_to(0))
    for order in list(b.orders):
        b.expire(order)
    house.read_all(b)


def an_unpaid_order_expires_after_its_window_was_raised(house: Division, a: Side, b: PracticeSide) -> None:
    b.start()
    house.read_all(b)
    house.send(b, set_to(0))
    house.read_all(b)
    house.send(b, set_to(1))
    for order in list(b.orders):
        b.expire(order)
    house.read_all(b)


def a_piece_is_put_back_before_its_window_is_lowered(house: Division, a: Side, b: PracticeSide) -> None:
    b.take()
    house.read_all(b)
    for order in list(b.orders):
        b.put_back(order)
    house.send(b, set_to(0))
    house.read_all(b)


EXAMPLES = [
    (Guard.LOWER_ONLY_TO_ZERO, (EXACT, ZERO), 2, lowered_to_another_number_than_zero),
    (Guard.LEAVE_THROUGH_A_FENCE, (EXACT, RELATIVE), 1, freed_by_the_answer_alone),
    (Guard.RAISE_FROM_A_FENCED_ZERO, (EXACT, ZERO), 2, raised_from_another_number_than_a_fenced_zero),
    (Guard.COUNT_WHEN_SENT, (EXACT, EXACT), 1, counted_when_the_answer_comes),
    (Guard.NEVER_REPEAT_A_DIFFERENCE, (EXACT, RELATIVE), 1, a_difference_sent_twice),
    (Guard.SETTLE_FIRST, (RELATIVE, EXACT), 1, a_lost_write_lands_after_a_later_one),
    (Guard.YES_LESS_WHAT_WAS_READ, (EXACT, EXACT), 2, a_yes_is_believed_whatever_was_read_since),
    (Guard.COUNT_RESTOCKS, (EXACT, EXACT), 1, a_piece_put_back_is_forgotten),
    (Guard.COUNT_SEEN_CANCELLED, (RELATIVE, EXACT), 1, an_order_first_seen_cancelled_is_passed_over),
    (Guard.COUNT_UNPAID, (EXACT, ZERO), 1, an_unpaid_order_is_forgotten),
]
IDS = [row[0].name for row in EXAMPLES]
Example = Callable[[Division, Side, Side], None]


@pytest.fixture
def opened(db: None, clock: ClockHand, tmp_path: Path) -> Iterator[Callable[..., object]]:
    """A house whose two sides are of the classes asked for."""
    practice: list[PracticeSide] = []
    shelf, party = make_warehouse(), make_party()

    def side(code: str, stock_class: StockClass) -> Side:
        if stock_class is not ZERO:
            return MemorySide(code, stock_class)
        practice.append(PracticeSide(code, tmp_path))
        return practice[-1]

    def open_house(pair: tuple[StockClass, StockClass], on_hand: int) -> object:
        sides = [side(code, each) for code, each in zip(("left", "right"), pair, strict=True)]
        numbers = (on_hand - on_hand // 2, on_hand // 2)
        return house(sides, numbers, on_hand=on_hand, shelf=shelf, party_id=party.pk, clock=clock)

    yield open_house
    for each in practice:
        each.stop()


def test_every_guard_has_its_example() -> None:
    assert [row[0] for row in EXAMPLES] == list(Guard)


@pytest.mark.parametrize(("guard", "pair", "on_hand", "example"), EXAMPLES, ids=IDS)
def test_without_the_guard_a_piece_is_sold_twice(opened, guard, pair, on_hand, example: Example) -> None:
    with opened(pair, on_hand) as division, without(guard):
        example(division, *division.sides)

        assert division.sold == on_hand + 1


@pytest.mark.parametrize(("guard", "pair", "on_hand", "example"), EXAMPLES, ids=IDS)
def test_with_all_guards_the_same_events_sell_nothing_twice(opened, guard, pair, on_hand, example: Example) -> None:
    with opened(pair, on_hand) as division:
        example(division, *division.sides)

        division.check()


@pytest.mark.slow
@pytest.mark.parametrize(("guard", "pair", "on_hand", "example"), EXAMPLES, ids=IDS)
def test_and_lose_no_order_when_everything_is_read(opened, guard, pair, on_hand, example: Example) -> None:
    with opened(pair, on_hand) as division:
        example(division, *division.sides)

        division.finish()


@pytest.mark.parametrize("is_all_read", [False, True], ids=["one order", "all"])
def test_a_sale_that_is_read_before_the_cancel_that_made_room_for_it_is_no_exception(opened, is_all_read: bool) -> None:
    with opened((EXACT, ZERO), 1) as division:
        a, _b = division.sides
        a.take()
        division.read_all(a)
        a.put_back("1")
        a.take()
        if not is_all_read:
            division.read(a, "2")
            assert [row.cause for row in StockException.objects.all()] == ["staff_order"]
        division.read_all(a)

        assert not StockException.objects.exists()
        division.finish()


HIDDEN = [
    an_unpaid_order_expires_while_its_window_is_lowered,
    an_unpaid_order_expires_after_its_window_was_raised,
    a_piece_is_put_back_before_its_window_is_lowered,
]


@pytest.mark.parametrize("example", HIDDEN, ids=[example.__name__ for example in HIDDEN])
def test_a_piece_that_a_plain_number_was_written_over_is_shown_again(opened, example: Example) -> None:
    with opened((EXACT, ZERO), 4) as division:
        example(division, *division.sides)
        division.check()

        division.finish()
        assert [side.shows() for side in division.sides] == [2, 2]


def a_colleague_cancels_what_a_window_sold(house: Division, a: Side, b: Side) -> None:
    """The shop puts the piece back into its window only when it is told; until that is read the piece is nobody's."""
    a.take()
    house.read_all(a)
    for order in list(a.orders):
        house.cancel_here(a, order)
    house.deliver()
    house.sell_by_phone()
    house.tell_cancels(a)
    a.take()


def freed_at_once(line: Line, *, gives_up: bool) -> LineStanding:
    if line.order.status == OrderStatus.CANCELLED and line.order.is_restocked is None:
        return LineStanding(Decimal(0), line.counted)
    return target_of(line, gives_up=gives_up)


@pytest.mark.parametrize("pair", [(EXACT, EXACT), (ZERO, EXACT)], ids="+".join)
def test_a_cancel_here_that_freed_its_piece_at_once_would_sell_it_twice(opened, pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stocking, "target_of", freed_at_once)
    with opened(pair, 1) as division:
        a_colleague_cancels_what_a_window_sold(division, *division.sides)

        assert division.sold == 2


@pytest.mark.parametrize("pair", [(EXACT, EXACT), (ZERO, EXACT)], ids="+".join)
def test_a_cancel_here_frees_its_piece_once_the_shop_has_put_it_back(opened, pair) -> None:
    with opened(pair, 1) as division:
        a_colleague_cancels_what_a_window_sold(division, *division.sides)

        division.check()
        assert (division.counter, list(division.sides[0].orders.values())) == (0, ["cancelled", "paid"])
        division.finish()
