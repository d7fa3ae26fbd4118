"""Reads that several callers share."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import F, Min, Sum

from catalog.models import KitComponent
from inventory.availability import Quantities, kit_units, whole_units
from inventory.books import Standing
from inventory.models import Allotment, Movement, StockException, StockLevel

ZERO = Decimal(0)


def pieces_in_bin(variant_id: int, bin_id: int) -> Decimal:
    """What the ledger says lies in a bin."""
    total = Movement.objects.filter(variant_id=variant_id, bin_id=bin_id).aggregate(total=Sum("quantity"))["total"]
    return total or ZERO


FEW = 500
"""Up to so many variants are looked up; for more, reading all levels is faster."""
_ONLY_THESE = """WHERE level.variant_id IN (
        SELECT unnest(%(ids)s::bigint[]) UNION ALL SELECT component_id FROM catalog_kitcomponent WHERE kit_id = ANY(%(ids)s::bigint[])
    )"""
AVAILABILITIES = """
WITH stock AS (
    SELECT level.variant_id, sum(level.on_hand) AS on_hand, sum(level.reserved) AS reserved, sum(level.safety_stock) AS safety
    FROM inventory_stocklevel AS level JOIN inventory_warehouse AS warehouse ON warehouse.id = level.warehouse_id AND warehouse.is_active
    {only_these}
    GROUP BY level.variant_id
)
SELECT wanted.id, trunc(greatest(stock.on_hand - stock.reserved - stock.safety, 0))::bigint
FROM unnest(%(ids)s::bigint[]) AS wanted(id) JOIN stock ON stock.variant_id = wanted.id
WHERE NOT EXISTS (SELECT FROM catalog_kitcomponent WHERE kit_id = wanted.id)
UNION ALL
SELECT part.kit_id, min(trunc(greatest(coalesce(stock.on_hand - stock.reserved - stock.safety, 0), 0) / part.quantity))::bigint
FROM catalog_kitcomponent AS part
JOIN catalog_variant AS component ON component.id = part.component_id AND component.is_stocked
LEFT JOIN stock ON stock.variant_id = part.component_id
WHERE part.kit_id = ANY(%(ids)s::bigint[])
GROUP BY part.kit_id
"""


def availabilities(variant_ids: Collection[int]) -> dict[int, int]:
    """Whole units that windows could show of each variant, safety stock taken off, kits as their components make. One statement."""
    found = dict.fromkeys(variant_ids, 0)
    with connection.cursor() as cursor:
        cursor.execute(AVAILABILITIES.format(only_these=_ONLY_THESE if len(found) <= FEW else ""), {"ids": list(found)})
        found.update(cursor.fetchall())
    return found


@dataclass(frozen=True, slots=True)
class PlaceLine:
    warehouse: str
    on_hand: Decimal
    reserved: Decimal
    safety: Decimal
    is_active: bool


@dataclass(frozen=True, slots=True)
class WindowLine:
    """One window of the number. `ceiling` is what it may still sell without our knowing; `waits_for` is answer, settle, fence or ""."""

    window: str
    source: str
    stock_class: str
    ceiling: Decimal
    held: Decimal
    shown: Decimal | None
    standing: str
    waits_for: str


@dataclass(frozen=True, slots=True)
class NumberExplained:
    """on hand - reserved - safety = available, of a stocked variant; of a kit, `components` say why `available` units can be made.

    `beyond_ceilings`: pieces that belong to no window, which is what the counter may sell when the variant is split.
    """

    variant_id: int
    on_hand: Decimal
    reserved: Decimal
    safety: Decimal
    available: Decimal
    units: int
    is_split: bool
    exposed: Decimal
    beyond_ceilings: Decimal
    places: tuple[PlaceLine, ...]
    windows: tuple[WindowLine, ...]
    exceptions: tuple[str, ...]
    components: tuple[tuple["NumberExplained", Decimal], ...] = ()


def explain_number(variant_id: int) -> NumberExplained:
    """ "Why this number?": everything that makes it, read in one go. Channels adds what was sent and what is seen."""
    parts = list(KitComponent.objects.filter(kit_id=variant_id, component__is_stocked=True).order_by("component_id"))
    if not parts:
        return _explain_stocked(variant_id)
    components = tuple((_explain_stocked(part.component_id), part.quantity) for part in parts)
    pieces = {each.variant_id: each.available for each, _ in components}
    units = kit_units(tuple((each.variant_id, quantity) for each, quantity in components), pieces)
    return NumberExplained(
        variant_id,
        ZERO,
        ZERO,
        ZERO,
        Decimal(units),
        units,
        any(each.is_split for each, _ in components),
        ZERO,
        ZERO,
        (),
        _windows_of(variant_id),
        _exceptions_of(variant_id),
        components,
    )


def _explain_stocked(variant_id: int) -> NumberExplained:
    levels = list(StockLevel.objects.filter(variant_id=variant_id).select_related("warehouse").order_by("warehouse__priority", "pk"))
    active = [level for level in levels if level.warehouse.is_active]
    total = Quantities(
        sum((level.on_hand for level in active), ZERO),
        sum((level.reserved for level in active), ZERO),
        sum((level.safety_stock for level in active), ZERO),
    )
    exposed = exposed_of(variant_id)
    return NumberExplained(
        variant_id,
        total.on_hand,
        total.reserved,
        total.safety,
        total.for_windows,
        whole_units(total.for_windows),
        any(level.is_split for level in levels),
        exposed,
        total.available - exposed,
        tuple(_place(level) for level in levels),
        _windows_of(variant_id),
        _exceptions_of(variant_id),
    )


def _place(level: StockLevel) -> PlaceLine:
    return PlaceLine(level.warehouse.name, level.on_hand, level.reserved, level.safety_stock, level.warehouse.is_active)


def exposed_of(variant_id: int) -> Decimal:
    """Pieces of a stocked variant that windows may still sell without our knowing, in kits too."""
    own = Allotment.objects.filter(variant_id=variant_id, ceiling__gt=0).aggregate(pieces=Sum("ceiling"))["pieces"]
    of_kits = Allotment.objects.filter(variant__components__component_id=variant_id, ceiling__gt=0)
    in_kits = of_kits.aggregate(pieces=Sum(F("ceiling") * F("variant__components__quantity")))["pieces"]
    return (own or ZERO) + (in_kits or ZERO)


def _windows_of(variant_id: int) -> tuple[WindowLine, ...]:
    rows = Allotment.objects.filter(variant_id=variant_id).order_by("window")
    return tuple(
        WindowLine(row.window, row.source, row.stock_class, row.ceiling, row.held, row.shown, row.standing, _waits_for(row)) for row in rows
    )


def _waits_for(row: Allotment) -> str:
    if row.write_kind:
        return "answer"
    if row.standing == Standing.LANDING:
        return "settle"
    return "fence" if row.fence_kind else ""


def _exceptions_of(variant_id: int) -> tuple[str, ...]:
    return tuple(StockException.objects.filter(variant_id=variant_id, closed_at=None).order_by("pk").values_list("cause", flat=True))


@dataclass(frozen=True, slots=True)
class WindowStanding:
    """What the books of a window hold at one moment. `shown` None: nobody can tell.

    `is_busy`: a write is under way, may still land, or was not read over yet. `is_certain`: its number is proved by a complete reading.
    """

    window: str
    ceiling: Decimal
    shown: Decimal | None
    sold_read: Decimal
    restocked_read: Decimal
    is_busy: bool
    is_certain: bool
    is_closing: bool


def standings_of(windows: Collection[str]) -> dict[str, WindowStanding]:
    """Windows without books are absent. One statement."""
    rows = Allotment.objects.filter(window__in=windows)
    return {
        row.window: WindowStanding(
            row.window,
            row.ceiling,
            row.shown,
            row.sold_read,
            row.restocked_read,
            bool(_waits_for(row)),
            row.standing == Standing.CERTAIN,
            row.is_closing,
        )
        for row in rows
    }


def open_fences() -> list[tuple[str, datetime]]:
    """Sources with windows that wait for a reading, each with the moment of its oldest answer that no reading has passed."""
    fenced = Allotment.objects.exclude(fence_opened_at=None).exclude(write_kind="set")
    return list(fenced.values_list("source").annotate(Min("fence_opened_at")))
