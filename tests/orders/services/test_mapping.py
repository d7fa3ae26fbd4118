"""Map once, and every order that waits goes on."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from orders.models import Order, OrderLine
from orders.services.mapping import MappedItem, map_line, map_line_by_sku, resume_mapped
from orders.services.placing import place_orders
from tests.factories.inventory import make_variant
from tests.factories.orders import draft, line
from tests.orders.services.conftest import books, open_holds, reserved

pytestmark = pytest.mark.django_db


def test_pain_08_mapping_once_resumes_all_waiting_orders_as_sales_of_their_window(jar, events):
    waiting = [draft([line(None, 2, external_item="77", window="terramare|JAR|")]) for _ in range(2)]
    place_orders([*waiting, draft([line(None, external_item="88")])], actor="shop")
    assert books(jar) == (Decimal(0), Decimal(6), Decimal(0), Decimal(0))
    events()

    resumed = resume_mapped("terramare", {"77": MappedItem(jar.pk)})

    orders = list(Order.objects.order_by("pk"))
    assert resumed == [orders[0].pk, orders[1].pk]
    assert [order.status for order in orders] == ["released", "released", "held"]
    assert books(jar) == (Decimal(4), Decimal(2), Decimal(4), Decimal(0))
    assert events() == ["OrderReleased", "OrderReleased"]
    assert [card.subject for card in Card.objects.filter(closed_at=None)] == [f"orders.order:{orders[2].pk}"]
    assert resume_mapped("terramare", {"77": MappedItem(jar.pk)}) == []


def test_an_order_with_another_unmapped_line_waits_on_with_what_is_left_on_its_card(mug):
    told = draft([line(None, external_id="1", external_item="77"), line(None, external_id="2", external_item="88", title="Piatto")])
    place_orders([told], actor="shop")

    resume_mapped("terramare", {"77": MappedItem(mug.pk)})

    order = Order.objects.get()
    assert (order.status, open_holds(order.pk), reserved(mug)) == ("held", ["unmapped_line"], Decimal(1))
    assert Card.objects.get(closed_at=None).params["titles"] == "Piatto"


def test_another_account_s_listing_is_another_listing(mug):
    place_orders([draft([line(None, external_item="77")])], actor="shop")

    assert resume_mapped("montagna", {"77": MappedItem(mug.pk)}) == []


def test_part_of_a_piece_shows_when_the_product_is_known(mug):
    place_orders([draft([line(None, 1.5, external_item="77", allows_decimals=True)])], actor="shop")

    resume_mapped("terramare", {"77": MappedItem(mug.pk)})

    assert (open_holds(Order.objects.get().pk), reserved(mug)) == (["fractional"], Decimal(0))


def test_a_virtual_good_needs_no_stock(mug):
    place_orders([draft([line(None, external_item="77"), line(mug, external_id="2")])], actor="shop")
    service = make_variant("SERVICE", is_stocked=False)

    resume_mapped("terramare", {"77": MappedItem(service.pk, needs_stock=False)})

    assert (Order.objects.get().status, open_holds(Order.objects.get().pk)) == ("released", [])


def test_a_line_is_mapped_by_hand_once(mug):
    place_orders([draft([line(None, 2, window=None)])], actor="shop")
    staff = User.objects.create_user("anna")
    target = OrderLine.objects.get()

    map_line(target.pk, variant_id=mug.pk, by=staff)

    assert (Order.objects.get().status, reserved(mug)) == ("released", Decimal(2))
    with pytest.raises(Refused, match="has a product already"), attempt():
        map_line(target.pk, variant_id=mug.pk, by=staff)
    with pytest.raises(Refused, match="not there any more"), attempt():
        map_line(target.pk, variant_id=999999, by=staff)


def test_a_line_is_mapped_by_its_place_and_a_sku(mug):
    place_orders([draft([line(None, 2, window=None)])], actor="shop")
    staff, order = User.objects.create_user("anna"), Order.objects.get()

    with pytest.raises(Refused, match="has 1 lines"), attempt():
        map_line_by_sku(order.pk, position=2, sku=mug.sku, by=staff)
    with pytest.raises(Refused, match="No product has the SKU “NOTHING”"), attempt():
        map_line_by_sku(order.pk, position=1, sku=" NOTHING ", by=staff)
    assert OrderLine.objects.get().variant_id is None

    map_line_by_sku(order.pk, position=1, sku=f" {mug.sku} ", by=staff)

    assert (Order.objects.get().status, reserved(mug)) == ("released", Decimal(2))
