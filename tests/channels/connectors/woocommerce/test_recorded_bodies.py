"""Every recorded order and refund body is read: nothing unexplained without a name, nothing dropped."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from channels.connectors.woocommerce.interpreting import interpret
from channels.contract import ChannelOrder, ChannelRefund
from channels.contract.reasons import RESIDUALS

ROOT = Path(__file__).parents[4]
FOLDER = Path(os.environ.get("REGIA_SHARED", ROOT.parent / "shared")) / "payloads" / "woocommerce"
INDEX = json.loads((FOLDER / "INDEX.json").read_text()) if (FOLDER / "INDEX.json").exists() else []

pytestmark = pytest.mark.skipif(not INDEX, reason=f"no recorded bodies in {FOLDER}; set REGIA_SHARED")


def facts(name: str):
    return interpret((FOLDER / name).read_text(), {})


@pytest.mark.parametrize("name", [row["file"] for row in INDEX if row["kind"] == "order"])
def test_each_recorded_order_adds_up_or_says_why_not(name):
    (order,) = facts(name)
    body = json.loads((FOLDER / name).read_text(), parse_float=Decimal)

    assert isinstance(order, ChannelOrder)
    assert order.declared_total == Decimal(body["total"])
    lines = sum(line.net_before_discount - line.discount_net for line in order.lines)
    charges = sum(row.net for row in (*order.shipping, *order.fees))
    taxes = sum(tax.amount for row in (*order.lines, *order.shipping, *order.fees) for tax in row.taxes)
    assert lines + charges + taxes + order.residual == order.total == order.declared_total + order.gift_cards
    assert (order.residual == 0) is (order.residual_reason == "")
    assert order.residual_reason in {"", *RESIDUALS}


@pytest.mark.parametrize("name", [row["file"] for row in INDEX if row["kind"] == "order"])
def test_no_line_charge_or_refund_of_a_recorded_order_is_lost(name):
    (order,) = facts(name)
    body = json.loads((FOLDER / name).read_text())

    distinct = {json.dumps(row, sort_keys=True) for row in body["line_items"]}
    assert len(order.lines) == len(distinct)
    assert len({line.external_id for line in order.lines}) == len(order.lines)
    assert len(order.fees) == len(body.get("fee_lines") or [])
    assert len(order.shipping) == max(
        len(body.get("shipping_lines") or []), int(Decimal(body["shipping_total"]) + Decimal(body.get("shipping_tax") or 0) > 0)
    )
    assert [refund.external_id for refund in order.refunds] == sorted(str(row["id"]) for row in body.get("refunds") or [])


@pytest.mark.parametrize("name", [row["file"] for row in INDEX if row["kind"].startswith("refund")])
def test_each_recorded_refund_is_read(name):
    for refund in facts(name):
        assert isinstance(refund, ChannelRefund)
        rows = sum(row.net + row.tax for row in (*refund.lines, *refund.charges))
        assert rows + refund.residual == refund.amount
        assert (refund.residual == 0) is (refund.residual_reason == "")
        assert refund.order_external_id != ""


def test_most_recorded_orders_add_up_and_the_rest_is_counted():
    orders = [fact for row in INDEX if row["kind"] == "order" for fact in facts(row["file"])]
    named = sorted(order.residual_reason for order in orders if order.residual)
    assert len(orders) == 48
    assert named == ["rows_missing", "rows_missing", "rows_without_charges", "total_too_small", "total_too_small", "total_too_small"]


def test_live_bodies_of_a_real_shop_leave_nothing_open():
    live = [fact for row in INDEX if row["file"].startswith("live-") and row["kind"] == "order" for fact in facts(row["file"])]
    assert len(live) == 8
    assert [(order.number, order.residual) for order in live if order.residual] == []
    assert [path for order in live for path in order.unknown] == []
