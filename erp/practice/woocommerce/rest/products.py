"""/products, their variations and both batches: the calls through which stock is written."""

import json
import sqlite3
from typing import Any

from erp.practice.woocommerce.errors import RestError, not_found
from erp.practice.woocommerce.lines import find_product
from erp.practice.woocommerce.listing import Filter, add_common, ordering, read_page
from erp.practice.woocommerce.products import create_product, delete_product, loose_integer, product_body, write_product
from erp.practice.woocommerce.rest.routing import Call, Reply, answers, created, listed, number_of, run_batch

COLUMNS = {"date": "created", "modified": "modified", "id": "id", "title": "name", "slug": "slug", "price": "CAST(regular_price AS REAL)"}
VARIATION_ONLY = "To manipulate product variations you should use the /products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
PLAIN_FILTERS = ("slug", "type", "stock_status")
STOCK_WRITE = (
    "INSERT INTO stock_writes (ts, product_id, variation_id, kind, asked, quantity, stock_before, landed_late, request_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _list(call: Call, chosen: Filter) -> Reply:
    asked = call.query
    add_common(chosen, asked, call.zone)
    for name in PLAIN_FILTERS:
        if asked.get(name):
            chosen.add(f"{name} = ?", asked[name])
    if asked.get("status", "any") == "any":
        chosen.add("status NOT IN ('trash', 'auto-draft')")
    else:
        chosen.add("status = ?", asked["status"])
    if asked.get("tax_class"):
        chosen.add("tax_class = ?", "" if asked["tax_class"] == "standard" else asked["tax_class"])
    if "virtual" in asked:
        chosen.add("is_virtual = ?", int(asked["virtual"]))
    if asked.get("category"):
        wanted = [int(part) for part in asked["category"].split(",") if part.isdigit()]
        marks = ",".join("?" * len(wanted))
        chosen.add(f"EXISTS (SELECT 1 FROM json_each(doc, '$.categories') WHERE value ->> 'id' IN ({marks}))", *wanted)
    _add_words(chosen, asked)
    with call.store.read() as db:
        page = read_page(db, "products", chosen, ordering(asked, COLUMNS), asked)
        bodies = [product_body(db, row, call.view) for row in page.rows]
    return listed(call, page, bodies)


def _add_words(chosen: Filter, asked: dict[str, Any]) -> None:
    if asked.get("sku"):
        chosen.among("sku", [part.strip() for part in asked["sku"].split(",")])
    if asked.get("search"):
        chosen.add("name LIKE ?", f"%{asked['search']}%")
    if asked.get("search_sku"):
        chosen.add("sku LIKE ?", f"%{asked['search_sku']}%")
    if asked.get("search_name_or_sku"):
        word = f"%{asked['search_name_or_sku']}%"
        chosen.add("(name LIKE ? OR sku LIKE ?)", word, word)


@answers("GET", "/products")
def list_products(call: Call) -> Reply:
    """Variations show only where a SKU is asked for: `?sku=A,B` finds products and variations."""
    by_sku = any(call.query.get(name) for name in ("sku", "search_sku", "search_name_or_sku"))
    return _list(call, Filter([] if by_sku else ["parent_id = 0"]))


@answers("GET", "/products/{product_id}/variations")
def list_variations(call: Call) -> Reply:
    with call.store.read() as db:
        _parent(db, call)
    chosen = Filter()
    chosen.add("parent_id = ?", call.id("product_id"))
    return _list(call, chosen)


def _parent(db: sqlite3.Connection, call: Call) -> sqlite3.Row:
    row = find_product(db, call.id("product_id"))
    if row is None or row["parent_id"]:
        raise not_found("product")
    return row


def _found(db: sqlite3.Connection, call: Call, product_id: int) -> sqlite3.Row:
    """A variation is found under its parent only, and nobody else's child."""
    row = find_product(db, product_id)
    if "product_id" in call.ids:
        if row is None or row["parent_id"] != call.id("product_id"):
            raise not_found("product_variation")
    elif row is None:
        raise not_found("product")
    return row


@answers("GET", "/products/{id}")
@answers("GET", "/products/{product_id}/variations/{id}")
def read_product(call: Call) -> Reply:
    with call.store.read() as db:
        return Reply(product_body(db, _found(db, call, call.id()), call.view))


@answers("POST", "/products")
@answers("POST", "/products/{product_id}/variations")
def add_product(call: Call) -> Reply:
    body = _create(call, call.body)
    return created(call, body, f"{call.operation.path.replace('{product_id}', call.ids.get('product_id', ''))}/{body['id']}")


def _create(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    with call.store.write() as change:
        parent = _parent(change.db, call) if "product_id" in call.ids else None
        product_id = create_product(change, fields, parent=parent, actor="api")
        row = find_product(change.db, product_id)
        assert row is not None
        return product_body(change.db, row, call.view)


@answers("PUT", "/products/{id}")
@answers("PUT", "/products/{product_id}/variations/{id}")
def update_product(call: Call) -> Reply:
    return Reply(_update(call, {**call.body, "id": call.id()}))


def _update(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in item.items() if name != "id"}
    asked = dict(fields)
    with call.store.read() as db:
        before = _found(db, call, number_of(item))
    if before["parent_id"] and "product_id" not in call.ids:
        raise RestError(404, "woocommerce_rest_invalid_product_id", VARIATION_ONLY)
    if "inventory_delta" in fields and fields.get("stock_quantity") is None:
        fields["stock_quantity"] = _added_in_memory(call, before, fields.pop("inventory_delta"))
    with call.store.write() as change:
        row = _found(change.db, call, before["id"])
        write_product(change, row["id"], fields, actor="api")
        written = find_product(change.db, row["id"])
        assert written is not None
        if {"stock_quantity", "inventory_delta"} & set(asked):
            kind = "delta" if "inventory_delta" in asked and asked.get("stock_quantity") is None else "absolute"
            product_id, variation_id = (row["parent_id"], row["id"]) if row["parent_id"] else (row["id"], 0)
            raw = json.dumps(asked.get("inventory_delta") if kind == "delta" else asked.get("stock_quantity"))
            numbers = (written["stock_quantity"], row["stock_quantity"], int(call.is_late), call.request_id)
            change.db.execute(STOCK_WRITE, (change.ts, product_id, variation_id, kind, raw, *numbers))
        return product_body(change.db, written, call.view)


def _added_in_memory(call: Call, before: sqlite3.Row, delta: Any) -> int:
    """Read, add and, later, write: a sale that falls between is erased. The fault `slow_delta` widens the gap."""
    slow = call.faults.draw("slow_delta", call.request.method, call.request.path)
    if slow is not None:
        call.faults.wait(slow.get("seconds", 0.2))
    return int(before["stock_quantity"] or 0) + loose_integer(delta)


@answers("DELETE", "/products/{id}")
@answers("DELETE", "/products/{product_id}/variations/{id}")
def remove_product(call: Call) -> Reply:
    return Reply(_delete(call, call.id(), force=call.query["force"]))


def _delete(call: Call, product_id: int, *, force: bool) -> dict[str, Any]:
    with call.store.write() as change:
        row = _found(change.db, call, product_id)
        body = product_body(change.db, row, call.view)
        delete_product(change, product_id, force=force)
        return body


@answers("POST", "/products/batch")
@answers("POST", "/products/{product_id}/variations/batch")
def batch_products(call: Call) -> Reply:
    """200 with one answer per item; a failed one carries `error`. Types are not looked at."""
    struck = call.faults.draw("partial_batch", call.request.method, call.request.path)

    def unless_struck(item: dict[str, Any]) -> dict[str, Any]:
        if struck is not None and call.faults.chance(struck.get("share", 0.5)):
            raise RestError(400, "woocommerce_rest_product_invalid", "This product could not be saved.")
        return _update(call, item)

    parts = {
        "create": run_batch(call.body["create"], lambda item: _create(call, item)),
        "update": run_batch(call.body["update"], unless_struck),
        "delete": run_batch(call.body["delete"], lambda item: _delete(call, number_of(item), force=True)),
    }
    return Reply({name: results for name, results in parts.items() if results})
