"""The shop's own till: what a buyer sends from the basket page becomes an order, priced, paid or waiting for money.

Each way to pay (`gateways.pays`) behaves as its kind does in a real shop:
`at once` paid on the spot, processing; `later` pending with its pieces held until paid or expired; `by transfer` on-hold, stock lowered;
`on delivery` processing, unpaid.
"""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from erp.practice.woocommerce.lines import fee_line, find_coupon, find_product, price_of, price_order, product_line, shipping_line
from erp.practice.woocommerce.orders import (
    PAYABLE,
    Order,
    add_note,
    complete_payment,
    insert_order,
    load_order,
    new_order,
    record_payment,
    save_order,
    set_status,
)
from erp.practice.woocommerce.rendering import ADDRESS
from erp.practice.woocommerce.stocking import SoldOut, hold
from erp.practice.woocommerce.store import Change, Store
from erp.practice.woocommerce.taxes import read_tax_book

MAX_PIECES = 100_000


class CheckoutError(Exception):
    """The buyer must change something; `code` is for programs, the sentence for the buyer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Basket:
    """A checkout as it arrives, already in plain types."""

    items: tuple[tuple[int, int], ...]
    payment_method: str
    billing: dict[str, str]
    shipping: dict[str, str]
    shipping_method: int | None
    coupons: tuple[str, ...]
    note: str
    meta: dict[str, str]
    card: str
    account: bool


def read_basket(body: dict[str, Any]) -> Basket:
    """Accepts `items: [{product_id, quantity}]` (a variation's id counts as product) and refuses what no basket can hold."""
    unknown = set(body) - {
        "items", "payment_method", "billing", "shipping", "shipping_method", "coupons", "customer_note", "meta", "card", "create_account",
    }  # fmt: skip
    if unknown:
        raise CheckoutError("unknown_field", f"Campo sconosciuto: {', '.join(sorted(unknown))}.")
    wanted: dict[int, int] = {}
    for item in body.get("items") or []:
        product_id, quantity = item.get("product_id"), item.get("quantity", 1)
        if not isinstance(product_id, int) or not isinstance(quantity, int) or not 0 < quantity <= MAX_PIECES:
            raise CheckoutError("invalid_quantity", "Quantità non valida.")
        wanted[product_id] = wanted.get(product_id, 0) + quantity
    if not wanted:
        raise CheckoutError("empty_basket", "Il carrello è vuoto.")
    return Basket(
        items=tuple(wanted.items()),
        payment_method=body.get("payment_method", ""),
        billing=body.get("billing") or {},
        shipping=body.get("shipping") or {},
        shipping_method=body.get("shipping_method"),
        coupons=tuple(body.get("coupons") or ()),
        note=body.get("customer_note", ""),
        meta=body.get("meta") or {},
        card=body.get("card", "ok"),
        account=bool(body.get("create_account")),
    )


def check_out(store: Store, basket: Basket, *, ip: str = "", agent: str = "") -> Order:
    """One order, or CheckoutError and nothing written. The stock check and the lowering are one statement."""
    with store.write() as change:
        order = _compose(change, basket)
        order["customer_ip_address"], order["customer_user_agent"] = ip, agent
        gateway = _gateway(change.db, basket.payment_method)
        insert_order(change, order)
        try:
            _settle(change, order, gateway, basket.card)
        except SoldOut as sold_out:
            raise _sold_out(sold_out) from None
        save_order(change, order)
        return order


def _sold_out(refusal: SoldOut) -> CheckoutError:
    return CheckoutError("out_of_stock", f"Siamo spiacenti, «{refusal.name}» non è disponibile nella quantità richiesta.")


def _gateway(db: sqlite3.Connection, method: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute("SELECT * FROM gateways WHERE id = ? AND enabled", (method,)).fetchone()
    if row is None:
        raise CheckoutError("invalid_payment_method", "Metodo di pagamento non valido.")
    return row


def _settle(change: Change, order: Order, gateway: sqlite3.Row, card: str) -> None:
    """Take, hold or wait for the money."""
    if gateway["pays"] == "later" or card == "declined":
        hold(change, order)
    if card == "declined":
        record_payment(change, order, "declined")
        set_status(change, order, "failed", actor="buyer")
    elif gateway["pays"] == "at once" or not Decimal(order["total"]):
        complete_payment(change, order, actor="buyer", transaction_id=f"pi_{order['order_key'][9:]}", checked=True)
    elif gateway["pays"] == "by transfer":
        set_status(change, order, "on-hold", actor="buyer", checked=True)
    elif gateway["pays"] == "on delivery":
        set_status(change, order, "processing", actor="buyer", checked=True)


def _compose(change: Change, basket: Basket) -> Order:
    book = read_tax_book(change.db, change.settings)
    order = new_order(change, created_via="checkout")
    order["billing"] = {name: str(basket.billing.get(name, "")) for name in (*ADDRESS, "email", "phone")}
    order["shipping"] = {name: str((basket.shipping or basket.billing).get(name, "")) for name in (*ADDRESS, "phone")}
    gateway = _gateway(change.db, basket.payment_method)
    order["payment_method"], order["payment_method_title"] = gateway["id"], gateway["title"]
    order["customer_note"] = basket.note
    order["customer_id"] = _customer(change, order["billing"]) if basket.account else 0
    for key, value in {"is_vat_exempt": "no", **basket.meta}.items():
        order["meta_data"].append({"id": change.next_id("meta"), "key": key, "value": value})
    order["line_items"] = [product_line(change, _for_sale(change, product_id), quantity, book) for product_id, quantity in basket.items]
    coupons = [_coupon(change, code) for code in dict.fromkeys(basket.coupons)]
    order["shipping_lines"] = _shipping(change, order, basket.shipping_method, any(coupon.free_shipping for coupon in coupons))
    if gateway["surcharge"]:
        order["fee_lines"] = [fee_line(change, name=f"Supplemento {gateway['title'].lower()}", total=gateway["surcharge"])]
    price_order(change, order, book, coupons)
    order["cart_hash"] = hashlib.md5(json.dumps([basket.items, order["total"]]).encode(), usedforsecurity=False).hexdigest()
    return order


def _for_sale(change: Change, product_id: int) -> sqlite3.Row:
    product = find_product(change.db, product_id)
    if product is None or product["status"] != "publish" or product["type"] == "variable" or not price_of(product):
        raise CheckoutError("not_purchasable", "Questo prodotto non può essere acquistato.")
    if product["stock_status"] == "outofstock" and not product["manage_stock"]:
        raise CheckoutError("out_of_stock", f"Siamo spiacenti, «{product['name']}» non è disponibile.")
    return product


def _coupon(change: Change, code: str) -> Any:
    coupon = find_coupon(change.db, code)
    if coupon is None:
        raise CheckoutError("invalid_coupon", f"Il codice promozionale «{code}» non esiste.")
    change.db.execute("UPDATE coupons SET usage_count = usage_count + 1 WHERE id = ?", (coupon.id,))
    return coupon


def _customer(change: Change, billing: dict[str, str]) -> int:
    found = change.db.execute("SELECT id FROM customers WHERE email = ?", (billing["email"],)).fetchone()
    if found:
        return int(found["id"])
    customer_id = change.next_id("user")
    doc = json.dumps({"first_name": billing["first_name"], "last_name": billing["last_name"], "billing": billing, "shipping": billing})
    change.db.execute("INSERT INTO customers VALUES (?, ?, ?, ?, ?)", (customer_id, billing["email"], change.at, change.at, doc))
    change.emit("customer.created", customer_id)
    return customer_id


def _shipping(change: Change, order: Order, instance_id: int | None, is_free: bool) -> list[dict[str, Any]]:
    """The method chosen, or the first that the buyer's country has; nothing where nothing needs shipping."""
    if all(line["is_virtual"] for line in order["line_items"]):
        return []
    country = order["shipping"]["country"] or order["billing"]["country"]
    methods = methods_for(change.db, country)
    chosen = [method for method in methods if instance_id in (None, method["instance_id"])]
    if not chosen:
        raise CheckoutError("invalid_shipping", "Nessun metodo di spedizione è disponibile per questo indirizzo.")
    method = chosen[0]
    cost = "0" if is_free or method["method_id"] != "flat_rate" else method["cost"]
    line = shipping_line(change, method_id=method["method_id"], title=method["title"], total=cost, instance_id=str(method["instance_id"]))
    goods = ", ".join(f"{one['name']} &times; {one['quantity']}" for one in order["line_items"])
    line["meta_data"] = [{"id": change.next_id("meta"), "key": "Articoli", "value": goods}]
    return [line]


def methods_for(db: sqlite3.Connection, country: str) -> list[sqlite3.Row]:
    """Enabled methods of the first zone that names the country; zone 0 is everywhere else."""
    zones = db.execute("SELECT * FROM shipping_zones ORDER BY id = 0, position, id").fetchall()
    zone = next((zone for zone in zones if country in zone["countries"].split() or zone["id"] == 0), None)
    if zone is None:
        return []
    return db.execute(
        "SELECT * FROM shipping_methods WHERE zone_id = ? AND enabled ORDER BY position, instance_id", (zone["id"],)
    ).fetchall()


def pay_order(store: Store, order_id: int, order_key: str, *, card: str = "ok") -> Order:
    """Pay an order that is still payable, from its payment link. Stock is checked again; CheckoutError where there is too little."""
    with store.write() as change:
        order = load_order(change.db, order_id)
        if order["order_key"] != order_key:
            raise CheckoutError("invalid_order", "Ordine non valido.")
        if order["status"] not in PAYABLE:
            raise CheckoutError("not_payable", "Questo ordine non può essere pagato.")
        if card == "declined":
            record_payment(change, order, "declined")
            set_status(change, order, "failed", actor="buyer")
        else:
            try:
                complete_payment(change, order, actor="buyer", transaction_id=f"pi_{order_key[9:]}", checked=True)
            except SoldOut as sold_out:
                raise _sold_out(sold_out) from None
        save_order(change, order)
        return order


def cancel_unpaid(store: Store) -> list[int]:
    """Cancel pending checkout orders whose time is over, as the platform's own clockwork does; their held pieces are free again."""
    minutes = store.settings()["hold_stock_minutes"]
    if not minutes:
        return []
    sql = (
        "SELECT id FROM orders WHERE type = 'order' AND status = 'pending' AND created_via = 'checkout'"
        " AND unixepoch(modified) <= unixepoch(?) - ? ORDER BY id"
    )
    moment = store.now().strftime("%Y-%m-%dT%H:%M:%S")
    expired = [row["id"] for row in store.rows(sql, moment, minutes * 60)]
    for order_id in expired:
        with store.write() as change:
            order = load_order(change.db, order_id)
            if order["status"] == "pending":
                add_note(change, order_id, "Ordine non pagato annullato: tempo limite raggiunto.")
                set_status(change, order, "cancelled", actor="shop")
                save_order(change, order)
    return expired
