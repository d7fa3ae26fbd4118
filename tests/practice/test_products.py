"""The catalogue through REST, and above all how stock numbers are taken: as they come."""

import threading
from typing import Any

import pytest

from erp.practice.woocommerce import Buyer, Control, Store, seeding, staff
from erp.practice.woocommerce.seeding import Variation
from tests.practice.caller import Caller
from tests.practice.listener import until


@pytest.fixture
def shirt(store: Store) -> tuple[int, list[int]]:
    return seeding.add_variable_product(
        store,
        "Maglietta",
        [
            Variation({"Colore": "Rossa", "Taglia": "M"}, "19.90", sku="MAG-RM", stock=4),
            Variation({"Colore": "Blu", "Taglia": "M"}, "19.90", sku="MAG-BM", stock=6, gtin="8001234567891"),
        ],
    )


def stock_of(api: Caller, product: int) -> Any:
    return api.get(f"/products/{product}")["stock_quantity"]


def test_pain_measured_a_batch_answers_200_with_an_error_per_item(api: Caller, mug: int) -> None:
    body = {"update": [{"id": mug, "manage_stock": True, "stock_quantity": 3}, {"id": 999, "stock_quantity": 1}]}
    answered = api.call("POST", "/products/batch", body)

    assert answered.status == 200
    assert (answered.json["update"][0]["id"], answered.json["update"][0]["stock_quantity"]) == (mug, 3)
    error = {"code": "woocommerce_rest_product_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}
    assert answered.json["update"][1] == {"id": 999, "error": error}


def test_pain_measured_a_hundred_and_one_items_give_413(api: Caller, mug: int) -> None:
    item = {"id": mug, "stock_quantity": 3}
    refused = api.call("POST", "/products/batch", {"update": [item] * 60, "delete": [1] * 41})

    assert (refused.status, refused.code) == (413, "woocommerce_rest_request_entity_too_large")
    assert stock_of(api, mug) == 10
    assert api.call("POST", "/products/batch", {"update": [item] * 100}).status == 200


@pytest.mark.parametrize(("sent", "taken"), [("abc", 0), (2.7, 2), ("7", 7), ("3 pezzi", 3), (-4, -4), (None, 10)])
def test_pain_measured_a_batch_takes_any_stock_number(api: Caller, store: Store, mug: int, sent: Any, taken: int) -> None:
    answered = api.call("POST", "/products/batch", {"update": [{"id": mug, "stock_quantity": sent}]})

    assert answered.json["update"][0]["stock_quantity"] == taken
    assert stock_of(api, mug) == taken


def test_outside_a_batch_types_are_checked(api: Caller, mug: int) -> None:
    refused = api.call("PUT", f"/products/{mug}", {"stock_quantity": "abc"})

    assert (refused.status, refused.code) == (400, "rest_invalid_param")
    assert refused.json["data"]["params"] == {"stock_quantity": "stock_quantity is not of type integer."}
    assert stock_of(api, mug) == 10


def test_a_number_for_a_product_that_does_not_track_stock_is_passed_over(api: Caller, store: Store) -> None:
    untracked = seeding.add_product(store, "Buono regalo", price="50.00")
    body = api.put(f"/products/{untracked}", {"stock_quantity": 5})

    assert (body["manage_stock"], body["stock_quantity"]) == (False, None)


def test_pain_measured_inventory_delta_erases_a_sale_in_between(
    api: Caller, store: Store, buyer: Buyer, control: Control, mug: int
) -> None:
    control.add_fault("slow_delta", count=1, seconds=3600)
    writing = threading.Thread(target=api.put, args=(f"/products/{mug}", {"inventory_delta": 5}))
    writing.start()
    assert until(lambda: control.faults()["rules"] == [])
    buyer.check_out([(mug, 4)])
    while writing.is_alive():  # once is enough, unless the fault has been drawn and its wait has not begun
        control.clear_faults()
        writing.join(0.05)

    assert store.rows("SELECT stock_quantity FROM products WHERE id = ?", mug) == [{"stock_quantity": 15}]
    written = store.rows("SELECT kind, asked, quantity, stock_before, landed_late FROM stock_writes")
    assert written == [{"kind": "delta", "asked": "5", "quantity": 15, "stock_before": 6, "landed_late": 0}]


def test_pain_measured_a_variation_is_written_only_under_its_parent(api: Caller, shirt: tuple[int, list[int]]) -> None:
    parent, (red, blue) = shirt
    item = {"update": [{"id": red, "manage_stock": True, "stock_quantity": 9}]}
    wrong = api.post("/products/batch", item)["update"][0]
    right = api.post(f"/products/{parent}/variations/batch", item)["update"][0]

    assert wrong["error"]["code"] == "woocommerce_rest_invalid_product_id"
    assert wrong["error"]["data"] == {"status": 404}
    assert (right["id"], right["stock_quantity"]) == (red, 9)
    assert api.call("PUT", f"/products/{red}", {"stock_quantity": 1}).status == 404
    assert api.get(f"/products/{parent}/variations/{red}")["stock_quantity"] == 9
    assert api.call("GET", f"/products/{blue}/variations/{red}").code == "woocommerce_rest_product_variation_invalid_id"


def test_pain_measured_a_sku_list_finds_products_and_variations(api: Caller, mug: int, shirt: tuple[int, list[int]]) -> None:
    parent, (red, _) = shirt
    found = api.get("/products", sku="TAZZA,MAG-RM")

    assert sorted((one["id"], one["type"], one["parent_id"]) for one in found) == [(mug, "simple", 0), (red, "variation", parent)]
    assert sorted(one["id"] for one in api.get("/products")) == sorted([mug, parent])


def test_pain_measured_a_hard_deleted_product_leaves_lines_that_point_to_nothing(
    api: Caller, store: Store, buyer: Buyer, mug: int, shirt: tuple[int, list[int]]
) -> None:
    parent, (red, _) = shirt
    order = buyer.check_out([(mug, 1), (red, 2)])["order_id"]
    before = api.get(f"/orders/{order}")
    api.call("DELETE", f"/products/{mug}", force="true")
    api.call("DELETE", f"/products/{parent}", force="true")
    after = api.get(f"/orders/{order}")

    lines = [(line["name"], line["product_id"], line["variation_id"], line["sku"]) for line in after["line_items"]]
    assert [line["sku"] for line in before["line_items"]] == ["TAZZA", "MAG-RM"]
    assert lines == [("Tazza", 0, 0, None), ("Maglietta - Rossa, M", 0, 0, None)]
    assert after["total"] == before["total"]


def test_a_variation_line_names_its_parent_and_its_choices(api: Caller, buyer: Buyer, shirt: tuple[int, list[int]]) -> None:
    parent, (red, _) = shirt
    line = api.get(f"/orders/{buyer.check_out([(red, 1)])['order_id']}")["line_items"][0]

    assert (line["product_id"], line["variation_id"], line["parent_name"], line["sku"]) == (parent, red, "Maglietta", "MAG-RM")
    metas = [(meta["key"], meta["value"], meta["display_key"]) for meta in line["meta_data"][:2]]
    assert metas == [("colore", "Rossa", "Colore"), ("taglia", "M", "Taglia")]


def test_variations_that_share_the_parents_number(api: Caller, store: Store, buyer: Buyer) -> None:
    parent, (small, large) = seeding.add_variable_product(
        store,
        "Sciarpa",
        [Variation({"Misura": "S"}, "15.00"), Variation({"Misura": "L"}, "18.00")],
        manage_stock=True,
        stock_quantity=5,
    )
    buyer.check_out([(small, 2), (large, 1)])

    assert stock_of(api, parent) == 2
    shown = api.get(f"/products/{parent}/variations/{small}")
    assert (shown["manage_stock"], shown["stock_quantity"]) == ("parent", 2)
    assert api.get(f"/products/{parent}")["variations"] == [small, large]


def test_products_are_made_changed_and_binned(api: Caller, mug: int) -> None:
    category = api.post("/products/categories", {"name": "Cucina"})["id"]
    body = {
        "name": "Teiera",
        "regular_price": "30.00",
        "sku": "TEI",
        "categories": [{"id": category}],
        "images": [{"src": "http://127.0.0.1/t.png"}],
    }
    made = api.call("POST", "/products", body)
    assert made.status == 201
    teapot = made.json["id"]

    assert (made.json["price"], made.json["categories"]) == ("30.00", [{"id": category, "name": "Cucina", "slug": "cucina"}])
    assert api.put(f"/products/{teapot}", {"sale_price": "25.00"})["price"] == "25.00"
    assert [one["id"] for one in api.get("/products", category=category)] == [teapot]
    assert api.get(f"/products/categories/{category}")["count"] == 1
    duplicate = api.call("POST", "/products", {"name": "Altra", "sku": "TEI"})
    assert (duplicate.status, duplicate.code, duplicate.json["data"]["resource_id"]) == (400, "product_invalid_sku", teapot)
    api.call("DELETE", f"/products/{teapot}")
    assert [one["id"] for one in api.get("/products")] == [mug]
    assert api.call("POST", "/products/categories", {"name": "Cucina"}).code == "term_exists"


def test_modified_products_can_be_followed(api: Caller, store: Store, mug: int) -> None:
    at = api.get(f"/products/{mug}")["date_modified_gmt"]

    assert api.get("/products", modified_after=at, dates_are_gmt="true") == []
    assert [one["id"] for one in api.get("/products", modified_after="2020-01-01T00:00:00", dates_are_gmt="true")] == [mug]


def test_a_number_typed_by_hand_is_recorded_as_such(store: Store, mug: int) -> None:
    staff.edit_stock(store, product_id=mug, quantity=7)
    events = store.rows("SELECT change, reason, actor, stock_after FROM stock_events ORDER BY id DESC LIMIT 1")

    assert events == [{"change": -3, "reason": "hand_edit", "actor": "staff", "stock_after": 7}]


def test_every_stock_write_is_recorded(api: Caller, store: Store, mug: int, shirt: tuple[int, list[int]]) -> None:
    parent, (red, _) = shirt
    api.put(f"/products/{mug}", {"stock_quantity": 8})
    api.post(f"/products/{parent}/variations/batch", {"update": [{"id": red, "stock_quantity": 0}]})
    api.put(f"/products/{mug}", {"name": "Tazzina"})

    written = store.rows("SELECT product_id, variation_id, kind, quantity, stock_before FROM stock_writes ORDER BY id")
    assert written == [
        {"product_id": mug, "variation_id": 0, "kind": "absolute", "quantity": 8, "stock_before": 10},
        {"product_id": parent, "variation_id": red, "kind": "absolute", "quantity": 0, "stock_before": 4},
    ]
    assert api.get(f"/products/{parent}/variations/{red}")["stock_status"] == "outofstock"
