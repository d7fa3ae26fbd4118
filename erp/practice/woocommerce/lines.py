"""Rows of an order, made from the shop's products, shipping methods and fees."""

import json
import sqlite3
from decimal import Decimal
from typing import Any

from erp.practice.woocommerce.coupons import Coupon, apply_coupons
from erp.practice.woocommerce.money import plain
from erp.practice.woocommerce.orders import Order
from erp.practice.woocommerce.store import Change
from erp.practice.woocommerce.taxes import TaxBook
from erp.practice.woocommerce.totals import net_of_shop_price, recalculate


def price_of(product: sqlite3.Row) -> str:
    """What the shop asks: the sale price where there is one; empty where it is not for sale."""
    return str(product["sale_price"] or product["regular_price"])


def find_product(db: sqlite3.Connection, product_id: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute("SELECT * FROM products WHERE id = ?", (product_id,)).fetchone()
    return row


def product_line(change: Change, product: sqlite3.Row, quantity: int, book: TaxBook) -> dict[str, Any]:
    """A line at today's shop price, net to six places; its taxes come with `recalculate`."""
    parent = find_product(change.db, product["parent_id"]) if product["parent_id"] else None
    net = plain(net_of_shop_price(Decimal(price_of(product) or "0"), quantity, _base_rates(product, book), book.prices_include_tax))
    return {
        "id": change.next_id("item"),
        "name": product["name"],
        "product_id": parent["id"] if parent else product["id"],
        "variation_id": product["id"] if parent else 0,
        "quantity": quantity,
        "tax_class": product["tax_class"],
        "tax_status": product["tax_status"],
        "is_virtual": bool(product["is_virtual"]),
        "subtotal": net,
        "total": net,
        "taxes": [],
        "meta_data": _attribute_metas(change, product),
    }


def _base_rates(product: sqlite3.Row, book: TaxBook) -> list[Any]:
    return book.rates_for(book.base, product["tax_class"]) if product["tax_status"] == "taxable" else []


def _attribute_metas(change: Change, product: sqlite3.Row) -> list[dict[str, Any]]:
    if not product["parent_id"]:
        return []
    return [
        {"id": change.next_id("meta"), "key": one["name"].lower(), "value": one["option"], "display_key": one["name"]}
        for one in json.loads(product["doc"]).get("attributes", [])
    ]


def shipping_line(change: Change, *, method_id: str, title: str, total: str, instance_id: str = "") -> dict[str, Any]:
    return {
        "id": change.next_id("item"),
        "method_title": title,
        "method_id": method_id,
        "instance_id": instance_id,
        "total": plain(Decimal(total or "0")),
        "taxes": [],
        "meta_data": [],
    }


def fee_line(change: Change, *, name: str, total: str, tax_class: str = "", tax_status: str = "taxable") -> dict[str, Any]:
    amount = plain(Decimal(total or "0"))
    own = {"name": name, "tax_class": tax_class, "tax_status": tax_status, "total": amount}
    return {"id": change.next_id("item"), **own, "taxes": [], "meta_data": []}


def find_coupon(db: sqlite3.Connection, code: str) -> Coupon | None:
    row = db.execute("SELECT * FROM coupons WHERE code = ?", (code.lower(),)).fetchone()
    if row is None:
        return None
    return Coupon(row["id"], row["code"], row["discount_type"], Decimal(row["amount"]), bool(row["free_shipping"]))


def price_order(change: Change, order: Order, book: TaxBook, coupons: list[Coupon]) -> None:
    """Taxes and totals; coupons first, where there are any, on lines set back to their subtotals."""

    def new_item() -> int:
        return change.next_id("item")

    if coupons:
        for line in order["line_items"]:
            line["total"] = line["subtotal"]
        recalculate(order, book, new_item)
        apply_coupons(order, coupons, book, new_item)
        for line in order["coupon_lines"]:
            if not line["meta_data"]:
                line["meta_data"] = [{"id": change.next_id("meta"), "key": "coupon_info", "value": line["info"]}]
    recalculate(order, book, new_item)
