"""One thing that breaks for good never stands before the others: in the sweep, in the deliveries, in a pull, in a shop's calendar."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from catalog.models import Variant
from channels.events import PullEnded
from channels.models import Account, Cursor, InboxMessage, Via
from channels.services.importing.pulling import pull_orders
from channels.services.importing.storing import Arrival, store_news
from channels.services.importing.sweeping import sweep_inbox
from erp.core import clock as the_clock
from erp.core.delivering import MAX_ATTEMPTS, deliver_pending
from erp.core.events import publish
from erp.core.models import Card, Delivery, Event
from erp.core.transactions import atomic
from inventory.models import WindowPolicy
from orders.models import Order
from tests.attacks.bodies import keep, order
from tests.clocks import ClockHand
from tests.factories.channels import MemoryShop, make_account, make_listing, shops
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.flows.house import PracticeAccount, connect, open_shop

pytestmark = pytest.mark.django_db(transaction=True)
NO_GRACE = timedelta(0)


def hint(account: Account, number: str) -> None:
    store_news(account.pk, [Arrival("order.changed", number, "{}", f"hash {number}")], via=Via.WEBHOOK)


def test_pain_07_an_order_that_breaks_its_import_never_stops_the_sweep(account: Account, shop: MemoryShop, mug: Variant) -> None:
    other = make_account("outlet")
    make_listing(other, "mug", mug)
    shops[other.code].sell("9", {"mug": 1})
    keep(shop, order(1))
    shop.failures = [RuntimeError("a bug of ours")]
    hint(account, "1")
    hint(other, "9")

    assert sweep_inbox(grace=NO_GRACE) == 1

    waiting = InboxMessage.objects.get(state="waiting")
    assert (waiting.external_id, waiting.attempts, waiting.error) == ("1", 1, "RuntimeError: a bug of ours")
    assert waiting.due_at > the_clock.now()
    InboxMessage.objects.update(due_at=the_clock.now())
    assert (sweep_inbox(grace=NO_GRACE), Order.objects.count()) == (1, 2)


def test_pain_09_a_page_that_breaks_its_reader_is_told_and_the_next_pull_goes_on(account: Account, shop: MemoryShop) -> None:
    keep(shop, order(1))
    shop.failures = [RuntimeError("a bug of ours")] * 3

    for time in (1, 2, 3):
        report = pull_orders(account.pk)
        assert report is not None
        assert str(report.failure) == "(page): RuntimeError: a bug of ours"
        assert Cursor.objects.values_list("failures", "token").get() == (time, "")
    assert Card.objects.get(closed_at=None).kind == "channels.unreachable"

    report = pull_orders(account.pk)
    assert report is not None
    assert (report.is_complete, Order.objects.count(), Card.objects.filter(closed_at=None).count()) == (True, 1, 0)


def test_pain_09_what_an_older_version_left_to_deliver_holds_up_nothing(account: Account, clock: ClockHand) -> None:
    """A handler that was renamed, an event whose fields were: both end with staff, and everybody else's news goes on."""
    now = the_clock.now()
    for handler, payload in (("gone.handlers.of_yesterday", {}), ("channels.handlers.close_fences", {"number": 7})):
        event = Event.objects.create(name="channels.PullEnded", payload=payload, at=now, xid=1)
        Delivery.objects.create(event=event, handler=handler, lane="live", due_at=now)
    with atomic():
        publish(PullEnded(account.pk))

    deliver_pending()

    assert sorted(Delivery.objects.values_list("handler", "attempts")) == [
        ("channels.handlers.close_fences", 1),
        ("gone.handlers.of_yesterday", 1),
    ]
    for _attempt in range(MAX_ATTEMPTS):
        clock.advance(2**MAX_ATTEMPTS + 1)
        deliver_pending()
    assert sorted(Card.objects.filter(closed_at=None).values_list("kind", flat=True)) == ["core.parked_delivery"] * 2


@pytest.fixture
def practice(tmp_path: Path, clock: ClockHand, transactional_db: None) -> Iterator[PracticeAccount]:
    shelf, owner = make_warehouse(), User.objects.create_superuser("owner")
    put(make_variant("TAZZA"), shelf, 20)
    WindowPolicy.objects.create(mode="share")
    shop = open_shop(tmp_path, "terramare", {"TAZZA": 20})
    connect(shop, "terramare", shelf, owner)
    yield shop
    shop.site.stop()


@pytest.mark.slow
@pytest.mark.parametrize("year", ["9999", "2071", "1970"])
def test_pain_05_an_order_from_another_century_does_not_take_the_reading_along(practice: PracticeAccount, year: str) -> None:
    """A cursor that followed it would find nothing that is sold today."""
    practice.sell({"TAZZA": 1})
    with practice.store.write() as change:
        change.db.execute("UPDATE orders SET modified = ? || substr(modified, 5)", (year,))

    for sold in (2, 3, 4):
        practice.sell({"TAZZA": 1})
        report = pull_orders(practice.account.pk)
        assert report is not None
        assert (report.failure, report.is_complete) == (None, True)
        assert (report.orders, Order.objects.count()) == (report.unchanged + 1 + (sold == 2 and year != "1970"), sold - (year == "1970"))
    assert json.loads(Cursor.objects.get().value)["since"] <= the_clock.now().isoformat()
