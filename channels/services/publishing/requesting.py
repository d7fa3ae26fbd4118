"""Asking for numbers to be looked at; coalesced per listing, and decided only when a lane takes them up."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from channels.services.jobs import request_jobs
from erp.core.clock import now
from erp.core.events import wake
from erp.core.queues import STOCK
from erp.core.transactions import atomic

KIND = "publish_stock"
PRIORITY = 20

WITH_KITS = "ARRAY(SELECT unnest(%(keys)s::bigint[]) UNION SELECT kit_id FROM catalog_kitcomponent WHERE component_id = ANY(%(keys)s))"
# A closing window of a listing that is bound to nothing any more follows the variant of which it still holds units.
OF_VARIANTS = f"""
    listing.variant_id = ANY({WITH_KITS}) OR listing.id = ANY(ARRAY(
        SELECT released.id
        FROM inventory_allotment AS allotment
        JOIN channels_account AS owner ON owner.code = allotment.source
        JOIN channels_listing AS released ON released.account_id = owner.id AND released.variant_id IS NULL
        WHERE allotment.is_closing AND allotment.variant_id = ANY({WITH_KITS}) AND allotment."window" = concat_ws(
            '|', owner.code, coalesce(nullif(released.stock_item, ''), released.external_item), released.location)))
"""
OF_LISTINGS = "listing.id = ANY(%(keys)s)"
REQUEST = """
WITH wanted AS (
    SELECT listing.id, listing.account_id, listing.location
    FROM channels_listing AS listing JOIN channels_account AS account ON account.id = listing.account_id
    WHERE account.state IN ('live', 'paused') AND ({which})
), asked AS (
    INSERT INTO channels_numberrequest AS request (listing_id, requested_at, due_at)
    SELECT id, %(now)s, %(due)s FROM wanted ORDER BY id
    ON CONFLICT (listing_id) DO UPDATE SET due_at = LEAST(request.due_at, excluded.due_at), held_as = ''
)
SELECT DISTINCT account_id, location FROM wanted
"""


def request_numbers_of_variants(variant_ids: Collection[int]) -> None:
    """Ask for the numbers of all listings of these variants, and of kits made of them; also where a number waits for a person.

    Accounts that are paused are asked too, and send what was asked for when they go on.
    """
    _request(OF_VARIANTS, variant_ids, wait=timedelta(0))


def request_numbers_of_listings(listing_ids: Collection[int], *, wait: timedelta = timedelta(0)) -> None:
    _request(OF_LISTINGS, listing_ids, wait=wait)


@atomic
def _request(which: str, keys: Collection[int], *, wait: timedelta) -> None:
    if not keys:
        return
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(REQUEST.format(which=which), {"keys": sorted(keys), "now": moment, "due": moment + wait})
        lanes = [(account_id, lane_of(location)) for account_id, location in cursor.fetchall()]
    ask_lanes(lanes, due_at=moment + wait)


def ask_lanes(lanes: Sequence[tuple[int, str]], *, due_at: datetime) -> None:
    """A job for each lane, and after the commit a wake-up for those that are due now."""
    request_jobs(sorted(set(lanes)), kind=KIND, priority=PRIORITY, due_at=due_at)
    if due_at <= now():
        for account_id, lane in set(lanes):
            transaction.on_commit(lambda a=account_id, w=lane: wake_lane(a, w))  # type: ignore[misc]


def wake_lane(account_id: int, lane: str) -> None:
    wake("channels.tasks.publish_lane", STOCK, account_id=account_id, lane=lane)


def lane_of(location: str) -> str:
    return f"stock|{location}"


def location_of(lane: str) -> str:
    return lane.partition("|")[2]
