"""What the database itself refuses."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from orders.models import Adjustment, Hold, Order, OrderLine, Payment, Refund
from orders.services.placing import place_order
from tests.factories.orders import draft, line

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def order():
    return Order.objects.get(pk=place_order(draft([line(None, needs_stock=False)]), actor="shop").order_id)


def refuses(constraint: str, write) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


def change(order: Order, **fields):
    return lambda: Order.objects.filter(pk=order.pk).update(**fields)


def test_pain_25_a_document_has_one_currency(order):
    refuses("orders_currency_is_a_code", change(order, currency="eur"))
    refuses("orders_buyer_amount_has_currency", change(order, buyer_total=Decimal(1)))
    assert [
        field.name for model in (OrderLine, Adjustment, Payment, Refund) for field in model._meta.fields if "currency" in field.name
    ] == []


def test_pain_11_the_parts_make_the_total(order):
    refuses("orders_parts_make_the_total", change(order, tax=Decimal("9.99")))


def test_pain_01_an_order_is_imported_once(order):
    def double() -> None:
        order.pk = None
        order.save(force_insert=True)

    refuses("orders_import_once", double)


def test_rows_are_there_once(order):
    refuses("orders_line_once", lambda: OrderLine.objects.create(order=order, external_id="1", quantity=1))
    refuses("orders_line_quantity_not_negative", lambda: OrderLine.objects.create(order=order, external_id="2", quantity=-1))
    refuses("orders_adjustment_once", lambda: Adjustment.objects.create(order=order, kind="shipping", position=0))
    refuses("orders_rounding_has_a_reason", lambda: Adjustment.objects.create(order=order, kind="rounding", net=1))
    refuses("orders_payment_once", lambda: Payment.objects.create(order=order, method="stripe", external_id="ch_1", recorded_at=NOW))
    refuses("orders_payment_not_negative", lambda: Payment.objects.create(order=order, method="x", amount=-1, recorded_at=NOW))


def test_a_kind_of_hold_is_open_once(order):
    Hold.objects.create(order=order, kind="trashed", placed_at=NOW)
    refuses("orders_hold_open_once", lambda: Hold.objects.create(order=order, kind="trashed", placed_at=NOW))


def test_pain_13_a_refund_is_there_once(order):
    Refund.objects.create(order=order, external_id="r1", refunded_at=NOW)
    refuses("orders_refund_once", lambda: Refund.objects.create(order=order, external_id="r1", refunded_at=NOW))
