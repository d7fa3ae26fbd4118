"""The one statement that writes what a stock service decided: levels, windows, reservations, in a common table expression.

Only the parts that have rows are in it. The levels and, where they are split, the allotments were locked before.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from erp.core.prepared import prepared_cursor
from inventory.allocation import Allocation
from inventory.locks import lock_levels
from inventory.models import Allotment, StockLevel

CHANGE_LEVELS = """
UPDATE inventory_stocklevel AS level SET on_hand = level.on_hand + change.on_hand, reserved = level.reserved + change.reserved
FROM unnest(%(level_ids)s::bigint[], %(level_on_hand)s::numeric[], %(level_reserved)s::numeric[]) AS change(id, on_hand, reserved)
WHERE level.id = change.id
"""

CHANGE_WINDOWS = """
UPDATE inventory_allotment AS allotment
SET ceiling = allotment.ceiling + change.restocked - change.sold,
    known = allotment.known + change.restocked - change.sold,
    shown = allotment.shown + change.restocked - change.sold,
    sold_read = allotment.sold_read + change.sold,
    restocked_read = allotment.restocked_read + change.restocked,
    is_clean = allotment.is_clean AND change.restocked = 0
FROM (
    SELECT locked.id, given.sold, given.restocked
    FROM unnest(%(windows)s::text[], %(window_sold)s::numeric[], %(window_restocked)s::numeric[]) AS given("window", sold, restocked)
    JOIN inventory_allotment AS locked ON locked."window" = given."window"
    ORDER BY locked.id
    FOR UPDATE OF locked
) AS change
WHERE allotment.id = change.id
"""

CLOSE_RESERVATIONS = """
UPDATE inventory_reservation AS reservation
SET quantity = change.quantity, state = change.state, is_picked = reservation.is_picked AND change.state <> 'short',
    warehouse_id = CASE change.state WHEN 'short' THEN NULL ELSE coalesce(change.warehouse_id, reservation.warehouse_id) END,
    closed_at = CASE WHEN change.state IN ('reserved', 'short') THEN NULL ELSE %(at)s END
FROM unnest(%(changed_ids)s::bigint[], %(changed_quantities)s::numeric[], %(changed_states)s::text[], %(changed_warehouses)s::bigint[])
     AS change(id, quantity, state, warehouse_id)
WHERE reservation.id = change.id
"""

ADD_RESERVATIONS = """
INSERT INTO inventory_reservation
       (reference, line, variant_id, warehouse_id, quantity, per_unit, state, is_picked, "window", created_at, closed_at)
SELECT reference, line, variant_id, warehouse_id, quantity, per_unit, state, is_picked, "window", coalesce(created_at, %(at)s),
       CASE WHEN state IN ('reserved', 'short') THEN NULL ELSE %(at)s END
FROM unnest(%(references)s::text[], %(lines)s::text[], %(variants)s::bigint[], %(warehouses)s::bigint[], %(quantities)s::numeric[],
            %(per_units)s::numeric[], %(states)s::text[], %(picked)s::boolean[], %(origins)s::text[], %(created)s::timestamptz[])
     WITH ORDINALITY AS given(reference, line, variant_id, warehouse_id, quantity, per_unit, state, is_picked, "window", created_at, place)
ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class NewReservation:
    """A row to insert. `created_at` None is now; a part split off an older row keeps that row's moment."""

    reference: str
    line: str
    variant_id: int
    warehouse_id: int | None
    quantity: Decimal
    per_unit: Decimal
    state: str
    window: str = ""
    is_picked: bool = False
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReservationChange:
    """What an existing row becomes. `warehouse_id` None keeps its place."""

    pk: int
    quantity: Decimal
    state: str
    warehouse_id: int | None = None


@dataclass(slots=True)
class StockChanges:
    """Differences collected by one service; nothing is written before `write_changes`."""

    on_hand: dict[int, Decimal] = field(default_factory=dict)
    reserved: dict[int, Decimal] = field(default_factory=dict)
    sold: dict[str, Decimal] = field(default_factory=dict)
    restocked: dict[str, Decimal] = field(default_factory=dict)
    changed: dict[int, ReservationChange] = field(default_factory=dict)
    added: list[NewReservation] = field(default_factory=list)


def reservation_of(allocation: Allocation) -> NewReservation:
    state = "short" if allocation.is_short else "reserved"
    return NewReservation(
        allocation.reference,
        allocation.line,
        allocation.variant_id,
        allocation.warehouse_id,
        allocation.quantity,
        allocation.per_unit,
        state,
        allocation.window,
    )


def change_row(changes: StockChanges, change: ReservationChange) -> None:
    """A row has one change; a later one replaces it."""
    changes.changed[change.pk] = change


def add_to(differences: dict[Any, Decimal], key: Any, quantity: Decimal) -> None:
    if quantity:
        differences[key] = differences.get(key, Decimal(0)) + quantity


def write_changes(changes: StockChanges, at: datetime) -> None:
    """One statement; none when there is nothing to write."""
    parts: list[str] = []
    values: dict[str, Any] = {"at": at}
    if changes.on_hand or changes.reserved:
        parts.append(CHANGE_LEVELS)
        values |= _levels(changes.on_hand, changes.reserved)
    if changes.sold or changes.restocked:
        parts.append(CHANGE_WINDOWS)
        values |= _windows(changes.sold, changes.restocked)
    if changes.changed:
        parts.append(CLOSE_RESERVATIONS)
        values |= _changed(list(changes.changed.values()))
    if changes.added:
        parts.append(ADD_RESERVATIONS)
        values |= _added(changes.added)
    if not parts:
        return
    before = [f"part_{place} AS ({part})" for place, part in enumerate(parts[:-1])]
    with prepared_cursor() as cursor:
        cursor.execute((f"WITH {', '.join(before)} " if before else "") + parts[-1], values)


ADD_LEVELS = """
INSERT INTO inventory_stocklevel (variant_id, warehouse_id, on_hand, reserved, safety_stock, is_split)
SELECT given.variant_id, given.warehouse_id, 0, 0, 0,
       EXISTS (SELECT FROM inventory_stocklevel AS other WHERE other.variant_id = given.variant_id AND other.is_split)
FROM unnest(%s::bigint[], %s::bigint[]) AS given(variant_id, warehouse_id)
ORDER BY given.variant_id, given.warehouse_id
ON CONFLICT (variant_id, warehouse_id) DO NOTHING
"""


def add_levels(places: Collection[tuple[int, int]]) -> None:
    """Levels of 0 for the (variant, warehouse) pairs that have none; the others of the variant are locked first, for `is_split`."""
    known = set(StockLevel.objects.filter(variant_id__in={place[0] for place in places}).values_list("variant_id", "warehouse_id"))
    missing = sorted(set(places) - known)
    if not missing:
        return
    lock_levels({variant_id for variant_id, _ in missing})
    with prepared_cursor() as cursor:
        cursor.execute(ADD_LEVELS, [[place[0] for place in missing], [place[1] for place in missing]])


WINDOW_COLUMNS = (
    ("stock_class", "text"),
    ("weight", "integer"),
    ("can_split", "boolean"),
    ("is_closing", "boolean"),
    ("ceiling", "numeric"),
    ("sold_read", "numeric"),
    ("restocked_read", "numeric"),
    ("held", "numeric"),
    ("known", "numeric"),
    ("shown", "numeric"),
    ("is_clean", "boolean"),
    ("standing", "text"),
    ("write_kind", "text"),
    ("write_value", "numeric"),
    ("write_expected", "numeric"),
    ("sold_at_send", "numeric"),
    ("restocked_at_send", "numeric"),
    ("fence_kind", "text"),
    ("fence_value", "numeric"),
    ("fence_opened_at", "timestamptz"),
    ("settles_at", "timestamptz"),
)
SAVE_WINDOWS = f"""
UPDATE inventory_allotment AS allotment SET {", ".join(f"{name} = given.{name}" for name, _ in WINDOW_COLUMNS)}
FROM jsonb_to_recordset(%s::jsonb) AS given(id bigint, {", ".join(f"{name} {kind}" for name, kind in WINDOW_COLUMNS)})
WHERE allotment.id = given.id
"""


def add_windows(allotments: Sequence[Allotment]) -> None:
    """Begin books, sorted by window; a window that somebody else began in the meantime stays as it is."""
    Allotment.objects.bulk_create(allotments, ignore_conflicts=True)


def save_windows(allotments: Sequence[Allotment]) -> None:
    """Write the books of locked windows back, in one statement."""
    if not allotments:
        return
    rows = [{"id": row.pk, **{name: getattr(row, name) for name, _ in WINDOW_COLUMNS}} for row in allotments]
    with prepared_cursor() as cursor:
        cursor.execute(SAVE_WINDOWS, [json.dumps(rows, default=str)])  # moments to the microsecond: a fence must not seem older than it is


def _levels(on_hand: Mapping[int, Decimal], reserved: Mapping[int, Decimal]) -> dict[str, Any]:
    ids = sorted({*on_hand, *reserved})
    zero = Decimal(0)
    return {
        "level_ids": ids,
        "level_on_hand": [on_hand.get(pk, zero) for pk in ids],
        "level_reserved": [reserved.get(pk, zero) for pk in ids],
    }


def _windows(sold: Mapping[str, Decimal], restocked: Mapping[str, Decimal]) -> dict[str, Any]:
    windows = sorted({*sold, *restocked})
    zero = Decimal(0)
    return {
        "windows": windows,
        "window_sold": [sold.get(window, zero) for window in windows],
        "window_restocked": [restocked.get(window, zero) for window in windows],
    }


def _changed(changed: Sequence[ReservationChange]) -> dict[str, Any]:
    return {
        "changed_ids": [row.pk for row in changed],
        "changed_quantities": [row.quantity for row in changed],
        "changed_states": [row.state for row in changed],
        "changed_warehouses": [row.warehouse_id for row in changed],
    }


def _added(added: Sequence[NewReservation]) -> dict[str, Any]:
    return {
        "references": [row.reference for row in added],
        "lines": [row.line for row in added],
        "variants": [row.variant_id for row in added],
        "warehouses": [row.warehouse_id for row in added],
        "quantities": [row.quantity for row in added],
        "per_units": [row.per_unit for row in added],
        "states": [row.state for row in added],
        "picked": [row.is_picked for row in added],
        "origins": [row.window for row in added],
        "created": [row.created_at for row in added],
    }
