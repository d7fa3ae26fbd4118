"""The shop's catalogue as its REST interface writes and shows it, with the platform's loose reading of stock numbers."""

import json
import re
import sqlite3
from decimal import Decimal
from typing import Any

from erp.practice.woocommerce.errors import RestError
from erp.practice.woocommerce.lines import find_product, price_of
from erp.practice.woocommerce.rendering import View
from erp.practice.woocommerce.stocking import STATUS, holder_of, set_stock
from erp.practice.woocommerce.store import Change

COLUMNS = ("name", "slug", "sku", "global_unique_id", "tax_class", "tax_status", "regular_price", "sale_price", "status", "backorders")
KEPT = (
    "description", "short_description", "featured", "catalog_visibility", "low_stock_amount", "sold_individually", "weight", "dimensions",
    "categories", "images", "image", "attributes", "default_attributes", "menu_order",
)  # fmt: skip
STOCK = {"manage_stock", "stock_quantity", "inventory_delta", "stock_status"}


def loose_integer(value: Any) -> int:
    """How the platform reads a stock number that nobody checked: `"abc"` is 0, `2.7` is 2, `"3 pezzi"` is 3."""
    if isinstance(value, str):
        match = re.match(r"\s*[+-]?\d+", value)
        return int(match.group()) if match else 0
    return int(value) if isinstance(value, int | float) else 0


def truthy(value: Any) -> bool:
    return value in (True, 1, "1", "true", "yes") or (isinstance(value, str) and value.lower() in ("true", "yes"))


def slug_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "prodotto"


def create_product(change: Change, fields: dict[str, Any], *, parent: sqlite3.Row | None = None, actor: str) -> int:
    """A new product, or a variation of `parent`; raises RestError for a SKU or GTIN that exists."""
    product_id = change.next_id("post")
    name = variation_name(parent["name"], fields.get("attributes", [])) if parent else fields.get("name", "Prodotto")
    change.db.execute(
        "INSERT INTO products (id, parent_id, type, name, slug, tax_class, created, modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            product_id,
            parent["id"] if parent else 0,
            "variation" if parent else fields.get("type", "simple"),
            name,
            fields.get("slug") or slug_of(name),
            parent["tax_class"] if parent else "",
            change.at,
            change.at,
        ),
    )
    write_product(change, product_id, fields, actor=actor, topic="product.created")
    return product_id


def variation_name(parent: str, attributes: list[dict[str, Any]]) -> str:
    options = ", ".join(str(one.get("option", "")) for one in attributes)
    return f"{parent} - {options}" if options else parent


def write_product(change: Change, product_id: int, fields: dict[str, Any], *, actor: str, topic: str = "product.updated") -> None:
    """Store the fields given and leave the rest; stock follows its own rules (`_write_stock`)."""
    row = find_product(change.db, product_id)
    assert row is not None
    _check_unique(change.db, row, fields)
    columns = {name: fields[name] for name in COLUMNS if fields.get(name) is not None}
    if columns.get("tax_class") == "standard":
        columns["tax_class"] = ""
    doc = json.loads(row["doc"]) | {name: fields[name] for name in KEPT if name in fields}
    doc["images"] = _numbered_images(change, doc)
    _merge_meta(change, doc, fields.get("meta_data", []))
    columns |= {"modified": change.at, "doc": json.dumps(doc, ensure_ascii=False)}
    if fields.get("type") and not row["parent_id"]:
        columns["type"] = fields["type"]
    if "virtual" in fields:
        columns["is_virtual"] = int(truthy(fields["virtual"]))
    sets = ", ".join(f"{name} = ?" for name in columns)
    change.db.execute(f"UPDATE products SET {sets} WHERE id = ?", (*columns.values(), product_id))
    if STOCK & set(fields):
        _write_stock(change, product_id, fields, actor)
    elif "backorders" in fields:
        change.db.execute(STATUS, (product_id,))
    change.emit(topic, product_id)


def _check_unique(db: sqlite3.Connection, row: sqlite3.Row, fields: dict[str, Any]) -> None:
    for column, what in (("sku", "SKU"), ("global_unique_id", "GTIN, UPC, EAN or ISBN")):
        value = fields.get(column)
        sql = f"SELECT id FROM products WHERE {column} = ? AND id <> ? AND status <> 'trash'"
        other = db.execute(sql, (value, row["id"])).fetchone() if value else None
        if other:
            code = f"product_invalid_{column}"
            raise RestError(400, code, f"Invalid or duplicated {what}.", resource_id=other["id"], **{f"unique_{column}": f"{value}-1"})


def _numbered_images(change: Change, doc: dict[str, Any]) -> list[dict[str, Any]]:
    images = doc.pop("image", None)
    found = [images] if images else doc.get("images") or []
    for image in found:
        image.setdefault("id", change.next_id("post"))
        image.setdefault("name", image.get("src", "").rpartition("/")[2])
        image.setdefault("alt", "")
    return found


def _merge_meta(change: Change, doc: dict[str, Any], metas: list[dict[str, Any]]) -> None:
    kept = {meta["key"]: meta for meta in doc.get("meta_data", [])}
    for meta in metas:
        if meta.get("value") is None:
            kept.pop(meta["key"], None)
        else:
            old = kept.get(meta["key"]) or {"id": change.next_id("meta"), "key": meta["key"]}
            kept[meta["key"]] = old | {"value": meta["value"]}
    doc["meta_data"] = list(kept.values())


def _write_stock(change: Change, product_id: int, fields: dict[str, Any], actor: str) -> None:
    """A number is taken only where stock is managed, and then as it is: without a comparison, without a type check."""
    row = find_product(change.db, product_id)
    assert row is not None
    manages = truthy(fields["manage_stock"]) if "manage_stock" in fields else bool(row["manage_stock"])
    status = fields.get("stock_status") or row["stock_status"]
    change.db.execute("UPDATE products SET manage_stock = ?, stock_status = ? WHERE id = ?", (int(manages), status, product_id))
    if not manages:
        change.db.execute("UPDATE products SET stock_quantity = NULL WHERE id = ?", (product_id,))
        return
    quantity = fields.get("stock_quantity")
    written = loose_integer(quantity) if quantity is not None else row["stock_quantity"] or 0
    set_stock(change, row, written, reason="rest_write" if actor == "api" else "hand_edit", actor=actor)


def product_body(db: sqlite3.Connection, row: sqlite3.Row, view: View) -> dict[str, Any]:
    doc = json.loads(row["doc"])
    parent = find_product(db, row["parent_id"]) if row["parent_id"] else None
    common = _common(db, row, parent, doc, view)
    return common | (_variation_part(row, doc) if parent else _product_part(db, row, doc)) | {"_links": _links(row, view)}


def _common(db: sqlite3.Connection, row: sqlite3.Row, parent: sqlite3.Row | None, doc: dict[str, Any], view: View) -> dict[str, Any]:
    holder = holder_of(db, row["id"])
    quantity = holder["stock_quantity"] if holder else None
    backorders = holder["backorders"] if holder else row["backorders"]
    price = price_of(row)
    return {
        "id": row["id"],
        "name": row["name"],
        "type": row["type"],
        "parent_id": row["parent_id"],
        "permalink": f"{view.base_url}/?p={row['parent_id'] or row['id']}",
        "date_created": view.local(row["created"]),
        "date_created_gmt": row["created"],
        "date_modified": view.local(row["modified"]),
        "date_modified_gmt": row["modified"],
        "description": doc.get("description", ""),
        "sku": row["sku"],
        "global_unique_id": row["global_unique_id"],
        "price": price,
        "regular_price": row["regular_price"],
        "sale_price": row["sale_price"],
        "on_sale": bool(row["sale_price"]),
        "status": row["status"],
        "purchasable": bool(price) and row["status"] == "publish",
        "virtual": bool(row["is_virtual"]),
        "downloadable": False,
        "tax_status": row["tax_status"],
        "tax_class": row["tax_class"],
        "manage_stock": bool(row["manage_stock"]) or ("parent" if parent is not None and holder is not None else False),
        "stock_quantity": quantity,
        "stock_status": holder["stock_status"] if holder else row["stock_status"],
        "backorders": backorders,
        "backorders_allowed": backorders != "no",
        "backordered": backorders != "no" and quantity is not None and quantity < 0,
        "low_stock_amount": doc.get("low_stock_amount"),
        "weight": doc.get("weight", ""),
        "dimensions": {"length": "", "width": "", "height": ""} | (doc.get("dimensions") or {}),
        "shipping_class": "",
        "shipping_class_id": 0,
        "attributes": doc.get("attributes", []),
        "menu_order": doc.get("menu_order", 0),
        "meta_data": doc.get("meta_data", []),
    }


def _variation_part(row: sqlite3.Row, doc: dict[str, Any]) -> dict[str, Any]:
    images = doc.get("images") or [None]
    return {"image": images[0], "name": row["name"].rpartition(" - ")[2]}


def _product_part(db: sqlite3.Connection, row: sqlite3.Row, doc: dict[str, Any]) -> dict[str, Any]:
    variations = db.execute("SELECT * FROM products WHERE parent_id = ? AND status <> 'trash' ORDER BY id", (row["id"],)).fetchall()
    prices = [Decimal(price) for one in variations if (price := price_of(one))]
    return {
        "slug": row["slug"],
        "featured": bool(doc.get("featured", False)),
        "catalog_visibility": doc.get("catalog_visibility", "visible"),
        "short_description": doc.get("short_description", ""),
        "price": str(min(prices)) if prices else price_of(row),
        "purchasable": bool(prices or price_of(row)) and row["status"] == "publish",
        "total_sales": row["total_sales"],
        "sold_individually": bool(doc.get("sold_individually", False)),
        "shipping_required": not row["is_virtual"],
        "categories": _categories(db, doc),
        "tags": [],
        "images": doc.get("images") or [],
        "default_attributes": doc.get("default_attributes", []),
        "variations": [one["id"] for one in variations],
        "grouped_products": [],
        "has_options": bool(variations),
    }


def _categories(db: sqlite3.Connection, doc: dict[str, Any]) -> list[dict[str, Any]]:
    wanted = [one["id"] for one in doc.get("categories") or []]
    marks = ",".join("?" * len(wanted))
    return [dict(row) for row in db.execute(f"SELECT id, name, slug FROM categories WHERE id IN ({marks}) ORDER BY id", wanted)]


def _links(row: sqlite3.Row, view: View) -> dict[str, Any]:
    if row["parent_id"]:
        above = view.api(f"/products/{row['parent_id']}")
        return {
            "self": [{"href": f"{above}/variations/{row['id']}"}],
            "collection": [{"href": f"{above}/variations"}],
            "up": [{"href": above}],
        }
    return {"self": [{"href": view.api(f"/products/{row['id']}")}], "collection": [{"href": view.api("/products")}]}


def delete_product(change: Change, product_id: int, *, force: bool) -> None:
    """To the bin, or for good with its variations: order lines then point to nothing."""
    if force:
        change.db.execute("DELETE FROM products WHERE id = ? OR parent_id = ?", (product_id, product_id))
    else:
        change.db.execute("UPDATE products SET status = 'trash', modified = ? WHERE id = ?", (change.at, product_id))
    change.emit("product.deleted", product_id)
