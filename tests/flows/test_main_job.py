"""The main job: a sale in one shop is an order here, once, holds its pieces, and the other shop shows the new number."""

from decimal import Decimal

import pytest

from inventory.models import Reservation, StockLevel, WindowPolicy
from orders.models import Order
from tests.factories.inventory import make_variant, put
from tests.flows.house import connect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def live(shops, shelf, owner, wheels):
    """Ten of each on our shelf, shared; both accounts live and in sync."""
    for sku in ("TAZZA", "PIATTO"):
        put(make_variant(sku), shelf, 10)
    WindowPolicy.objects.create(mode="share")
    for shop, code in zip(shops, ("terramare", "outlet"), strict=True):
        connect(shop, code, shelf, owner)
    wheels.settle()
    return shops


def test_first_stock_is_ours_where_regias_numbers_count(live):
    assert [shop.shows(sku) for shop in live for sku in ("TAZZA", "PIATTO")] == [10, 10, 10, 10]


def test_a_sale_in_one_shop_is_reserved_here_and_shown_by_the_other(live, wheels):
    terramare, outlet = live
    sale = terramare.sell({"TAZZA": 3})
    wheels.settle(2)

    order = Order.objects.get()
    assert (order.external_id, order.status, str(order.total)) == (str(sale["order_id"]), "released", sale["total"])
    assert [(r.quantity, r.state, r.window) for r in Reservation.objects.all()] == [
        (Decimal(3), "reserved", f"terramare|{terramare.items['TAZZA']}|")
    ]
    level = StockLevel.objects.get(variant__sku="TAZZA")
    assert (level.on_hand, level.reserved) == (10, 3)
    assert (terramare.shows("TAZZA"), outlet.shows("TAZZA")) == (7, 7)
    assert (terramare.shows("PIATTO"), outlet.shows("PIATTO")) == (10, 10)
