"""Orders as the shop keeps them: reading, saving, notes, and the moves between statuses with what they do to stock."""

import json
import secrets
import sqlite3
import string
from typing import Any

from erp.practice.woocommerce.errors import not_found
from erp.practice.woocommerce.stocking import reduce_for_order, release_hold, restock_order
from erp.practice.woocommerce.store import Change

Order = dict[str, Any]

STATUSES = {
    "pending": "In attesa di pagamento",
    "processing": "In lavorazione",
    "on-hold": "In sospeso",
    "completed": "Completato",
    "cancelled": "Annullato",
    "refunded": "Rimborsato",
    "failed": "Non riuscito",
    "checkout-draft": "Bozza",
}
REDUCES_STOCK = ("processing", "completed", "on-hold")
RESTOCKS = ("cancelled", "pending")
ENDS_HOLD = ("processing", "completed", "on-hold", "cancelled")
PAYABLE = ("pending", "failed")
EDITABLE = ("pending", "on-hold", "auto-draft")
LETTERS = string.ascii_letters + string.digits


def new_order(change: Change, *, created_via: str) -> Order:
    """An empty order in status pending, with its number taken from the shared sequence."""
    order_id = change.next_id("post")
    return {
        "id": order_id,
        "parent_id": 0,
        "status": "pending",
        "currency": change.settings["currency"],
        "prices_include_tax": change.settings["prices_include_tax"],
        "date_created": change.at,
        "date_modified": change.at,
        "date_paid": None,
        "date_completed": None,
        "customer_id": 0,
        "order_key": "wc_order_" + "".join(secrets.choice(LETTERS) for _ in range(13)),
        "billing": {},
        "shipping": {},
        "payment_method": "",
        "payment_method_title": "",
        "transaction_id": "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": created_via,
        "customer_note": "",
        "cart_hash": "",
        "meta_data": [],
        "line_items": [],
        "tax_lines": [],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "stock_reduced": False,
    }


def insert_order(change: Change, order: Order) -> None:
    change.db.execute(
        "INSERT INTO orders VALUES"
        " (:id, :parent_id, 'order', :status, :customer_id, :date_created, :date_modified, :created_via, :ts, :doc)",
        {**_columns(order), "created_via": order["created_via"], "date_created": order["date_created"], "ts": change.ts},
    )
    change.emit("order.created", order["id"])


def save_order(change: Change, order: Order) -> None:
    """Store the order; every save moves its modified date, whole seconds only, and is news for the webhooks."""
    order["date_modified"] = change.at
    change.db.execute(
        "UPDATE orders SET status = :status, parent_id = :parent_id, customer_id = :customer_id, modified = :date_modified, doc = :doc"
        " WHERE id = :id",
        _columns(order),
    )
    change.emit("order.updated", order["id"])


def _columns(order: Order) -> dict[str, Any]:
    names = ("id", "parent_id", "status", "customer_id", "date_modified")
    return {name: order[name] for name in names} | {"doc": json.dumps(order, ensure_ascii=False)}


def remove_order(change: Change, order: Order, *, force: bool) -> None:
    """To the bin, which puts no stock back, or for good, refunds included; pieces held for it are free."""
    release_hold(change, order["id"])
    if force:
        change.db.execute("DELETE FROM orders WHERE id = ? OR parent_id = ?", (order["id"], order["id"]))
    else:
        order["status_before_trash"], order["status"] = order["status"], "trash"
        save_order(change, order)
        change.forget("order.updated", order["id"])
    change.emit("order.deleted", order["id"])


def load_order(db: sqlite3.Connection, order_id: int) -> Order:
    row = db.execute("SELECT doc FROM orders WHERE id = ? AND type = 'order'", (order_id,)).fetchone()
    if row is None:
        raise not_found("shop_order")
    order: Order = json.loads(row["doc"])
    return order


def add_note(change: Change, order_id: int, note: str, *, author: str = "WooCommerce", customer_note: bool = False) -> int:
    note_id = change.next_id("note")
    sql = "INSERT INTO order_notes VALUES (?, ?, ?, ?, ?, ?)"
    change.db.execute(sql, (note_id, order_id, author, change.at, note, int(customer_note)))
    return note_id


def paid_status(order: Order) -> str:
    """Where a payment takes an order; cash on delivery counts as finished once it is marked paid."""
    return "completed" if order["payment_method"] == "cod" else "processing"


def set_status(change: Change, order: Order, status: str, *, actor: str, checked: bool = False, reason: str = "sale") -> None:
    """Move an order and do what the platform does on the way: dates, stock, held pieces. Saving is the caller's."""
    before = order["status"]
    if status == before:
        return
    order["status"] = status
    if status in REDUCES_STOCK:
        reduce_for_order(change, order, actor=actor, checked=checked, reason=reason)
    elif status in RESTOCKS:
        restock_order(change, order, reason="cancelled" if status == "cancelled" else "reopened", actor=actor)
    if status in ENDS_HOLD:
        release_hold(change, order["id"])
    if order["date_paid"] is None and status in (paid_status(order), "completed"):
        order["date_paid"] = change.at
    if status == "completed":
        order["date_completed"] = change.at
    labels = {**STATUSES, "trash": "Cestino"}
    add_note(change, order["id"], f"Stato dell'ordine cambiato da {labels.get(before, before)} a {labels.get(status, status)}.")


def complete_payment(
    change: Change, order: Order, *, actor: str, transaction_id: str = "", checked: bool = False, reason: str = "sale"
) -> None:
    """The money is there: status by method, stock lowered, the payment written down."""
    if transaction_id:
        order["transaction_id"] = transaction_id
    order["date_paid"] = order["date_paid"] or change.at
    record_payment(change, order, "paid")
    set_status(change, order, paid_status(order), actor=actor, checked=checked, reason=reason)


def record_payment(change: Change, order: Order, outcome: str, amount: str | None = None) -> None:
    sql = "INSERT INTO payments (ts, order_id, method, amount, outcome) VALUES (?, ?, ?, ?, ?)"
    change.db.execute(sql, (change.ts, order["id"], order["payment_method"], amount or order["total"], outcome))
