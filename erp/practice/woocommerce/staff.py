"""What the shop's own people do in its admin pages: followed by nobody's API key, and sometimes beyond what the window shows."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from erp.practice.woocommerce.editing import edit_meta, edit_order
from erp.practice.woocommerce.lines import find_product
from erp.practice.woocommerce.money import ZERO, fixed, plain
from erp.practice.woocommerce.orders import (
    Order,
    add_note,
    complete_payment,
    insert_order,
    load_order,
    new_order,
    remove_order,
    save_order,
    set_status,
)
from erp.practice.woocommerce.products import delete_product, write_product
from erp.practice.woocommerce.refunds import create_refund, delete_refund, load_refund
from erp.practice.woocommerce.store import Change, Store
from erp.practice.woocommerce.totals import line_tax
from erp.practice.woocommerce.tracking import parcel_by_hand, with_parcel


def _saved(store: Store, order_id: int, act: Callable[[Change, Order], None]) -> Order:
    with store.write() as change:
        order = load_order(change.db, order_id)
        act(change, order)
        save_order(change, order)
        return order


def set_order_status(store: Store, *, order_id: int, status: str) -> Order:
    """Any status, a plugin's own too; `cancelled` puts the stock back, `completed` finishes."""
    return _saved(store, order_id, lambda change, order: set_status(change, order, status, actor="staff"))


def cancel_order(store: Store, *, order_id: int) -> Order:
    return set_order_status(store, order_id=order_id, status="cancelled")


def ship_order(store: Store, *, order_id: int, number: str = "", carrier: str = "Poste", link: str = "") -> Order:
    """Sent from the shop's own back room: a tracking number where there is one, and the order is completed."""

    def act(change: Change, order: Order) -> None:
        if number:
            edit_meta(change, order, with_parcel(order, parcel_by_hand(change, number=number, carrier=carrier, link=link)))
        set_status(change, order, "completed", actor="staff")

    return _saved(store, order_id, act)


def change_quantity(store: Store, *, order_id: int, quantity: int, line: int = 0) -> Order:
    """The line at that position gets a new quantity and, as the admin page does it, the money that goes with it; 0 removes it."""

    def act(change: Change, order: Order) -> None:
        row = order["line_items"][line]
        share = Decimal(quantity) / row["quantity"]
        money = {name: plain(Decimal(row[name]) * share) for name in ("subtotal", "total")}
        edit_order(change, order, {"line_items": [{"id": row["id"], "quantity": quantity, **money}]}, actor="staff")

    return _saved(store, order_id, act)


def add_line(store: Store, *, order_id: int, product_id: int, quantity: int = 1) -> Order:
    body = {"line_items": [{"product_id": product_id, "quantity": quantity}]}
    return _saved(store, order_id, lambda change, order: edit_order(change, order, body, actor="staff"))


def change_address(store: Store, *, order_id: int, shipping: dict[str, str]) -> Order:
    return _saved(store, order_id, lambda change, order: edit_order(change, order, {"shipping": shipping}, actor="staff"))


def write_meta(store: Store, *, order_id: int, key: str, value: Any) -> Order:
    return _saved(store, order_id, lambda change, order: edit_meta(change, order, [{"key": key, "value": value}]))


def erase_personal_data(store: Store, *, order_id: int) -> Order:
    """The shop forgets a person on request: names and streets are blotted out, country and state emptied, the mail leads nowhere."""

    def act(change: Change, order: Order) -> None:
        for address in (order["billing"], order["shipping"]):
            address.update({name: "[eliminato]" for name, value in address.items() if value})
            address.update({"country": "", "state": "", "phone": ""})
        order["billing"]["email"] = "deleted@site.invalid"
        order["customer_id"], order["customer_ip_address"], order["customer_user_agent"] = 0, "", ""
        edit_meta(change, order, [{"key": "_anonymized", "value": "yes"}])

    return _saved(store, order_id, act)


def revoke_key(store: Store, *, consumer_key: str) -> None:
    """The key is worth nothing from the next request on."""
    with store.write() as change:
        change.db.execute("DELETE FROM api_keys WHERE consumer_key = ?", (consumer_key,))


def create_order(
    store: Store, *, product_id: int, quantity: int = 1, status: str = "processing", billing: dict[str, str] | None = None
) -> Order:
    """An order made by hand: nobody asks whether there is enough."""
    with store.write() as change:
        order = new_order(change, created_via="admin")
        insert_order(change, order)
        body = {"line_items": [{"product_id": product_id, "quantity": quantity}], "billing": billing or {}, "status": status}
        edit_order(change, order, body, actor="staff", is_new=True)
        save_order(change, order)
        return order


def refund(
    store: Store, *, order_id: int, lines: dict[int, int] | None = None, amount: str | None = None, restock: bool = True, reason: str = ""
) -> dict[str, Any]:
    """By amount; or by lines (position -> pieces) with their share of money and tax; or, with neither, everything that is left."""
    with store.write() as change:
        order = load_order(change.db, order_id)
        items = [_refund_item(order, position, pieces) for position, pieces in (lines or {}).items()]
        if amount is None and not items:
            back = sum((Decimal(json.loads(row["doc"])["amount"]) for row in _refunds(change, order_id)), ZERO)
            amount = fixed(Decimal(order["total"]) - back)
        body = {"amount": amount, "line_items": items, "api_refund": False, "api_restock": restock, "reason": reason}
        return create_refund(change, order, body, actor="staff")


def _refunds(change: Change, order_id: int) -> list[Any]:
    return change.db.execute("SELECT doc FROM orders WHERE type = 'refund' AND parent_id = ?", (order_id,)).fetchall()


def _refund_item(order: Order, position: int, pieces: int) -> dict[str, Any]:
    """The platform's admin page fills in the rounded share of the line."""
    line = order["line_items"][position]
    share = Decimal(pieces) / line["quantity"]
    tax = line_tax(line, order["prices_include_tax"])
    taxes = [{"id": line["taxes"][0]["id"], "refund_total": fixed(tax * share)}] if line["taxes"] else []
    return {"id": line["id"], "quantity": pieces, "refund_total": fixed(Decimal(line["total"]) * share), "refund_tax": taxes}


def remove_refund(store: Store, *, order_id: int, refund_id: int) -> None:
    with store.write() as change:
        delete_refund(change, load_refund(change.db, order_id, refund_id))


def trash_order(store: Store, *, order_id: int) -> None:
    with store.write() as change:
        remove_order(change, load_order(change.db, order_id), force=False)


def delete_order(store: Store, *, order_id: int) -> None:
    with store.write() as change:
        remove_order(change, load_order(change.db, order_id), force=True)


def untrash_order(store: Store, *, order_id: int) -> Order:
    """Back out of the bin with the status it had."""

    def act(change: Change, order: Order) -> None:
        order["status"] = order.pop("status_before_trash", "pending")
        change.emit("order.restored", order_id)

    return _saved(store, order_id, act)


def pay_anyway(store: Store, *, order_id: int) -> Order:
    """The bank's late notice: an order that the shop let expire is paid after all, whether or not the pieces are still there."""

    def act(change: Change, order: Order) -> None:
        late = order["status"] == "cancelled"
        complete_payment(change, order, actor="staff" if late else "buyer", reason="paid_after_expiry" if late else "sale")
        add_note(change, order_id, "Pagamento notificato dal gestore.")

    return _saved(store, order_id, act)


def edit_stock(store: Store, *, product_id: int, quantity: int) -> None:
    """A number typed over by hand, for a product or a variation."""
    edit_product(store, product_id=product_id, manage_stock=True, stock_quantity=quantity)


def edit_product(store: Store, *, product_id: int, **fields: Any) -> None:
    """Price, backorders, stock tracking, SKU: the fields of the REST body."""
    with store.write() as change:
        if find_product(change.db, product_id) is None:
            raise LookupError(f"The shop has no product {product_id}.")
        write_product(change, product_id, fields, actor="staff")


def remove_product(store: Store, *, product_id: int, force: bool = True) -> None:
    with store.write() as change:
        delete_product(change, product_id, force=force)


ACTIONS: dict[str, Callable[..., Any]] = {
    action.__name__: action
    for action in (
        set_order_status, cancel_order, ship_order, change_quantity, add_line, change_address, write_meta, create_order, refund,
        remove_refund, trash_order, untrash_order, delete_order, pay_anyway, edit_stock, edit_product, remove_product,
        erase_personal_data, revoke_key,
    )
}  # fmt: skip
