"""What an order's body changes when it arrives through REST or from the shop's staff.

Traps kept: a line whose quantity alone is changed keeps its old money; quantity 0 or an empty product takes the line away; lines of an
order whose stock is out move it by the difference; nothing here asks whether there is enough.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from erp.practice.woocommerce.errors import RestError, invalid_params
from erp.practice.woocommerce.lines import fee_line, find_coupon, find_product, price_order, product_line, shipping_line
from erp.practice.woocommerce.money import plain
from erp.practice.woocommerce.orders import PAYABLE, REDUCES_STOCK, Order, add_note, complete_payment, set_status
from erp.practice.woocommerce.products import loose_integer
from erp.practice.woocommerce.stocking import adjust_line
from erp.practice.woocommerce.store import Change
from erp.practice.woocommerce.taxes import TaxBook, read_tax_book
from erp.practice.woocommerce.tracking import check_tracking

SIMPLE = ("parent_id", "currency", "customer_note", "payment_method", "payment_method_title", "transaction_id", "created_via")
LINES = ("line_items", "shipping_lines", "fee_lines")
REPRICES = ("billing", "shipping", *LINES, "coupon_lines")
NAMES = {"line_items": "product_id", "shipping_lines": "method_id", "fee_lines": "name"}


def edit_order(change: Change, order: Order, body: dict[str, Any], *, actor: str, is_new: bool = False) -> None:
    """Apply a body to an order in the platform's order: rows first, then money, then status, then payment. Saving is the caller's."""
    _set_plain_fields(change, order, body)
    book = read_tax_book(change.db, change.settings)
    for kind in LINES:
        for item in body.get(kind) or []:
            _edit_row(change, order, kind, item, book, actor)
    if is_new or any(name in body for name in REPRICES):
        price_order(change, order, book, _coupons(change, order, body))
    if body.get("status"):
        set_status(change, order, body["status"], actor=actor, reason="rest_order" if actor == "api" else "sale")
    if body.get("set_paid") and (is_new or order["status"] in PAYABLE):
        complete_payment(change, order, actor=actor, reason="rest_order" if actor == "api" else "sale")


def _set_plain_fields(change: Change, order: Order, body: dict[str, Any]) -> None:
    for name in SIMPLE:
        if name in body:
            order[name] = body[name]
    if "customer_id" in body:
        order["customer_id"] = _customer(change, body["customer_id"])
    for name in ("billing", "shipping"):
        order[name] |= body.get(name) or {}
    metas = body.get("meta_data") or []
    check_tracking(metas)
    edit_meta(change, order, metas)


def _customer(change: Change, customer_id: int) -> int:
    if customer_id and not change.db.execute("SELECT 1 FROM customers WHERE id = ?", (customer_id,)).fetchone():
        raise RestError(400, "woocommerce_rest_invalid_customer_id", "Customer ID is invalid.")
    return customer_id


def edit_meta(change: Change, owner: dict[str, Any], metas: list[dict[str, Any]]) -> None:
    """By id, else by key; a null value removes."""
    for meta in metas:
        same = [
            one
            for one in owner["meta_data"]
            if (one["id"] == meta["id"] if meta.get("id") else one["key"] == meta.get("key"))
        ]  # fmt: skip
        if meta.get("value") is None:
            owner["meta_data"] = [one for one in owner["meta_data"] if one not in same]
        elif same:
            same[0].update({name: meta[name] for name in ("key", "value") if name in meta})
        else:
            owner["meta_data"].append({"id": change.next_id("meta"), "key": meta.get("key", ""), "value": meta["value"]})


def _edit_row(change: Change, order: Order, kind: str, item: dict[str, Any], book: TaxBook, actor: str) -> None:
    if not item.get("id"):
        line = _new_row(change, kind, item, book)
        order[kind].append(line)
    else:
        found = [line for line in order[kind] if line["id"] == item["id"]]
        if not found:
            raise RestError(400, "woocommerce_rest_invalid_item_id", "Order item ID provided is not associated with order.")
        line = found[0]
        if _is_removal(kind, item):
            order[kind].remove(line)
            if kind == "line_items":
                adjust_line(change, order["id"], line, 0, actor=actor)
                add_note(change, order["id"], f"Riga eliminata: {line['name']}.")
            return
        _update_row(line, item)
    edit_meta(change, line, item.get("meta_data") or [])
    if kind == "line_items" and order["status"] in REDUCES_STOCK:
        adjust_line(change, order["id"], line, line["quantity"], actor=actor)


def _is_removal(kind: str, item: dict[str, Any]) -> bool:
    gone = NAMES[kind] in item and item[NAMES[kind]] is None
    return gone or (kind == "line_items" and item.get("quantity") == 0)


def _update_row(line: dict[str, Any], item: dict[str, Any]) -> None:
    for name in ("name", "tax_class", "tax_status", "method_title", "method_id", "instance_id"):
        if name in item and name in line:
            line[name] = item[name]
    if "quantity" in item:
        line["quantity"] = loose_integer(item["quantity"])
    for name in ("total", "subtotal"):
        if name in item and name in line:
            line[name] = _amount(name, item[name])


def _amount(name: str, text: Any) -> str:
    try:
        return plain(Decimal(str(text)))
    except InvalidOperation:
        raise invalid_params({name: f"{name} is not an amount."}) from None


def _new_row(change: Change, kind: str, item: dict[str, Any], book: TaxBook) -> dict[str, Any]:
    if kind == "shipping_lines":
        if not item.get("method_id"):
            raise RestError(400, "woocommerce_rest_invalid_shipping_item", "Shipping method ID is required.")
        return shipping_line(
            change,
            method_id=item["method_id"],
            title=item.get("method_title", ""),
            total=_amount("total", item.get("total", "0")),
            instance_id=item.get("instance_id", ""),
        )
    if kind == "fee_lines":
        if not item.get("name"):
            raise RestError(400, "woocommerce_rest_invalid_fee_item", "Fee name is required.")
        own = {name: item[name] for name in ("name", "tax_class", "tax_status") if name in item}
        return fee_line(change, total=_amount("total", item.get("total", "0")), **own)
    product = find_product(change.db, loose_integer(item.get("variation_id") or item.get("product_id")))
    if product is None:
        raise RestError(400, "woocommerce_rest_required_product_reference", "Product ID or SKU is required.")
    line = product_line(change, product, loose_integer(item.get("quantity", 1)), book)
    _update_row(line, item)
    return line


def _coupons(change: Change, order: Order, body: dict[str, Any]) -> list[Any]:
    """The codes named replace those of the order; an order keeps its own where none are named and no line was touched."""
    if "coupon_lines" not in body:
        return []
    found = []
    for item in body["coupon_lines"]:
        coupon = find_coupon(change.db, str(item.get("code") or ""))
        if coupon is None:
            raise RestError(400, "woocommerce_rest_invalid_coupon", f'Coupon "{item.get("code")}" does not exist!')
        found.append(coupon)
    if not found:
        order["coupon_lines"] = []
        for line in order["line_items"]:
            line["total"] = line["subtotal"]
    return found
