"""What the shop refuses, in the platform's envelope: unknown paths, fields, arguments, types, headers; nothing is half-written."""

import json
from typing import Any

import pytest

from erp.practice.woocommerce import Buyer, Store, seeding
from tests.practice.caller import Caller, oauth_query

URL = "http://127.0.0.1:9/"
NO_ROUTE = {"code": "rest_no_route", "message": "No route was found matching the URL and request method.", "data": {"status": 404}}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/orders/12/shipment-trackings"),
        ("GET", "/orders/12/fulfillments"),
        ("GET", "/ordini"),
        ("DELETE", "/orders"),
        ("PUT", "/products"),
        ("POST", "/orders/statuses"),
        ("GET", "/orders/abc"),
        ("POST", "/taxes"),
        ("GET", "/orders/batch"),
    ],
)
def test_an_unknown_path_or_method_is_no_route(api: Caller, method: str, path: str) -> None:
    answered = api.call(method, path)

    assert (answered.status, answered.json) == (404, NO_ROUTE)


def test_other_namespaces_are_no_route(api: Caller) -> None:
    for path in ("/wp-json/wc/v2/orders", "/wp-json/wp/v2/posts", "/wp-json/wc-admin/reports"):
        answered = api.send("GET", path, [], None, {})
        assert (answered.status, answered.json) == (404, NO_ROUTE)


@pytest.mark.parametrize(
    ("path", "query", "reason"),
    [
        ("/orders", {"pagina": "1"}, "pagina is not known to this shop."),
        ("/orders", {"status": "spedito"}, "status[0] is not one of any, trash, auto-draft, pending, processing, on-hold,"),
        ("/orders", {"page": "0"}, "page must be greater than or equal to 1"),
        ("/orders", {"page": "due"}, "page is not of type integer."),
        ("/orders", {"modified_after": "ieri"}, "Invalid date."),
        ("/orders", {"modified_after": "2026-13-45T00:00:00"}, "Invalid date."),
        ("/orders", {"dates_are_gmt": "forse"}, "dates_are_gmt is not of type boolean."),
        ("/orders", {"include": "1,x"}, "include[1] is not of type integer."),
        ("/orders", {"orderby": "total"}, "orderby is not one of date, id, include, title, slug, modified."),
        ("/products", {"type": "bundle"}, "type is not one of simple, grouped, external, variable."),
        ("/webhooks", {"status": "broken"}, "status is not one of all, active, paused, disabled."),
        ("/orders/statuses", {"per_page": "5"}, "per_page is not known to this shop."),
    ],
)
def test_an_argument_that_does_not_fit_is_named(api: Caller, path: str, query: dict[str, str], reason: str) -> None:
    answered = api.call("GET", path, **query)
    (name,) = query

    assert (answered.status, answered.code) == (400, "rest_invalid_param")
    assert answered.json["message"] == f"Invalid parameter(s): {name}"
    assert answered.json["data"]["status"] == 400
    assert answered.json["data"]["params"][name].startswith(reason)
    assert set(answered.json["data"]["details"]) == {name}


@pytest.mark.parametrize(
    ("body", "name", "reason"),
    [
        ({"stato": "completed"}, "stato", "stato is not known to this shop."),
        ({"status": "shipped"}, "status", "status is not one of"),
        ({"line_items": {}}, "line_items", "line_items is not of type array."),
        ({"line_items": [{"qty": 1}]}, "line_items", "line_items[0][qty] is not known to this shop."),
        ({"line_items": [{"product_id": 1, "quantity": 1.5}]}, "line_items", "line_items[0][quantity] is not of type integer."),
        ({"line_items": [{"product_id": 1, "total": 5.0}]}, "line_items", "line_items[0][total] is not of type string."),
        ({"line_items": [{"product_id": 1, "sku": "A"}]}, "line_items", "line_items[0][sku] is not known to this shop."),
        ({"billing": {"email": "senza chiocciola"}}, "billing", "Invalid email address."),
        ({"billing": "Via Roma"}, "billing", "billing is not of type object."),
        ({"currency": "LIRE"}, "currency", "currency is not one of"),
        ({"set_paid": "forse"}, "set_paid", "set_paid is not of type boolean."),
        ({"total": "10.00"}, "total", "total is not known to this shop."),
    ],
)
def test_a_field_that_does_not_fit_is_named_and_nothing_is_written(
    api: Caller, store: Store, body: dict[str, Any], name: str, reason: str
) -> None:
    answered = api.call("POST", "/orders", body)

    assert (answered.status, answered.code, list(answered.json["data"]["params"])) == (400, "rest_invalid_param", [name])
    assert answered.json["data"]["params"][name].startswith(reason)
    assert store.rows("SELECT COUNT(*) AS number FROM orders") == [{"number": 0}]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"line_items": [{"product_id": 999, "quantity": 1}]}, 400, "woocommerce_rest_required_product_reference"),
        ({"line_items": [{"quantity": 1}]}, 400, "woocommerce_rest_required_product_reference"),
        ({"line_items": [{"id": 77, "quantity": 1}]}, 400, "woocommerce_rest_invalid_item_id"),
        ({"shipping_lines": [{"total": "5.00"}]}, 400, "woocommerce_rest_invalid_shipping_item"),
        ({"fee_lines": [{"total": "5.00"}]}, 400, "woocommerce_rest_invalid_fee_item"),
        ({"fee_lines": [{"name": "Sconto", "total": "cinque"}]}, 400, "rest_invalid_param"),
        ({"coupon_lines": [{"code": "inesistente"}]}, 400, "woocommerce_rest_invalid_coupon"),
        ({"customer_id": 99}, 400, "woocommerce_rest_invalid_customer_id"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_whole(
    api: Caller, store: Store, mug: int, body: dict[str, Any], status: int, code: str
) -> None:
    answered = api.call("POST", "/orders", {"status": "processing", **body})

    assert (answered.status, answered.code) == (status, code)
    assert store.rows("SELECT COUNT(*) AS number FROM orders") == [{"number": 0}]
    assert store.rows("SELECT COUNT(*) AS number FROM stock_events WHERE reason <> 'hand_edit'") == [{"number": 0}]


def raw(api: Caller, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    full = "/wp-json/wc/v3" + path
    answered = api.send(method, full, oauth_query(method, api.url + full, [], api.key, api.secret), body, headers)
    return answered.status, answered.code


def test_headers_and_bodies_that_do_not_go_together(api: Caller) -> None:
    as_json = {"Content-Type": "application/json"}

    assert raw(api, "POST", "/orders", b"status=completed", {"Content-Type": "application/x-www-form-urlencoded"}) == (
        400,
        "rest_invalid_header",
    )
    assert raw(api, "POST", "/orders", b"{}", {}) == (400, "rest_invalid_header")
    assert raw(api, "GET", "/orders", b"{}", as_json) == (400, "rest_invalid_header")
    assert raw(api, "POST", "/orders", b"{", as_json) == (400, "rest_invalid_json")
    assert raw(api, "POST", "/orders", b"[1]", as_json) == (400, "rest_invalid_json")
    assert raw(api, "POST", "/products/batch", b'"x"', as_json) == (400, "rest_invalid_json")


def test_a_batch_refuses_unknown_names_and_shapes_as_a_whole(api: Caller, mug: int) -> None:
    fitting = {"id": mug, "stock_quantity": 1}
    unknown = api.call("POST", "/products/batch", {"update": [fitting, {"id": mug, "stock": 3}]})
    shapeless = api.call("POST", "/products/batch", {"update": {"id": mug}})
    named = api.call("POST", "/products/batch", {"upsert": []})

    assert unknown.json["data"]["params"] == {"update[1][stock]": "stock is not known to this shop."}
    assert shapeless.json["data"]["params"] == {"update": "update is not of type array."}
    assert named.json["data"]["params"] == {"upsert": "upsert is not known to this shop."}
    assert api.get(f"/products/{mug}")["stock_quantity"] == 10


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/orders/99", "woocommerce_rest_shop_order_invalid_id"),
        ("/orders/99/refunds", "woocommerce_rest_shop_order_invalid_id"),
        ("/orders/99/notes", "woocommerce_rest_shop_order_invalid_id"),
        ("/products/99", "woocommerce_rest_product_invalid_id"),
        ("/products/99/variations", "woocommerce_rest_product_invalid_id"),
        ("/products/categories/99", "woocommerce_rest_term_invalid"),
        ("/webhooks/99", "woocommerce_rest_shop_webhook_invalid_id"),
        ("/customers/99", "woocommerce_rest_invalid_id"),
        ("/coupons/99", "woocommerce_rest_shop_coupon_invalid_id"),
        ("/shipping/zones/99", "woocommerce_rest_shipping_zone_invalid"),
        ("/payment_gateways/bitcoin", "woocommerce_rest_payment_gateway_invalid"),
        ("/settings/advanced", "rest_setting_setting_group_invalid"),
        ("/settings/tax/woocommerce_unknown", "rest_setting_setting_invalid"),
    ],
)
def test_what_is_not_there_is_404(api: Caller, path: str, code: str) -> None:
    answered = api.call("GET", path)

    assert (answered.status, answered.code, answered.json["data"]) == (404, code, {"status": 404})


def test_a_setting_that_cannot_be_written_is_refused(api: Caller, store: Store) -> None:
    refused = api.call("PUT", "/settings/tax/woocommerce_prices_include_tax", {"value": "no"})

    assert (refused.status, refused.code) == (400, "rest_setting_value_invalid")
    assert store.settings()["prices_include_tax"] is True


def test_things_without_a_bin_must_be_deleted_by_force(api: Caller, store: Store, buyer: Buyer, mug: int) -> None:
    coupon = seeding.add_coupon(store, "estate", discount_type="percent", amount="10")
    order = buyer.check_out([(mug, 1)])["order_id"]
    refund = api.post(f"/orders/{order}/refunds", {"amount": "1.00"})["id"]
    for path in (f"/coupons/{coupon}", f"/orders/{order}/refunds/{refund}"):
        refused = api.call("DELETE", path, force="false")
        assert (refused.status, refused.code) == (501, "woocommerce_rest_trash_not_supported")
        assert api.call("DELETE", path, force="true").status == 200


def test_a_coupon_code_exists_once(api: Caller) -> None:
    body = {"code": "Estate", "discount_type": "percent", "amount": "10"}

    assert api.call("POST", "/coupons", body).status == 201
    assert api.call("POST", "/coupons", body).code == "woocommerce_rest_coupon_code_already_exists"
    assert json.dumps(api.get("/coupons", code="ESTATE")).count('"code"') == 1
