"""Money and goods that come back. A refund by amount alone has no lines and no tax; one with lines counts them negative.

`api_refund` is true unless refused, and then the gateway really pays back; `api_restock` is true too and puts the pieces back.
"""

import json
import sqlite3
from decimal import Decimal
from typing import Any

from erp.practice.woocommerce.errors import RestError, invalid_params, not_found
from erp.practice.woocommerce.money import ZERO, cents, fixed, plain, unit_price
from erp.practice.woocommerce.orders import Order, add_note, record_payment, save_order, set_status
from erp.practice.woocommerce.products import loose_integer
from erp.practice.woocommerce.rendering import View, display_meta, products_of, shipping_body
from erp.practice.woocommerce.stocking import meta_number, put_back, set_meta
from erp.practice.woocommerce.store import Change

Refund = dict[str, Any]


def refunded_so_far(db: sqlite3.Connection, order_id: int) -> Decimal:
    rows = db.execute("SELECT doc FROM orders WHERE type = 'refund' AND parent_id = ?", (order_id,))
    return sum((Decimal(json.loads(row["doc"])["amount"]) for row in rows), ZERO)


def create_refund(change: Change, order: Order, body: dict[str, Any], *, actor: str) -> Refund:
    """Refuses more than what is left (500, as the platform does); the last cent makes the order `refunded`."""
    wanted = [_wanted(order, item) for item in body.get("line_items") or []]
    amount = _amount(body, wanted)
    left = cents(Decimal(order["total"])) - refunded_so_far(change.db, order["id"])
    if not ZERO <= amount <= left:
        raise RestError(500, "woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.")
    refund = _write_refund(change, order, body, wanted, amount)
    if body.get("api_refund", True):
        _pay_back(change, order, refund)
    if body.get("api_restock", True):
        _restock(change, order, wanted, actor)
    if amount == left and order["status"] != "refunded":
        set_status(change, order, "refunded", actor=actor)
    save_order(change, order)
    return refund


def _wanted(order: Order, item: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    for kind in ("line_items", "shipping_lines", "fee_lines"):
        for line in order[kind]:
            if line["id"] == item.get("id"):
                return kind, line, item
    raise RestError(400, "woocommerce_rest_invalid_item_id", "Order item ID provided is not associated with order.")


def _amount(body: dict[str, Any], wanted: list[tuple[str, dict[str, Any], dict[str, Any]]]) -> Decimal:
    try:
        if body.get("amount") not in (None, ""):
            amount = cents(Decimal(body["amount"]))
        else:
            amount = cents(sum((_item_total(item) + sum(_item_taxes(item).values(), ZERO) for _, _, item in wanted), ZERO))
    except ArithmeticError:
        raise invalid_params({"amount": "amount is not an amount."}) from None
    if amount < 0:
        raise RestError(400, "woocommerce_rest_invalid_order_refund", "Refund amount must be greater than zero.")
    return amount


def _item_total(item: dict[str, Any]) -> Decimal:
    return Decimal(str(item.get("refund_total") or 0))


def _item_taxes(item: dict[str, Any]) -> dict[int, Decimal]:
    return {tax["id"]: Decimal(str(tax.get("refund_total") or 0)) for tax in item.get("refund_tax") or []}


def _write_refund(change: Change, order: Order, body: dict[str, Any], wanted: list[Any], amount: Decimal) -> Refund:
    refund: Refund = {
        "id": change.next_id("post"),
        "parent_id": order["id"],
        "date_created": change.at,
        "amount": plain(amount),
        "reason": body.get("reason", ""),
        "refunded_by": body.get("refunded_by", 1),
        "refunded_payment": bool(body.get("api_refund", True)),
        "prices_include_tax": order["prices_include_tax"],
        "meta_data": [{"id": change.next_id("meta"), **meta} for meta in body.get("meta_data") or []],
        "line_items": [],
        "shipping_lines": [],
        "fee_lines": [],
    }
    for kind, line, item in wanted:
        refund[kind].append(_negative(change, kind, line, item))
    sql = "INSERT INTO orders VALUES (?, ?, 'refund', 'completed', ?, ?, ?, 'rest-api', ?, ?)"
    doc = json.dumps(refund, ensure_ascii=False)
    change.db.execute(sql, (refund["id"], order["id"], order["customer_id"], change.at, change.at, change.ts, doc))
    return refund


def _negative(change: Change, kind: str, line: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    total, taxes = plain(-_item_total(item)), _item_taxes(item)
    own = {name: value for name, value in line.items() if name not in ("meta_data", "taxes")}
    back = own | {"id": change.next_id("item"), "total": total}
    if kind == "line_items":
        back |= {"subtotal": total, "quantity": -loose_integer(item.get("quantity", 0))}
    subtotal = {"subtotal": ""} if kind == "shipping_lines" else {}
    back["taxes"] = [{"id": rate, "total": plain(-tax), "subtotal": plain(-tax)} | subtotal for rate, tax in taxes.items()]
    back["meta_data"] = [{"id": change.next_id("meta"), "key": "_refunded_item_id", "value": str(line["id"])}]
    return back


def _pay_back(change: Change, order: Order, refund: Refund) -> None:
    gateway = change.db.execute("SELECT refunds FROM gateways WHERE id = ?", (order["payment_method"],)).fetchone()
    if gateway is None or not gateway["refunds"]:
        message = "The payment gateway for this order does not support automatic refunds."
        raise RestError(500, "woocommerce_rest_cannot_create_order_refund", message)
    record_payment(change, order, "paid_back", f"-{refund['amount']}")


def _restock(change: Change, order: Order, wanted: list[Any], actor: str) -> None:
    for kind, line, item in wanted:
        quantity = loose_integer(item.get("quantity", 0))
        reduced = meta_number(line, "_reduced_stock") if kind == "line_items" else 0
        if not quantity or not reduced:
            continue
        if put_back(change, line, quantity, order_id=order["id"], reason="refund", actor=actor):
            set_meta(change, line, "_restock_refunded_items", str(quantity + meta_number(line, "_restock_refunded_items")))
            set_meta(change, line, "_reduced_stock", str(reduced - quantity) if reduced > quantity else None)
            add_note(change, order["id"], f"Scorte reintegrate: {line['name']} ({quantity}).")


def load_refund(db: sqlite3.Connection, order_id: int, refund_id: int) -> Refund:
    sql = "SELECT doc FROM orders WHERE id = ? AND parent_id = ? AND type = 'refund'"
    row = db.execute(sql, (refund_id, order_id)).fetchone()
    if row is None:
        raise not_found("shop_order_refund")
    refund: Refund = json.loads(row["doc"])
    return refund


def delete_refund(change: Change, refund: Refund) -> None:
    """The order's modified date stays: nobody who follows it by date hears of this."""
    change.db.execute("DELETE FROM orders WHERE id = ?", (refund["id"],))


def refund_body(db: sqlite3.Connection, refund: Refund, view: View, *, with_parent: bool = False) -> dict[str, Any]:
    products = products_of(db, [refund])
    gross = refund["prices_include_tax"]
    up = view.api(f"/orders/{refund['parent_id']}")
    head = {"id": refund["id"]} | ({"parent_id": refund["parent_id"]} if with_parent else {})
    return head | {
        "date_created": view.local(refund["date_created"]),
        "date_created_gmt": refund["date_created"],
        "amount": view.money(refund["amount"]),
        **{name: refund[name] for name in ("reason", "refunded_by", "refunded_payment", "meta_data")},
        "line_items": [_line_body(line, view, products) for line in refund["line_items"]],
        "shipping_lines": [shipping_body(line, view, gross) for line in refund["shipping_lines"]],
        "tax_lines": [],
        "fee_lines": [_fee_body(line, view) for line in refund["fee_lines"]],
        "_links": {
            "self": [{"href": f"{up}/refunds/{refund['id']}", "targetHints": {"allow": ["GET", "DELETE"]}}],
            "collection": [{"href": f"{up}/refunds"}],
            "up": [{"href": up}],
        },
    }


def _tax(line: dict[str, Any]) -> Decimal:
    return sum((Decimal(tax["total"]) for tax in line["taxes"]), ZERO)


def _line_body(line: dict[str, Any], view: View, products: dict[int, sqlite3.Row]) -> dict[str, Any]:
    product = products.get(line["variation_id"] or line["product_id"])
    total, tax = view.money(line["total"]), fixed(_tax(line), view.places)
    return {
        **{name: line[name] for name in ("id", "name")},
        "product_id": line["product_id"] if product else 0,
        "variation_id": line["variation_id"] if product else 0,
        "quantity": line["quantity"],
        "tax_class": line["tax_class"],
        "subtotal": total,
        "subtotal_tax": tax,
        "total": total,
        "total_tax": tax,
        "taxes": line["taxes"],
        "meta_data": [display_meta(meta) for meta in line["meta_data"]],
        "sku": product["sku"] if product else None,
        "price": unit_price(Decimal(line["total"]), line["quantity"]),
        "image": {"id": "", "src": ""},
        "parent_name": None,
    }


def _fee_body(line: dict[str, Any], view: View) -> dict[str, Any]:
    kept = {name: line[name] for name in ("id", "name", "tax_class", "tax_status", "taxes", "meta_data")}
    return kept | {"total": view.money(line["total"]), "total_tax": fixed(_tax(line), view.places)}
