"""What other packages ask of orders."""

from decimal import Decimal

import pytest

from crm.models import Party
from orders.models import Order
from orders.queries.watching import unpaid_by_window
from orders.services.placing import place_order, place_orders
from tests.factories.crm import anna
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.factories.orders import draft, line

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug():
    variant = make_variant("MUG")
    put(variant, make_warehouse(), 10)
    return variant


def test_units_of_orders_still_payable_by_window(mug):
    watched = {"treatment": "ignore", "payments": ()}
    place_orders([draft([line(mug, 2)], **watched), draft([line(mug, 3)], **watched), draft([line(mug, 3)])], actor="shop")

    assert unpaid_by_window(["terramare|MUG|", "terramare|JAR|"]) == {"terramare|MUG|": Decimal(5)}
    assert Order.objects.filter(status="closed").count() == 2


def test_the_orders_of_a_customer_include_those_of_parties_merged_into_it(mug):
    kept = place_order(draft([line(mug)], customer=anna(1)), actor="shop")
    gone = place_order(draft([line(mug)], customer=anna(2)), actor="shop")
    place_order(draft([line(mug)], customer=anna(3)), actor="shop")
    party = Order.objects.get(pk=kept.order_id).party
    Party.objects.filter(orders=gone.order_id).update(merged_into=party)

    assert sorted(order.pk for order in Order.objects.all().of_party(party.pk)) == [kept.order_id, gone.order_id]
