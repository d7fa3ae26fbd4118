"""Money of a WooCommerce order, to the cent: facts as they came, and what does not add up is named."""

from decimal import Decimal

import pytest

from channels.connectors.woocommerce.mapper import order_of
from channels.contract import ChannelOrder, ContractBroken
from channels.contract.reasons import RESIDUALS, sentence
from tests.fixtures.woocommerce import body, order

D = Decimal


def parts(found: ChannelOrder) -> Decimal:
    lines = sum(line.net_before_discount for line in found.lines)
    charges = sum(row.net for row in (*found.shipping, *found.fees))
    return lines - found.discount_net + charges + found.tax


def test_pain_11_a_lines_totals_and_taxes_are_facts_to_the_cent():
    found = order("order_cash_on_delivery")

    line = found.lines[0]
    assert (line.net_before_discount, line.discount_net, line.net, line.tax) == (D("19.59"), D("0.00"), D("19.59"), D("4.31"))
    assert line.unit_price_said == D("19.590164")
    assert [(tax.amount, tax.said, tax.rate, tax.label) for tax in line.taxes] == [(D("4.31"), D("4.309836"), D(22), "IVA 22%")]
    assert (found.total, found.residual, found.residual_reason) == (D("32.92"), D("0.00"), "")


def test_pain_12_mixed_rates_under_a_coupon_keep_their_own_tax():
    found = order("order_coupon_mixed_vat")

    assert [(line.discount_net, line.discount_tax, line.net, line.tax) for line in found.lines] == [
        (D("4.00"), D("0.88"), D("36.00"), D("7.92")),
        (D("1.50"), D("0.15"), D("13.50"), D("1.35")),
    ]
    assert [(row.net, row.tax, row.taxes[0].rate) for row in found.shipping] == [(D("5.00"), D("1.10"), D(22))]
    assert [(row.code, row.net, row.tax, row.kind) for row in found.coupons] == [("autunno10", D("5.50"), D("1.03"), "percent")]
    assert [(row.rate, row.tax, row.shipping_tax) for row in found.tax_totals] == [
        (D(22), D("7.92"), D("1.10")),
        (D(10), D("1.35"), D("0.00")),
    ]
    assert parts(found) == found.total == D("64.87")


def test_a_fee_has_its_own_tax():
    found = order("order_cash_on_delivery")
    assert [(fee.title, fee.net, fee.tax) for fee in found.fees] == [("Contrassegno", D("2.48"), D("0.54"))]
    assert parts(found) == found.total


def test_a_negative_fee_stays_negative():
    fee = {"id": 9, "name": "Sconto fedeltà", "total": "-2.00", "total_tax": "-0.44", "taxes": [{"id": 1, "total": "-0.44"}]}
    found = order("order_gift_card", fee_lines=[fee], total="2.51")
    assert (found.fees[0].net, found.fees[0].tax, found.residual) == (D("-2.00"), D("-0.44"), D("0.00"))


def test_gift_cards_are_payments_and_the_goods_cost_what_they_cost():
    found = order("order_gift_card")

    assert (found.declared_total, found.total, found.gift_cards, found.residual) == (D("4.95"), D("25.00"), D("20.05"), D("0.00"))
    assert [(row.method, row.amount, row.state, row.external_id) for row in found.payments] == [
        ("gift_card", D("20.05"), "captured", "REGALO-1"),
        ("stripe", D("4.95"), "captured", "ch_1"),
    ]


def test_gift_cards_that_the_total_already_holds_are_not_added_again():
    found = order("order_gift_card", total="25.00")
    assert (found.total, found.residual) == (D("25.00"), D("0.00"))
    assert [row.amount for row in found.payments] == [D("20.05"), D("4.95")]


def test_a_total_that_is_rounded_once_leaves_a_named_cent():
    found = order("order_rounded_total")
    assert (found.residual, found.residual_reason) == (D("-0.01"), "rounding")
    assert parts(found) + found.residual == found.total


@pytest.mark.parametrize(
    ("changes", "residual", "reason"),
    [
        ({"total": "58.77"}, "-6.10", "rows_without_shipping"),
        ({"total": "71.10"}, "6.23", "rows_missing"),
        ({"total": "61.10"}, "-3.77", "total_too_small"),
        ({"total": "66.10", "total_tax": "11.60"}, "1.23", "tax_not_in_rows"),
    ],
)
def test_money_without_a_row_is_a_residual_with_a_reason_in_words(changes, residual, reason):
    found = order("order_coupon_mixed_vat", **changes)
    assert (found.residual, found.residual_reason) == (D(residual), reason)
    assert parts(found) + found.residual == found.total
    assert sentence(reason).endswith(".")


def test_fees_left_out_of_the_total_are_named():
    assert order("order_cash_on_delivery", total="29.90").residual_reason == "rows_without_fees"
    assert order("order_cash_on_delivery", total="23.90").residual_reason == "rows_without_charges"


def test_every_reason_has_a_sentence():
    assert [code for code in RESIDUALS if not sentence(code).endswith(".")] == []
    assert sentence("something new") == "something new"


def test_shipping_that_has_only_a_total_becomes_a_row():
    found = order("order_coupon_mixed_vat", shipping_lines=[])
    assert [(row.net, row.tax, row.taxes[0].rate) for row in found.shipping] == [(D("5.00"), D("1.10"), None)]
    assert found.residual == 0


def test_a_tax_row_of_an_unnamed_rate_is_unknown_and_not_zero():
    found = order("order_coupon_mixed_vat", tax_lines=[])
    assert [tax.rate for line in found.lines for tax in line.taxes] == [None, None]


def test_the_rate_in_the_label_counts_where_the_shop_is_too_old_to_send_the_number():
    taxes = [{key: value for key, value in row.items() if key != "rate_percent"} for row in body("order_coupon_mixed_vat")["tax_lines"]]
    found = order("order_coupon_mixed_vat", tax_lines=taxes)
    assert [line.taxes[0].rate for line in found.lines] == [D(22), D(10)]


def test_tax_parts_add_up_to_the_lines_tax_whatever_their_decimals():
    line = {**body("order_gift_card")["line_items"][0], "total_tax": "1.01"}
    line["taxes"] = [{"id": 1, "total": "0.335"}, {"id": 2, "total": "0.335"}, {"id": 3, "total": "0.335"}]
    found = order("order_gift_card", line_items=[line])
    assert sorted(tax.amount for tax in found.lines[0].taxes) == [D("0.33"), D("0.34"), D("0.34")]


def test_a_raised_price_is_no_negative_discount():
    line = {**body("order_gift_card")["line_items"][0], "subtotal": "10.00", "subtotal_tax": "2.20"}
    found = order("order_gift_card", line_items=[line])
    assert (found.lines[0].net_before_discount, found.lines[0].discount_net, found.lines[0].discount_tax) == (D("16.40"), 0, 0)


@pytest.mark.parametrize("bad", ["abc", "NaN", "Infinity", "1e30", True, {"amount": "1"}, ["1"]])
def test_an_amount_that_is_none_breaks_the_contract_with_its_path(bad):
    with pytest.raises(ContractBroken) as broken:
        order("order_gift_card", total=bad)
    assert broken.value.path == "order.total"


@pytest.mark.parametrize("key", ["id", "status", "currency", "total", "line_items"])
def test_what_no_order_can_be_without_is_named_when_it_is_missing(key):
    whole = body("order_gift_card")
    del whole[key]
    with pytest.raises(ContractBroken) as broken:
        order_of(whole, {})
    assert broken.value.path == f"order.{key}"


def test_pain_25_an_order_in_no_real_currency_is_refused():
    with pytest.raises(ContractBroken) as broken:
        order("order_gift_card", currency="€")
    assert broken.value.path == "order.currency"
