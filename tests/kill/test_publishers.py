"""A publisher that dies between claim, call and record: the number still reaches the shop, and no older one stays."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from channels.models import Job, NumberRequest, StockWrite
from channels.services.importing.pulling import pull_orders
from channels.services.publishing.sending import publish_lane
from erp.core.delivering import deliver_pending
from inventory.models import StockLevel, WindowPolicy
from inventory.services.ledger import check_ledger
from tests.clocks import ClockHand
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.flows.house import PracticeAccount, Wheels, connect, open_shop
from tests.kill.dying import killed_at, let_leases_end

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]
SENDING = "channels.services.publishing.sending"


@pytest.fixture
def live(tmp_path: Path, clock: ClockHand, transactional_db: None) -> Iterator[tuple[PracticeAccount, PracticeAccount]]:
    """Ten cups on the shelf and in both shops."""
    shelf, owner = make_warehouse(), User.objects.create_superuser("owner")
    put(make_variant("TAZZA"), shelf, 10)
    WindowPolicy.objects.create(mode="share")
    pair = (open_shop(tmp_path, "terramare", {"TAZZA": 10}), open_shop(tmp_path, "outlet", {"TAZZA": 10}))
    for shop, code in zip(pair, ("terramare", "outlet"), strict=True):
        connect(shop, code, shelf, owner)
    Wheels(clock).settle()
    yield pair
    for shop in pair:
        shop.site.stop()


@pytest.mark.parametrize(
    ("place", "after"),
    [
        (f"{SENDING}.claim_batch", False),
        (f"{SENDING}.claim_batch", True),
        ("channels.connectors.woocommerce.connector.WooCommerceConnector.publish_stock", False),
        ("channels.connectors.woocommerce.connector.WooCommerceConnector.publish_stock", True),
        (f"{SENDING}.record_result", False),
        (f"{SENDING}.record_result", True),
        (f"{SENDING}.finish_job", False),
    ],
)
def test_pain_10_a_number_whose_publisher_died_still_arrives(
    live: tuple[PracticeAccount, PracticeAccount], clock: ClockHand, place: str, after: bool
) -> None:
    terramare, outlet = live
    terramare.sell({"TAZZA": 3})
    pull_orders(terramare.account.pk)
    deliver_pending()
    assert NumberRequest.objects.filter(listing__account=outlet.account).count() == 1

    killed_at(place, partial(publish_lane, outlet.account.pk, "stock|"), after=after)

    assert publish_lane(outlet.account.pk, "stock|") == 0  # the dead one has the lane until its lease ends
    terramare.sell({"TAZZA": 1})
    let_leases_end()
    Wheels(clock).settle(12)
    assert (terramare.shows("TAZZA"), outlet.shows("TAZZA"), int(StockLevel.objects.get().reserved)) == (6, 6, 4)
    assert (NumberRequest.objects.count(), Job.objects.filter(state="claimed").count()) == (0, 0)
    assert StockWrite.objects.filter(answer="under_way").count() == 0
    assert check_ledger() == []
