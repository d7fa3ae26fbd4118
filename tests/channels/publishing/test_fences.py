"""Units leave a window only when everything before the answer is read; an order that is not read keeps its windows closed, no others."""

import pytest

from channels.locks import new_token, take_leases
from channels.models import InboxMessage, NumberRequest, OrderLease
from channels.services.importing.pulling import pull_orders
from channels.services.importing.sweeping import sweep_inbox
from channels.services.publishing.fencing import sweep_stock
from channels.services.publishing.requesting import lane_of
from channels.services.publishing.sending import publish_lane
from inventory.models import Allotment

pytestmark = pytest.mark.django_db
LANE = lane_of("")


@pytest.fixture
def fenced(split, sell_in_shop, account):
    """Mug and lid, both brought to 0 and not raised before what was sold until then is read."""
    listings = sell_in_shop("mug"), sell_in_shop("lid")
    publish_lane(account.pk, LANE)
    assert open_fences() == {"mug", "lid"}
    return listings


def open_fences() -> set[str]:
    return {row.variant.sku.lower() for row in Allotment.objects.exclude(fence_kind="").select_related("variant")}


def read(account, clock, deliver) -> None:
    clock.advance(3)
    pull_orders(account.pk)
    deliver()


def test_a_complete_reading_frees_the_units_and_both_windows_are_raised(fenced, account, shop, clock, deliver):
    read(account, clock, deliver)

    assert open_fences() == set()
    assert publish_lane(account.pk, LANE) == 2
    assert shop.numbers == {"mug": 10, "lid": 10}


def test_a_reading_within_the_read_lag_frees_nothing(fenced, account, shop, clock, deliver):
    clock.advance(1)
    pull_orders(account.pk)
    deliver()

    assert open_fences() == {"mug", "lid"}
    assert publish_lane(account.pk, LANE) == 0


@pytest.mark.django_db(transaction=True)
def test_pain_17_a_parked_order_keeps_the_fences_of_its_products_open_and_no_others(fenced, account, shop, clock, deliver):
    shop.sell("1", {"mug": 99_999_999_999_999})
    read(account, clock, deliver)

    assert InboxMessage.objects.get().state == "parked"
    assert open_fences() == {"mug"}
    publish_lane(account.pk, LANE)
    assert shop.numbers == {"mug": 0, "lid": 10}
    shop.change("1", lines=[{"id": "1-mug", "item": "mug", "sku": "MUG", "quantity": "1"}])
    read(account, clock, deliver)
    assert open_fences() == set()


def test_pain_17_an_order_that_cannot_be_read_keeps_all_fences_of_its_account_open(fenced, account, shop, clock, deliver):
    shop.sell("1", {"lid": 1}, placed="soon")
    read(account, clock, deliver)
    assert open_fences() == {"mug", "lid"}

    shop.orders["1"]["placed"] = shop.tick()
    shop.change("1")
    read(account, clock, deliver)
    assert open_fences() == set()


def test_an_order_that_another_worker_has_keeps_its_fences_open_until_it_is_done(fenced, account, shop, clock, deliver):
    shop.sell("1", {"mug": 1})
    take_leases(account.pk, ["1"], new_token())
    read(account, clock, deliver)
    assert open_fences() == {"mug"}

    OrderLease.objects.update(token="")
    clock.advance(3)
    sweep_inbox()
    read(account, clock, deliver)
    assert open_fences() == set()


def test_the_sweep_closes_a_fence_whose_news_was_lost(fenced, account, shop, clock):
    """The pull was complete; nobody told of it."""
    clock.advance(3)
    pull_orders(account.pk)
    assert open_fences() == {"mug", "lid"}

    sweep_stock()

    assert open_fences() == set()


def test_a_request_that_comes_while_the_fence_is_open_is_answered_when_it_closes(fenced, account, shop, clock, deliver):
    assert publish_lane(account.pk, LANE) == 0
    assert NumberRequest.objects.count() == 0
    read(account, clock, deliver)

    assert NumberRequest.objects.count() == 2
    assert publish_lane(account.pk, LANE) == 2
