"""Two small practice shops and, by hand, the rows that a faultless house would have for their orders."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from catalog.models import Product, TaxCategory, Variant
from crm.models import Party
from erp.core import clock
from erp.practice.woocommerce import Store, seeding
from erp.practice.woocommerce.checkout import check_out, read_basket
from inventory.models import Movement, Reservation, StockLevel, Warehouse, WindowPolicy
from orders.models import Order, OrderLine, TaxRow

BILLING = {"first_name": "Ada", "last_name": "Zauli", "address_1": "Via Roma, 1", "city": "Faenza", "state": "RA", "postcode": "48018"}
STATUS = {"processing": "released", "on-hold": "held", "cancelled": "cancelled"}


class SmallShop:
    """A store that sells without a server."""

    def __init__(self, source: str, folder: Path, variant: Variant, stock: int) -> None:
        self.source, self.file = source, folder / f"{source}.sqlite3"
        self.store = Store(self.file)
        seeding.set_up_italy(self.store)
        self.product = seeding.add_product(self.store, variant.title, price="12.20", sku=variant.sku, stock=stock)

    def sell(self, pieces: int = 1, **more: Any) -> dict[str, Any]:
        body = {"items": [{"product_id": self.product, "quantity": pieces}], "payment_method": "stripe"}
        billing = {**BILLING, "country": "IT", "email": "ada@posta.example", "phone": ""}
        order = check_out(self.store, read_basket(body | {"billing": billing} | more))
        return self.read(order["id"])

    def read(self, order_id: int) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.store.rows("SELECT doc FROM orders WHERE id = ?", order_id)[0]["doc"])
        return document


class HandMadeHouse:
    """Rows written one by one, so that the auditor is not tested with the code that it judges."""

    def __init__(self, pieces: int, mode: str) -> None:
        tax = TaxCategory.objects.create(code="ordinaria", name="Ordinaria", rate=22)
        product = Product.objects.create(name="Mug", sort_name="mug", tax_category=tax)
        self.variant = Variant.objects.create(product=product, sku="MUG-1", title="Mug", sort_title="mug")
        self.warehouse = Warehouse.objects.create(code="A", name="A")
        self.party = Party.objects.create(kind="person", name="Ada Zauli", sort_name="ada zauli", created_at=clock.now())
        self.level = StockLevel.objects.create(variant=self.variant, warehouse=self.warehouse, on_hand=pieces)
        Movement.objects.create(
            key="first", variant=self.variant, warehouse=self.warehouse, quantity=pieces, cause="receipt", at=clock.now()
        )
        WindowPolicy.objects.create(variant=self.variant, mode=mode)

    def mirror(self, source: str, document: dict[str, Any], *, external_id: str = "", short: int = 0) -> Order:
        """The order as it must look here, with its pieces set aside."""
        line = document["line_items"][0]
        net, shipping = Decimal(line["subtotal"]), Decimal(document["shipping_total"])
        total, goods = Decimal(document["total"]), net.quantize(Decimal("0.01"))
        tax = total - goods - shipping
        order = Order.objects.create(
            source=source,
            external_id=external_id or str(document["id"]),
            external_number=str(document["id"]),
            status=STATUS[document["status"]],
            channel_status=document["status"],
            treatment="live",
            placed_at=clock.now(),
            channel_updated_at=clock.now(),
            created_at=clock.now(),
            party=self.party,
            currency="EUR",
            total=total,
            goods_net=goods,
            shipping_net=shipping,
            tax=tax,
            payment_status="paid",
        )
        OrderLine.objects.create(
            order=order, external_id=str(line["id"]), variant=self.variant, sku=self.variant.sku, quantity=line["quantity"], net=goods
        )
        order.adjustments.create(kind="shipping", net=shipping)
        TaxRow.objects.create(order=order, target="order", base=goods, amount=tax)
        if document["status"] in ("processing", "on-hold"):
            self.set_aside(order, str(line["id"]), line["quantity"], short)
        return order

    def set_aside(self, order: Order, line: str, pieces: int, short: int) -> None:
        for state, quantity, place in (("reserved", pieces - short, self.warehouse), ("short", short, None)):
            if quantity:
                Reservation.objects.create(
                    reference=order.reference,
                    line=line,
                    variant=self.variant,
                    warehouse=place,
                    quantity=quantity,
                    state=state,
                    created_at=clock.now(),
                )
        self.level.reserved += pieces - short
        self.level.save()


@pytest.fixture
def house(db: None) -> HandMadeHouse:
    """Ten mugs, divided between the windows."""
    return HandMadeHouse(10, "split")


@pytest.fixture
def shops(house: HandMadeHouse, tmp_path: Path) -> Iterator[tuple[SmallShop, SmallShop]]:
    pair = SmallShop("terramare", tmp_path, house.variant, 5), SmallShop("outlet", tmp_path, house.variant, 5)
    yield pair
    for shop in pair:
        shop.store.close()
