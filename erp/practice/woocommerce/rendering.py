"""How the shop shows its rows: the bodies of the REST answers and of the webhooks, key for key as a real shop writes them."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from erp.practice.woocommerce.money import fixed, json_number, tax_cents, unit_price
from erp.practice.woocommerce.orders import EDITABLE, PAYABLE, Order
from erp.practice.woocommerce.totals import line_tax

VERSION = "9.9.5"
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF"}
ADDRESS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country")
Products = dict[int, sqlite3.Row]


@dataclass(frozen=True)
class View:
    """What a body depends on besides its row: the shop's address and time zone, and the decimals asked for."""

    base_url: str
    zone: ZoneInfo
    places: int = 2

    def local(self, gmt: str | None) -> str | None:
        if gmt is None:
            return None
        moment = datetime.fromisoformat(gmt).replace(tzinfo=UTC)
        return moment.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M:%S")

    def api(self, path: str) -> str:
        return f"{self.base_url}/wp-json/wc/v3{path}"

    def money(self, amount: str) -> str:
        return fixed(Decimal(amount), self.places)


def products_of(db: sqlite3.Connection, orders: Iterable[Order]) -> Products:
    """Products and parents that the orders' lines still point to; one that is gone is absent."""
    wanted = {line[key] for order in orders for line in order["line_items"] for key in ("product_id", "variation_id")} - {0}
    marks = ",".join("?" * len(wanted))
    return {row["id"]: row for row in db.execute(f"SELECT * FROM products WHERE id IN ({marks})", tuple(wanted))}


def refunds_of(db: sqlite3.Connection, orders: Iterable[Order]) -> dict[int, list[dict[str, Any]]]:
    ids = tuple(order["id"] for order in orders)
    marks = ",".join("?" * len(ids))
    found: dict[int, list[dict[str, Any]]] = {}
    sql = f"SELECT parent_id, doc FROM orders WHERE type = 'refund' AND parent_id IN ({marks}) ORDER BY id DESC"
    for row in db.execute(sql, ids):
        found.setdefault(row["parent_id"], []).append(json.loads(row["doc"]))
    return found


def order_bodies(db: sqlite3.Connection, orders: list[Order], view: View) -> list[dict[str, Any]]:
    products, refunds = products_of(db, orders), refunds_of(db, orders)
    return [order_body(order, view, products, refunds.get(order["id"], [])) for order in orders]


def order_body(order: Order, view: View, products: Products, refunds: list[dict[str, Any]]) -> dict[str, Any]:
    gross = order["prices_include_tax"]
    url = f"{view.base_url}/checkout/order-pay/{order['id']}/?pay_for_order=true&key={order['order_key']}"
    return {
        "id": order["id"],
        "parent_id": order["parent_id"],
        "status": order["status"],
        "currency": order["currency"],
        "version": VERSION,
        "prices_include_tax": gross,
        "date_created": view.local(order["date_created"]),
        "date_modified": view.local(order["date_modified"]),
        **{name: view.money(order[name]) for name in ("discount_total", "discount_tax", "shipping_total", "shipping_tax")},
        **{name: view.money(order[name]) for name in ("cart_tax", "total", "total_tax")},
        "customer_id": order["customer_id"],
        "order_key": order["order_key"],
        "billing": _address(order["billing"], "email", "phone"),
        "shipping": _address(order["shipping"], "phone"),
        **{name: order[name] for name in ("payment_method", "payment_method_title", "transaction_id")},
        **{name: order[name] for name in ("customer_ip_address", "customer_user_agent", "created_via", "customer_note")},
        "date_completed": view.local(order["date_completed"]),
        "date_paid": view.local(order["date_paid"]),
        "cart_hash": order["cart_hash"],
        "number": str(order["id"]),
        "meta_data": order["meta_data"],
        "line_items": [line_body(line, view, products, gross) for line in order["line_items"]],
        "tax_lines": [_tax_line(line, view) for line in order["tax_lines"]],
        "shipping_lines": [shipping_body(line, view, gross) for line in order["shipping_lines"]],
        "fee_lines": [fee_body(line, view, gross) for line in order["fee_lines"]],
        "coupon_lines": [_coupon_line(line, view) for line in order["coupon_lines"]],
        "refunds": [{"id": one["id"], "reason": one["reason"], "total": view.money(f"-{one['amount']}")} for one in refunds],
        "payment_url": url,
        "is_editable": order["status"] in EDITABLE,
        "needs_payment": order["status"] in PAYABLE and Decimal(order["total"]) > 0,
        "needs_processing": any(not line.get("is_virtual") for line in order["line_items"]),
        **{f"date_{name}_gmt": order[f"date_{name}"] for name in ("created", "modified", "completed", "paid")},
        "currency_symbol": SYMBOLS.get(order["currency"], order["currency"]),
        "_links": _order_links(order, view),
    }


def _address(address: dict[str, str], *more: str) -> dict[str, str]:
    return {name: address.get(name, "") for name in (*ADDRESS, *more)}


def _order_links(order: Order, view: View) -> dict[str, Any]:
    own = view.api(f"/orders/{order['id']}")
    links: dict[str, Any] = {
        "self": [{"href": own, "targetHints": {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]}}],
        "collection": [{"href": view.api("/orders")}],
        "email_templates": [{"embeddable": True, "href": f"{own}/actions/email_templates"}],
    }
    if order["customer_id"]:
        links["customer"] = [{"href": view.api(f"/customers/{order['customer_id']}")}]
    return links


def display_meta(meta: dict[str, Any]) -> dict[str, Any]:
    shown = {"display_key": meta.get("display_key", meta["key"]), "display_value": meta["value"]}
    return {"id": meta["id"], "key": meta["key"], "value": meta["value"], **shown}


def line_body(line: dict[str, Any], view: View, products: Products, gross: bool) -> dict[str, Any]:
    """A line whose product was deleted for good keeps its name and money, but points to 0 and has no SKU."""
    product = products.get(line["variation_id"] or line["product_id"])
    parent = products.get(line["product_id"]) if line["variation_id"] and product else None
    total = Decimal(line["total"])
    return {
        "id": line["id"],
        "name": line["name"],
        "product_id": line["product_id"] if product else 0,
        "variation_id": line["variation_id"] if product else 0,
        "quantity": line["quantity"],
        "tax_class": line["tax_class"],
        "subtotal": view.money(line["subtotal"]),
        "subtotal_tax": fixed(line_tax(line, gross, "subtotal"), view.places),
        "total": view.money(line["total"]),
        "total_tax": fixed(line_tax(line, gross), view.places),
        "taxes": line["taxes"],
        "meta_data": [display_meta(meta) for meta in line["meta_data"]],
        "sku": product["sku"] if product else None,
        "price": unit_price(total, line["quantity"]),
        "image": _line_image(product, view),
        "parent_name": parent["name"] if parent else None,
    }


def _line_image(product: sqlite3.Row | None, view: View) -> dict[str, Any]:
    images = json.loads(product["doc"]).get("images") if product else None
    return {"id": str(images[0]["id"]), "src": images[0]["src"]} if images else {"id": "", "src": ""}


def _tax_line(line: dict[str, Any], view: View) -> dict[str, Any]:
    amounts = {name: view.money(line[name]) for name in ("tax_total", "shipping_tax_total")}
    return line | amounts | {"rate_percent": json_number(Decimal(line["rate_percent"])), "meta_data": []}


def shipping_body(line: dict[str, Any], view: View, gross: bool) -> dict[str, Any]:
    return {
        "id": line["id"],
        "method_title": line["method_title"],
        "method_id": line["method_id"],
        "instance_id": line["instance_id"],
        "total": view.money(line["total"]),
        "total_tax": fixed(line_tax(line, gross), view.places),
        "taxes": line["taxes"],
        "tax_status": "taxable",
        "meta_data": [display_meta(meta) for meta in line["meta_data"]],
    }


def fee_body(line: dict[str, Any], view: View, gross: bool) -> dict[str, Any]:
    return {
        "id": line["id"],
        "name": line["name"],
        "tax_class": line["tax_class"],
        "tax_status": line["tax_status"],
        "amount": view.money(line["total"]),
        "total": view.money(line["total"]),
        "total_tax": fixed(line_tax(line, gross), view.places),
        "taxes": line["taxes"],
        "meta_data": [display_meta(meta) for meta in line["meta_data"]],
    }


def _coupon_line(line: dict[str, Any], view: View) -> dict[str, Any]:
    return {
        "id": line["id"],
        "code": line["code"],
        "discount": view.money(line["discount"]),
        "discount_tax": fixed(tax_cents(Decimal(line["discount_tax"]), True), view.places),
        "meta_data": [display_meta(meta) for meta in line["meta_data"]],
        "discount_type": line["discount_type"],
        "nominal_amount": json_number(Decimal(line["nominal_amount"])),
        "free_shipping": line["free_shipping"],
    }
