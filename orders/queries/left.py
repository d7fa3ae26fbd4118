"""What has left for orders, as shipping knows it, and the orders of which shipping does not know how they stand."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from inventory.shipping.models import Shipment, ShipmentLine
from inventory.shipping.states import ShipmentStatus

Left = dict[str, dict[tuple[str, int], Decimal]]
"""Pieces by line and variant, for each order that sent something (its reference)."""


def pieces_that_left(references: Iterable[str]) -> Left:
    rows = ShipmentLine.objects.filter(shipment__order_reference__in=set(references), shipment__status=ShipmentStatus.SHIPPED)
    left: Left = {}
    for row in rows.values("shipment__order_reference", "line", "variant_id").annotate(pieces=Sum("quantity")):
        left.setdefault(row["shipment__order_reference"], {})[row["line"], row["variant_id"]] = row["pieces"]
    return left


def references_of(shipment_ids: Iterable[int]) -> list[str]:
    """The orders of these shipments, each once."""
    rows = Shipment.objects.filter(pk__in=set(shipment_ids)).values_list("order_reference", flat=True)
    return sorted(set(rows))


# an order's reference is written in SQL here as `orders.models.order.reference_of` writes it
NOT_FOLLOWED = """
SELECT this.id FROM orders_order AS this
WHERE this.status = 'released' AND NOT this.is_test AND this.is_shippable
  AND NOT EXISTS (
      SELECT FROM shipping_shipment AS shipment
      WHERE shipment.order_reference = 'ord_' || this.id AND shipment.status IN ('ready', 'picking', 'packed') AND NOT shipment.is_held
  )
  AND (
      EXISTS (SELECT FROM inventory_reservation AS promise WHERE promise.reference = 'ord_' || this.id AND promise.state = 'reserved')
      OR NOT EXISTS (SELECT FROM orders_orderline AS line WHERE line.order_id = this.id AND line.needs_shipping AND line.needs_stock)
  )
UNION
SELECT this.id FROM shipping_shipment AS shipment JOIN orders_order AS this ON shipment.order_reference = 'ord_' || this.id
WHERE shipment.status IN ('ready', 'picking', 'packed')
  AND (this.status IN ('cancelled', 'closed') OR (this.status = 'held' AND NOT shipment.is_held AND NOT shipment.is_partial))
ORDER BY 1 LIMIT %s
"""

NOT_NOTED = """
SELECT DISTINCT shipment.id FROM orders_order AS this JOIN shipping_shipment AS shipment ON shipment.order_reference = 'ord_' || this.id
WHERE this.status IN ('held', 'released') AND shipment.status = 'shipped'
  AND EXISTS (
      SELECT FROM shipping_shipmentline AS gone JOIN orders_orderline AS line ON line.order_id = this.id AND line.external_id = gone.line
      WHERE gone.shipment_id = shipment.id AND line.shipped = 0 AND (line.components = '[]'::jsonb OR NOT line.needs_stock)
  )
ORDER BY 1 LIMIT %s
"""


def orders_not_followed(limit: int) -> list[int]:
    """Orders whose shipments do not stand as they do: none opened though it may go, or an open one of an order that does not want it."""
    return _keys(NOT_FOLLOWED, limit)


def shipments_not_noted(limit: int) -> list[int]:
    """Shipments that have left and of which an open order's lines do not know."""
    return _keys(NOT_NOTED, limit)


def _keys(statement: str, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [limit])
        return [key for (key,) in cursor.fetchall()]
