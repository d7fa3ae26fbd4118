"""Orders through REST: lists, pages, dates, the bin; each trap measured on the real shop has a test of its own."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from erp.practice.woocommerce import Buyer, Store, seeding, staff
from tests.clocks import ClockHand
from tests.practice.caller import Caller


@pytest.fixture(autouse=True)
def hand(clock: ClockHand) -> ClockHand:
    """Time passes when the test says so."""
    clock.run(faster=0)
    return clock


def bought(buyer: Buyer, mug: int, number: int, hand: ClockHand | None = None, apart: int = 1) -> list[int]:
    orders = []
    for _ in range(number):
        orders.append(buyer.check_out([(mug, 1)])["order_id"])
        if hand is not None:
            hand.advance(apart)
    return orders


def ids(bodies: list[dict[str, Any]]) -> list[int]:
    return [body["id"] for body in bodies]


def test_pages_carry_totals_and_links(api: Caller, buyer: Buyer, mug: int) -> None:
    orders = bought(buyer, mug, 5)
    first = api.call("GET", "/orders", per_page=2, order="asc", orderby="id")
    last = api.call("GET", "/orders", per_page=2, page=3, order="asc", orderby="id")
    beyond = api.call("GET", "/orders", per_page=2, page=4, order="asc", orderby="id")

    assert (first.headers["X-WP-Total"], first.headers["X-WP-TotalPages"]) == ("5", "3")
    assert ids(first.json) == orders[:2]
    assert 'rel="next"' in first.headers["Link"]
    assert "page=2" in first.headers["Link"]
    assert 'rel="prev"' not in first.headers["Link"]
    assert ids(last.json) == orders[4:]
    assert 'rel="next"' not in last.headers["Link"]
    assert (beyond.status, beyond.json, beyond.headers["X-WP-Total"]) == (200, [], "5")


def test_pain_measured_more_than_a_hundred_per_page_is_400(api: Caller) -> None:
    refused = api.call("GET", "/orders", per_page=101)

    assert (refused.status, refused.code) == (400, "rest_invalid_param")
    assert refused.json["message"] == "Invalid parameter(s): per_page"
    assert refused.json["data"]["params"] == {"per_page": "per_page must be between 1 (inclusive) and 100 (inclusive)"}
    assert refused.json["data"]["details"]["per_page"]["code"] == "rest_out_of_bounds"
    assert api.call("GET", "/orders", per_page=100).status == 200


def test_pain_measured_modified_after_is_exclusive_with_whole_seconds(api: Caller, buyer: Buyer, mug: int, hand: ClockHand) -> None:
    first, second = bought(buyer, mug, 2, hand)
    at = api.get(f"/orders/{first}")["date_modified_gmt"]
    before = (datetime.fromisoformat(at) - timedelta(seconds=1)).isoformat()

    assert len(at) == len("2026-11-24T03:41:13")
    assert ids(api.get("/orders", modified_after=at, dates_are_gmt="true")) == [second]
    assert ids(api.get("/orders", modified_after=before, dates_are_gmt="true", order="asc")) == [first, second]


def test_pain_measured_without_dates_are_gmt_the_date_is_local_time(api: Caller, buyer: Buyer, mug: int) -> None:
    (order,) = bought(buyer, mug, 1)
    body = api.get(f"/orders/{order}")
    gmt = (datetime.fromisoformat(body["date_modified_gmt"]) - timedelta(seconds=1)).isoformat()
    local = (datetime.fromisoformat(body["date_modified"]) - timedelta(seconds=1)).isoformat()

    assert body["date_modified"] != body["date_modified_gmt"]
    assert ids(api.get("/orders", modified_after=gmt)) == [order]
    assert ids(api.get("/orders", modified_after=local)) == [order]
    assert api.get("/orders", modified_after=body["date_modified"]) == []
    assert ids(api.get("/orders", modified_after=body["date_modified_gmt"])) == [order]
    assert api.get("/orders", modified_after=local, dates_are_gmt="true") == []


def test_a_date_with_an_offset_and_dates_are_gmt_looks_into_the_future(api: Caller, buyer: Buyer, mug: int) -> None:
    (order,) = bought(buyer, mug, 1)
    before = (datetime.fromisoformat(api.get(f"/orders/{order}")["date_modified_gmt"]) - timedelta(seconds=1)).isoformat()

    assert ids(api.get("/orders", modified_after=before, dates_are_gmt="true")) == [order]
    assert api.get("/orders", modified_after=f"{before}Z", dates_are_gmt="true") == []
    assert ids(api.get("/orders", modified_after=f"{before}Z")) == [order]


def test_orders_within_one_second_keep_their_order_by_id(api: Caller, buyer: Buyer, mug: int) -> None:
    orders = bought(buyer, mug, 4)

    assert ids(api.get("/orders", orderby="modified", order="asc")) == orders
    assert ids(api.get("/orders", orderby="modified", order="desc")) == orders[::-1]


def test_filters_narrow_the_list(api: Caller, store: Store, buyer: Buyer, mug: int) -> None:
    spoon = seeding.add_product(store, "Cucchiaio", price="3.00", stock=5)
    one, two, three = bought(buyer, mug, 3)
    four = buyer.check_out([(spoon, 1)], payment_method="bacs", billing={"first_name": "Zeno", "country": "IT", "email": "z@example.com"})
    staff.cancel_order(store, order_id=two)

    assert ids(api.get("/orders", status="cancelled")) == [two]
    assert ids(api.get("/orders", status="processing,on-hold", order="asc", orderby="id")) == [one, three, four["order_id"]]
    assert ids(api.get("/orders", product=spoon)) == [four["order_id"]]
    assert ids(api.get("/orders", search="Zeno")) == [four["order_id"]]
    assert ids(api.get("/orders", include=f"{three},{one}", orderby="include")) == [three, one]
    assert ids(api.get("/orders", exclude=f"{one},{two}", order="asc", orderby="id")) == [three, four["order_id"]]
    assert ids(api.get("/orders", customer=99)) == []
    assert ids(api.get("/orders", created_via="rest-api")) == []
    assert ids(api.get("/orders", offset=3, order="asc", orderby="id")) == [four["order_id"]]


def test_fields_asked_for_are_the_fields_given(api: Caller, buyer: Buyer, mug: int) -> None:
    (order,) = bought(buyer, mug, 1)

    assert api.get("/orders", _fields="id,status") == [{"id": order, "status": "processing"}]


def test_pain_measured_trashed_orders_are_found_by_id_alone(api: Caller, buyer: Buyer, mug: int) -> None:
    kept, binned = bought(buyer, mug, 2)
    assert api.call("DELETE", f"/orders/{binned}").json["status"] == "processing"

    assert ids(api.get("/orders", status="any")) == [kept]
    assert ids(api.get("/orders", status="trash")) == []
    assert api.get(f"/orders/{binned}")["status"] == "trash"
    again = api.call("DELETE", f"/orders/{binned}")
    assert (again.status, again.code) == (410, "woocommerce_rest_already_trashed")


def test_pain_measured_after_a_forced_delete_it_is_404(api: Caller, buyer: Buyer, mug: int) -> None:
    (order,) = bought(buyer, mug, 1)
    api.call("DELETE", f"/orders/{order}", force="true")
    gone = api.call("GET", f"/orders/{order}")

    assert (gone.status, gone.code) == (404, "woocommerce_rest_shop_order_invalid_id")
    assert gone.json["data"] == {"status": 404}


def test_pain_measured_trashing_does_not_restock_cancelling_does(api: Caller, store: Store, buyer: Buyer, mug: int) -> None:
    binned, cancelled = bought(buyer, mug, 2)
    assert api.get(f"/products/{mug}")["stock_quantity"] == 8

    api.call("DELETE", f"/orders/{binned}")
    assert api.get(f"/products/{mug}")["stock_quantity"] == 8

    api.put(f"/orders/{cancelled}", {"status": "cancelled"})
    assert api.get(f"/products/{mug}")["stock_quantity"] == 9
    api.put(f"/orders/{cancelled}", {"status": "cancelled"})
    assert api.get(f"/products/{mug}")["stock_quantity"] == 9
    events = store.rows("SELECT change, reason, order_id, actor FROM stock_events WHERE reason <> 'hand_edit' ORDER BY id")
    assert events == [
        {"change": -1, "reason": "sale", "order_id": binned, "actor": "buyer"},
        {"change": -1, "reason": "sale", "order_id": cancelled, "actor": "buyer"},
        {"change": 1, "reason": "cancelled", "order_id": cancelled, "actor": "api"},
    ]


def test_pain_measured_our_own_meta_write_bumps_the_modified_date(api: Caller, buyer: Buyer, mug: int, hand: ClockHand) -> None:
    (order,) = bought(buyer, mug, 1, hand, apart=5)
    before = api.get(f"/orders/{order}")["date_modified_gmt"]
    written = api.put(f"/orders/{order}", {"meta_data": [{"key": "_regia", "value": "ord_1"}]})

    assert written["date_modified_gmt"] > before
    assert ids(api.get("/orders", modified_after=before, dates_are_gmt="true")) == [order]
    assert [(meta["key"], meta["value"]) for meta in written["meta_data"]] == [("is_vat_exempt", "no"), ("_regia", "ord_1")]


def test_pain_measured_orders_and_refunds_share_one_sequence_and_number_is_a_string(api: Caller, buyer: Buyer, mug: int) -> None:
    (first,) = bought(buyer, mug, 1)
    refund = api.post(f"/orders/{first}/refunds", {"amount": "1.00", "api_refund": False})
    (second,) = bought(buyer, mug, 1)

    assert (refund["id"], second) == (first + 1, first + 2)
    assert api.get(f"/orders/{second}")["number"] == str(second)


def test_pain_measured_cash_on_delivery_set_paid_becomes_completed(api: Caller, store: Store, mug: int) -> None:
    seeding.add_gateway(store, "custom", "Altro", pays="at once")
    line = {"line_items": [{"product_id": mug, "quantity": 1}], "set_paid": True}
    by_status = {method: api.post("/orders", {**line, "payment_method": method})["status"] for method in ("cod", "bacs", "stripe")}

    assert by_status == {"cod": "completed", "bacs": "processing", "stripe": "processing"}


def test_pain_measured_posting_twice_makes_two_orders(api: Caller, mug: int) -> None:
    body = {"line_items": [{"product_id": mug, "quantity": 1}]}
    first, second = api.post("/orders", body), api.post("/orders", body)

    assert second["id"] == first["id"] + 1
    assert (first["status"], first["number"]) == ("pending", str(first["id"]))


def test_pain_measured_a_line_total_is_net_and_its_price_a_long_float(api: Caller, buyer: Buyer, mug: int) -> None:
    order = buyer.check_out([(mug, 7)])
    line = api.get(f"/orders/{order['order_id']}")["line_items"][0]

    assert (line["total"], line["total_tax"]) == ("74.02", "16.28")
    assert line["price"] == 74.016393 / 7
    assert line["taxes"] == [{"id": 1, "total": "16.283606", "subtotal": "16.283606"}]


def test_pain_measured_tax_per_rate_is_the_sum_of_rounded_lines(api: Caller, store: Store, buyer: Buyer) -> None:
    cheap = [seeding.add_product(store, f"Vite {number}", price="0.35", stock=9) for number in range(6)]
    order = api.get(f"/orders/{buyer.check_out([(one, 1) for one in cheap], shipping_method=2)['order_id']}")
    net = sum(round(float(line["total"]) * 100) for line in order["line_items"]) / 100

    assert order["tax_lines"][0]["tax_total"] == "0.36"
    assert round(net * 0.22, 2) == 0.38


def test_statuses_and_notes(api: Caller, buyer: Buyer, mug: int) -> None:
    (order,) = bought(buyer, mug, 1)
    made = api.call("POST", f"/orders/{order}/notes", {"note": "Spedito con BRT", "customer_note": True})

    assert made.status == 201
    assert made.headers["Location"].endswith(f"/orders/{order}/notes/{made.json['id']}")
    assert [note["note"] for note in api.get(f"/orders/{order}/notes", type="customer")] == ["Spedito con BRT"]
    assert len(api.get(f"/orders/{order}/notes")) == 2
    assert api.call("DELETE", f"/orders/{order}/notes/{made.json['id']}").status == 501
    assert api.call("DELETE", f"/orders/{order}/notes/{made.json['id']}", force="true").status == 200
    slugs = [one["slug"] for one in api.get("/orders/statuses")]
    assert slugs == ["pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft"]


def test_a_batch_of_orders_answers_item_by_item(api: Caller, buyer: Buyer, mug: int) -> None:
    (order,) = bought(buyer, mug, 1)
    answered = api.call(
        "POST",
        "/orders/batch",
        {"update": [{"id": order, "status": "completed"}, {"id": 999, "status": "completed"}], "create": [{"status": "on-hold"}]},
    )

    assert answered.status == 200
    done, missing = answered.json["update"]
    assert done["status"] == "completed"
    assert (missing["id"], missing["error"]["code"]) == (999, "woocommerce_rest_shop_order_invalid_id")
    assert answered.json["create"][0]["status"] == "on-hold"
    assert json.dumps(answered.json).count('"error"') == 1
