"""Bodies hold only keys that the platform's own schemas know, or that a real shop was seen to add."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from erp.practice.woocommerce import Buyer, Store, seeding
from erp.practice.woocommerce.seeding import Variation
from tests.practice.caller import Caller

SCHEMAS = Path(os.environ.get("REGIA_SHARED", "../shared")) / "specs" / "woocommerce" / "schema"
SEEN = {"_links", "currency_symbol", "email_templates"}
VARIATION_SEEN = {"name", "parent_id", "date_created_gmt", "date_modified_gmt"}


def known(name: str) -> set[str]:
    file = SCHEMAS / f"{name}.json"
    if not file.exists():
        pytest.skip(f"the platform's schemas are not at {SCHEMAS}")
    return set(json.loads(file.read_text())["schema"]["properties"])


def strange(body: dict[str, Any], name: str) -> set[str]:
    return set(body) - known(name) - SEEN


def test_things_of_the_catalogue(api: Caller, store: Store, mug: int) -> None:
    category = seeding.add_category(store, "Cucina")
    parent, (red,) = seeding.add_variable_product(store, "Maglietta", [Variation({"Colore": "Rossa"}, "19.90", stock=4)])

    assert strange(api.get(f"/products/{mug}"), "products") == set()
    assert strange(api.get(f"/products/{parent}"), "products") == set()
    assert strange(api.get(f"/products/{parent}/variations/{red}"), "products_1_variations") - VARIATION_SEEN == set()
    assert strange(api.get(f"/products/categories/{category}"), "products_categories") == set()


def test_things_of_the_till(api: Caller, store: Store, buyer: Buyer, mug: int) -> None:
    coupon = seeding.add_coupon(store, "estate", discount_type="percent", amount="10")
    order = buyer.check_out([(mug, 1)], coupons=["estate"], create_account=True)["order_id"]
    refund = api.post(f"/orders/{order}/refunds", {"amount": "1.00"})
    (listed,) = api.get("/refunds")

    assert strange(api.get(f"/orders/{order}"), "orders") == set()
    assert strange(refund, "orders_1_refunds") == set()
    assert strange(listed, "refunds") == set()
    assert strange(api.get(f"/orders/{order}/notes")[0], "orders_1_notes") - {"author"} == set()
    assert strange(api.get("/customers")[0], "customers") == set()
    assert strange(api.get(f"/coupons/{coupon}"), "coupons") == set()


def test_things_of_the_shop(api: Caller) -> None:
    made = api.post("/webhooks", {"topic": "order.created", "delivery_url": "http://127.0.0.1:9/", "status": "paused"})

    assert strange(made, "webhooks") == set()
    assert strange(api.get("/taxes/1"), "taxes") == set()
    assert strange(api.get("/taxes/classes")[0], "taxes_classes") == set()
    assert strange(api.get("/payment_gateways")[0], "payment_gateways") == set()
    assert strange(api.get("/shipping_methods")[0], "shipping_methods") == set()
    assert strange(api.get("/orders/statuses")[0], "orders_statuses") == set()
    assert strange(api.get("/data/currencies/current"), "data_currencies_current") == set()
