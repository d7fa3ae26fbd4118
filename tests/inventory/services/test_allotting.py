"""Numbers on their way: a raise counts when it is sent, units leave through a fence, and the books of a division always hold."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from inventory.books import Write, WriteKind
from inventory.models import Allotment, Reservation, StockLevel, WindowPolicy
from inventory.services import allotting
from inventory.services.opening import NewWindow, close_windows, open_windows
from inventory.services.reading import read_unpaid
from inventory.services.reserving import release, reserve
from inventory.windows import window_key
from tests.factories.inventory import claim, make_kit, make_variant, make_warehouse, make_window, put

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LAG = timedelta(seconds=2)
LATER = NOW + timedelta(seconds=3)


def sent(writes):
    return [(each.window.split("|")[0], each.write.kind.value, each.write.value) for each in writes]


def begin(*windows):
    return sent(allotting.begin_next([each.window for each in windows]))


def answer(*windows):
    allotting.record_answers([each.window for each in windows], at=NOW)


def pull(source):
    return allotting.close_fences(source, pull_started_at=LATER, read_lag=LAG)


def ceilings():
    return dict(Allotment.objects.order_by("pk").values_list("source", "ceiling"))


def is_split(variant):
    return StockLevel.objects.get(variant=variant).is_split


@pytest.fixture
def catania(db):
    return make_warehouse()


@pytest.fixture
def vase(catania):
    """Four pieces, and the policy to divide them."""
    vase = make_variant("VASE")
    put(vase, catania, 4)
    WindowPolicy.objects.create(variant=vase, mode="split")
    return vase


@pytest.fixture
def two_shops(vase):
    return make_window(vase, "left", 4), make_window(vase, "right", 4)


def test_a_plain_window_goes_to_its_slice_through_a_fenced_zero(vase, two_shops):
    left, right = two_shops

    assert begin(left, right) == [("left", "set", 0), ("right", "set", 0)]
    answer(left, right)
    assert begin(left, right) == []
    assert (pull("left"), pull("right")) == ([left.window], [right.window])
    assert ceilings() == {"left": 0, "right": 0}
    assert is_split(vase)

    assert begin(left, right) == [("left", "set", 2), ("right", "set", 2)]
    assert ceilings() == {"left": 2, "right": 2}
    answer(left, right)
    assert [target.write for target in allotting.plan([vase.pk])] == [None, None]


def test_a_pull_that_began_too_early_closes_no_fence(vase, two_shops):
    left, _right = two_shops
    begin(left)
    answer(left)

    assert allotting.close_fences("left", pull_started_at=NOW + LAG - timedelta(milliseconds=1), read_lag=LAG) == []
    assert allotting.close_fences("left", pull_started_at=LATER, read_lag=LAG, except_windows=[left.window]) == []
    assert allotting.close_fences("left", pull_started_at=NOW + LAG, read_lag=LAG) == [left.window]


def test_books_that_do_not_hold_are_not_a_division(vase, two_shops):
    assert allotting.mark_split_if_books_hold([vase.pk]) == set()
    assert not is_split(vase)


def test_a_raise_counts_although_its_answer_is_lost(vase, catania):
    StockLevel.objects.update(is_split=True)
    left = make_window(vase, "left", 0, is_clean=True)
    assert begin(left) == [("left", "set", 4)]

    allotting.record_lost([left.window], settles_at=LATER)

    assert ceilings() == {"left": 4}
    assert [each.is_short for each in reserve([claim(vase, 1)])] == [True]
    assert begin(left) == []
    assert allotting.settle(now=NOW) == []
    assert allotting.settle(now=LATER) == [left.window]
    assert begin(left) == [("left", "set", 0)]


def test_a_refused_raise_is_taken_back(vase):
    StockLevel.objects.update(is_split=True)
    left = make_window(vase, "left", 0, is_clean=True)
    begin(left)

    allotting.record_refused([left.window])

    assert ceilings() == {"left": 0}


def test_an_exact_window_moves_without_a_fence(vase):
    left, right = (make_window(vase, source, 2, stock_class="exact") for source in ("left", "right"))
    allotting.mark_split_if_books_hold([vase.pk])
    reserve([claim(vase, 2, window=left.window)])

    assert begin(left, right) == [("right", "cas", 1)]
    assert allotting.begin_next([left.window]) == []
    answer(right)
    assert begin(left) == [("left", "cas", 1)]
    assert Allotment.objects.get(pk=left.pk).write_expected == 0
    assert ceilings() == {"left": 1, "right": 1}


def test_a_relative_window_is_lowered_through_a_fence_and_raised_at_once(vase):
    left, right = (make_window(vase, source, units, stock_class="relative") for source, units in (("left", 4), ("right", 0)))
    allotting.mark_split_if_books_hold([vase.pk])

    assert begin(left, right) == [("left", "add", -2)]
    answer(left)
    assert (ceilings(), begin(right)) == ({"left": 4, "right": 0}, [])
    pull("left")
    assert begin(right) == [("right", "add", 2)]
    assert ceilings() == {"left": 2, "right": 2}


def test_units_that_leave_a_window_serve_short_orders_first(vase):
    left = make_window(vase, "left", 4, stock_class="relative")
    allotting.mark_split_if_books_hold([vase.pk])
    reserve([claim(vase, 1)])
    assert Reservation.objects.get().state == "short"

    assert begin(left) == [("left", "add", -1)]
    answer(left)
    pull("left")

    assert Reservation.objects.get().state == "reserved"
    assert ceilings() == {"left": 3}


def test_unpaid_orders_stay_inside_a_fenced_zero_until_they_expire(vase, two_shops):
    left, _right = two_shops
    read_unpaid({left.window: Decimal(1)})
    begin(left)
    answer(left)
    pull("left")
    assert ceilings()["left"] == 1

    read_unpaid({left.window: Decimal(0)})
    pull("left")

    assert ceilings()["left"] == 0


def test_what_a_shared_window_shows_is_written_as_a_plain_number(vase):
    WindowPolicy.objects.update(mode="share")
    left = make_window(vase, "left", 4)
    reserve([claim(vase, 1)])

    assert begin(left) == [("left", "set", 3)]
    answer(left)
    reserve([claim(vase, 1, reference="ord_2")])
    assert begin(left) == [("left", "set", 2)]
    answer(left)
    assert ceilings() == {"left": 9}
    pull("left")
    assert ceilings() == {"left": 2}


def test_the_window_that_sold_needs_no_write(vase):
    WindowPolicy.objects.update(mode="share")
    left, right = make_window(vase, "left", 4), make_window(vase, "right", 4)

    reserve([claim(vase, 1, window=left.window)])

    assert begin(left, right) == [("right", "set", 3)]


def test_safety_stock_is_shown_by_nobody(vase):
    WindowPolicy.objects.update(mode="share")
    StockLevel.objects.update(safety_stock=3)
    left = make_window(vase, "left", 4)

    assert begin(left) == [("left", "set", 1)]


def test_auto_divides_at_the_threshold_and_shares_again_above_the_margin(vase, catania):
    WindowPolicy.objects.update(mode="auto", auto_threshold=4, margin=1)
    make_window(vase, "left", 4)
    assert allotting.mark_split_if_books_hold([vase.pk]) == {vase.pk}

    StockLevel.objects.update(on_hand=5)
    assert allotting.mark_split_if_books_hold([vase.pk]) == {vase.pk}
    StockLevel.objects.update(on_hand=6)
    assert allotting.mark_split_if_books_hold([vase.pk]) == set()


def test_one_window_that_cannot_be_guaranteed_keeps_all_shared(vase):
    make_window(vase, "left", 4, can_split=False)

    assert [target.is_split for target in allotting.plan([vase.pk])] == [False]


def test_pain_19_a_kit_and_its_component_hold_units_of_their_own(vase):
    kit = make_kit("PAIR", {vase: 2})
    box, single = make_window(kit, "left", 0, is_clean=True), make_window(vase, "right", 0, is_clean=True)
    allotting.mark_split_if_books_hold([vase.pk])

    assert begin(box, single) == [("left", "set", 1), ("right", "set", 2)]
    assert [each.is_short for each in reserve([claim(vase, 1)])] == [True]


def test_pain_19_a_kit_shows_what_its_components_make(vase):
    WindowPolicy.objects.update(mode="share")
    kit = make_kit("PAIR", {vase: 2})
    WindowPolicy.objects.create(variant=kit, mode="share")
    box = make_window(kit, "left", 2)

    reserve([claim(vase, 1)])

    assert begin(box) == [("left", "set", 1)]


def test_a_new_window_is_no_proof_before_it_is_fenced(vase):
    make_window(vase, "left", 4)
    allotting.mark_split_if_books_hold([vase.pk])
    key = window_key("right", "7")

    open_windows([NewWindow(key, "right", vase.pk, "zero", seen=Decimal(9))])

    assert not is_split(vase)
    assert ceilings() == {"left": 4, "right": 9}
    assert sent(allotting.begin_next([key])) == [("right", "set", 0)]
    allotting.record_answers([key], at=NOW)
    pull("right")
    assert is_split(vase)


def test_opening_a_window_twice_is_opening_it_once(vase):
    key = window_key("right", "7")
    for _ in range(2):
        open_windows([NewWindow(key, "right", vase.pk, "zero", seen=Decimal(9))])

    assert ceilings() == {"right": 9}


def test_a_closing_window_is_brought_to_zero_and_forgotten(vase):
    left = make_window(vase, "left", 4)
    allotting.mark_split_if_books_hold([vase.pk])

    close_windows([left.window])

    assert begin(left) == [("left", "set", 0)]
    answer(left)
    pull("left")
    assert ceilings() == {}


def test_a_window_whose_listing_is_gone_frees_its_units_at_once(vase):
    left = make_window(vase, "left", 4)
    allotting.mark_split_if_books_hold([vase.pk])
    reserve([claim(vase, 1)])

    close_windows([left.window], is_gone=True)

    assert ceilings() == {}
    assert Reservation.objects.get().state == "reserved"


def test_a_restock_makes_a_fenced_zero_unclean(vase, two_shops):
    left, _right = two_shops
    reserve([claim(vase, 1, window=left.window)])
    begin(left)
    answer(left)
    release("ord_1", to_window=True)
    pull("left")

    row = Allotment.objects.get(pk=left.pk)
    assert (row.ceiling, row.is_clean) == (1, False)


def test_the_write_is_exactly_what_the_books_count(vase):
    StockLevel.objects.update(is_split=True)
    left = make_window(vase, "left", 0, is_clean=True)

    (write,) = allotting.begin_next([left.window])

    assert (write.wanted, write.write, write.is_split) == (4, Write(WriteKind.SET, Decimal(4)), True)
