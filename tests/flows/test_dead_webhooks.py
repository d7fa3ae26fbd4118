"""A day without webhooks costs nothing: within ten minutes after the shop can be heard again, nothing is missed (on Regia's clock)."""

from datetime import timedelta

import pytest

from channels.models import Account, Cursor
from channels.services import rounds
from channels.services.importing.pulling import pull_orders
from erp.core.clock import now
from inventory.models import StockLevel, WindowPolicy
from orders.models import Order
from tests.clocks import ClockHand
from tests.factories.inventory import make_variant, put
from tests.flows.house import PracticeAccount, connect

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(hours=24).total_seconds()
POLL_SECONDS = 60


@pytest.fixture
def shop(shops: tuple[PracticeAccount, PracticeAccount], shelf: object, owner: object) -> PracticeAccount:
    """Connected and read once; its webhooks were never registered, so none will ever come."""
    put(make_variant("TAZZA"), shelf, 100)  # type: ignore[arg-type]
    WindowPolicy.objects.create(mode="share")
    connect(shops[0], "terramare", shelf, owner)  # type: ignore[arg-type]
    shops[0].staff("edit_stock", product_id=shops[0].items["TAZZA"], quantity=100)
    pull_orders(shops[0].account.pk)
    return shops[0]


def test_pain_03_after_a_day_without_webhooks_nothing_is_missed(shop: PracticeAccount, clock: ClockHand) -> None:
    sold = []
    for _hour in range(24):
        clock.advance(DAY / 24)
        sold.append(shop.sell({"TAZZA": 1})["order_id"])
    cancelled, edited = sold[3], sold[5]
    shop.staff("cancel_order", order_id=cancelled)
    shop.staff("change_quantity", order_id=edited, quantity=3)
    assert Order.objects.count() == 0

    revived_at = now()
    clock.advance(POLL_SECONDS)
    report = pull_orders(shop.account.pk)

    assert report is not None
    assert (report.is_complete, report.receipt.applied, now() - revived_at < timedelta(minutes=10)) == (True, 24, True)
    assert sorted(int(each) for each in Order.objects.values_list("external_id", flat=True)) == sorted(sold)
    assert Order.objects.get(external_id=str(cancelled)).status == "cancelled"
    assert Order.objects.get(external_id=str(edited)).lines.get().quantity == 3
    assert StockLevel.objects.get().reserved == 25


def set_modified(shop: PracticeAccount, order_id: int, moment: str) -> None:
    with shop.store.write() as change:
        change.db.execute("UPDATE orders SET modified = ? WHERE id = ?", (moment, order_id))


def test_pain_05_the_hourly_and_nightly_rounds_find_what_a_poll_could_not_see(shop: PracticeAccount, clock: ClockHand) -> None:
    """The order became visible only when the polls had gone past its modified time: a late commit, a restored backup."""
    sale = shop.sell({"TAZZA": 2})["order_id"]
    hidden = shop.store.rows("SELECT modified FROM orders WHERE id = ?", sale)[0]["modified"]
    set_modified(shop, sale, "2000-01-01T00:00:00")
    pull_orders(shop.account.pk)
    clock.advance(40 * 60)
    later = shop.sell({"TAZZA": 1})["order_id"]
    pull_orders(shop.account.pk)
    set_modified(shop, sale, hidden)
    pull_orders(shop.account.pk)
    assert list(Order.objects.values_list("external_id", flat=True)) == [str(later)]

    rounds.reread_all(timedelta(hours=1))

    assert sorted(Order.objects.values_list("external_id", flat=True)) == sorted([str(sale), str(later)])
    assert Cursor.objects.get().failures == 0
    assert Account.objects.get().reads_orders is True
