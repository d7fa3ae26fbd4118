"""Many processes place the same order, the same customers and the last pieces, at the same moment."""

import multiprocessing
from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import connection, transaction

from crm.models import Party
from inventory.models import Reservation, StockLevel
from orders.drafts import Placed
from orders.models import Hold, Order, OrderLine
from orders.rows import new_order_values
from orders.services.placing import place_order, place_orders
from orders.treatment import judge
from tests.concurrency.processes import PATIENCE_SECONDS, together
from tests.factories.crm import anna, make_party
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.factories.orders import draft, line

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CONSTRAINT = "orders_import_once"


@pytest.fixture
def mug():
    variant = make_variant("MUG")
    put(variant, make_warehouse(), 20)
    return variant


@pytest.fixture
def unguarded():
    """The database without the constraint that makes an import happen once."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE orders_order DROP CONSTRAINT {CONSTRAINT}")
    yield
    Order.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE orders_order ADD CONSTRAINT {CONSTRAINT} UNIQUE (source, external_id)")


def look_then_insert(told, party_id, looked) -> None:
    """What every importer without a constraint does."""
    now = datetime.now(UTC)
    values = new_order_values(told, judge(told, now=now), party_id=party_id, now=now)
    values["party_id"] = values.pop("party")
    with transaction.atomic():
        is_new = not Order.objects.filter(source=told.source, external_id=told.external_id).exists()
        looked.wait(PATIENCE_SECONDS)
        if is_new:
            Order.objects.create(**values)


def test_pain_02_without_the_guard_two_importers_make_two_orders(unguarded):
    told, party, looked = draft([line(None)]), make_party(), multiprocessing.get_context("fork").Barrier(2)

    together([partial(look_then_insert, told, party.pk, looked)] * 2)

    assert Order.objects.count() == 2


def test_pain_01_fifty_processes_place_one_order_once(mug):
    told = draft([line(mug, 2)])

    placed = together([partial(place_order, told, actor="shop")] * 50)

    order = Order.objects.get()
    assert sorted(each.created for each in placed) == [False] * 49 + [True]
    assert {each.order_id for each in placed} == {order.pk}
    assert (OrderLine.objects.count(), Reservation.objects.count(), Party.objects.count()) == (1, 1, 1)
    assert StockLevel.objects.get().reserved == 2


def test_pain_02_two_pages_with_the_same_new_customers_in_opposite_order(mug):
    page = [draft([line(mug)], customer=anna(number)) for number in range(1, 21)]

    first, second = together([partial(place_orders, page, actor="shop"), partial(place_orders, page[::-1], actor="shop")])

    assert all(isinstance(each, Placed) for each in [*first, *second])
    assert [each.order_id for each in first] == [each.order_id for each in second[::-1]]
    assert (Order.objects.count(), Party.objects.count(), StockLevel.objects.get().reserved) == (20, 20, 20)


def test_pain_18_eight_processes_sell_the_last_twenty_pieces(mug):
    def sell(worker: int) -> int:
        for number in range(5):
            place_order(draft([line(mug)], external_id=f"{worker}-{number}", customer=anna(worker)), actor="shop")
        return 5

    assert together([partial(sell, worker) for worker in range(1, 9)]) == [5] * 8

    assert (Order.objects.count(), StockLevel.objects.get().reserved) == (40, 20)
    assert Reservation.objects.filter(state="reserved").count() == 20
    assert Reservation.objects.filter(state="short").count() == Hold.objects.filter(kind="short", released_at=None).count() == 20
    assert Order.objects.filter(status="released").count() == 20
