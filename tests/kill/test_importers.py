"""An importer that dies anywhere loses nothing and doubles nothing: the sweep goes on where it stopped."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from channels.models import Account, Cursor, InboxMessage, OrderLease, Via
from channels.services.importing.fetching import Outcome, import_order
from channels.services.importing.pulling import pull_orders
from channels.services.importing.storing import Arrival, store_news
from channels.services.importing.sweeping import sweep_inbox
from crm.models import Party
from erp.core.clock import real_now
from erp.core.delivering import deliver_pending
from erp.core.models import Delivery, HistoryEntry
from inventory.models import Reservation, StockLevel
from inventory.services.ledger import check_ledger
from orders.models import Order
from tests.clocks import ClockHand
from tests.factories.channels import MemoryShop
from tests.kill.dying import killed_at, let_leases_end

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]
NO_GRACE = timedelta(0)
IMPORTING = "channels.services.importing"


@pytest.mark.parametrize(
    ("place", "after", "is_there"),
    [
        (f"{IMPORTING}.fetching.connect", False, False),
        ("tests.factories.channels.MemoryConnector.get_order", True, False),
        (f"{IMPORTING}.fetching.store_states", True, False),
        (f"{IMPORTING}.applying.place_orders", True, False),
        (f"{IMPORTING}.applying.finish_messages", True, False),
        (f"{IMPORTING}.fetching.apply_bodies", True, True),
        (f"{IMPORTING}.fetching.release_leases", False, True),
    ],
)
def test_pain_10_an_order_whose_importer_died_is_imported_once_by_the_sweep(
    place: str, after: bool, is_there: bool, account: Account, shop: MemoryShop, clock: ClockHand
) -> None:
    shop.sell("1", {"mug": 2})
    store_news(account.pk, [Arrival("order.changed", "1", "{}", "hash")], via=Via.WEBHOOK)

    killed_at(place, partial(import_order, account.pk, "1"), after=after)

    assert (Order.objects.count(), StockLevel.objects.get().reserved) == ((1, 2) if is_there else (0, 0))
    if not is_there:
        assert import_order(account.pk, "1") is Outcome.BUSY
    let_leases_end()
    clock.advance(21)
    sweep_inbox(grace=NO_GRACE)
    _once(1, 2)


@pytest.mark.parametrize(
    ("place", "calls_before"),
    [
        ("tests.factories.channels.MemoryConnector.pull_orders", 1),
        (f"{IMPORTING}.pulling.store_states", 1),
        (f"{IMPORTING}.pulling.take_leases", 1),
        (f"{IMPORTING}.applying.place_orders", 2),
        (f"{IMPORTING}.applying.finish_messages", 1),
        (f"{IMPORTING}.pulling.release_leases", 1),
        (f"{IMPORTING}.pulling.note_answer", 0),
    ],
)
def test_pain_06_a_pull_that_died_in_the_middle_is_finished_by_the_next(
    place: str, calls_before: int, account: Account, shop: MemoryShop, clock: ClockHand, settings: Any
) -> None:
    settings.REGIA_PAGE_ORDERS = 2
    for number in range(1, 6):
        shop.sell(str(number), {"mug": 1})

    killed_at(place, partial(pull_orders, account.pk), calls_before=calls_before)

    lease = Cursor.objects.get().locked_until
    assert lease is not None
    assert lease <= real_now() + timedelta(seconds=60)
    assert pull_orders(account.pk) is None  # the dead one's lease still stands
    let_leases_end()
    clock.advance(21)
    report = pull_orders(account.pk)
    assert report is not None
    assert (report.is_complete, report.failure) == (True, None)
    sweep_inbox(grace=NO_GRACE)
    _once(5, 5)


def test_a_page_that_was_stored_is_imported_by_the_sweep_without_any_pull(account: Account, shop: MemoryShop, clock: ClockHand) -> None:
    for number in range(1, 4):
        shop.sell(str(number), {"mug": 1})
    killed_at(f"{IMPORTING}.applying.write_page", partial(pull_orders, account.pk))
    let_leases_end()
    clock.advance(21)

    assert sweep_inbox(grace=NO_GRACE) == 3
    _once(3, 3)


@pytest.mark.parametrize("after", [False, True])
def test_pain_10_a_worker_that_died_while_delivering_doubles_nothing(after: bool, account: Account, shop: MemoryShop) -> None:
    """Killed before or after the work of the last handler, its deliveries are still there, and come again."""
    shop.sell("1", {"mug": 2})
    pull_orders(account.pk)
    waiting = Delivery.objects.count()
    assert waiting > 2

    killed_at("erp.core.delivering._hand_over", deliver_pending, after=after, calls_before=1)

    leased = Delivery.objects.exclude(leased_until=None).count()
    deliver_pending()
    assert (leased > 0, Delivery.objects.count()) == (True, leased)  # the others went on; those of the dead wait for the end of its lease
    let_leases_end()
    deliver_pending()
    assert Delivery.objects.count() == 0
    _once(1, 2)


def _once(orders: int, reserved: int) -> None:
    """So many orders, each with one reservation and one placing in its history; nothing waits and the books hold."""
    assert (Order.objects.count(), Reservation.objects.count(), StockLevel.objects.get().reserved) == (orders, orders, reserved)
    assert (Party.objects.count(), HistoryEntry.objects.filter(verb="placed").count()) == (orders, orders)
    assert InboxMessage.objects.exclude(state="done").count() == 0
    assert OrderLease.objects.exclude(token="").count() == 0
    assert check_ledger() == []
