"""The way out of a small house: a company that may issue, fifty mugs, orders that may go, and a carrier that answers on this machine."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.cache import cache

from catalog.models import Variant
from crm.people import Person
from erp.core.delivering import deliver_pending
from inventory.models import StockLevel, Warehouse
from inventory.services.ledger import check_ledger
from inventory.shipping.models import Shipment
from orders.models import Order
from orders.services.placing import place_order
from tests.factories.crm import anna, make_company
from tests.factories.inventory import make_warehouse
from tests.factories.orders import draft, line
from tests.factories.shipping import stocked

PIECES = 50


class WayOut:
    """Orders of one mug each, their shipments open."""

    def __init__(self) -> None:
        cache.clear()
        make_company(partita_iva="00743110157", email="ordini@bottega.example")
        self.warehouse: Warehouse = make_warehouse("CT")
        self.mug: Variant = stocked(self.warehouse, PIECES, "MUG")

    def order(self, quantity: int = 1, **fields: Any) -> Order:
        order_id = place_order(draft([line(self.mug, quantity)], **fields), actor="shop").order_id
        deliver_pending()
        return Order.objects.get(pk=order_id)

    def business(self, **fields: Any) -> Order:
        """An order that gets an invoice."""
        return self.order(customer=company_customer(), prices_include_tax=True, **fields)

    def shipment(self, quantity: int = 1, **fields: Any) -> Shipment:
        return shipment_of(self.order(quantity, **fields))

    @property
    def stock(self) -> tuple[Decimal, Decimal]:
        """On hand and reserved."""
        level = StockLevel.objects.get()
        return level.on_hand, level.reserved


def company_customer() -> Person:
    return anna(1, company="Locanda 1 S.r.l.", partita_iva="12345670017", recipient_code="ABC1234")


def shipment_of(order: Order) -> Shipment:
    return Shipment.objects.get(order_reference=order.reference)


def is_sound(deliver: Callable[[], int] = deliver_pending) -> bool:
    """All news has arrived, and every number is what its rows say."""
    deliver()
    return check_ledger() == []
