"""A lane: what was asked for ten times is one call, one worker at a time, pauses are kept, and nothing that was asked for gets lost."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.contract import RateLimited, Temporary
from channels.models import Answer, Job, NumberRequest, StockWrite
from channels.services.connecting.living import pause_account, pause_flow, resume_account, resume_flow
from channels.services.jobs import claim_job, retry_parked_job
from channels.services.publishing.fencing import sweep_stock
from channels.services.publishing.requesting import lane_of, request_numbers_of_listings
from channels.services.publishing.sending import CALLS_A_ROUND, LEASE, claim_batch, publish_lane
from channels.states import JobState
from erp.core.clock import now
from erp.core.models import Card
from inventory.models import Allotment
from inventory.services.moving import adjust
from inventory.services.reserving import reserve
from tests.factories.inventory import claim
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db
LANE = lane_of("")


@pytest.fixture
def mug(shared, sell_in_shop, account, shop):
    """Shown as it should be; nothing waits."""
    listing = sell_in_shop("mug")
    publish_lane(account.pk, LANE)
    shop.sent.clear()
    return listing


def change(listing, difference, shelf) -> None:
    adjust(listing.variant_id, warehouse_id=shelf.pk, difference=Decimal(difference), reason="found", by=None, cause="count")


def numbers(shop) -> list[list[tuple[str, int]]]:
    sent, shop.sent = shop.sent, []
    return sent


def test_pain_22_ten_changes_of_one_listing_are_one_call_with_the_last_number(mug, shop, shelf, account, deliver):
    for _ in range(10):
        change(mug, 1, shelf)
        deliver()

    assert (Job.objects.count(), NumberRequest.objects.count()) == (1, 1)
    assert publish_lane(account.pk, LANE) == 1
    assert numbers(shop) == [[("mug", 20)]]
    assert (Job.objects.count(), NumberRequest.objects.count(), shop.numbers["mug"]) == (0, 0, 20)


def test_a_change_that_is_undone_before_it_is_sent_is_no_call(mug, shop, shelf, account, deliver):
    change(mug, 1, shelf)
    change(mug, -1, shelf)
    deliver()

    assert publish_lane(account.pk, LANE) == 0
    assert (numbers(shop), NumberRequest.objects.count()) == ([], 0)


def test_a_second_worker_finds_the_lane_taken(mug, shop, account):
    request_numbers_of_listings([mug.pk])
    assert claim_job(account.pk, LANE, lease=LEASE) is not None
    request_numbers_of_listings([mug.pk])

    assert claim_job(account.pk, LANE, lease=LEASE) is None
    assert publish_lane(account.pk, LANE) == 0
    assert numbers(shop) == []


def test_a_number_asked_for_during_the_call_is_sent_after_it_by_the_same_worker(mug, shop, shelf, account, deliver):
    def somebody_counts_again() -> None:
        shop.while_called = None
        change(mug, 5, shelf)
        deliver()
        publish_lane(account.pk, LANE)  # what the wake-up does: the lane is taken

    shop.while_called = somebody_counts_again
    change(mug, 1, shelf)
    deliver()

    assert publish_lane(account.pk, LANE) == 2
    assert numbers(shop) == [[("mug", 11)], [("mug", 16)]]


def test_pain_22_a_shop_that_asks_to_wait_is_left_alone_until_then(mug, shop, shelf, account, deliver, clock):
    shop.calls.clear()
    shop.failures = [RateLimited("too many", wait=timedelta(seconds=40))]
    change(mug, 1, shelf)
    deliver()
    assert publish_lane(account.pk, LANE) == 0
    assert shop.calls == ["publish"]

    for _ in range(3):
        clock.advance(10)
        change(mug, 1, shelf)
        deliver()
        sweep_stock()
        assert publish_lane(account.pk, LANE) == 0
    assert (shop.calls, Job.objects.get().state) == (["publish"], JobState.RETRY)

    clock.advance(11)
    assert publish_lane(account.pk, LANE) == 1
    assert (numbers(shop), shop.calls) == ([[("mug", 14)]], ["publish", "publish"])


def test_a_number_that_surely_did_not_arrive_is_asked_for_again(mug, shop, shelf, account, deliver, clock):
    shop.failures = [Temporary("502")]
    change(mug, 1, shelf)
    deliver()
    publish_lane(account.pk, LANE)

    write = StockWrite.objects.latest("pk")
    assert (write.answer, write.error, NumberRequest.objects.count()) == (Answer.UNSENT, "502", 1)
    assert Allotment.objects.get().write_kind == ""
    clock.advance(5)
    assert publish_lane(account.pk, LANE) == 1
    assert (numbers(shop), shop.numbers["mug"]) == ([[("mug", 11)]], 11)


def test_a_shop_that_does_not_answer_is_tried_quickly_at_first_then_seldom_and_parks_no_lane(mug, shop, shelf, account, deliver, clock):
    clock.stand_at(now())
    change(mug, 1, shelf)
    deliver()
    pauses = []
    for _ in range(15):
        shop.failures = [Temporary("502")]
        publish_lane(account.pk, LANE)
        sweep_stock()
        pauses.append((Job.objects.get().due_at - now()).total_seconds())
        clock.stand_at(Job.objects.get().due_at)

    assert pauses == [0.5, 1, 2, 2, 2, 4, 8, 16, 32, 64, 128, 256, 256, 256, 256]
    assert (Job.objects.get().state, Card.objects.count()) == (JobState.RETRY, 0)
    shop.failures.clear()
    assert publish_lane(account.pk, LANE) == 1


def test_a_shop_that_answered_in_between_is_tried_quickly_again(shared, sell_in_shop, account, shop, clock):
    """The first round of calls succeeds, the second one fails: that is no shop in trouble, however often the lane failed before."""
    clock.stand_at(now())
    for place in range(CALLS_A_ROUND + 1):
        listing = sell_in_shop(f"v{place}")
        listing.external_parent = f"p{place}"
        listing.save()
    for _ in range(8):
        shop.failures = [Temporary("502")]
        publish_lane(account.pk, LANE)
        clock.stand_at(Job.objects.get().due_at)

    shop.while_called = lambda: shop.failures.append(Temporary("502"))
    publish_lane(account.pk, LANE)

    job = Job.objects.get()
    assert (len(shop.sent), job.state, job.attempts, (job.due_at - now()).total_seconds()) == (1, JobState.RETRY, 1, 0.5)
    shop.while_called = None
    clock.stand_at(job.due_at)
    assert publish_lane(account.pk, LANE) == 1
    assert [len(call) for call in numbers(shop)] == [CALLS_A_ROUND, 1]


def test_pain_09_a_lane_that_breaks_on_a_bug_has_one_card_and_is_mended_by_success(mug, shop, account, clock, monkeypatch):
    """The bug strikes before anything is sent."""
    monkeypatch.setattr("channels.services.publishing.sending.connect", lambda account: 1 / 0)
    for _ in range(30):
        request_numbers_of_listings([mug.pk])
        with pytest.raises(ZeroDivisionError):
            publish_lane(account.pk, LANE)
        clock.advance(301)
    monkeypatch.undo()

    card = Card.objects.get(closed_at=None)
    assert (card.kind, Job.objects.filter(state=JobState.PARKED).count()) == ("channels.parked_job", 1)
    shop.numbers["mug"] = 3
    Allotment.objects.update(shown=3)
    retry_parked_job(card.subject, by=make_user())
    assert publish_lane(account.pk, LANE) == 1
    assert (shop.numbers["mug"], Job.objects.count(), Card.objects.filter(closed_at=None).count()) == (10, 0, 0)


def test_paused_stock_sends_nothing_and_goes_on_with_what_was_asked_for(mug, shop, shelf, account, deliver):
    owner = make_user("owner")
    pause_flow(account.pk, flow="stock", by=owner)
    change(mug, 1, shelf)
    deliver()
    sweep_stock()
    assert (publish_lane(account.pk, LANE), numbers(shop), NumberRequest.objects.count()) == (0, [], 1)

    resume_flow(account.pk, flow="stock", by=owner)
    sweep_stock()
    assert (publish_lane(account.pk, LANE), numbers(shop)) == (1, [[("mug", 11)]])


def test_stock_that_is_stopped_while_a_lane_is_at_work_sends_nothing_more(mug, shop, shelf, account, deliver):
    change(mug, 1, shelf)
    deliver()
    job = claim_job(account.pk, LANE, lease=LEASE)
    pause_flow(account.pk, flow="stock", by=make_user("owner"))

    assert claim_batch(job.account, "", 100) is None
    assert NumberRequest.objects.count() == 1


def test_a_paused_account_sends_nothing_and_misses_nothing(mug, shop, shelf, account, deliver):
    owner = make_user("owner")
    pause_account(account.pk, by=owner)
    change(mug, 1, shelf)
    deliver()
    sweep_stock()
    assert (publish_lane(account.pk, LANE), numbers(shop)) == (0, [])

    resume_account(account.pk, by=owner)
    deliver()
    sweep_stock()
    publish_lane(account.pk, LANE)
    assert (numbers(shop), shop.numbers["mug"]) == ([[("mug", 11)]], 11)


def test_variations_of_many_products_are_sent_a_few_calls_at_a_time(shared, sell_in_shop, account, shop):
    """A round must end before its lease does; a shop takes the variations of one product in one call."""
    for place in range(12):
        listing = sell_in_shop(f"v{place}")
        listing.external_parent = f"p{place // 2}"
        listing.save()

    assert publish_lane(account.pk, LANE) == 12
    assert [len(call) for call in numbers(shop)] == [2 * CALLS_A_ROUND, 2]


def test_a_round_costs_the_same_statements_with_one_and_with_thirty_windows(shared, sell_in_shop, account, shop, shelf, deliver):
    listings = [sell_in_shop(f"item{number}") for number in range(30)]
    publish_lane(account.pk, LANE)
    deliver()
    publish_lane(account.pk, LANE)
    counts = []
    for some in (listings[:1], listings):
        for listing in some:
            reserve([claim(listing.variant, 1, reference=f"ord_{listing.pk}_{len(some)}")])
        deliver()
        with CaptureQueriesContext(connection) as queries:
            assert publish_lane(account.pk, LANE) == len(some)
        counts.append(len(queries))
        deliver()
        publish_lane(account.pk, LANE)

    assert counts[0] == counts[1]
