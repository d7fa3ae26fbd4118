"""/customers, /coupons and /products/categories: read, and written as far as the demo and a publisher need."""

import json
import sqlite3
from decimal import Decimal
from typing import Any

from erp.practice.woocommerce.errors import RestError, not_found
from erp.practice.woocommerce.listing import Filter, add_common, ordering, read_page
from erp.practice.woocommerce.money import fixed
from erp.practice.woocommerce.products import slug_of
from erp.practice.woocommerce.rendering import View
from erp.practice.woocommerce.rest.routing import Call, Reply, answers, created, listed


def customer_body(row: sqlite3.Row, view: View) -> dict[str, Any]:
    doc = json.loads(row["doc"])
    return {
        "id": row["id"],
        "date_created": view.local(row["created"]),
        "date_created_gmt": row["created"],
        "date_modified": view.local(row["modified"]),
        "date_modified_gmt": row["modified"],
        "email": row["email"],
        "first_name": doc.get("first_name", ""),
        "last_name": doc.get("last_name", ""),
        "role": "customer",
        "username": row["email"].partition("@")[0],
        "billing": doc.get("billing", {}),
        "shipping": doc.get("shipping", {}),
        "is_paying_customer": True,
        "avatar_url": "",
        "meta_data": [],
        "_links": {"self": [{"href": view.api(f"/customers/{row['id']}")}], "collection": [{"href": view.api("/customers")}]},
    }


def _found(db: sqlite3.Connection, table: str, row_id: int, what: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute(f"SELECT * FROM {table} WHERE id = ?", (row_id,)).fetchone()
    if row is None:
        raise not_found(what)
    return row


@answers("GET", "/customers")
def list_customers(call: Call) -> Reply:
    chosen = Filter()
    add_common(chosen, call.query, call.zone)
    if call.query["role"] not in ("all", "customer"):
        chosen.add("0")
    if call.query.get("email"):
        chosen.add("email = ?", call.query["email"])
    if call.query.get("search"):
        chosen.add("(email LIKE ? OR doc LIKE ?)", f"%{call.query['search']}%", f"%{call.query['search']}%")
    order = ordering(call.query, {"id": "id", "name": "email", "registered_date": "created"})
    with call.store.read() as db:
        page = read_page(db, "customers", chosen, order, call.query)
    return listed(call, page, [customer_body(row, call.view) for row in page.rows])


@answers("GET", "/customers/{id}")
def read_customer(call: Call) -> Reply:
    with call.store.read() as db:
        row: sqlite3.Row | None = db.execute("SELECT * FROM customers WHERE id = ?", (call.id(),)).fetchone()
    if row is None:
        raise RestError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return Reply(customer_body(row, call.view))


def coupon_body(row: sqlite3.Row, view: View) -> dict[str, Any]:
    return {
        "id": row["id"],
        "code": row["code"],
        "amount": fixed(Decimal(row["amount"])),
        "status": "publish",
        "date_created": view.local(row["created"]),
        "date_created_gmt": row["created"],
        "date_modified": view.local(row["modified"]),
        "date_modified_gmt": row["modified"],
        "discount_type": row["discount_type"],
        "usage_count": row["usage_count"],
        "free_shipping": bool(row["free_shipping"]),
        "meta_data": [],
        "_links": {"self": [{"href": view.api(f"/coupons/{row['id']}")}], "collection": [{"href": view.api("/coupons")}]},
    }


@answers("GET", "/coupons")
def list_coupons(call: Call) -> Reply:
    chosen = Filter()
    add_common(chosen, call.query, call.zone)
    for name, condition in (("code", "code = ?"), ("search", "code LIKE '%' || ? || '%'")):
        if call.query.get(name):
            chosen.add(condition, call.query[name].lower())
    order = ordering(call.query, {"date": "created", "modified": "modified", "id": "id", "title": "code", "slug": "code"})
    with call.store.read() as db:
        page = read_page(db, "coupons", chosen, order, call.query)
    return listed(call, page, [coupon_body(row, call.view) for row in page.rows])


@answers("GET", "/coupons/{id}")
def read_coupon(call: Call) -> Reply:
    with call.store.read() as db:
        return Reply(coupon_body(_found(db, "coupons", call.id(), "shop_coupon"), call.view))


@answers("POST", "/coupons")
def create_coupon(call: Call) -> Reply:
    code = call.body["code"].lower()
    with call.store.write() as change:
        if change.db.execute("SELECT 1 FROM coupons WHERE code = ?", (code,)).fetchone():
            raise RestError(400, "woocommerce_rest_coupon_code_already_exists", "The coupon code already exists")
        coupon_id = change.next_id("post")
        own = (coupon_id, code, call.body.get("discount_type") or "fixed_cart", call.body.get("amount") or "0")
        sql = "INSERT INTO coupons VALUES (?, ?, ?, ?, ?, 0, ?, ?)"
        change.db.execute(sql, (*own, int(call.body.get("free_shipping") or False), change.at, change.at))
        change.emit("coupon.created", coupon_id)
        body = coupon_body(_found(change.db, "coupons", coupon_id, "shop_coupon"), call.view)
    return created(call, body, f"/coupons/{coupon_id}")


@answers("PUT", "/coupons/{id}")
def update_coupon(call: Call) -> Reply:
    with call.store.write() as change:
        _found(change.db, "coupons", call.id(), "shop_coupon")
        columns: dict[str, Any] = {name: value for name, value in call.body.items() if name != "code"}
        columns["modified"] = change.at
        sets = ", ".join(f"{name} = ?" for name in columns)
        change.db.execute(f"UPDATE coupons SET {sets} WHERE id = ?", (*columns.values(), call.id()))
        change.emit("coupon.updated", call.id())
        return Reply(coupon_body(_found(change.db, "coupons", call.id(), "shop_coupon"), call.view))


@answers("DELETE", "/coupons/{id}")
def delete_coupon(call: Call) -> Reply:
    if not call.query["force"]:
        raise RestError(501, "woocommerce_rest_trash_not_supported", "The shop_coupon does not support trashing.")
    with call.store.write() as change:
        body = coupon_body(_found(change.db, "coupons", call.id(), "shop_coupon"), call.view)
        change.db.execute("DELETE FROM coupons WHERE id = ?", (call.id(),))
        change.emit("coupon.deleted", call.id())
    return Reply(body)


def _category_body(db: sqlite3.Connection, row: sqlite3.Row, view: View) -> dict[str, Any]:
    sql = "SELECT COUNT(*) FROM products, json_each(products.doc, '$.categories') AS one WHERE one.value ->> 'id' = ?"
    count = db.execute(sql, (row["id"],)).fetchone()[0]
    own = {name: row[name] for name in ("id", "name", "slug", "parent", "description")}
    links = {"self": [{"href": view.api(f"/products/categories/{row['id']}")}]}
    return own | {"display": "default", "image": None, "menu_order": 0, "count": count, "_links": links}


def _category(db: sqlite3.Connection, category_id: int) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute("SELECT * FROM categories WHERE id = ?", (category_id,)).fetchone()
    if row is None:
        raise RestError(404, "woocommerce_rest_term_invalid", "Resource does not exist.")
    return row


@answers("GET", "/products/categories")
def list_categories(call: Call) -> Reply:
    chosen = Filter()
    add_common(chosen, {name: call.query.get(name) for name in ("include", "exclude")}, call.zone)
    for name, condition in (("parent", "parent = ?"), ("slug", "slug = ?"), ("search", "name LIKE '%' || ? || '%'")):
        if call.query.get(name) is not None:
            chosen.add(condition, call.query[name])
    with call.store.read() as db:
        page = read_page(db, "categories", chosen, ordering(call.query, {"id": "id", "name": "name", "slug": "slug"}), call.query)
        bodies = [_category_body(db, row, call.view) for row in page.rows]
    if call.query.get("hide_empty"):
        bodies = [body for body in bodies if body["count"]]
    return listed(call, page, bodies)


@answers("GET", "/products/categories/{id}")
def read_category(call: Call) -> Reply:
    with call.store.read() as db:
        return Reply(_category_body(db, _category(db, call.id()), call.view))


@answers("POST", "/products/categories")
def create_category(call: Call) -> Reply:
    parent = call.body.get("parent", 0)
    with call.store.write() as change:
        same = change.db.execute("SELECT id FROM categories WHERE name = ? AND parent = ?", (call.body["name"], parent)).fetchone()
        if same:
            message = "A term with the name provided already exists with this parent."
            raise RestError(400, "term_exists", message, resource_id=same["id"])
        category_id = change.next_id("term")
        own = (category_id, call.body["name"], call.body.get("slug") or slug_of(call.body["name"]), parent)
        change.db.execute("INSERT INTO categories VALUES (?, ?, ?, ?, ?)", (*own, call.body.get("description", "")))
        body = _category_body(change.db, _category(change.db, category_id), call.view)
    return created(call, body, f"/products/categories/{category_id}")


@answers("PUT", "/products/categories/{id}")
def update_category(call: Call) -> Reply:
    with call.store.write() as change:
        old = dict(_category(change.db, call.id())) | call.body
        sql = "UPDATE categories SET name = :name, slug = :slug, parent = :parent, description = :description WHERE id = :id"
        change.db.execute(sql, old)
        return Reply(_category_body(change.db, _category(change.db, call.id()), call.view))


@answers("DELETE", "/products/categories/{id}")
def delete_category(call: Call) -> Reply:
    if not call.query["force"]:
        raise RestError(501, "woocommerce_rest_trash_not_supported", "Terms do not support trashing.")
    with call.store.write() as change:
        body = _category_body(change.db, _category(change.db, call.id()), call.view)
        change.db.execute("DELETE FROM categories WHERE id = ?", (call.id(),))
    return Reply(body)
