"""The statements in SQL do what their plain forms do, and keep every digit."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from orders.drafts import NewHold
from orders.models import Adjustment, Hold, Order, OrderLine, Payment, TaxRow
from orders.queries.inserting import NewRows, insert_holds, insert_holds_of_new_orders, insert_orders
from orders.rows import adjustment_values, line_values, new_order_values, payment_values, tax_values
from orders.services.holding import hold_values
from orders.treatment import judge
from tests.factories.crm import make_party
from tests.factories.orders import draft, line

pytestmark = pytest.mark.django_db
PIECES = dict.fromkeys(("refunded", "restocked", "claimed", "counted"), Decimal(0))
NOW = datetime(2026, 11, 24, 10, 0, 0, 123456, tzinfo=UTC)


def values(**fields):
    told = draft([line(None, needs_stock=False, net="33.33")], shipping=None, gift_message="È \"così\" \\ 'quì'", **fields)
    return new_order_values(told, judge(told, now=NOW), party_id=make_party().pk, now=NOW)


def whole(row: dict) -> NewRows:
    """An order without parts."""
    return NewRows(row, {})


def columns(order: Order) -> dict:
    return {
        field.attname: getattr(order, field.attname) for field in Order._meta.concrete_fields if field.attname not in ("id", "external_id")
    }


def test_an_order_inserted_in_sql_equals_one_of_the_orm():
    row = values(buyer_currency="CHF", buyer_total=Decimal("31.10"), exchange_rate=Decimal("1.12345678"))

    made = insert_orders([whole(row)])

    plain = {**row, "external_id": "plain"}
    party_id = plain.pop("party")
    Order.objects.create(party_id=party_id, **plain)
    by_sql, by_orm = Order.objects.order_by("pk")
    assert made == {(row["source"], row["external_id"]): by_sql.pk}
    assert columns(by_sql) == columns(by_orm)
    assert (by_sql.created_at, by_sql.shipping) == (NOW, None)


def test_an_order_that_is_here_is_left_alone_and_has_no_key_in_the_answer():
    first, second = values(), values()
    insert_orders([whole(first)])

    made = insert_orders([whole({**first, "customer_note": "Altro"}), whole(second)])

    assert list(made) == [(second["source"], second["external_id"])]
    assert Order.objects.get(external_id=first["external_id"]).customer_note == ""


def test_holds_inserted_in_sql_equal_those_of_the_orm():
    keys = sorted(insert_orders([whole(values()), whole(values())]).values())
    hold = NewHold("trashed", keeps_stock=False, expires_at=NOW + timedelta(days=1), params={"status": "trash"})

    insert_holds_of_new_orders([hold_values(keys[0], hold, NOW)])

    by_orm = Hold.objects.create(
        order_id=keys[1], kind="trashed", keeps_stock=False, expires_at=NOW + timedelta(days=1), params={"status": "trash"}, placed_at=NOW
    )
    by_sql = Hold.objects.get(order=keys[0])
    names = [field.attname for field in Hold._meta.concrete_fields if field.attname not in ("id", "order_id")]
    assert [getattr(by_sql, name) for name in names] == [getattr(by_orm, name) for name in names]
    assert list(Order.objects.order_by("pk").values_list("status", flat=True)) == ["held", "released"]


def test_a_hold_that_is_open_gets_the_new_details_and_a_released_one_is_another():
    key = next(iter(insert_orders([whole(values())]).values()))
    insert_holds([hold_values(key, NewHold("trashed"), NOW)])

    insert_holds([hold_values(key, NewHold("trashed", params={"status": "bin"}), NOW)])
    assert Hold.objects.get().params == {"status": "bin"}

    Hold.objects.update(released_at=NOW)
    insert_holds([hold_values(key, NewHold("trashed"), NOW)])
    assert Hold.objects.count() == 2


def test_parts_inserted_in_sql_equal_those_of_the_orm_and_keep_their_order():
    told = draft([line(None, 1.5, net="33.33", components=((7, Decimal(2)),)), line(None, 2, external_id="2", lowered=Decimal(1))])
    parts = {
        OrderLine: [line_values(each, place) | PIECES for place, each in enumerate(told.lines)],
        Adjustment: list(adjustment_values(told)),
        TaxRow: list(tax_values(told)),
        Payment: list(payment_values(told, NOW)),
    }
    bare, full = values(), values()

    made = insert_orders([whole(bare), NewRows(full, parts)])

    plain, filled = (made[row["source"], row["external_id"]] for row in (bare, full))
    for model, rows in parts.items():
        assert (len(rows) > 0, model.objects.filter(order=plain).count()) == (True, 0)
        for row in rows:
            model.objects.create(order_id=plain, **row)
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in ("id", "order_id")]
        by_sql, by_orm = (list(model.objects.filter(order=key).order_by("pk").values(*names)) for key in (filled, plain))
        assert by_sql == by_orm


def test_parts_of_an_order_that_is_here_are_not_written():
    row = values()
    insert_orders([whole(row)])

    made = insert_orders([NewRows(row, {Payment: list(payment_values(draft([line(None)]), NOW))})])

    assert (made, Payment.objects.count()) == ({}, 0)
