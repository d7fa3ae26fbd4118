"""Refunds: by amount, by lines, with and without money or goods; what they do to the order and what they leave alone."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from erp.practice.woocommerce import Buyer, Store, seeding
from tests.clocks import ClockHand
from tests.practice.caller import Caller

SHARED = Path(os.environ.get("REGIA_SHARED", "../shared")) / "payloads" / "woocommerce"


@pytest.fixture
def order(buyer: Buyer, mug: int) -> int:
    return int(buyer.check_out([(mug, 3)])["order_id"])


def line_refund(api: Caller, order: int, pieces: int, **more: Any) -> dict[str, Any]:
    line = api.get(f"/orders/{order}")["line_items"][0]
    item = {"id": line["id"], "quantity": pieces, "refund_total": "10.57", "refund_tax": [{"id": 1, "refund_total": "2.33"}]}
    body: dict[str, Any] = api.post(f"/orders/{order}/refunds", {"line_items": [item], "api_refund": False, **more})
    return body


def test_pain_measured_a_refund_by_amount_has_no_lines_and_no_tax(api: Caller, order: int) -> None:
    refund = api.post(f"/orders/{order}/refunds", {"amount": "5.00", "reason": "ritardo", "api_refund": False})

    empty = {name: refund[name] for name in ("line_items", "shipping_lines", "tax_lines", "fee_lines")}
    assert empty == {"line_items": [], "shipping_lines": [], "tax_lines": [], "fee_lines": []}
    assert (refund["amount"], refund["reason"], refund["refunded_payment"]) == ("5.00", "ritardo", False)
    assert api.get(f"/orders/{order}")["refunds"] == [{"id": refund["id"], "reason": "ritardo", "total": "-5.00"}]


def test_a_refund_has_the_keys_of_a_real_one(api: Caller, order: int) -> None:
    file = SHARED / "live-to_refund_full-refunds.json"
    if not file.exists():
        pytest.skip(f"the captured refunds are not at {SHARED}")
    api.post(f"/orders/{order}/refunds", {"amount": "5.00", "api_refund": False})
    (shown,) = api.get(f"/orders/{order}/refunds")

    assert list(shown) == list(json.loads(file.read_text())[0])


def test_pain_measured_a_refund_with_lines_is_negative_and_restocks(api: Caller, order: int, mug: int) -> None:
    refund = line_refund(api, order, 1)
    (line,) = refund["line_items"]

    assert (line["quantity"], line["total"], line["total_tax"], line["subtotal"]) == (-1, "-10.57", "-2.33", "-10.57")
    assert (line["product_id"], line["sku"], line["price"]) == (mug, "TAZZA", 10.57)
    assert refund["amount"] == "12.90"
    assert api.get(f"/products/{mug}")["stock_quantity"] == 8
    metas = {meta["key"]: meta["value"] for meta in api.get(f"/orders/{order}")["line_items"][0]["meta_data"]}
    assert metas == {"_reduced_stock": "2", "_restock_refunded_items": "1"}


def test_restocking_can_be_refused(api: Caller, order: int, mug: int) -> None:
    line_refund(api, order, 1, api_restock=False)

    assert api.get(f"/products/{mug}")["stock_quantity"] == 7
    metas = {meta["key"]: meta["value"] for meta in api.get(f"/orders/{order}")["line_items"][0]["meta_data"]}
    assert metas == {"_reduced_stock": "3"}


def test_cancelling_after_a_refund_puts_back_only_the_rest(api: Caller, order: int, mug: int) -> None:
    line_refund(api, order, 1)
    api.put(f"/orders/{order}", {"status": "cancelled"})

    assert api.get(f"/products/{mug}")["stock_quantity"] == 10


def test_pain_measured_money_goes_back_unless_refused(api: Caller, store: Store, order: int) -> None:
    refund = api.post(f"/orders/{order}/refunds", {"amount": "5.00"})

    assert refund["refunded_payment"] is True
    paid = store.rows("SELECT method, amount, outcome FROM payments ORDER BY id")
    assert paid[1:] == [{"method": "stripe", "amount": "-5", "outcome": "paid_back"}]


def test_a_gateway_that_cannot_pay_back_refuses_and_nothing_is_written(api: Caller, store: Store, buyer: Buyer, mug: int) -> None:
    transfer = buyer.check_out([(mug, 1)], payment_method="bacs")["order_id"]
    refused = api.call("POST", f"/orders/{transfer}/refunds", {"amount": "5.00"})

    assert (refused.status, refused.code) == (500, "woocommerce_rest_cannot_create_order_refund")
    assert api.get(f"/orders/{transfer}/refunds") == []


def test_more_than_is_left_is_refused(api: Caller, order: int) -> None:
    total = api.get(f"/orders/{order}")["total"]
    api.post(f"/orders/{order}/refunds", {"amount": "40.00", "api_refund": False})
    refused = api.call("POST", f"/orders/{order}/refunds", {"amount": "10.00", "api_refund": False})

    assert (total, refused.status, refused.json["message"]) == ("45.61", 500, "Invalid refund amount.")
    assert api.call("POST", f"/orders/{order}/refunds", {"amount": "-1.00"}).code == "woocommerce_rest_invalid_order_refund"
    assert len(api.get(f"/orders/{order}/refunds")) == 1


def test_the_last_cent_makes_the_order_refunded_and_keeps_the_stock_out(api: Caller, order: int, mug: int) -> None:
    api.post(f"/orders/{order}/refunds", {"amount": "45.61", "api_refund": False})

    assert api.get(f"/orders/{order}")["status"] == "refunded"
    assert api.get(f"/products/{mug}")["stock_quantity"] == 7


def test_pain_measured_deleting_a_refund_does_not_bump_the_order(api: Caller, store: Store, order: int, clock: ClockHand) -> None:
    refund = line_refund(api, order, 1)
    before = api.get(f"/orders/{order}")["date_modified_gmt"]
    clock.advance(60)

    assert api.call("DELETE", f"/orders/{order}/refunds/{refund['id']}", force="true").status == 200
    after = api.get(f"/orders/{order}")
    assert (after["date_modified_gmt"], after["refunds"]) == (before, [])
    assert api.get("/orders", modified_after=before, dates_are_gmt="true") == []
    assert api.call("GET", f"/orders/{order}/refunds/{refund['id']}").code == "woocommerce_rest_shop_order_refund_invalid_id"


def test_making_a_refund_bumps_the_order(api: Caller, order: int, clock: ClockHand) -> None:
    before = api.get(f"/orders/{order}")["date_modified_gmt"]
    clock.advance(60)
    line_refund(api, order, 1)

    assert [one["id"] for one in api.get("/orders", modified_after=before, dates_are_gmt="true")] == [order]


def test_all_refunds_are_listed_with_their_order(api: Caller, buyer: Buyer, order: int, mug: int) -> None:
    other = buyer.check_out([(mug, 1)])["order_id"]
    first = api.post(f"/orders/{order}/refunds", {"amount": "1.00", "api_refund": False})["id"]
    second = api.post(f"/orders/{other}/refunds", {"amount": "2.00", "api_refund": False})["id"]

    assert [(one["id"], one["parent_id"]) for one in api.get("/refunds", order="asc", orderby="id")] == [(first, order), (second, other)]
    assert api.get("/refunds", after="2999-01-01T00:00:00") == []


def test_shipping_comes_back_as_a_shipping_line(api: Caller, order: int) -> None:
    shipping = api.get(f"/orders/{order}")["shipping_lines"][0]
    item = {"id": shipping["id"], "quantity": 0, "refund_total": "5.66", "refund_tax": [{"id": 1, "refund_total": "1.25"}]}
    refund = api.post(f"/orders/{order}/refunds", {"line_items": [item], "api_refund": False})

    assert (refund["amount"], refund["line_items"]) == ("6.91", [])
    assert [(line["total"], line["total_tax"]) for line in refund["shipping_lines"]] == [("-5.66", "-1.25")]


def test_a_refund_of_cash_on_delivery_needs_no_gateway(api: Caller, store: Store, buyer: Buyer, mug: int) -> None:
    cod = buyer.check_out([(mug, 1)], payment_method="cod")["order_id"]
    seeding.set_stock(store, mug, 0)

    assert line_refund(api, cod, 1)["amount"] == "12.90"
    assert api.get(f"/products/{mug}")["stock_quantity"] == 1
