"""Orders on their way out: placed, paid, and their shipments opened."""

from decimal import Decimal
from typing import Any

from catalog.models import Variant
from inventory.models import Warehouse
from inventory.shipping.models import Shipment
from orders.models import Order
from orders.services.fulfilling import open_for_orders
from orders.services.placing import place_order
from tests.factories.inventory import make_variant, put
from tests.factories.orders import draft, line


def make_order(*wanted: tuple[Variant, float], **fields: Any) -> Order:
    """A paid order of these variants and quantities, as the shop told it."""
    lines = [line(variant, quantity, external_id=str(place)) for place, (variant, quantity) in enumerate(wanted, start=1)]
    return Order.objects.get(pk=place_order(draft(lines, **fields), actor="shop").order_id)


def make_shipment(*wanted: tuple[Variant, float], **fields: Any) -> Shipment:
    """The one shipment of such an order."""
    order = make_order(*wanted, **fields)
    return Shipment.objects.get(pk=open_for_orders([order.pk])[0])


def stocked(warehouse: Warehouse, pieces: float = 100, sku: str = "", **fields: Any) -> Variant:
    variant = make_variant(sku, **{"weight_grams": 350, **fields})
    put(variant, warehouse, pieces)
    return variant


def quantities(shipment: Shipment) -> dict[str, Decimal]:
    return dict(shipment.lines.order_by("position").values_list("sku", "quantity"))
