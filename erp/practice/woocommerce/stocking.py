"""Every move of the shop's own stock. Checking and lowering are one SQL statement: buyers cannot oversell the shop.

`stock_events` is the shop's ledger, read by the auditor: what was sold and put back (`reason`), by whom (`actor`) and what was left.
"""

import sqlite3
from datetime import timedelta
from typing import Any

from erp.practice.woocommerce.store import Change, moment

LOWER = """
UPDATE products SET stock_quantity = stock_quantity - :quantity, modified = :at
WHERE id = :id AND (:unchecked OR backorders <> 'no' OR stock_quantity - :quantity >= (
    SELECT COALESCE(SUM(quantity), 0) FROM holds WHERE product_id = :id AND expires_at > :at AND order_id <> :order_id))
RETURNING stock_quantity
"""
HOLD = """
INSERT INTO holds SELECT :order_id, id, :quantity, :expires_at FROM products
WHERE id = :id AND (backorders <> 'no' OR stock_quantity - :quantity >= (
    SELECT COALESCE(SUM(quantity), 0) FROM holds WHERE product_id = :id AND expires_at > :at AND order_id <> :order_id))
RETURNING product_id
"""
STATUS = """
UPDATE products SET stock_status =
    CASE WHEN stock_quantity > 0 THEN 'instock' WHEN backorders = 'no' THEN 'outofstock' ELSE 'onbackorder' END
WHERE id = ? AND manage_stock = 1 AND type <> 'variable'
"""
WRITE_EVENT = (
    "INSERT INTO stock_events (ts, product_id, variation_id, change, reason, order_id, actor, stock_after) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


class SoldOut(Exception):
    """The shop does not have that many; `product_id` is what the buyer asked for."""

    def __init__(self, product_id: int, name: str) -> None:
        super().__init__(name)
        self.product_id, self.name = product_id, name


def holder_of(db: sqlite3.Connection, product_id: int) -> sqlite3.Row | None:
    """The row whose number counts: the variation's own, else its parent's, else none (stock not tracked)."""
    row = db.execute("SELECT * FROM products WHERE id = ?", (product_id,)).fetchone()
    if row is not None and not row["manage_stock"] and row["parent_id"]:
        row = db.execute("SELECT * FROM products WHERE id = ?", (row["parent_id"],)).fetchone()
    return row if row is not None and row["manage_stock"] else None


def line_target(line: dict[str, Any]) -> int:
    return int(line["variation_id"] or line["product_id"])


def take(change: Change, line: dict[str, Any], quantity: int, *, order_id: int, reason: str, actor: str, checked: bool) -> bool:
    """Lower the stock behind an order line. False: stock is not tracked. Checked and not enough: SoldOut, and nothing has moved."""
    holder = holder_of(change.db, line_target(line))
    if holder is None:
        return False
    values = {"quantity": quantity, "id": holder["id"], "at": change.at, "order_id": order_id, "unchecked": not checked}
    row = change.db.execute(LOWER, values).fetchone()
    if row is None:
        raise SoldOut(line_target(line), line["name"])
    _record(change, holder["id"], line, -quantity, row[0], order_id=order_id, reason=reason, actor=actor)
    return True


def put_back(change: Change, line: dict[str, Any], quantity: int, *, order_id: int, reason: str, actor: str) -> bool:
    """Raise the stock behind an order line. False: stock is not tracked, or the product is gone."""
    holder = holder_of(change.db, line_target(line))
    if holder is None:
        return False
    sql = "UPDATE products SET stock_quantity = stock_quantity + ?, modified = ? WHERE id = ? RETURNING stock_quantity"
    row = change.db.execute(sql, (quantity, change.at, holder["id"])).fetchone()
    _record(change, holder["id"], line, quantity, row[0], order_id=order_id, reason=reason, actor=actor)
    return True


def _record(change: Change, holder_id: int, line: dict[str, Any], moved: int, left: int, *, order_id: int, reason: str, actor: str) -> None:
    change.db.execute(STATUS, (holder_id,))
    values = (change.ts, line["product_id"], line["variation_id"], moved, reason, order_id, actor, left)
    change.db.execute(WRITE_EVENT, values)
    change.emit("product.updated", line_target(line))


def set_stock(change: Change, row: sqlite3.Row, quantity: int | None, *, reason: str, actor: str) -> None:
    """Write an absolute number over whatever stands there: no comparison, the last write wins."""
    change.db.execute("UPDATE products SET stock_quantity = ?, modified = ? WHERE id = ?", (quantity, change.at, row["id"]))
    change.db.execute(STATUS, (row["id"],))
    moved = (quantity or 0) - (row["stock_quantity"] or 0)
    product_id, variation_id = (row["parent_id"], row["id"]) if row["parent_id"] else (row["id"], 0)
    change.db.execute(WRITE_EVENT, (change.ts, product_id, variation_id, moved, reason, 0, actor, quantity))


def hold(change: Change, order: dict[str, Any]) -> None:
    """Keep pieces for an order that can still be paid, without lowering the number. SoldOut where there are too few."""
    minutes = change.settings["hold_stock_minutes"]
    if not minutes:
        return
    expires_at = moment(change.now + timedelta(minutes=minutes))
    wanted: dict[int, tuple[int, dict[str, Any]]] = {}
    for line in order["line_items"]:
        holder = holder_of(change.db, line_target(line))
        if holder is not None:
            wanted[holder["id"]] = (wanted.get(holder["id"], (0, line))[0] + line["quantity"], line)
    for holder_id, (quantity, line) in wanted.items():
        values = {"order_id": order["id"], "id": holder_id, "quantity": quantity, "expires_at": expires_at, "at": change.at}
        if change.db.execute(HOLD, values).fetchone() is None:
            raise SoldOut(line_target(line), line["name"])


def release_hold(change: Change, order_id: int) -> None:
    change.db.execute("DELETE FROM holds WHERE order_id = ?", (order_id,))


def reduce_for_order(change: Change, order: dict[str, Any], *, actor: str, checked: bool, reason: str = "sale") -> None:
    """Lower the stock of every line once; `_reduced_stock` on the line remembers how much."""
    if order["stock_reduced"]:
        return
    for line in order["line_items"]:
        if meta_number(line, "_reduced_stock"):
            continue
        if take(change, line, line["quantity"], order_id=order["id"], reason=reason, actor=actor, checked=checked):
            set_meta(change, line, "_reduced_stock", str(line["quantity"]))
    order["stock_reduced"] = True


def restock_order(change: Change, order: dict[str, Any], *, reason: str, actor: str) -> None:
    """Put back what the order's lines still hold, as cancelling does."""
    if not order["stock_reduced"]:
        return
    for line in order["line_items"]:
        reduced = meta_number(line, "_reduced_stock")
        if reduced and put_back(change, line, reduced, order_id=order["id"], reason=reason, actor=actor):
            set_meta(change, line, "_reduced_stock", None)
    order["stock_reduced"] = False


def adjust_line(change: Change, order_id: int, line: dict[str, Any], quantity: int, *, actor: str) -> None:
    """Follow an edited quantity of an order whose stock is out: only the difference moves; a removed line has quantity 0."""
    back, out = meta_number(line, "_restock_refunded_items"), meta_number(line, "_reduced_stock")
    difference = -out if quantity == 0 else quantity - back - out
    if difference > 0:
        moved = take(change, line, difference, order_id=order_id, reason="edit", actor=actor, checked=False)
    elif difference < 0:
        moved = put_back(change, line, -difference, order_id=order_id, reason="edit", actor=actor)
    else:
        return
    if moved:
        set_meta(change, line, "_reduced_stock", str(quantity - back) if quantity else None)


def meta_number(line: dict[str, Any], key: str) -> int:
    return next((int(meta["value"]) for meta in line["meta_data"] if meta["key"] == key), 0)


def set_meta(change: Change, owner: dict[str, Any], key: str, value: Any) -> None:
    """Write or, with None, remove one meta row of an order or line."""
    for meta in owner["meta_data"]:
        if meta["key"] == key:
            meta["value"] = value
            break
    else:
        if value is not None:
            owner["meta_data"].append({"id": change.next_id("meta"), "key": key, "value": value})
    if value is None:
        owner["meta_data"] = [meta for meta in owner["meta_data"] if meta["key"] != key]
