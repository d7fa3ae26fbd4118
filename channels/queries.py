"""Reads that several callers share, each with what it fetches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from channels.drafting import Listed
from channels.models import StockWrite
from erp.core.prepared import prepared_cursor

LISTED = """
SELECT listing.external_item, listing.variant_id, listing.stock_item, listing.location,
       variant.is_stocked OR variant.is_kit, variant.unit <> 'piece',
       array_agg(component.component_id ORDER BY component.component_id) FILTER (WHERE component.id IS NOT NULL),
       array_agg(component.quantity ORDER BY component.component_id) FILTER (WHERE component.id IS NOT NULL)
FROM channels_listing AS listing
LEFT JOIN catalog_variant AS variant ON variant.id = listing.variant_id
LEFT JOIN catalog_kitcomponent AS component ON component.kit_id = variant.id
WHERE listing.account_id = %s AND listing.external_item = ANY(%s)
GROUP BY listing.id, variant.id
"""


def listed_items(account_id: int, items: Sequence[str]) -> dict[str, Listed]:
    """The listings of these items with their variants and kit components; an item never seen is absent. One statement."""
    with prepared_cursor() as cursor:
        cursor.execute(LISTED, [account_id, list(items)])
        return {row[0]: _listed(row) for row in cursor.fetchall()}


def _listed(row: tuple[str, int | None, str, str, bool | None, bool | None, list[int] | None, list[Decimal] | None]) -> Listed:
    item, variant_id, stock_item, location, is_stocked, allows_decimals, components, quantities = row
    return Listed(
        external_item=item,
        variant_id=variant_id,
        stock_item=stock_item,
        location=location,
        is_stocked=is_stocked is not False,
        allows_decimals=bool(allows_decimals),
        components=tuple(zip(components or (), quantities or (), strict=True)),
    )


@dataclass(frozen=True, slots=True)
class TwoNumbers:
    """What the shop shows for a listing and what Regia could show there: pieces free in the warehouses on the account's map."""

    listing_id: int
    variant_id: int
    sku: str
    title: str
    shop: Decimal | None
    regia: Decimal


NUMBERS = """
WITH free AS (
    SELECT level.variant_id, sum(greatest(level.on_hand - level.reserved - level.safety_stock, 0)) AS pieces
    FROM inventory_stocklevel AS level
    JOIN channels_locationmap AS place ON place.warehouse_id = level.warehouse_id AND place.account_id = %(account)s AND place.is_ours
    GROUP BY level.variant_id
)
SELECT listing.id, listing.variant_id, listing.sku, listing.title, listing.seen_quantity,
       floor(CASE WHEN variant.is_kit THEN coalesce((
           SELECT min(floor(coalesce(part.pieces, 0) / component.quantity))
           FROM catalog_kitcomponent AS component LEFT JOIN free AS part ON part.variant_id = component.component_id
           WHERE component.kit_id = variant.id), 0)
       ELSE coalesce(free.pieces, 0) END)
FROM channels_listing AS listing
JOIN catalog_variant AS variant ON variant.id = listing.variant_id
LEFT JOIN free ON free.variant_id = variant.id
WHERE listing.account_id = %(account)s AND listing.is_present AND (variant.is_stocked OR variant.is_kit)
ORDER BY listing.title, listing.id
"""


def numbers_of_listings(account_id: int) -> list[TwoNumbers]:
    """Both numbers of every bound listing that is present, kits by their scarcest component. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, {"account": account_id})
        return [TwoNumbers(*row) for row in cursor.fetchall()]


OPEN_PIECES = """
SELECT reservation.variant_id, sum(reservation.quantity)
FROM inventory_reservation AS reservation JOIN orders_order AS placed ON reservation.reference = 'ord_' || placed.id
WHERE placed.source = %s AND reservation.state IN ('reserved', 'short')
GROUP BY reservation.variant_id
"""


def pieces_of_open_orders(source: str) -> dict[int, Decimal]:
    """Per variant, the pieces that orders of this account still wait for or have reserved. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN_PIECES, [source])
        return dict(cursor.fetchall())


NEWEST_WRITES = """
SELECT newest.* FROM unnest(%s::bigint[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT * FROM channels_stockwrite WHERE listing_id = wanted.id ORDER BY sent_at DESC, id DESC LIMIT 1) AS newest
"""


def newest_writes(listing_ids: Iterable[int]) -> dict[int, StockWrite]:
    """The number sent last to each listing. One statement, which does not read the history before it."""
    return {write.listing_id: write for write in StockWrite.objects.raw(NEWEST_WRITES, [sorted(set(listing_ids))])}


LAST_ANSWERS = """
SELECT listing.id, coalesce(newest.shown, newest.value)
FROM channels_listing AS listing CROSS JOIN LATERAL (
    SELECT shown, value, answered_at FROM channels_stockwrite
    WHERE listing_id = listing.id AND answer = 'done' AND kind <> 'add' ORDER BY sent_at DESC LIMIT 1) AS newest
WHERE listing.id = ANY(%s) AND newest.answered_at >= coalesce(listing.seen_at, '-infinity')
"""


def numbers_written_since_seen(listing_ids: Sequence[int]) -> dict[int, Decimal]:
    """Per listing, the number that our last answered write left in the shop, where it is younger than our last look. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_ANSWERS, [list(listing_ids)])
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Intention:
    """The last number that a listing was meant to show, and the units of it that documents took since then (kits by their parts)."""

    listing_id: int
    variant_id: int
    number: Decimal
    sold: Decimal
    was_sent: bool


INTENTIONS = """
WITH meant AS (
    SELECT listing.id, listing.variant_id, coalesce(last.wanted, listing.seen_quantity, 0) AS number,
           coalesce(last.sent_at, listing.seen_at, '-infinity') AS since, last.sent_at IS NOT NULL AS was_sent
    FROM channels_listing AS listing LEFT JOIN LATERAL (
        SELECT wanted, sent_at FROM channels_stockwrite
        WHERE listing_id = listing.id ORDER BY sent_at DESC, id DESC LIMIT 1) AS last ON true
    WHERE listing.id = ANY(%(listings)s) AND listing.variant_id IS NOT NULL
)
SELECT meant.id, meant.variant_id, meant.number, max(trunc(coalesce(taken.pieces, 0) / coalesce(part.quantity, 1))), meant.was_sent
FROM meant
LEFT JOIN catalog_kitcomponent AS part ON part.kit_id = meant.variant_id
LEFT JOIN LATERAL (
    SELECT sum(reservation.quantity) AS pieces FROM inventory_reservation AS reservation
    WHERE reservation.variant_id = coalesce(part.component_id, meant.variant_id)
      AND reservation.created_at >= meant.since AND reservation.state <> 'released'
) AS taken ON true
GROUP BY meant.id, meant.variant_id, meant.number, meant.was_sent
"""


def intentions_of(listing_ids: Sequence[int]) -> list[Intention]:
    """Of bound listings. A listing to which nothing was ever sent is meant to show what it showed when last seen. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(INTENTIONS, {"listings": list(listing_ids)})
        return [Intention(*row) for row in cursor.fetchall()]


FALLEN = """
SELECT count(DISTINCT fallen.listing_id) FROM channels_stockwrite AS fallen
WHERE fallen.account_id = %s AND fallen.is_fall AND fallen.sent_at >= %s AND NOT EXISTS (
    SELECT FROM channels_stockwrite AS later
    WHERE later.listing_id = fallen.listing_id AND later.sent_at > fallen.sent_at AND later.wanted > 0
)
"""


def listings_fallen_since(account_id: int, moment: datetime) -> int:
    """Listings brought to 0 without a sale since then, those that were raised again left out. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(FALLEN, [account_id, moment])
        return int(cursor.fetchone()[0])
