"""A worker that dies between claim, call and record: the shop hears once what left, and once what is cancelled."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from channels.models import CancelPush, FulfilmentPush, Job
from channels.services.importing.pulling import pull_orders
from channels.services.notifying.lanes import lane_of
from channels.services.notifying.telling import tell_order
from erp.core.delivering import deliver_pending
from inventory.models import StockLevel, WindowPolicy
from inventory.services.ledger import check_ledger
from inventory.shipping.models import Shipment
from inventory.shipping.services.dispatching import ship_shipment
from orders.models import Order
from orders.services.cancelling import cancel_order
from tests.clocks import ClockHand
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.flows.house import PracticeAccount, Wheels, connect, let_answers_settle, open_shop
from tests.kill.dying import killed_at, let_leases_end

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]
TELLING = "channels.services.notifying.telling"
WRITE = "channels.connectors.woocommerce.client.Client.write"
CONNECTOR = "channels.connectors.woocommerce.connector.WooCommerceConnector"


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_superuser("owner")


@pytest.fixture
def sold(tmp_path: Path, clock: ClockHand, owner: User) -> Iterator[tuple[PracticeAccount, int]]:
    """Two cups, read, with their shipment open; the shop and the order's number there."""
    shelf = make_warehouse()
    put(make_variant("TAZZA"), shelf, 10)
    WindowPolicy.objects.create(mode="share")
    shop = open_shop(tmp_path, "terramare", {"TAZZA": 10})
    connect(shop, "terramare", shelf, owner)
    Wheels(clock).settle()
    number = shop.sell({"TAZZA": 2})["order_id"]
    pull_orders(shop.account.pk)
    deliver_pending()
    yield shop, number
    shop.site.stop()


def revive() -> None:
    let_leases_end()
    let_answers_settle()


@pytest.mark.parametrize(
    ("place", "after", "calls_before"),
    [
        (f"{TELLING}.claim_work", True, 0),
        (f"{CONNECTOR}.push_fulfilment", False, 0),
        (WRITE, True, 0),  # the order is written, its note is not
        (WRITE, True, 1),  # both are
        (f"{CONNECTOR}.push_fulfilment", True, 0),
        (f"{TELLING}.record_fulfilment", True, 0),
    ],
)
def test_pain_10_a_telling_whose_worker_died_is_one_fulfilment(
    sold: tuple[PracticeAccount, int], clock: ClockHand, place: str, after: bool, calls_before: int
) -> None:
    shop, number = sold
    ship_shipment(Shipment.objects.get().pk, by=None)
    deliver_pending()

    killed_at(place, partial(tell_order, shop.account.pk, lane_of(str(number))), after=after, calls_before=calls_before)
    assert tell_order(shop.account.pk, lane_of(str(number))) == 0  # the dead one has the lane until its lease ends
    revive()
    Wheels(clock).settle(3)

    assert (shop.status(number), len(shop.letters(number))) == ("completed", 1)
    assert FulfilmentPush.objects.get().state == "done"
    assert (Order.objects.get().status, Job.objects.filter(state="claimed").count(), check_ledger()) == ("closed", 0, [])


@pytest.mark.parametrize("after", [False, True])
def test_pain_20_a_cancel_whose_worker_died_is_one_cancel(
    sold: tuple[PracticeAccount, int], clock: ClockHand, owner: User, after: bool
) -> None:
    shop, number = sold
    cancel_order(Order.objects.get().pk, by=owner)
    deliver_pending()

    killed_at(f"{CONNECTOR}.cancel_order", partial(tell_order, shop.account.pk, lane_of(str(number))), after=after)
    revive()
    Wheels(clock).settle(4)

    level = StockLevel.objects.get()
    assert (shop.status(number), shop.shows("TAZZA"), int(level.on_hand), int(level.reserved)) == ("cancelled", 10, 10, 0)
    assert (CancelPush.objects.get().state, Order.objects.get().is_restocked, check_ledger()) == ("done", True, [])
