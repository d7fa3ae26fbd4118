"""A split variant: every unit belongs to one window; shops change only through a fenced 0."""

from decimal import Decimal

import pytest

from channels.models import StockWrite
from inventory.models import Allotment, Reservation, StockLevel, WindowPolicy
from inventory.services.ledger import check_ledger
from tests.factories.inventory import make_variant, put
from tests.flows.house import connect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


@pytest.fixture
def live(shops, shelf, owner, wheels):
    """Ten cups, split; two accounts."""
    for sku in ("TAZZA", "PIATTO"):
        put(make_variant(sku), shelf, 10)
    WindowPolicy.objects.create(mode="split")
    for shop, code in zip(shops, ("terramare", "outlet"), strict=True):
        connect(shop, code, shelf, owner)
    wheels.settle(8)
    return shops


def test_units_are_divided_between_the_shops(live):
    assert sum(shop.shows("TAZZA") for shop in live) == 10
    assert {shop.shows("TAZZA") for shop in live} == {5}
    assert StockLevel.objects.get(variant__sku="TAZZA").is_split


def test_a_sale_needs_no_write_to_the_other_shop(live, wheels):
    before = StockWrite.objects.count()
    live[0].sell({"TAZZA": 2})
    wheels.settle(3)

    assert [shop.shows("TAZZA") for shop in live] == [3, 5]
    assert StockWrite.objects.count() == before
    assert [(a.ceiling, a.sold_read) for a in Allotment.objects.filter(variant__sku="TAZZA").order_by("source")] == [(5, 0), (3, 2)]


def test_both_shops_sell_everything_and_nothing_more(live, wheels):
    for shop in live:
        shop.sell({"TAZZA": 5})
    wheels.settle(4)

    level = StockLevel.objects.get(variant__sku="TAZZA")
    assert (level.on_hand, level.reserved) == (10, 10)
    assert [r.quantity for r in Reservation.objects.filter(state="short")] == []
    assert [shop.shows("TAZZA") for shop in live] == [0, 0]
    assert check_ledger() == []


def test_an_unpaid_order_stays_inside_the_ceiling_until_it_is_paid_or_expires(live, wheels):
    live[0].sell({"TAZZA": 2}, payment_method="ppcp-gateway")
    wheels.settle(3)

    allotment = Allotment.objects.get(variant__sku="TAZZA", source="terramare")
    assert allotment.held == Decimal(2)
    assert Reservation.objects.count() == 0
