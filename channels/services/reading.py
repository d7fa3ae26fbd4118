"""What has not surely been read from a shop yet: the question that keeps a fence open."""

from django.db import connection

from channels.models import Account
from inventory.windows import window_key

ITEM_SEPARATOR = "\x1f"

BLOCKED = """
WITH open AS (
    SELECT external_id, items FROM channels_inboxmessage
    WHERE account_id = %(account)s AND kind = 'order' AND state IN ('waiting', 'parked')
), named AS (
    SELECT unnest(items) AS item FROM open
    UNION
    SELECT line.external_item FROM orders_orderline AS line JOIN orders_order AS placed ON placed.id = line.order_id
    WHERE placed.source = %(source)s AND (placed.external_id IN (SELECT external_id FROM open) OR placed.id IN (
        SELECT held.id FROM orders_orderline AS unmapped JOIN orders_order AS held ON held.id = unmapped.order_id
        WHERE held.source = %(source)s AND held.status = 'held' AND unmapped.variant_id IS NULL AND unmapped.needs_stock))
)
SELECT EXISTS (SELECT 1 FROM open WHERE items IS NULL),
       array(SELECT DISTINCT coalesce(nullif(listing.stock_item, ''), listing.external_item) || E'\\x1f' || listing.location
             FROM channels_listing AS listing JOIN named ON named.item = listing.external_item WHERE listing.account_id = %(account)s)
"""


def windows_in_open_bodies(account: Account) -> set[str] | None:
    """Windows whose fences stay open although a pull has passed; None: a body cannot be read, so no fence may close.

    Those of products in bodies that are parked or worked on elsewhere, and in orders with a line that has no product yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(BLOCKED, {"account": account.pk, "source": account.code})
        is_unreadable, pairs = cursor.fetchone()
    if is_unreadable:
        return None
    return {window_key(account.code, *pair.split(ITEM_SEPARATOR)) for pair in pairs}
