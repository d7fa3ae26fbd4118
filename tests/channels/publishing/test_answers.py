"""What a shop answers to our numbers: each is kept with its answer, refused ones are cards, and only the write that waits is answered."""

from decimal import Decimal

import pytest

from channels.contract import StockDone, StockResult, Unknown
from channels.models import Account, Answer, NumberRequest, StockWrite
from channels.services.connections import connect
from channels.services.importing.pulling import pull_orders
from channels.services.jobs import claim_job, finish_job
from channels.services.publishing.recording import record_result
from channels.services.publishing.requesting import lane_of, request_numbers_of_listings
from channels.services.publishing.sending import LEASE, claim_batch, publish_lane
from erp.core.clock import now
from erp.core.models import Card
from inventory.books import Standing
from inventory.models import Allotment
from inventory.services.moving import adjust
from tests.factories.channels import make_account, shops
from tests.flows.windows import ExactConnector, Fault, WindowShop

pytestmark = pytest.mark.django_db
LANE = lane_of("")


def change(listing, difference, shelf) -> None:
    adjust(listing.variant_id, warehouse_id=shelf.pk, difference=Decimal(difference), reason="found", by=None, cause="count")


def kept(listing) -> list[tuple[str, int, str]]:
    """Every number sent for a listing, oldest first, with its answer."""
    return [(write.kind, int(write.value), write.answer) for write in StockWrite.objects.filter(listing=listing).order_by("pk")]


def open_cards() -> list[tuple[str, str]]:
    return list(Card.objects.filter(closed_at=None).order_by("pk").values_list("kind", "subject"))


def test_pain_19_a_refused_number_is_a_card_and_the_others_are_written(shared, sell_in_shop, account, shop, clock):
    mug, plate, cup = (sell_in_shop(item) for item in ("mug", "plate", "cup"))
    shop.refused = {"plate"}

    assert publish_lane(account.pk, LANE) == 3
    assert (shop.numbers, open_cards()) == ({"mug": 10, "plate": 0, "cup": 10}, [("channels.number_refused", f"listing:{plate.pk}")])
    assert [kept(each) for each in (mug, plate, cup)] == [[("set", 10, "done")], [("set", 10, "rejected")], [("set", 10, "done")]]
    write = StockWrite.objects.get(listing=plate)
    assert (write.error, write.shown, Card.objects.get().params["number"]) == ("no_such_item: No such item.", None, 10)


def test_a_refused_number_is_tried_again_after_minutes_and_its_card_closes(shared, sell_in_shop, account, shop, clock):
    plate = sell_in_shop("plate")
    shop.refused = {"plate"}
    publish_lane(account.pk, LANE)
    clock.advance(60)
    assert publish_lane(account.pk, LANE) == 0
    shop.refused = set()
    clock.advance(241)

    assert publish_lane(account.pk, LANE) == 1
    assert (kept(plate), open_cards()) == ([("set", 10, "rejected"), ("set", 10, "done")], [])


def test_every_number_is_kept_with_its_answer_and_what_the_shop_showed_then(shared, sell_in_shop, account, shop, shelf, deliver, clock):
    mug = sell_in_shop("mug")
    publish_lane(account.pk, LANE)
    shop.fault = Fault.LOST_BEFORE
    change(mug, 2, shelf)
    deliver()
    publish_lane(account.pk, LANE)

    done, lost = StockWrite.objects.order_by("pk")
    assert (done.answer, done.value, done.shown, done.wanted, done.error) == (Answer.DONE, 10, 10, 10, "")
    assert (lost.answer, lost.value, lost.shown, lost.wanted, lost.error) == (Answer.UNKNOWN, 12, None, 12, "no answer")
    assert done.sent_at <= done.answered_at <= lost.sent_at <= lost.answered_at
    assert done.key != lost.key


def test_a_number_that_the_answer_forgets_has_no_answer(shared, sell_in_shop, account, shop):
    mug, plate = sell_in_shop("mug"), sell_in_shop("plate")
    job = claim_job(account.pk, LANE, lease=LEASE)
    batch = claim_batch(account, "", 100)
    answered = StockResult(done=(StockDone(batch.targets[0], Decimal(10)),))
    record_result(account, batch.writes, batch.targets, answered, connect(account).capabilities())
    finish_job(job)

    assert [kept(mug), kept(plate)] == [[("set", 10, "done")], [("set", 10, "unknown")]]
    assert [row.standing for row in Allotment.objects.order_by("window")] == [Standing.UNKNOWN, Standing.LANDING]


def test_what_a_worker_thought_dead_brings_back_is_no_answer_to_what_was_sent_since(shared, sell_in_shop, account, shop, shelf, deliver):
    """Its write was given up and another is under way: a late yes must not close that one."""
    mug = sell_in_shop("mug")
    claim_job(account.pk, LANE, lease=LEASE)
    old = claim_batch(account, "", 100)
    capabilities = connect(account).capabilities()
    lost = StockResult(unknown=old.targets, failure=Unknown("the lease ended"))
    record_result(account, old.writes, old.targets, lost, capabilities)
    change(mug, 5, shelf)
    deliver()
    new = claim_batch(account, "", 100)
    assert [(target.external_item, target.quantity) for target in new.targets] == [("mug", 15)]
    books = Allotment.objects.values().get()

    late = StockResult(done=(StockDone(old.targets[0], Decimal(10)),))
    record_result(account, old.writes, old.targets, late, capabilities)

    assert Allotment.objects.values().get() == books
    assert kept(mug) == [("set", 10, "unknown"), ("set", 15, "under_way")]


@pytest.fixture
def exact(account) -> WindowShop:
    """A second account, on a shop that compares and sets."""
    make_account("exact", connector=ExactConnector.code, stock_ready_at=now())
    shops["exact"] = WindowShop()
    return shops["exact"]  # type: ignore[return-value]


def test_another_number_than_expected_waits_for_the_orders_and_then_goes(split, sell_in_shop, exact, deliver, clock):
    """A sale came before our compare-and-set; nothing is sent twice and nothing overwritten."""
    account = Account.objects.get(code="exact")
    mug = sell_in_shop("mug", of=account)
    for _ in range(3):
        publish_lane(account.pk, LANE)
        clock.advance(3)
        pull_orders(account.pk)
        deliver()
    assert (exact.numbers["mug"], Allotment.objects.get().known) == (10, 10)
    exact.take("mug")
    Allotment.objects.update(weight=0)
    request_numbers_of_listings([mug.pk])
    publish_lane(account.pk, LANE)

    assert kept(mug)[-1] == ("cas", 0, "conflict")
    assert (exact.numbers["mug"], Allotment.objects.get().ceiling, NumberRequest.objects.count()) == (9, 10, 1)
    clock.advance(3)
    pull_orders(account.pk)
    deliver()
    publish_lane(account.pk, LANE)
    assert (kept(mug)[-1], exact.numbers["mug"], Allotment.objects.get().ceiling) == (("cas", 0, "done"), 0, 0)


def make_listing_account(code: str):
    return Account.objects.get(code=code)
