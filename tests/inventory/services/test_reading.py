"""What is read in a shop beside sales, and what the promise of a division excepts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from erp.core import clock
from inventory.models import Allotment, Reservation, StockException, StockLevel, WindowPolicy
from inventory.services import allotting
from inventory.services.booking import report_exception
from inventory.services.leaving import ship
from inventory.services.reading import (
    doubt_numbers,
    read_hand_edit,
    read_restocks_of_gone,
    read_seen_cancelled,
    read_unpaid,
)
from inventory.services.reserving import Release, release_lines, reserve
from tests.factories.inventory import claim, make_variant, make_warehouse, make_window, put


@pytest.fixture
def vase(db):
    vase = make_variant("VASE")
    put(vase, make_warehouse(), 4, is_split=True)
    WindowPolicy.objects.create(variant=vase, mode="split")
    return vase


@pytest.fixture
def left(vase):
    return make_window(vase, "left", 4)


def exceptions():
    return list(StockException.objects.filter(closed_at=None).order_by("pk").values_list("cause", "quantity"))


def test_an_order_first_seen_cancelled_is_a_sale_and_a_restock(left):
    Allotment.objects.update(is_clean=True)

    read_seen_cancelled({left.window: Decimal(2)})

    left.refresh_from_db()
    assert (left.ceiling, left.sold_read, left.restocked_read, left.is_clean) == (4, 2, 2, False)


def test_a_number_edited_by_hand_is_excepted_and_set_anew(left):
    read_hand_edit(left.window, Decimal(9))

    left.refresh_from_db()
    assert (left.ceiling, left.standing, left.shown) == (9, "unknown", None)
    assert exceptions() == [("hand_edited", 5)]
    assert [each.write.value for each in allotting.begin_next([left.window])] == [0]


def test_a_number_lowered_by_hand_excepts_nothing(left):
    read_hand_edit(left.window, Decimal(1))

    assert (Allotment.objects.get().ceiling, exceptions()) == (4, [])


def test_a_piece_put_back_in_the_shop_after_it_left_is_excepted(left):
    reserve([claim(left.variant, 1, window=left.window)])
    ship("ord_1", by=None)

    read_restocks_of_gone({left.window: Decimal(1)}, reference="ord_1")

    left.refresh_from_db()
    assert (left.ceiling, StockLevel.objects.get().on_hand) == (4, 3)
    assert exceptions() == [("restock_after_pick", 1)]


def test_a_restock_that_orders_claim_and_give_back_is_excepted_too(left):
    """Orders claim what is gone from what is free, and release it to the window."""
    reserve([claim(left.variant, 4, window=left.window)])
    ship("ord_1", by=None)
    reserve([replace(claim(left.variant, 1, window=left.window), is_sale=False)])

    release_lines([Release("ord_1", to_window=True, line="1", units=Decimal(1))])

    left.refresh_from_db()
    assert left.ceiling == 1
    assert exceptions() == [("restock_after_pick", 1)]


def test_unpaid_units_are_kept_with_their_window(left):
    read_unpaid({left.window: Decimal(2)})

    assert list(Allotment.objects.filter(held__gt=0).values_list("window", "held")) == [(left.window, 2)]


@pytest.mark.parametrize(("mode", "sent"), [("share", 4), ("split", 0)])
def test_a_number_that_is_doubted_is_set_anew_whatever_it_shows(left, mode, sent):
    WindowPolicy.objects.update(mode=mode)
    doubt_numbers([left.window, "somebody else's"])

    assert (Allotment.objects.get().ceiling, Allotment.objects.get().shown, exceptions()) == (4, None, [])
    assert [each.write.value for each in allotting.begin_next([left.window])] == [sent]


def test_what_a_window_sells_above_its_ceiling_and_nobody_has_is_excepted_with_its_order(vase, left):
    """A buyer cannot: the shop's own staff made the order, or it was paid after the shop had let it expire."""
    reserve([claim(vase, 3, window=left.window, reference="ord_1")])
    assert StockException.objects.count() == 0

    reserve([claim(vase, 3, window=left.window, reference="ord_2")])

    row = StockException.objects.get()
    assert (row.cause, row.quantity, row.window, row.reference) == ("staff_order", 2, left.window, "ord_2")
    assert list(Reservation.objects.filter(reference="ord_2").order_by("state").values_list("state", "quantity")) == [
        ("reserved", 1),
        ("short", 2),
    ]


@pytest.mark.parametrize(("hours", "left_over"), [(-1, []), (1, [("staff_order", 3)])], ids=["before it was read", "later"])
def test_a_restock_that_made_room_for_the_sale_withdraws_its_exception(vase, left, hours, left_over):
    reserve([claim(vase, 4, window=left.window, reference="ord_1")])
    reserve([claim(vase, 3, window=left.window, reference="ord_2")])
    at = clock.now() + timedelta(hours=hours)

    release_lines([Release("ord_1", to_window=True, restocked_at=at)])

    assert exceptions() == left_over


def test_a_restock_that_serves_only_a_part_of_the_sale_leaves_its_exception(vase, left):
    reserve([claim(vase, 1, window=left.window, reference="ord_1"), claim(vase, 3, window=left.window, reference="ord_3")])
    reserve([claim(vase, 3, window=left.window, reference="ord_2")])

    release_lines([Release("ord_1", to_window=True, restocked_at=clock.now() - timedelta(hours=1))])

    assert exceptions() == [("staff_order", 3)]


def test_what_others_notice_is_recorded_with_its_cause(left):
    report_exception(left.variant_id, "staff_order", Decimal(1), window=left.window, reference="ord_7")

    row = StockException.objects.get()
    assert (row.cause, row.window, row.reference, row.closed_at) == ("staff_order", left.window, "ord_7", None)


def test_a_reading_of_no_window_of_ours_changes_nothing(left):
    read_hand_edit("nobody's", Decimal(9))
    read_seen_cancelled({})

    assert Allotment.objects.get().ceiling == 4
    assert Reservation.objects.count() == 0
