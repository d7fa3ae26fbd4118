"""/orders: list, read, write, bin, batch, statuses and notes."""

import json
import sqlite3
from typing import Any

from erp.practice.woocommerce.editing import edit_order
from erp.practice.woocommerce.errors import RestError, not_found
from erp.practice.woocommerce.listing import Filter, Page, add_common, ordering, read_page
from erp.practice.woocommerce.orders import STATUSES, Order, add_note, insert_order, load_order, new_order, remove_order, save_order
from erp.practice.woocommerce.rendering import View, order_bodies
from erp.practice.woocommerce.rest.routing import Call, Reply, answers, created, listed, number_of, run_batch
from erp.practice.woocommerce.stocking import set_meta

COLUMNS = {"date": "created", "modified": "modified", "id": "id"}


@answers("GET", "/orders")
def list_orders(call: Call) -> Reply:
    """Bin and drafts never show, whatever status is asked for: an order in the bin is found by its id alone."""
    chosen = Filter(["type = 'order'", "status NOT IN ('trash', 'auto-draft')"])
    asked = call.query
    add_common(chosen, asked, call.zone)
    statuses = asked["status"] if isinstance(asked["status"], list) else [asked["status"]]
    if "any" not in statuses and statuses:
        chosen.among("status", statuses)
    if "customer" in asked:
        chosen.add("customer_id = ?", asked["customer"])
    if "product" in asked:
        sql = "EXISTS (SELECT 1 FROM json_each(doc, '$.line_items') WHERE ? IN (value ->> 'product_id', value ->> 'variation_id'))"
        chosen.add(sql, asked["product"])
    if asked.get("created_via"):
        chosen.among("created_via", asked["created_via"])
    if asked.get("search"):
        word = f"%{asked['search']}%"
        chosen.add("(CAST(id AS TEXT) = ? OR doc ->> 'billing' LIKE ? OR doc ->> 'shipping' LIKE ?)", asked["search"], word, word)
    with call.store.read() as db:
        page = read_page(db, "orders", chosen, ordering(asked, COLUMNS), asked)
        orders = [json.loads(row["doc"]) for row in page.rows]
        bodies = [_with_asked_meta(body, asked) for body in order_bodies(db, orders, call.view)]
    _shift_page(call, page)
    return listed(call, page, bodies)


def _shift_page(call: Call, page: Page) -> None:
    """Fault: the first order of the page is edited before the next page is asked for, and every page after it moves up by one."""
    if page.rows and page.number < page.pages and call.faults.draw("page_shift", "GET", call.request.path) is not None:
        with call.store.write() as change:
            order = load_order(change.db, page.rows[0]["id"])
            set_meta(change, order, "_edited_while_paging", change.at)
            save_order(change, order)


def _with_asked_meta(body: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    wanted, unwanted = asked.get("include_meta"), asked.get("exclude_meta") or []
    if wanted or unwanted:
        metas = [meta for meta in body["meta_data"] if (not wanted or meta["key"] in wanted) and meta["key"] not in unwanted]
        body["meta_data"] = metas
    if asked.get("order_item_display_meta"):
        for line in body["line_items"] + body["shipping_lines"]:
            line["meta_data"] = [meta for meta in line["meta_data"] if not meta["key"].startswith("_")]
    return body


def body_of(db: sqlite3.Connection, order: Order, view: View) -> dict[str, Any]:
    return order_bodies(db, [order], view)[0]


@answers("GET", "/orders/{id}")
def read_order(call: Call) -> Reply:
    with call.store.read() as db:
        return Reply(body_of(db, load_order(db, call.id()), call.view))


@answers("POST", "/orders")
def create_order(call: Call) -> Reply:
    """No idempotency: the same body twice makes two orders. Nobody asks whether the stock is enough."""
    body = _create(call, call.body)
    return created(call, body, f"/orders/{body['id']}")


def _create(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    with call.store.write() as change:
        order = new_order(change, created_via=body.get("created_via") or "rest-api")
        insert_order(change, order)
        edit_order(change, order, body, actor="api", is_new=True)
        save_order(change, order)
        return body_of(change.db, order, call.view)


@answers("PUT", "/orders/{id}")
def update_order(call: Call) -> Reply:
    return Reply(_update(call, call.id(), call.body))


def _update(call: Call, order_id: int, body: dict[str, Any]) -> dict[str, Any]:
    with call.store.write() as change:
        order = load_order(change.db, order_id)
        edit_order(change, order, body, actor="api")
        save_order(change, order)
        return body_of(change.db, order, call.view)


@answers("DELETE", "/orders/{id}")
def delete_order(call: Call) -> Reply:
    return Reply(_remove(call, call.id(), force=call.query["force"]))


def _remove(call: Call, order_id: int, *, force: bool) -> dict[str, Any]:
    """Answers the order as it was before."""
    with call.store.write() as change:
        order = load_order(change.db, order_id)
        body = body_of(change.db, order, call.view)
        if not force and order["status"] == "trash":
            raise RestError(410, "woocommerce_rest_already_trashed", "The shop_order has already been deleted.")
        remove_order(change, order, force=force)
        return body


@answers("POST", "/orders/batch")
def batch_orders(call: Call) -> Reply:
    def update(item: dict[str, Any]) -> dict[str, Any]:
        return _update(call, number_of(item), {name: value for name, value in item.items() if name != "id"})

    def delete(item: Any) -> dict[str, Any]:
        return _remove(call, number_of(item), force=True)

    parts = {
        "create": run_batch(call.body["create"], lambda item: _create(call, item)),
        "update": run_batch(call.body["update"], update),
        "delete": run_batch(call.body["delete"], delete),
    }
    return Reply({name: results for name, results in parts.items() if results})


@answers("GET", "/orders/statuses")
def list_statuses(call: Call) -> Reply:
    """The platform's and the shop's own (setting `own_statuses`), which plugins bring in."""
    known = {**STATUSES, **call.store.settings()["own_statuses"]}
    return Reply([{"slug": slug, "name": name} for slug, name in known.items()])


def _note_body(row: sqlite3.Row, order_id: int, view: View) -> dict[str, Any]:
    up = view.api(f"/orders/{order_id}")
    return {
        "id": row["id"],
        "author": row["author"],
        "date_created": view.local(row["created"]),
        "date_created_gmt": row["created"],
        "note": row["note"],
        "customer_note": bool(row["customer_note"]),
        "_links": {"self": [{"href": f"{up}/notes/{row['id']}"}], "collection": [{"href": f"{up}/notes"}], "up": [{"href": up}]},
    }


def _note(db: sqlite3.Connection, order_id: int, note_id: int) -> sqlite3.Row:
    load_order(db, order_id)
    row: sqlite3.Row | None = db.execute("SELECT * FROM order_notes WHERE id = ? AND order_id = ?", (note_id, order_id)).fetchone()
    if row is None:
        raise not_found("order_note")
    return row


@answers("GET", "/orders/{order_id}/notes")
def list_notes(call: Call) -> Reply:
    order_id = call.id("order_id")
    kind = {"any": "1", "customer": "customer_note", "internal": "NOT customer_note"}[call.query["type"]]
    with call.store.read() as db:
        load_order(db, order_id)
        rows = db.execute(f"SELECT * FROM order_notes WHERE order_id = ? AND {kind} ORDER BY id DESC", (order_id,)).fetchall()
    return Reply([_note_body(row, order_id, call.view) for row in rows])


@answers("GET", "/orders/{order_id}/notes/{id}")
def read_note(call: Call) -> Reply:
    with call.store.read() as db:
        return Reply(_note_body(_note(db, call.id("order_id"), call.id()), call.id("order_id"), call.view))


@answers("POST", "/orders/{order_id}/notes")
def create_note(call: Call) -> Reply:
    order_id = call.id("order_id")
    author = "admin" if call.body.get("added_by_user") else "WooCommerce"
    with call.store.write() as change:
        load_order(change.db, order_id)
        note_id = add_note(change, order_id, call.body["note"], author=author, customer_note=bool(call.body.get("customer_note")))
        body = _note_body(_note(change.db, order_id, note_id), order_id, call.view)
    return created(call, body, f"/orders/{order_id}/notes/{note_id}")


@answers("DELETE", "/orders/{order_id}/notes/{id}")
def delete_note(call: Call) -> Reply:
    if not call.query["force"]:
        raise RestError(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.")
    order_id = call.id("order_id")
    with call.store.write() as change:
        row = _note(change.db, order_id, call.id())
        change.db.execute("DELETE FROM order_notes WHERE id = ?", (row["id"],))
    return Reply(_note_body(row, order_id, call.view))
