"""Many processes want the same last pieces at one moment: first how they are sold twice without the lock, then that the lock stops it."""

import multiprocessing
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction
from django.db.models import Sum

from inventory.models import Allotment, Reservation, StockLevel, WindowPolicy
from inventory.services import allotting
from inventory.services.ledger import check_ledger
from inventory.services.moving import adjust
from inventory.services.reserving import release, reserve
from tests.concurrency.processes import PATIENCE_SECONDS, together
from tests.factories.inventory import claim, make_kit, make_variant, make_warehouse, make_window, put

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def catania():
    return make_warehouse("CT")


@pytest.fixture
def mug(catania):
    mug = make_variant("MUG")
    put(mug, catania, 20)
    return mug


def read_check_write(variant_id, looked) -> bool:
    """What a shop without row locks does with the last piece."""
    with transaction.atomic():
        level = StockLevel.objects.get(variant_id=variant_id)
        is_there = level.on_hand - level.reserved >= 1
        looked.wait(PATIENCE_SECONDS)
        if is_there:
            level.reserved += 1
            level.save(update_fields=["reserved"])
    return is_there


def sell_all(claims) -> tuple[int, int, float]:
    """Sell until nothing is left: pieces reserved and short, and the seconds of work of this process (`make bench` has the wall's)."""
    began, reserved, short = time.process_time(), 0, 0
    for each in claims:
        (allocation,) = reserve([each])
        reserved, short = reserved + (not allocation.is_short), short + allocation.is_short
        if short:
            break
    return reserved, short, time.process_time() - began


def test_pain_18_without_the_lock_the_last_piece_is_sold_twice(mug):
    StockLevel.objects.update(reserved=19)
    looked = multiprocessing.get_context("fork").Barrier(2)

    sold = together([partial(read_check_write, mug.pk, looked)] * 2)

    assert sold == [True, True]
    assert StockLevel.objects.get().reserved == 20


def test_pain_18_eight_processes_sell_the_last_twenty_pieces_once(mug):
    claims = [[claim(mug, 1, reference=f"ord_{process}_{n}") for n in range(21)] for process in range(8)]

    answers = together([partial(sell_all, each) for each in claims])

    assert [type(answer) for answer in answers] == [tuple] * 8
    assert (sum(a[0] for a in answers), sum(a[1] for a in answers)) == (20, 8)
    assert (StockLevel.objects.get().reserved, Reservation.objects.filter(state="reserved").aggregate(n=Sum("quantity"))["n"]) == (20, 20)
    assert max(answer[2] for answer in answers) <= 2
    assert check_ledger() == []


def test_orders_that_name_the_same_pieces_in_opposite_order_do_not_wait_for_each_other_for_ever(catania, mug):
    plate = make_variant("PLATE")
    put(plate, catania, 1000)
    kit = make_kit("SET", {mug: 1, plate: 1})
    there = [claim(mug, 1, line="1"), claim(plate, 1, line="2"), claim(kit, 1, line="3")]

    def lines(process):
        for n in range(10):
            lines = there if process % 2 else there[::-1]
            reserve([type(each)(f"ord_{process}_{n}", each.line, each.variant_id, each.quantity, None, each.components) for each in lines])
        return "done"

    assert together([partial(lines, process) for process in range(4)]) == ["done"] * 4
    assert check_ledger() == []


def shop(variant, window, name) -> str:
    """Sells eight units, and puts every third back."""
    for n in range(8):
        reserve([claim(variant, 1, reference=f"{name}_{n}", window=window)])
        if n % 3 == 0:
            release(f"{name}_{n}", to_window=True)
    return "done"


def publisher(windows) -> str:
    """Sends what may be sent; every second answer is lost."""
    for n in range(12):
        sent = [each.window for each in allotting.begin_next(windows)]
        allotting.record_answers(sent[::2], at=NOW + timedelta(seconds=n))
        allotting.record_lost(sent[1::2], settles_at=NOW)
        allotting.settle(now=NOW)
        for source in ("left", "right", "third"):
            allotting.close_fences(source, pull_started_at=NOW + timedelta(seconds=n + 1), read_lag=timedelta(0))
    return "done"


def counter(variant) -> str:
    for n in range(8):
        reserve([claim(variant, 1, reference=f"counter_{n}")])
    return "done"


def loss(variant, warehouse) -> str:
    adjust(variant.pk, warehouse_id=warehouse.pk, difference=Decimal(-1), reason="broken", by=None, cause="damage")
    return "done"


def test_windows_a_counter_and_a_loss_at_once_keep_the_books_of_a_division(catania, mug):
    WindowPolicy.objects.create(variant=mug, mode="split")
    kit = make_kit("PAIR", {mug: 2})
    left, right = make_window(mug, "left", 6), make_window(mug, "right", 6, stock_class="exact")
    third = make_window(kit, "third", 2, stock_class="relative")
    assert allotting.mark_split_if_books_hold([mug.pk]) == {mug.pk}
    calls = [
        partial(shop, mug, left.window, "left"),
        partial(shop, mug, right.window, "right"),
        partial(shop, kit, third.window, "third"),
        partial(publisher, [left.window, right.window, third.window]),
        partial(counter, mug),
        partial(loss, mug, catania),
    ]

    assert together(calls) == ["done"] * 6

    assert check_ledger() == []
    assert Allotment.objects.filter(sold_read__lt=8).count() == 0
