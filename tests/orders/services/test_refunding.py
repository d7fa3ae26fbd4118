"""A refund is its own object: money and stock are two effects, each once."""

from decimal import Decimal

import pytest

from orders.models import Order, OrderLine, Refund
from orders.services.changing import change_order
from orders.services.placing import place_order
from tests.factories.orders import draft, drop_refund, later, line, refund, tell_refund
from tests.orders.services.conftest import books, claimed

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(jar):
    return draft([line(jar, 3, net="30.00")])


@pytest.fixture
def order(told):
    return Order.objects.get(pk=place_order(told, actor="shop").order_id)


@pytest.mark.parametrize(("restock", "ceiling", "restocks"), [(True, 4, 1), (None, 4, 1), (False, 3, 0)])
def test_pain_13_a_refund_changes_money_and_stock_once(order, jar, events, restock, ceiling, restocks):
    events()

    tell_refund(order.pk, refund("r1", "12.20", [("1", 1)], restock=restock))
    tell_refund(order.pk, refund("r1", "12.20", [("1", 1)], restock=restock))

    order.refresh_from_db()
    assert (Refund.objects.count(), order.refunded, order.payment_status, order.status) == (
        1,
        Decimal("12.20"),
        "partly_refunded",
        "released",
    )
    assert books(jar) == (Decimal(2), Decimal(ceiling), Decimal(3), Decimal(restocks))
    assert set(events()) == {"OrderChanged"}


def test_pain_14_money_without_pieces_leaves_the_stock(order, jar):
    tell_refund(order.pk, refund("r1", "5.00"))

    order.refresh_from_db()
    assert (order.refunded, books(jar)) == (Decimal("5.00"), (Decimal(3), Decimal(3), Decimal(3), Decimal(0)))


def test_several_refunds_add_up(order, jar):
    tell_refund(order.pk, refund("r1", "12.20", [("1", 1)]))
    tell_refund(order.pk, refund("r2", "24.40", [("1", 2)], restock=False))

    order.refresh_from_db()
    assert (order.refunded, OrderLine.objects.get().refunded, order.status) == (Decimal("36.60"), Decimal(3), "closed")
    assert books(jar) == (Decimal(0), Decimal(4), Decimal(3), Decimal(1))


def test_a_refund_deleted_in_the_shop_counts_no_more(order, jar):
    tell_refund(order.pk, refund("r1", "36.60", [("1", 3)], restock=False))
    order.refresh_from_db()
    assert order.status == "closed"

    drop_refund(order.pk, "r1")
    drop_refund(order.pk, "r1")

    order.refresh_from_db()
    assert (order.refunded, order.payment_status, order.status, claimed(order.pk)) == (Decimal(0), "paid", "released", Decimal(3))
    assert Refund.objects.get().deleted_at is not None
    assert books(jar) == (Decimal(3), Decimal(3), Decimal(3), Decimal(0))


def test_pain_13_refunds_come_with_the_order_s_state_too(order, told, jar):
    change_order(order.pk, later(told, refunds=(refund("r1", "12.20", [("1", 1)]), refund("r2", "1.00"))), actor="shop")

    order.refresh_from_db()
    assert (order.refunded, books(jar)) == (Decimal("13.20"), (Decimal(2), Decimal(4), Decimal(3), Decimal(1)))
    assert change_order(order.pk, later(told, refunds=(refund("r1", "12.20", [("1", 1)]), refund("r2", "1.00"))), actor="shop") is False

    change_order(order.pk, later(told, minutes=10, refunds=(refund("r2", "1.00"),)), actor="shop")

    order.refresh_from_db()
    assert (order.refunded, claimed(order.pk)) == (Decimal("1.00"), Decimal(3))


def test_a_state_that_says_nothing_about_refunds_leaves_them(order, told):
    tell_refund(order.pk, refund("r1", "12.20", [("1", 1)]))

    change_order(order.pk, later(told), actor="shop")

    order.refresh_from_db()
    assert (order.refunded, claimed(order.pk)) == (Decimal("12.20"), Decimal(2))


def test_the_shop_s_own_count_of_lowered_pieces_goes_before_what_we_conclude(jar):
    told = draft([line(jar, 3, net="30.00", lowered=Decimal(3))])
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)

    lines = (line(jar, 3, net="30.00", lowered=Decimal(3)),)
    change_order(order.pk, later(told, lines=lines, refunds=(refund("r1", "12.20", [("1", 1)]),)), actor="shop")

    assert books(jar) == (Decimal(2), Decimal(3), Decimal(3), Decimal(0))
