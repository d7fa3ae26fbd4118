"""A shop that answers with texts of our own choosing, read by the real WooCommerce mapper: whatever JSON can say, it can say."""

import json
from collections.abc import Mapping
from typing import Any

from channels.connectors.woocommerce.mapper import order_of
from channels.connectors.woocommerce.pulling import listed, raw_of
from channels.connectors.woocommerce.statuses import TREATMENTS
from channels.contract import Budget, ChannelOrder, Cursor, OrderPage, RawOrder, Treatment
from channels.models import Account
from channels.registry import connectors
from tests.factories.channels import MemoryConnector, MemoryShop, make_account, shops

PLACED = "2026-11-20T10:00:00"


class BodiesConnector(MemoryConnector):
    """Pages and single orders out of `MemoryShop.orders`, whose values are texts here."""

    code = "bodies"

    @classmethod
    def default_statuses(cls) -> Mapping[str, Treatment]:
        return TREATMENTS

    def pull_orders(self, cursor: Cursor | None, budget: Budget) -> OrderPage:
        self._shop.fail_if_told("pull")
        return OrderPage(tuple(listed(str(text)) for text in self._shop.orders.values()), Cursor("read"), False)

    def rewind(self, cursor: Cursor, by: object) -> Cursor:
        return cursor

    def get_order(self, external_id: str) -> RawOrder:
        self._shop.fail_if_told(f"get {external_id}")
        return raw_of(str(self._shop.orders[external_id]))

    def normalise(self, raw: RawOrder) -> ChannelOrder:
        return order_of(raw.document(), {})


if BodiesConnector.code not in connectors.codes():
    connectors.register(BodiesConnector.code, BodiesConnector)


def open_bodies() -> tuple[Account, MemoryShop]:
    account = make_account(connector=BodiesConnector.code)
    return account, shops[account.code]


def line(
    number: Any = 1, /, *, product: int = 7, quantity: Any = 1, total: str = "10.00", tax: str = "2.20", **more: Any
) -> dict[str, Any]:
    return {
        "id": number, "name": "Tazza", "product_id": product, "variation_id": 0, "quantity": quantity, "sku": "MUG", "price": 10,
        "subtotal": total, "subtotal_tax": tax, "total": total, "total_tax": tax,
        "taxes": [{"id": 1, "total": tax, "subtotal": tax}], "meta_data": [{"key": "_reduced_stock", "value": str(quantity)}],
        **more,
    }  # fmt: skip


def order(number: Any = 1, /, *, total: str = "12.20", lines: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """One paid order of one mug at 12.20."""
    return {
        "id": number, "number": str(number), "status": "processing", "currency": "EUR", "total": total, "total_tax": "2.20",
        "prices_include_tax": True, "date_created_gmt": PLACED, "date_modified_gmt": PLACED, "date_paid_gmt": PLACED,
        "customer_id": 0, "payment_method": "stripe", "payment_method_title": "Carta",
        "billing": {"first_name": "Anna", "last_name": "Verdi", "email": f"buyer{str(number)[:9]}@example.com", "address_1": "Via Etnea 1",
                    "postcode": "95124", "city": "Catania", "state": "CT", "country": "IT", "phone": "3331234567"},
        "shipping": {}, "line_items": [line()] if lines is None else lines, "shipping_lines": [], "fee_lines": [], "coupon_lines": [],
        "tax_lines": [{"id": 1, "rate_id": 1, "rate_code": "IT-22", "label": "IVA", "rate_percent": 22, "tax_total": "2.20",
                       "shipping_tax_total": "0.00", "compound": False}],
        "refunds": [], "meta_data": [],
        **more,
    }  # fmt: skip


def billed_to(**parts: Any) -> dict[str, Any]:
    return {**order()["billing"], **parts}


def keep(shop: MemoryShop, *bodies: dict[str, Any]) -> None:
    for body in bodies:
        shop.orders[str(body["id"])] = json.dumps(body)  # type: ignore[assignment]
