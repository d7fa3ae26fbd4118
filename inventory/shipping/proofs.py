"""The proof of what left: every shipped line has its one movement, and no movement of a shipment is without its line."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from inventory.quantities import plain
from inventory.services.ledger import also_prove

CHECK_SHIPPED = """
WITH gone AS (
    SELECT 'shipment-line:' || line.id AS key, shipment.id AS shipment_id, shipment.warehouse_id, line.variant_id, line.quantity
    FROM shipping_shipmentline AS line JOIN shipping_shipment AS shipment ON shipment.id = line.shipment_id
    WHERE shipment.status = 'shipped' AND NOT shipment.is_elsewhere AND line.takes_stock
), moved AS (
    SELECT key, warehouse_id, variant_id, -quantity AS quantity FROM inventory_movement WHERE key LIKE 'shipment-line:%%'
)
SELECT coalesce(gone.shipment_id, 0), variant.sku, coalesce(gone.quantity, 0), coalesce(moved.quantity, 0)
FROM gone FULL JOIN moved USING (key)
JOIN catalog_variant AS variant ON variant.id = coalesce(gone.variant_id, moved.variant_id)
WHERE gone.quantity IS DISTINCT FROM moved.quantity OR gone.warehouse_id <> moved.warehouse_id OR gone.variant_id <> moved.variant_id
ORDER BY 1, 2
"""


@also_prove
def check_shipped() -> list[str]:
    """A sentence for each line of a shipment that left otherwise than the ledger says; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(CHECK_SHIPPED, [])
        rows = cursor.fetchall()
    return [_finding(*row) for row in rows]


def _finding(shipment_id: int, sku: str, shipped: Any, moved: Any) -> str:
    return _("Shipment %(number)s: %(shipped)s × %(sku)s have left, but the ledger says %(moved)s.") % {
        "number": shipment_id or "\N{EN DASH}",
        "sku": sku,
        "shipped": plain(shipped),
        "moved": plain(moved),
    }
