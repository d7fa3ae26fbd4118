"""A sale of our own, over the counter or by phone, takes what no window may sell."""

from decimal import Decimal

import pytest

from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import StockLevel
from orders.models import Order, TaxRow
from orders.sales import SaleLine
from orders.services.selling import take_order
from tests.factories.crm import make_party
from tests.factories.inventory import make_kit, make_variant, make_warehouse, put
from tests.factories.orders import sale
from tests.factories.users import make_user
from tests.orders.services.conftest import books, reserved

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return make_user("anna")


def on_hand(variant):
    return StockLevel.objects.get(variant=variant).on_hand


def test_over_the_counter_goods_are_paid_at_the_list_price_and_leave_at_once(mug, staff):
    mug.list_price = Decimal("12.20")
    mug.save()

    order_id = take_order(sale((mug, 3), party_id=make_party().pk), by=staff)

    order = Order.objects.get(pk=order_id)
    assert (order.total, order.goods_net, order.tax, order.payment_status) == (Decimal("36.60"), Decimal(30), Decimal("6.60"), "paid")
    assert (order.status, on_hand(mug), reserved(mug), TaxRow.objects.get().rate) == ("closed", 7, 0, Decimal(22))


def test_by_phone_goods_are_reserved_and_can_be_shipped(mug, staff):
    order_id = take_order(sale((mug, 3), kind="phone"), by=staff)

    assert (Order.objects.get(pk=order_id).status, on_hand(mug), reserved(mug)) == ("released", 10, 3)


def test_it_takes_only_what_is_left_of_the_windows(jar, staff):
    take_order(sale((jar, 4), kind="phone"), by=staff)

    with pytest.raises(Refused, match="not enough pieces"), attempt():
        take_order(sale((jar, 1), kind="phone"), by=staff)

    assert (Order.objects.count(), books(jar)) == (1, (Decimal(4), Decimal(6), Decimal(0), Decimal(0)))


def test_the_same_key_sells_once(mug, staff):
    first = take_order(sale((mug, 1), key="till-7"), by=staff)
    again = take_order(sale((mug, 1), key="till-7"), by=staff)

    assert (first, on_hand(mug)) == (again, 9)


def test_a_kit_sells_its_parts(mug, staff):
    kit = make_kit("SET", {mug: 2})

    take_order(sale((kit, 2)), by=staff)

    assert on_hand(mug) == 6


@pytest.mark.parametrize("quantity", [0, -1, 1.5])
def test_an_impossible_quantity_is_refused(mug, staff, quantity):
    with pytest.raises(Refused) as refusal, attempt():
        take_order(sale((mug, quantity)), by=staff)

    assert (refusal.value.code, Order.objects.count()) == ("quantity", 0)


def test_a_sale_of_nothing_or_of_something_unknown_is_refused(staff):
    with pytest.raises(Refused, match="no lines yet"), attempt():
        take_order(sale(), by=staff)
    with pytest.raises(Refused, match="not there any more"), attempt():
        take_order(sale(lines=(SaleLine(999999, Decimal(1)),)), by=staff)

    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"payment": "bank_transfer"}, "payment"),
        ({"kind": "phone", "shipping": None}, "address"),
        ({"shipping_gross": Decimal(-1)}, "price"),
    ],
)
def test_what_cannot_be_sold_so_is_refused(mug, staff, fields, code):
    with pytest.raises(Refused) as refusal, attempt():
        take_order(sale((mug, 1), **fields), by=staff)

    assert (refusal.value.code, Order.objects.count()) == (code, 0)


def test_cloth_by_the_metre(staff):
    cloth = make_variant("CLOTH", unit="metre", list_price=Decimal("10.00"))
    put(cloth, make_warehouse(), 5)

    order_id = take_order(sale((cloth, 1.5)), by=staff)

    assert (Order.objects.get(pk=order_id).total, on_hand(cloth)) == (Decimal("15.00"), Decimal("3.5"))
