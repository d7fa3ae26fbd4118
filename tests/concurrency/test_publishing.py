"""Many workers, one lane: first how an older number overtakes a newer one without the lane, then that the lane stops it."""

import multiprocessing
from collections.abc import Iterator
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from django.db import connection

from catalog.models import Variant
from channels.contract import StockTarget
from channels.models import Account, Job, Listing, NumberRequest, StockWrite
from channels.services.connections import connect
from channels.services.jobs import claim_job, finish_job
from channels.services.publishing.requesting import lane_of, request_numbers_of_listings, request_numbers_of_variants
from channels.services.publishing.sending import LEASE, publish_lane
from erp.core.delivering import deliver_pending
from inventory.models import StockLevel, WindowPolicy
from inventory.queries import availabilities
from inventory.services.reserving import reserve
from tests.clocks import ClockHand
from tests.concurrency.processes import PATIENCE_SECONDS, together
from tests.factories.inventory import claim, make_variant, make_warehouse, put
from tests.flows.sides import PracticeSide

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LANE = lane_of("")
CONSTRAINT = "channels_serial_lane_runs_one_job"


@pytest.fixture
def shop(clock: ClockHand, tmp_path: Path, transactional_db: None) -> Iterator[PracticeSide]:
    """Twenty mugs, shared, shown by a practice shop."""
    mug = make_variant("MUG")
    put(mug, make_warehouse(), 20)
    WindowPolicy.objects.create(mode="share")
    side = PracticeSide("terramare", tmp_path)
    side.open(mug, 20)
    yield side
    side.stop()


@pytest.fixture
def mug(shop: PracticeSide) -> Variant:
    return Variant.objects.get()


def numbers_sent(shop: PracticeSide) -> list[int]:
    """In the order in which the shop wrote them."""
    return [int(row["asked"]) for row in shop.store.rows("SELECT asked FROM stock_writes ORDER BY id")]


def look_then_send(account: Account, item: str, variant_id: int, looked: Event, go: Event) -> None:
    """What every worker does that asks nobody: read what is there, and say it."""
    number = availabilities([variant_id])[variant_id]
    looked.set()
    go.wait(PATIENCE_SECONDS)
    connect(account).publish_stock([StockTarget(item, number)], "key")


def sell_then_send(account: Account, item: str, mug: Variant, looked: Event, go: Event) -> None:
    looked.wait(PATIENCE_SECONDS)
    reserve([claim(mug, 1)])
    connect(account).publish_stock([StockTarget(item, availabilities([mug.pk])[mug.pk])], "key")
    go.set()


def test_pain_17_without_the_lane_an_older_number_overtakes_a_newer_one(shop: PracticeSide, mug: Variant) -> None:
    context = multiprocessing.get_context("fork")
    looked, go = context.Event(), context.Event()
    slow = partial(look_then_send, shop.account, shop.item, mug.pk, looked, go)

    together([slow, partial(sell_then_send, shop.account, shop.item, mug, looked, go)])

    assert (numbers_sent(shop), shop.shows(), StockLevel.objects.get().reserved) == ([19, 20], 20, 1)


def sell_and_publish(account_id: int, mug: Variant, worker: int) -> int:
    """Sell one piece at a time; whoever finds the lane free sends."""
    sent = 0
    for number in range(4):
        reserve([claim(mug, 1, reference=f"ord_{worker}_{number}")])
        deliver_pending()
        sent += publish_lane(account_id, LANE)
    return sent


def test_pain_17_four_workers_on_one_lane_never_send_an_older_number_after_a_newer_one(shop: PracticeSide, mug: Variant) -> None:
    together([partial(sell_and_publish, shop.account.pk, mug, worker) for worker in range(4)])
    deliver_pending()
    publish_lane(shop.account.pk, LANE)

    sent = numbers_sent(shop)
    assert sent == sorted(set(sent), reverse=True)
    assert (sent[-1], shop.shows(), StockLevel.objects.get().reserved) == (4, 4, 16)
    assert list(StockWrite.objects.order_by("pk").values_list("answer", "value")) == [("done", number) for number in sent]
    assert (Job.objects.count(), NumberRequest.objects.count()) == (0, 0)


def claim_and_tell(account_id: int) -> bool:
    return claim_job(account_id, LANE, lease=LEASE) is not None


def test_eight_workers_that_want_one_lane_at_one_moment_are_one(shop: PracticeSide, mug: Variant) -> None:
    request_numbers_of_variants([mug.pk])

    assert sorted(together([partial(claim_and_tell, shop.account.pk)] * 8)) == [False] * 7 + [True]


@pytest.fixture
def two_jobs(shop: PracticeSide) -> Iterator[list[Job]]:
    """A lane with two jobs that are due, and without the constraint that lets one run; it stands again afterwards."""
    request_numbers_of_listings([Listing.objects.get().pk])
    Job.objects.create(**{name: getattr(Job.objects.get(), name) for name in ("account", "lane", "kind", "due_at", "created_at")}, key="2")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {CONSTRAINT}")
    yield list(Job.objects.order_by("pk"))
    Job.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNIQUE INDEX {CONSTRAINT} ON channels_job (account_id, lane) WHERE is_serial AND state = 'claimed'")


def look_then_claim(job: Job, looked: "multiprocessing.synchronize.Barrier") -> bool:
    """The look of a claim without the constraint behind it."""
    is_free = not Job.objects.filter(account=job.account_id, lane=job.lane, state="claimed").exists()
    looked.wait(PATIENCE_SECONDS)
    return is_free and bool(Job.objects.filter(pk=job.pk, state="ready").update(state="claimed", token=f"worker {job.pk}"))


def test_without_the_constraint_two_workers_have_one_lane(two_jobs: list[Job]) -> None:
    looked = multiprocessing.get_context("fork").Barrier(2)

    assert together([partial(look_then_claim, job, looked) for job in two_jobs]) == [True, True]


def ask_often(listing_id: int) -> str:
    for _ in range(20):
        request_numbers_of_listings([listing_id])
    return "done"


def test_coalescing_holds_while_eight_processes_ask_at_once(shop: PracticeSide) -> None:
    listing = Listing.objects.get()

    assert together([partial(ask_often, listing.pk)] * 8) == ["done"] * 8
    assert (NumberRequest.objects.count(), Job.objects.count()) == (1, 1)


def take_turns(account_id: int, listing_id: int) -> int:
    """Ask and work, as handlers and lanes do: whatever is asked for is looked at by somebody."""
    done = 0
    for _ in range(10):
        request_numbers_of_listings([listing_id])
        if (job := claim_job(account_id, LANE, lease=LEASE)) is not None:
            finish_job(job)
            done += 1
    return done


def test_lanes_are_taken_in_turn_without_an_error(shop: PracticeSide) -> None:
    answers = together([partial(take_turns, shop.account.pk, Listing.objects.get().pk)] * 6)

    assert [type(answer) for answer in answers] == [int] * 6
    assert 1 <= sum(answers) <= 60
