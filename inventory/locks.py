"""Row locks of the stock, always in the same order: levels by primary key, then allotments by primary key, one statement each."""

from collections.abc import Collection
from decimal import Decimal

from django.db.models.expressions import RawSQL

from erp.core.prepared import prepared_cursor
from inventory.allocation import Ceiling, Level
from inventory.models import Allotment

LOCK_LEVELS = """
SELECT level.id, level.variant_id, level.warehouse_id, warehouse.priority,
       level.on_hand, level.reserved, level.is_split, warehouse.is_active, level.safety_stock
FROM inventory_stocklevel AS level JOIN inventory_warehouse AS warehouse ON warehouse.id = level.warehouse_id
WHERE level.variant_id = ANY(%s::bigint[])
ORDER BY level.id
FOR UPDATE OF level
"""

TOUCHING = """
SELECT unnest(%s::bigint[]) UNION SELECT kit_id FROM catalog_kitcomponent WHERE component_id = ANY(%s::bigint[])
"""
LOCK_CEILINGS = f"""
SELECT allotment."window", allotment.variant_id, allotment.ceiling,
       ARRAY(SELECT part.component_id FROM catalog_kitcomponent part WHERE part.kit_id = allotment.variant_id ORDER BY part.component_id),
       ARRAY(SELECT part.quantity FROM catalog_kitcomponent part WHERE part.kit_id = allotment.variant_id ORDER BY part.component_id)
FROM inventory_allotment AS allotment
WHERE allotment.variant_id = ANY(ARRAY({TOUCHING}))
ORDER BY allotment.id
FOR UPDATE OF allotment
"""


def lock_levels(variant_ids: Collection[int], *, lock: bool = True) -> dict[int, list[Level]]:
    """All levels of these stocked variants, those in inactive warehouses too. Who holds them may also move the windows' ceilings.

    `lock` False only reads.
    """
    levels: dict[int, list[Level]] = {variant_id: [] for variant_id in variant_ids}
    with prepared_cursor() as cursor:
        cursor.execute(LOCK_LEVELS if lock else LOCK_LEVELS.replace("FOR UPDATE OF level", ""), [sorted(levels)])
        for row in cursor.fetchall():
            levels[row[1]].append(Level(*row))
    return levels


def lock_ceilings(variant_ids: Collection[int]) -> dict[str, Ceiling]:
    """All windows that may sell pieces of these variants, those of kits made of them too. The levels must be locked before."""
    wanted = sorted(variant_ids)
    with prepared_cursor() as cursor:
        cursor.execute(LOCK_CEILINGS, [wanted, wanted])
        return {
            window: Ceiling(window, tuple(zip(parts, quantities, strict=True)) or ((variant_id, Decimal(1)),), units)
            for window, variant_id, units, parts, quantities in cursor.fetchall()
        }


def lock_allotments(variant_ids: Collection[int], *, lock: bool = True) -> list[Allotment]:
    """The whole books of the windows that may sell pieces of these variants, kits' too. The levels must be locked before."""
    wanted = sorted(variant_ids)
    rows = Allotment.objects.filter(variant_id__in=RawSQL(TOUCHING, [wanted, wanted])).order_by("pk")  # noqa: S611 a constant
    return list(rows.select_for_update(of=("self",)) if lock else rows)
