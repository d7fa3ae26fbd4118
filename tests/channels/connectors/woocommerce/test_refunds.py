"""Refunds as objects of their own: money, pieces and restock, each as the shop says it."""

from decimal import Decimal

import pytest

from channels.connectors.woocommerce.mapper import order_of
from channels.connectors.woocommerce.refunds import refund_of
from channels.contract import ContractBroken
from tests.fixtures.woocommerce import body, order

D = Decimal


def refunded(**line_meta):
    whole = body("order_refunded_in_parts", regia_refunds=body("refunds_of_3004"))
    if line_meta:
        whole["line_items"][0]["meta_data"] = [{"key": key, "value": value} for key, value in line_meta.items()]
    return order_of(whole, {})


def test_pain_13_each_refund_has_its_own_id_amount_and_rows():
    found = refunded().refunds

    assert [(row.external_id, row.order_external_id, row.amount, row.is_paid_back, row.residual) for row in found] == [
        ("3105", "3004", D("24.40"), False, D("0.00")),
        ("3106", "3004", D("30.50"), True, D("0.00")),
        ("3107", "3004", D("3.00"), False, D("3.00")),
    ]
    line = found[0].lines[0]
    assert (line.line_external_id, line.quantity, line.net, line.tax, line.taxes[0].rate) == ("31", D(1), D("20.00"), D("4.40"), D(22))
    assert [(row.net, row.tax) for row in found[1].charges] == [(D("5.00"), D("1.10"))]


def test_a_refund_by_amount_only_explains_nothing_and_says_so():
    found = refunded().refunds[2]
    assert (found.lines, found.residual, found.residual_reason) == ((), D("3.00"), "amount_only")


def test_pain_14_restocked_pieces_go_to_the_oldest_refund_first():
    found = refunded()
    assert [[line.restocked for line in refund.lines] for refund in found.refunds] == [[D(1)], [D(0)], []]
    assert (found.lines[0].lowered, found.lines[0].restocked, found.lines[0].refunded) == (D(2), D(1), D(2))


def test_a_line_still_lowered_without_a_restock_mark_got_nothing_back():
    assert [[line.restocked for line in refund.lines] for refund in refunded(_reduced_stock="3").refunds] == [[D(0)], [D(0)], []]


def test_a_line_without_any_mark_has_an_unknown_restock():
    assert [[line.restocked for line in refund.lines] for refund in refunded(other="1").refunds] == [[None], [None], []]


def test_without_details_the_orders_own_summary_counts():
    found = order("order_refunded_in_parts")
    assert [(row.external_id, row.amount, row.has_details, row.residual_reason) for row in found.refunds] == [
        ("3105", D("24.40"), False, "summary_only"),
        ("3106", D("30.50"), False, "summary_only"),
        ("3107", D("3.00"), False, "summary_only"),
    ]


def test_a_refund_of_the_details_that_the_summary_lacks_is_not_lost():
    whole = body("order_refunded_in_parts", refunds=[], regia_refunds=body("refunds_of_3004"))
    assert [row.external_id for row in order_of(whole, {}).refunds] == ["3105", "3106", "3107"]


def test_an_order_keeps_its_total_after_refunds():
    assert (refunded().total, refunded().residual) == (D("79.30"), D("0.00"))


@pytest.mark.parametrize(("amount", "residual", "reason"), [("24.41", "0.01", "rounding"), ("20.00", "-4.40", "refund_rows")])
def test_a_refund_whose_rows_do_not_add_up_is_named(amount, residual, reason):
    found = refund_of({**body("refunds_of_3004")[2], "amount": amount}, {})
    assert (found.residual, found.residual_reason) == (D(residual), reason)


def test_a_refund_alone_finds_its_order_in_its_link():
    alone = body("refunds_of_3004")[2]
    del alone["parent_id"]
    link = {"up": [{"href": "https://shop.example/wp-json/wc/v3/orders/3004"}]}
    assert refund_of({**alone, "_links": link}, {}).order_external_id == "3004"
    assert refund_of(alone, {}).order_external_id == ""


def test_money_back_without_pieces_has_no_quantity():
    row = {**body("refunds_of_3004")[2]["line_items"][0], "quantity": 0}
    assert refund_of({**body("refunds_of_3004")[2], "line_items": [row]}, {}).lines[0].quantity == 0


def test_a_refund_without_amount_is_broken():
    with pytest.raises(ContractBroken) as broken:
        refund_of({"id": 1}, {})
    assert broken.value.path == "refund.amount"
