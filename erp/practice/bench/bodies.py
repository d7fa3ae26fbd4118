"""Order bodies as a WooCommerce shop sends them, made for the bench: three lines, shipping, one rate, paid by card."""

import json
from dataclasses import dataclass
from decimal import Decimal

RATE = Decimal("0.22")


@dataclass(frozen=True)
class Shopper:
    """A customer known by number; the same number is the same person."""

    number: int
    is_new: bool = False

    @property
    def first_name(self) -> str:
        return f"Nome{self.number % 97}"

    @property
    def last_name(self) -> str:
        return f"Cognome{self.number}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def street(self) -> str:
        return f"Via Roma {self.number}"

    @property
    def email(self) -> str:
        return f"{'nuovo' if self.is_new else 'cliente'}{self.number}@example.com"


def order_body(number: int, shopper: Shopper, items: list[tuple[int, int]], *, at: str = "2026-11-24T10:00:00") -> str:
    """The JSON of one order; `items` are (product id in the shop, quantity) at 10.00 net each."""
    address = {
        "first_name": shopper.first_name, "last_name": shopper.last_name, "company": "", "address_1": shopper.street, "address_2": "",
        "city": "Faenza", "state": "RA", "postcode": "48018", "country": "IT", "phone": "",
    }  # fmt: skip
    lines = [_line(100 * number + place, product, quantity) for place, (product, quantity) in enumerate(items)]
    net = sum((Decimal(str(line["total"])) for line in lines), Decimal(0)) + Decimal("5.00")
    tax = sum((Decimal(str(line["total_tax"])) for line in lines), Decimal(0)) + Decimal("1.10")
    document = {
        "id": number, "parent_id": 0, "status": "processing", "currency": "EUR", "prices_include_tax": True, "number": str(number),
        "date_created_gmt": at, "date_modified_gmt": at, "date_paid_gmt": at, "date_completed_gmt": None,
        "discount_total": "0.00", "discount_tax": "0.00", "shipping_total": "5.00", "shipping_tax": "1.10",
        "cart_tax": str(tax - Decimal("1.10")), "total": str(net + tax), "total_tax": str(tax), "customer_id": 0,
        "order_key": f"wc_{number}",
        "billing": {**address, "email": shopper.email}, "shipping": address, "payment_method": "stripe", "payment_method_title": "Carta",
        "transaction_id": f"ch_{number}", "created_via": "checkout", "customer_note": "", "meta_data": [], "line_items": lines,
        "tax_lines": [
            {"id": 100 * number + 90, "rate_code": "IT-IVA 22%-1", "rate_id": 1, "label": "IVA 22%", "compound": False,
             "tax_total": str(tax - Decimal("1.10")), "shipping_tax_total": "1.10", "rate_percent": 22, "meta_data": []}
        ],
        "shipping_lines": [
            {"id": 100 * number + 91, "method_title": "Corriere", "method_id": "flat_rate", "instance_id": "1", "total": "5.00",
             "total_tax": "1.10", "taxes": [{"id": 1, "total": "1.1", "subtotal": ""}], "meta_data": []}
        ],
        "fee_lines": [], "coupon_lines": [], "refunds": [],
    }  # fmt: skip
    return json.dumps(document)


def _line(key: int, product: int, quantity: int) -> dict[str, object]:
    net = Decimal("10.00") * quantity
    tax = (net * RATE).quantize(Decimal("0.01"))
    return {
        "id": key, "name": f"Prodotto {product}", "product_id": product, "variation_id": 0, "quantity": quantity, "tax_class": "",
        "subtotal": str(net), "subtotal_tax": str(tax), "total": str(net), "total_tax": str(tax), "price": 10.0,
        "taxes": [{"id": 1, "total": str(net * RATE), "subtotal": str(net * RATE)}],
        "meta_data": [{"id": 1, "key": "_reduced_stock", "value": str(quantity)}], "sku": f"BENCH-{product - 1:05}", "parent_name": None,
    }  # fmt: skip
