"""A counter sells what no window may sell."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from erp.core.refusals import Refused
from erp.core.transactions import attempt
from orders.models import Order, TaxRow
from orders.services.selling import sell_over_counter
from tests.factories.crm import make_party
from tests.factories.inventory import make_kit, make_variant, make_warehouse, put
from tests.orders.services.conftest import books, reserved

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return User.objects.create_user("anna")


def test_a_sale_at_the_list_price_is_paid_and_reserved(mug, staff):
    mug.list_price = Decimal("12.20")
    mug.save()

    order_id = sell_over_counter([(mug.pk, Decimal(3))], make_party().pk, by=staff)

    order = Order.objects.get(pk=order_id)
    assert (order.total, order.goods_net, order.tax, order.payment_status) == (Decimal("36.60"), Decimal(30), Decimal("6.60"), "paid")
    assert (order.status, reserved(mug), TaxRow.objects.get().rate) == ("released", Decimal(3), Decimal(22))


def test_it_takes_only_what_is_left_of_the_windows(jar, staff):
    party = make_party()
    sell_over_counter([(jar.pk, Decimal(4))], party.pk, by=staff)

    with pytest.raises(Refused, match="not enough free pieces"), attempt():
        sell_over_counter([(jar.pk, Decimal(1))], party.pk, by=staff)

    assert (Order.objects.count(), books(jar)) == (1, (Decimal(4), Decimal(6), Decimal(0), Decimal(0)))


def test_the_same_key_sells_once(mug, staff):
    party = make_party()

    first = sell_over_counter([(mug.pk, Decimal(1))], party.pk, by=staff, key="till-7")
    again = sell_over_counter([(mug.pk, Decimal(1))], party.pk, by=staff, key="till-7")

    assert (first, reserved(mug)) == (again, Decimal(1))


def test_a_kit_sells_its_parts(mug, staff):
    kit = make_kit("SET", {mug: 2})

    sell_over_counter([(kit.pk, Decimal(2))], make_party().pk, by=staff)

    assert reserved(mug) == 4


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5"])
def test_an_impossible_quantity_is_refused(mug, staff, quantity):
    with pytest.raises(Refused, match="cannot be sold"), attempt():
        sell_over_counter([(mug.pk, Decimal(quantity))], make_party().pk, by=staff)

    assert Order.objects.count() == 0


def test_a_sale_of_nothing_or_of_something_unknown_is_refused(staff):
    for lines in ([], [(999999, Decimal(1))]):
        with pytest.raises(Refused, match="not there any more"), attempt():
            sell_over_counter(lines, make_party().pk, by=staff)


def test_cloth_by_the_metre(staff):
    cloth = make_variant("CLOTH", unit="metre", list_price=Decimal("10.00"))
    put(cloth, make_warehouse(), 5)

    order_id = sell_over_counter([(cloth.pk, Decimal("1.5"))], make_party().pk, by=staff)

    assert (Order.objects.get(pk=order_id).total, reserved(cloth)) == (Decimal("15.00"), Decimal("1.5"))
