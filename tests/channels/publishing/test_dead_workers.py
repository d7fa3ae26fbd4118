"""A worker dies with numbers under way: nobody knows whether they arrived, so they are waited for, set to 0, fenced and raised again."""

from datetime import timedelta
from decimal import Decimal

import pytest

from channels.models import Answer, Job, StockWrite
from channels.services.connections import connect
from channels.services.importing.pulling import pull_orders
from channels.services.jobs import claim_job
from channels.services.publishing.fencing import sweep_stock
from channels.services.publishing.requesting import lane_of
from channels.services.publishing.sending import LEASE, call_shop, claim_batch, publish_lane
from erp.core.clock import real_now
from inventory.books import Standing
from inventory.models import Allotment, StockLevel
from inventory.services.ledger import check_ledger
from inventory.services.moving import adjust

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]
LANE = lane_of("")
LONG_AGO = timedelta(hours=1)


@pytest.fixture
def turn(account, clock, deliver):
    """Read, hear, sweep, send: one turn of all wheels, past the read lag."""

    def turn_once() -> None:
        clock.advance(3)
        pull_orders(account.pk)
        deliver()
        sweep_stock()
        publish_lane(account.pk, LANE)
        deliver()

    return turn_once


@pytest.fixture
def mug(split, sell_in_shop, turn):
    """Ten pieces, all in the only window."""
    listing = sell_in_shop("mug")
    for _ in range(3):
        turn()
    return listing


def die(account, shop, shelf, deliver, mug, *, is_called: bool) -> None:
    """Two more pieces are found; the worker takes the number up, calls the shop or not, and is gone."""
    adjust(mug.variant_id, warehouse_id=shelf.pk, difference=Decimal(2), reason="found", by=None, cause="count")
    Allotment.objects.update(is_clean=True, ceiling=0, shown=0)
    shop.numbers["mug"] = 0
    deliver()
    job = claim_job(account.pk, LANE, lease=LEASE)
    batch = claim_batch(job.account, "", 100)
    if is_called:
        call_shop(connect(account), batch)


def leases_end() -> None:
    Job.objects.update(leased_until=real_now() - LONG_AGO)
    StockWrite.objects.filter(answer=Answer.UNDER_WAY).update(leased_until=real_now() - timedelta(seconds=1))


@pytest.mark.parametrize("is_called", [False, True], ids=["before the call", "after the call"])
def test_pain_10_a_dead_workers_number_is_waited_for_zeroed_fenced_and_raised(
    mug, account, shop, shelf, deliver, turn, clock, is_called
) -> None:
    die(account, shop, shelf, deliver, mug, is_called=is_called)
    assert (shop.numbers["mug"], Allotment.objects.get().ceiling) == (12 if is_called else 0, 12)
    turn()
    assert (publish_lane(account.pk, LANE), Allotment.objects.get().write_kind) == (0, "set")  # the dead one has the lane

    leases_end()
    sweep_stock()
    write = StockWrite.objects.latest("pk")
    book = Allotment.objects.get()
    assert (write.answer, book.standing, book.write_kind) == (Answer.UNKNOWN, Standing.LANDING, "")
    assert book.settles_at == write.leased_until + connect(account).capabilities().settle
    clock.advance(3)
    deliver()
    assert publish_lane(account.pk, LANE) == 0  # nothing is sent while it may still land

    Allotment.objects.update(settles_at=real_now() - LONG_AGO)
    if is_called:
        shop.take("mug")
    seen = []
    for _ in range(4):
        turn()
        seen.append(shop.numbers["mug"])
    left = 11 if is_called else 12
    assert seen[0] == 0
    assert (seen[-1], Allotment.objects.get().ceiling, Allotment.objects.get().standing) == (left, left, Standing.CERTAIN)
    assert StockLevel.objects.get().reserved == (1 if is_called else 0)
    assert check_ledger() == []


def test_a_number_that_lands_after_its_worker_died_and_was_given_up_sells_nothing_twice(
    mug, account, shop, shelf, deliver, turn, clock
) -> None:
    """It lands within the settle time: the 0 that follows takes it back, and what was sold on it is read before units are free."""
    die(account, shop, shelf, deliver, mug, is_called=False)
    leases_end()
    sweep_stock()
    shop.numbers["mug"] = 12  # it was on its way
    shop.take("mug")
    Allotment.objects.update(settles_at=real_now() - LONG_AGO)
    for _ in range(4):
        turn()

    assert (shop.numbers["mug"], StockLevel.objects.get().reserved, Allotment.objects.get().ceiling) == (11, 1, 11)
    assert check_ledger() == []
