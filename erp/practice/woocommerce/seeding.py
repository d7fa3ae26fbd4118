"""Filling a shop: products, taxes, coupons, shipping, ways to pay, keys. Everything goes straight into the store, silently or not.

`set_up_italy` makes a shop ready to sell; the rest adds goods. Prices are gross where the shop's prices include tax.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from erp.practice.woocommerce.products import create_product, slug_of, write_product
from erp.practice.woocommerce.store import Store

GATEWAYS = (
    ("stripe", "Carta di credito", "at once", 1, ""),
    ("ppcp-gateway", "PayPal", "later", 1, ""),
    ("bacs", "Bonifico bancario", "by transfer", 0, ""),
    ("cheque", "Assegno", "by transfer", 0, ""),
    ("cod", "Contrassegno", "on delivery", 0, ""),
)
ITALY = (("22", "IVA 22%", ""), ("10", "IVA 10%", "aliquota-10"), ("5", "IVA 5%", "aliquota-5"), ("4", "IVA 4%", "aliquota-4"))
OSS = (
    ("DE", "19", "OSS DE 19%", ""),
    ("DE", "7", "OSS DE 7%", "aliquota-10"),
    ("DE", "7", "OSS DE 7%", "aliquota-5"),
    ("DE", "7", "OSS DE 7%", "aliquota-4"),
    ("FR", "20", "OSS FR 20%", ""),
    ("FR", "5.5", "OSS FR 5,5%", "aliquota-10"),
    ("AT", "20", "OSS AT 20%", ""),
    ("AT", "10", "OSS AT 10%", "aliquota-10"),
)
EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE LT LU LV MT NL PL PT RO SE SI SK"


@dataclass(frozen=True)
class Variation:
    """One choice of a variable product: its options by attribute name, and what differs."""

    options: Mapping[str, str]
    price: str
    sku: str = ""
    stock: int | None = None
    gtin: str = ""
    backorders: str = "no"


def set_up_italy(store: Store, *, name: str = "Negozio di prova") -> None:
    """VAT 22/10/5/4, OSS rates, zones Italy and EU, five ways to pay. Safe to call on a shop that has them."""
    store.set("shop_name", name)
    if store.rows("SELECT 1 FROM tax_rates LIMIT 1"):
        return
    for slug, label in (
        ("aliquota-10", "Aliquota 10"),
        ("aliquota-5", "Aliquota 5"),
        ("aliquota-4", "Aliquota 4"),
        ("zero-rate", "Esente"),
    ):
        add_tax_class(store, slug, label)
    for rate, label, tax_class in ITALY:
        add_tax_rate(store, "IT", rate, label, tax_class=tax_class)
    for country, rate, label, tax_class in OSS:
        add_tax_rate(store, country, rate, label, tax_class=tax_class)
    italy = add_shipping_zone(store, "Italia", "IT")
    add_shipping_method(store, italy, "flat_rate", "Corriere 24/48h", cost="5.66")
    add_shipping_method(store, italy, "local_pickup", "Ritiro in negozio")
    add_shipping_method(store, italy, "free_shipping", "Spedizione gratuita")
    europe = add_shipping_zone(store, "Unione europea", EU)
    add_shipping_method(store, europe, "flat_rate", "Corriere UE", cost="15.00")
    for position, (code, title, pays, refunds, surcharge) in enumerate(GATEWAYS):
        add_gateway(store, code, title, pays=pays, refunds=bool(refunds), surcharge=surcharge, position=position)


def add_tax_class(store: Store, slug: str, name: str) -> None:
    with store.write() as change:
        change.db.execute("INSERT OR IGNORE INTO tax_classes VALUES (?, ?)", (slug, name))


def add_tax_rate(store: Store, country: str, rate: str, name: str, *, tax_class: str) -> None:
    """`rate` is percent as typed, `tax_class` empty for the standard class. It is charged on shipping too."""
    with store.write() as change:
        rate_id = change.next_id("tax_rate")
        sql = "INSERT INTO tax_rates VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        change.db.execute(sql, (rate_id, country, "", rate, name, 1, 1, rate_id, tax_class))


def add_shipping_zone(store: Store, name: str, countries: str) -> int:
    with store.write() as change:
        zone_id = change.next_id("zone")
        change.db.execute("INSERT INTO shipping_zones VALUES (?, ?, ?, ?)", (zone_id, name, zone_id, countries))
        return zone_id


def add_shipping_method(store: Store, zone_id: int, method_id: str, title: str, *, cost: str = "0") -> int:
    """`method_id` is flat_rate, local_pickup or free_shipping; `cost` is net. Returns the instance id that a checkout names."""
    with store.write() as change:
        instance_id = change.next_id("shipping_method")
        sql = "INSERT INTO shipping_methods (instance_id, zone_id, method_id, title, cost, position) VALUES (?, ?, ?, ?, ?, ?)"
        change.db.execute(sql, (instance_id, zone_id, method_id, title, cost, instance_id))
        return instance_id


def add_gateway(store: Store, code: str, title: str, *, pays: str, refunds: bool = False, surcharge: str = "", position: int = 0) -> None:
    """`pays`: `at once`, `later`, `by transfer` or `on delivery`; `surcharge` is a net fee added to the order."""
    with store.write() as change:
        sql = "INSERT OR REPLACE INTO gateways VALUES (?, ?, ?, ?, 1, ?, ?)"
        change.db.execute(sql, (code, title, pays, int(refunds), position, surcharge))


def add_coupon(store: Store, code: str, *, discount_type: str, amount: str, free_shipping: bool = False) -> int:
    """`percent` or `fixed_cart`."""
    with store.write() as change:
        coupon_id = change.next_id("post")
        sql = "INSERT INTO coupons VALUES (?, ?, ?, ?, ?, 0, ?, ?)"
        change.db.execute(sql, (coupon_id, code.lower(), discount_type, amount, int(free_shipping), change.at, change.at))
        change.emit("coupon.created", coupon_id)
        return coupon_id


def add_category(store: Store, name: str) -> int:
    with store.write() as change:
        category_id = change.next_id("term")
        change.db.execute("INSERT INTO categories VALUES (?, ?, ?, ?, '')", (category_id, name, slug_of(name), 0))
        return category_id


def _fields(
    *, price: str, sku: str, stock: int | None, gtin: str, tax_class: str, backorders: str, more: Mapping[str, Any]
) -> dict[str, Any]:
    stocked = {"manage_stock": True, "stock_quantity": stock} if stock is not None else {"manage_stock": False}
    own = {"regular_price": price, "sku": sku, "global_unique_id": gtin, "tax_class": tax_class, "backorders": backorders}
    return own | stocked | dict(more)


def add_product(
    store: Store,
    name: str,
    *,
    price: str,
    sku: str = "",
    stock: int | None = None,
    gtin: str = "",
    tax_class: str = "",
    backorders: str = "no",
    **more: Any,
) -> int:
    """A simple product; `stock=None` means that stock is not tracked; `more` are fields of the REST body."""
    fields = _fields(price=price, sku=sku, stock=stock, gtin=gtin, tax_class=tax_class, backorders=backorders, more=more)
    fields["name"] = name
    with store.write() as change:
        return create_product(change, fields, actor="seed")


def add_variable_product(
    store: Store,
    name: str,
    variations: Sequence[Variation],
    *,
    sku: str = "",
    tax_class: str = "",
    **more: Any,
) -> tuple[int, list[int]]:
    """A product with choices: its id and the ids of its variations, in the order given."""
    names = list(dict.fromkeys(option for variation in variations for option in variation.options))
    attributes = [
        {"id": 0, "name": one, "position": position, "visible": True, "variation": True,
         "options": list(dict.fromkeys(variation.options[one] for variation in variations if one in variation.options))}
        for position, one in enumerate(names)
    ]  # fmt: skip
    fields = {"name": name, "type": "variable", "sku": sku, "tax_class": tax_class, "attributes": attributes, **more}
    with store.write() as change:
        parent_id = create_product(change, fields, actor="seed")
        parent = change.db.execute("SELECT * FROM products WHERE id = ?", (parent_id,)).fetchone()
        ids = []
        for one in variations:
            chosen = {"attributes": [{"id": 0, "name": option, "option": value} for option, value in one.options.items()]}
            own = _fields(
                price=one.price, sku=one.sku, stock=one.stock, gtin=one.gtin, tax_class=tax_class, backorders=one.backorders, more=chosen
            )  # fmt: skip
            ids.append(create_product(change, own, parent=parent, actor="seed"))
        return parent_id, ids


def set_stock(store: Store, product_id: int, quantity: int) -> None:
    """The number of a product or variation before the play begins; recorded as a hand edit by `seed`."""
    with store.write() as change:
        write_product(change, product_id, {"manage_stock": True, "stock_quantity": quantity}, actor="seed")


def add_key(store: Store, permissions: str = "read_write", *, description: str = "Regia") -> tuple[str, str]:
    """Consumer key and secret; `permissions` is read, write or read_write."""
    if permissions not in ("read", "write", "read_write"):
        raise ValueError("Permissions are read, write or read_write.")
    key, secret = f"ck_{secrets.token_hex(20)}", f"cs_{secrets.token_hex(20)}"
    with store.write() as change:
        sql = "INSERT INTO api_keys (description, permissions, consumer_key, consumer_secret) VALUES (?, ?, ?, ?)"
        change.db.execute(sql, (description, permissions, key, secret))
    return key, secret
