"""Pieces sold beyond what there was, of articles that are not divided: counted from the rows that are short now, with what led to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from erp.pages import wording

CAUSES: dict[str, Promise] = {
    "crossed": gettext_lazy("sold in two places before the number had arrived"),
    "unwritten": gettext_lazy("the shop had not taken our number"),
    "hand": gettext_lazy("the number was edited by hand in the shop"),
    "lost": gettext_lazy("pieces went missing in the warehouse afterwards"),
}

MISSES = """
WITH missed AS (
    SELECT reservation.variant_id, reservation."window", reservation.reference, reservation.quantity, reservation.created_at
    FROM inventory_reservation AS reservation
    WHERE reservation.state = 'short' AND reservation."window" <> '' AND NOT EXISTS (
        SELECT FROM inventory_stocklevel AS level WHERE level.variant_id = reservation.variant_id AND level.is_split)
), told AS (
    SELECT missed.*, CASE
        WHEN EXISTS (
            SELECT FROM inventory_movement AS movement
            WHERE movement.variant_id = missed.variant_id AND movement.quantity < 0 AND movement.at >= missed.created_at
              AND movement.cause IN ('adjustment', 'count', 'damage', 'pick_finding')) THEN 'lost'
        WHEN EXISTS (
            SELECT FROM channels_difference AS edit
            WHERE edit."window" = missed."window" AND edit.verdict = 'hand'
              AND edit.seen_at BETWEEN missed.created_at - interval '1 day' AND missed.created_at + interval '1 hour') THEN 'hand'
        WHEN (
            SELECT written.answer FROM channels_stockwrite AS written
            WHERE written."window" = missed."window" AND written.sent_at <= missed.created_at
            ORDER BY written.sent_at DESC LIMIT 1) IN ('rejected', 'unsent', 'unknown') THEN 'unwritten'
        ELSE 'crossed' END AS cause
    FROM missed
)
SELECT cause, sum(quantity) FROM told GROUP BY cause
UNION ALL
SELECT '', count(DISTINCT reference) FROM told
"""


@dataclass(frozen=True)
class Misses:
    """`pieces` by cause, the commonest first; `orders` that wait for them."""

    pieces: tuple[tuple[str, Decimal], ...]
    orders: int

    @property
    def total(self) -> Decimal:
        return sum((pieces for _cause, pieces in self.pieces), Decimal(0))


def misses_of_sharing() -> Misses:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute(MISSES)
        found = dict(cursor.fetchall())
    orders = int(found.pop("", 0))
    return Misses(tuple(sorted(found.items(), key=lambda row: (-row[1], row[0]))), orders)


def told(misses: Misses) -> tuple[str, Sequence[str]]:
    """The figure as a sentence and its causes; nothing where nothing was missed."""
    if not misses.total:
        return "", ()
    said = ngettext("Sold beyond stock: %(pieces)s piece.", "Sold beyond stock: %(pieces)s pieces.", int(misses.total)) % {
        "pieces": wording.quantity(misses.total)
    }
    orders = ngettext("%(count)d order waits for them.", "%(count)d orders wait for them.", misses.orders) % {"count": misses.orders}
    causes = [
        gettext("%(pieces)s: %(cause)s") % {"pieces": wording.quantity(pieces), "cause": CAUSES[cause]} for cause, pieces in misses.pieces
    ]
    return f"{said} {orders}", causes
