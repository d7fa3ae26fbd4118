"""What windows show, and how units are divided: whole units, the minimum of a kit, slices that are left alone as long as they are good."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.availability import Policy, Quantities, kit_units, wants_split, whole_units
from inventory.books import Book, Fence, FenceKind, Standing, StockClass, Write, WriteKind
from inventory.dividing import Slice, divide, fair_slices, next_write, waits_for

D = Decimal
MUG, LID = 1, 2
ALONE = ((MUG, D(1)),)


def test_available_and_what_windows_may_show():
    found = Quantities(on_hand=D(9), reserved=D(2), safety=D(3), short=D(1))

    assert (found.available, found.for_windows, found.to_divide) == (7, 4, 3)
    assert Quantities(on_hand=D(1), safety=D(3)).to_divide == 0


@pytest.mark.parametrize(("quantity", "units"), [("2.999", 2), ("0", 0), ("-1", 0), ("-0.5", 0), ("3", 3)])
def test_windows_show_whole_units_and_nothing_below_none(quantity, units):
    assert whole_units(D(quantity)) == units


def test_pain_19_a_kit_is_the_minimum_of_its_components():
    parts = ((MUG, D(2)), (LID, D(1)))

    assert kit_units(parts, {MUG: D(7), LID: D(9)}) == 3
    assert kit_units(parts, {MUG: D(7)}) == 0
    assert kit_units((), {}) == 0


@pytest.mark.parametrize(
    ("mode", "units", "is_split", "wanted"),
    [
        ("share", 1, True, False),
        ("split", 100, False, True),
        ("auto", 5, False, True),
        ("auto", 6, False, False),
        ("auto", 7, True, True),
        ("auto", 8, True, False),
    ],
)
def test_auto_divides_at_the_threshold_and_shares_above_the_margin(mode, units, is_split, wanted):
    assert wants_split(Policy(mode, 5, 2), D(units), is_split=is_split) is wanted


def slices(*units, weights=None, is_cheap=False):
    weights = weights or [1] * len(units)
    return [Slice(str(n), ALONE, D(each), weight, is_cheap) for n, (each, weight) in enumerate(zip(units, weights, strict=True))]


@pytest.mark.parametrize(
    ("pool", "units", "wanted"),
    [
        (4, (0, 0), [2, 2]),
        (1, (0, 1), [0, 1]),
        (3, (0, 3), [1, 2]),
        (4, (1, 3), [1, 3]),
        (2, (4, 4), [1, 1]),
        (0, (1, 0), [0, 0]),
        (10, (2, 2), [5, 5]),
        (10, (3, 3), [3, 3]),
    ],
)
def test_a_division_is_left_alone_as_long_as_it_is_good_enough(pool, units, wanted):
    assert list(divide({MUG: D(pool)}, slices(*units)).values()) == wanted


def test_windows_that_cost_nothing_to_raise_get_all_that_is_free():
    assert list(divide({MUG: D(10)}, slices(3, 3, is_cheap=True)).values()) == [5, 5]


def test_weights_and_a_window_without_one():
    assert list(divide({MUG: D(9)}, slices(0, 0, 4, weights=[2, 1, 0])).values()) == [6, 3, 0]


def test_a_kit_takes_no_more_than_its_other_parts_allow():
    both = [Slice("kit", ((MUG, D(2)),), D(0), most=1), Slice("alone", ALONE, D(0))]

    assert divide({MUG: D(9)}, both) == {"kit": 1, "alone": 7}


def test_thousands_of_units_are_divided_fairly_and_fast():
    found = fair_slices({MUG: D(100_001)}, slices(0, 0, 0))

    assert sum(found.values()) == 100_001
    assert max(found.values()) - min(found.values()) <= 101


amounts = st.integers(0, 12)


@given(pool=amounts, units=st.lists(amounts, min_size=1, max_size=4), kit_weight=st.integers(0, 2), is_cheap=st.booleans())
def test_what_is_wanted_is_never_more_than_there_is(pool, units, kit_weight, is_cheap):
    every = [*slices(*units, is_cheap=is_cheap), Slice("kit", ((MUG, D(2)),), D(1), kit_weight)]

    wanted = divide({MUG: D(pool)}, every)

    assert sum(wanted[str(n)] for n in range(len(units))) + 2 * wanted["kit"] <= pool
    assert min(wanted.values()) >= 0


@given(pool=amounts, units=st.lists(amounts, min_size=2, max_size=4))
def test_a_division_that_was_reached_is_not_changed_again(pool, units):
    once = divide({MUG: D(pool)}, slices(*units))

    assert divide({MUG: D(pool)}, slices(*once.values())) == once


def book(stock_class, ceiling, **fields):
    return Book(StockClass(stock_class), D(ceiling), **{"standing": Standing.CERTAIN, **fields})


@pytest.mark.parametrize(
    ("of", "wanted", "free", "write"),
    [
        (book("zero", 4), 2, 0, Write(WriteKind.SET, D(0))),
        (book("zero", 2, shown=D(2)), 2, 0, None),
        (book("zero", 3, shown=D(2), held=D(1)), 3, 0, None),
        (book("zero", 3, shown=D(2)), 3, 0, Write(WriteKind.SET, D(0))),
        (book("zero", 2), 2, 0, Write(WriteKind.SET, D(0))),
        (book("zero", 0, is_clean=True), 2, 1, Write(WriteKind.SET, D(1))),
        (book("zero", 1, is_clean=True, held=D(1)), 3, 5, Write(WriteKind.SET, D(2))),
        (book("zero", 0, is_clean=True), 2, 0, None),
        (book("exact", 4, known=D(4)), 2, 0, Write(WriteKind.CAS, D(2), D(4))),
        (book("exact", 1, known=D(1)), 3, 1, Write(WriteKind.CAS, D(2), D(1))),
        (book("exact", -1, known=D(-1)), 3, 9, None),
        (book("exact", 1), 3, 9, Write(WriteKind.SET, D(0))),
        (book("relative", 4), 2, 0, Write(WriteKind.ADD, D(-2))),
        (book("relative", -1), 1, 1, Write(WriteKind.ADD, D(2))),
        (book("relative", -1), 0, 1, None),
        (book("relative", 4, standing=Standing.UNKNOWN), 2, 0, Write(WriteKind.SET, D(0))),
        (book("relative", 4, standing=Standing.LANDING), 2, 0, None),
        (book("zero", 4, fence=Fence(FenceKind.NUMBER, D(0))), 2, 0, None),
    ],
)
def test_the_next_write_of_a_divided_window(of, wanted, free, write):
    assert next_write(of, wanted, D(free), is_split=True) == write


@pytest.mark.parametrize(
    ("of", "wanted", "write"),
    [
        (book("zero", 4, shown=D(4)), 4, None),
        (book("zero", 9, shown=D(5)), 4, Write(WriteKind.SET, D(4))),
        (book("best_effort", 9, shown=None), 4, Write(WriteKind.SET, D(4))),
        (book("exact", 5, known=D(5), shown=D(5)), 4, Write(WriteKind.CAS, D(4), D(5))),
        (book("exact", 5, shown=D(5)), 4, Write(WriteKind.SET, D(4))),
        (book("relative", 5, shown=D(5)), 4, Write(WriteKind.ADD, D(-1))),
        (book("relative", 5, shown=D(3), fence=Fence(FenceKind.DIFFERENCE, D(2))), 4, Write(WriteKind.ADD, D(1))),
        (book("relative", 5, shown=D(5), standing=Standing.UNKNOWN), 4, Write(WriteKind.SET, D(4))),
    ],
)
def test_the_next_write_of_a_shared_window(of, wanted, write):
    assert next_write(of, wanted, D(0), is_split=False) == write


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (book("zero", 1), ""),
        (book("zero", 1, write=Write(WriteKind.SET, D(0))), "answer"),
        (book("zero", 1, standing=Standing.LANDING), "settle"),
        (book("zero", 1, fence=Fence(FenceKind.NUMBER, D(0))), "fence"),
    ],
)
def test_why_nothing_can_be_sent(of, reason):
    assert waits_for(of) == reason
