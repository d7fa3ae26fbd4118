"""The identity of an order's money, to the cent, and what payments amount to."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp.core.money import round_cents
from orders.drafts import NewAdjustment, NewLine, NewPayment, NewTax
from orders.totals import completed_taxes, parts_of, residual_of, rounding_row, summarise_payments
from tests.factories.orders import draft

CENTS = st.decimals(min_value=0, max_value=9999, places=2)


def goods(external_id: str, net: str, tax: str) -> NewLine:
    return NewLine(external_id, 1, "SKU", "Articolo", Decimal(1), Decimal(net), Decimal(tax))


def test_every_part_stands_in_the_identity_once():
    lines = [goods("1", "100.00", "19.80"), goods("2", "50.00", "5.00")]
    adjustments = [
        NewAdjustment("discount", "SALE", Decimal("10.00"), Decimal("2.20")),
        NewAdjustment("shipping", "Corriere", Decimal("8.00"), Decimal("1.76")),
        NewAdjustment("fee", "Contrassegno", Decimal("-1.00"), Decimal("-0.22")),
        NewAdjustment("gift_card", "GC", Decimal("20.00")),
        NewAdjustment("rounding", "cash", Decimal("0.01")),
    ]

    parts = parts_of(lines, adjustments, [])

    assert parts.tax == Decimal("26.34")
    assert parts.sum == Decimal("153.35")


def test_pain_12_tax_rows_go_before_the_row_s_own_tax_and_no_rate_is_not_nought():
    lines = [goods("1", "10.00", "2.20"), goods("2", "10.00", "1.00")]
    shipping = [
        NewAdjustment("shipping", "A", Decimal("5.00"), Decimal("1.10")),
        NewAdjustment("shipping", "B", Decimal("5.00"), Decimal("0.50")),
    ]
    told = [
        NewTax("line:1", "IVA", Decimal(22), Decimal("10.00"), Decimal("2.20")),
        NewTax("shipping:1", "IVA", Decimal(10), Decimal("5.00"), Decimal("0.50")),
    ]

    rows = completed_taxes(lines, shipping, told)

    assert [(row.target, row.rate, row.amount) for row in rows] == [
        ("line:1", Decimal(22), Decimal("2.20")),
        ("shipping:1", Decimal(10), Decimal("0.50")),
        ("line:2", None, Decimal("1.00")),
        ("shipping:0", None, Decimal("1.10")),
    ]


def test_a_tax_of_the_whole_order_needs_no_split():
    rows = completed_taxes([goods("1", "10.00", "2.20")], [], [NewTax("order", "IVA", None, Decimal(10), Decimal("2.20"))])

    assert [row.target for row in rows] == ["order"]


@given(nets=st.lists(CENTS, min_size=1, max_size=8), shipping=CENTS, discount=CENTS, total=CENTS)
def test_the_rounding_row_makes_the_parts_the_total(nets, shipping, discount, total):
    lines = tuple(goods(str(place), str(net), str(round_cents(net * 22 / 100))) for place, net in enumerate(nets))
    adjustments = (NewAdjustment("shipping", "", shipping), NewAdjustment("discount", "", discount))
    told = draft(lines, adjustments=adjustments, total=total, customer=None, billing=None, taxes=(), payments=())

    row = rounding_row(told)

    kept = (*adjustments, row) if row else adjustments
    assert parts_of(lines, kept, ()).sum == total
    assert (row is None) == (residual_of(told) == 0)


@pytest.mark.parametrize(
    ("payments", "refunded", "status", "due", "may_go"),
    [
        ([("captured", "100")], "0", "paid", "0", True),
        ([("captured", "40")], "0", "partly_paid", "60", False),
        ([("authorised", "100")], "0", "authorised", "100", False),
        ([("on_delivery", "100")], "0", "on_delivery", "100", True),
        ([("captured", "30"), ("on_delivery", "70")], "0", "on_delivery", "70", True),
        ([("pending", "100")], "0", "awaited", "100", False),
        ([("failed", "100")], "0", "failed", "100", False),
        ([("failed", "100"), ("pending", "100")], "0", "awaited", "100", False),
        ([], "0", "awaited", "100", False),
        ([("on_delivery", "100")], "20", "partly_refunded", "80", True),
        ([("captured", "30"), ("on_delivery", "70")], "20", "partly_refunded", "50", True),
        ([("captured", "80"), ("on_delivery", "20")], "20", "partly_refunded", "0", True),
        ([("on_delivery", "100")], "100", "refunded", "100", True),
        ([("captured", "100")], "20", "partly_refunded", "0", True),
        ([("captured", "100")], "100", "refunded", "0", True),
        ([("refunded", "100")], "0", "refunded", "0", True),
        ([("voided", "100")], "0", "awaited", "100", False),
    ],
)
def test_pain_26_payments_in_one_word(payments, refunded, status, due, may_go):
    rows = [NewPayment("m", "", state, Decimal(amount)) for state, amount in payments]

    summary = summarise_payments(Decimal(100), rows, Decimal(refunded))

    assert (summary.status, summary.due, summary.may_go) == (status, Decimal(due), may_go)


def test_an_order_for_nothing_is_paid():
    assert summarise_payments(Decimal(0), []).status == "paid"
