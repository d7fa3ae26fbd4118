"""The proof: every stored number against the rows that it sums, and every division against its promise."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from erp.core.cards import close_cards, open_card
from erp.core.transactions import atomic
from inventory.cards import LEDGER_BROKEN
from inventory.quantities import plain

LEDGER_SUBJECT = "inventory.ledger:all"

CHECK_LEVELS = """
SELECT variant.sku, warehouse.code, coalesce(level.on_hand, 0), coalesce(moved.pieces, 0),
       coalesce(level.reserved, 0), coalesce(promised.pieces, 0)
FROM inventory_stocklevel AS level
FULL JOIN (SELECT variant_id, warehouse_id, sum(quantity) AS pieces FROM inventory_movement GROUP BY 1, 2) AS moved
    ON moved.variant_id = level.variant_id AND moved.warehouse_id = level.warehouse_id
FULL JOIN (
    SELECT variant_id, warehouse_id, sum(quantity) AS pieces FROM inventory_reservation WHERE state = 'reserved' GROUP BY 1, 2
) AS promised
    ON promised.variant_id = coalesce(level.variant_id, moved.variant_id)
    AND promised.warehouse_id = coalesce(level.warehouse_id, moved.warehouse_id)
JOIN catalog_variant AS variant ON variant.id = coalesce(level.variant_id, moved.variant_id, promised.variant_id)
JOIN inventory_warehouse AS warehouse ON warehouse.id = coalesce(level.warehouse_id, moved.warehouse_id, promised.warehouse_id)
WHERE coalesce(level.on_hand, 0) <> coalesce(moved.pieces, 0) OR coalesce(level.reserved, 0) <> coalesce(promised.pieces, 0)
ORDER BY variant.sku, warehouse.code
"""

CHECK_DIVISIONS = """
WITH exposed AS (
    SELECT coalesce(part.component_id, allotment.variant_id) AS variant_id,
           sum(greatest(allotment.ceiling, 0) * coalesce(part.quantity, 1)) AS pieces
    FROM inventory_allotment AS allotment LEFT JOIN catalog_kitcomponent AS part ON part.kit_id = allotment.variant_id
    GROUP BY 1
), stock AS (
    SELECT level.variant_id, bool_or(level.is_split) AS is_split, count(DISTINCT level.is_split) AS kinds,
           sum(level.on_hand) FILTER (WHERE warehouse.is_active) AS on_hand,
           sum(level.reserved) FILTER (WHERE warehouse.is_active) AS reserved
    FROM inventory_stocklevel AS level JOIN inventory_warehouse AS warehouse ON warehouse.id = level.warehouse_id
    GROUP BY level.variant_id
)
SELECT variant.sku, coalesce(exposed.pieces, 0), coalesce(stock.reserved, 0), coalesce(stock.on_hand, 0), stock.kinds
FROM stock JOIN catalog_variant AS variant ON variant.id = stock.variant_id LEFT JOIN exposed USING (variant_id)
WHERE stock.kinds > 1 OR (
    stock.is_split AND coalesce(exposed.pieces, 0) + coalesce(stock.reserved, 0) > coalesce(stock.on_hand, 0)
    AND NOT EXISTS (SELECT FROM inventory_stockexception AS known WHERE known.variant_id = stock.variant_id AND known.closed_at IS NULL)
)
ORDER BY variant.sku
"""


Proof = Callable[[], list[str]]
_proofs: list[Proof] = []


def also_prove(proof: Proof) -> Proof:
    """Register a proof of a package above stock. It runs with the ledger's own, and returns a sentence for each row that does not hold."""
    _proofs.append(proof)
    return proof


def check_ledger() -> list[str]:
    """One sentence per number that is not what its rows say; an empty list is the proof. Two statements and those of the added proofs."""
    with connection.cursor() as cursor:
        cursor.execute(CHECK_LEVELS)
        levels = cursor.fetchall()
        cursor.execute(CHECK_DIVISIONS)
        divisions = cursor.fetchall()
    return [*_level_findings(levels), *_division_findings(divisions), *(finding for proof in _proofs for finding in proof())]


@atomic
def prove_ledger() -> list[str]:
    """The nightly proof: what it finds becomes a card, and a clean proof closes it."""
    findings = check_ledger()
    if findings:
        open_card(LEDGER_BROKEN, LEDGER_SUBJECT, count=len(findings), first=findings[0])
    else:
        close_cards(LEDGER_BROKEN, [LEDGER_SUBJECT])
    return findings


def _level_findings(rows: list[tuple[Any, ...]]) -> list[str]:
    findings = []
    for sku, warehouse, *numbers in rows:
        on_hand, moved, reserved, promised = map(plain, numbers)
        if on_hand != moved:
            findings.append(
                _("%(sku)s in %(warehouse)s: %(stored)s on hand, but its movements sum to %(sum)s.")
                % {"sku": sku, "warehouse": warehouse, "stored": on_hand, "sum": moved}
            )
        if reserved != promised:
            findings.append(
                _("%(sku)s in %(warehouse)s: %(stored)s reserved, but its reservations sum to %(sum)s.")
                % {"sku": sku, "warehouse": warehouse, "stored": reserved, "sum": promised}
            )
    return findings


def _division_findings(rows: list[tuple[Any, ...]]) -> list[str]:
    findings = []
    for sku, *numbers, kinds in rows:
        exposed, reserved, on_hand = map(plain, numbers)
        if kinds != 1:
            findings.append(_("%(sku)s counts as divided in one warehouse and as shared in another.") % {"sku": sku})
        else:
            findings.append(
                _("%(sku)s: windows may sell %(exposed)s and %(reserved)s are reserved, but only %(on_hand)s are on hand.")
                % {"sku": sku, "exposed": exposed, "reserved": reserved, "on_hand": on_hand}
            )
    return findings
