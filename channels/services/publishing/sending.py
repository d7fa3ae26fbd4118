"""One lane at work: what waits is decided now, sent, and what came of it recorded; claim, call, record."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from channels.contract import (
    AuthExpired,
    Capabilities,
    Connector,
    Forbidden,
    OutsideError,
    RateLimited,
    StockResult,
    StockTarget,
    Temporary,
    Unknown,
)
from channels.locks import new_token
from channels.models import Account, Job, Listing, StockWrite
from channels.services.connections import connect
from channels.services.importing.health import note_refused_keys
from channels.services.jobs import claim_job, extend_lease, finish_job, forget_parked_jobs, retry_job_later
from channels.services.publishing.recording import record_result
from channels.services.publishing.requesting import location_of
from channels.services.publishing.stopping import follow_stop, sift
from channels.services.publishing.windows import window_of
from erp.core.clock import now, real_now
from erp.core.transactions import atomic, forbid_transaction, replay
from inventory.books import WriteKind
from inventory.services.allotting import SentWrite, begin_writes, plan_windows

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
PAUSES = (0.5, 1, 2, 2, 2, 4, 8, 16, 32, 64, 128, 256)
"""Seconds after each failure in a row. Most are over at once, and a number that waits sells what is gone; one that lasts has its peace."""
MAX_ROUNDS = 200
CALLS_A_ROUND = 5  # each may last the connector's longest wait: together they must end well before the lease does

WAITING = """
SELECT request.id, request.xmin::text, request.listing_id, request.is_allowed, listing.external_parent
FROM channels_numberrequest AS request JOIN channels_listing AS listing ON listing.id = request.listing_id
JOIN channels_account AS account ON account.id = listing.account_id AND account.state = 'live' AND NOT account.stock_paused
WHERE listing.account_id = %s AND listing.location = %s AND request.due_at <= %s AND request.held_as = ''
ORDER BY request.due_at, request.id LIMIT %s
"""
# Requests are locked after stock, as everybody does who asks while holding stock; one that was asked for again meanwhile stays.
TAKE = """
WITH taken AS (
    SELECT request.id, seen.held_as FROM channels_numberrequest AS request
    JOIN unnest(%s::bigint[], %s::text[], %s::text[]) AS seen (id, version, held_as)
      ON seen.id = request.id AND seen.version = request.xmin::text
    ORDER BY request.listing_id FOR UPDATE OF request
), held AS (
    UPDATE channels_numberrequest AS request SET held_as = taken.held_as
    FROM taken WHERE request.id = taken.id AND taken.held_as <> ''
)
DELETE FROM channels_numberrequest WHERE id IN (SELECT id FROM taken WHERE held_as = '')
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of `WAITING`."""

    pk: int
    version: str
    listing_id: int
    is_allowed: bool
    parent: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Writes that count already and must be sent now, with their targets in the same order."""

    key: str
    writes: tuple[StockWrite, ...]
    targets: tuple[StockTarget, ...]


def publish_lane(account_id: int, lane: str) -> int:
    """Send what waits in a lane until nothing is due; returns how many numbers were sent. Nothing while stock of the account is paused.

    One worker per lane: an older number never overtakes a newer one. What fails in the shop is recorded and retried, not raised.
    """
    forbid_transaction("publish_lane()")
    job = claim_job(account_id, lane, lease=LEASE)
    if job is None:
        return 0
    if not job.account.writes_stock:
        finish_job(job)
        return 0
    try:
        sent = _work(job, connect(job.account))
    except OutsideError as failure:
        _failed(job, failure)
        return 0
    except Exception as failure:  # the lane must not stand still until the lease ends
        retry_job_later(job, f"{type(failure).__name__}: {failure}")
        raise
    follow_stop(account_id)
    if sent:
        forget_parked_jobs(job)
    finish_job(job)
    return sent


def _work(job: Job, connector: Connector) -> int:
    """Rounds of claim, call, record, each bound by the lease; a round that could not be sent at all is the job's failure."""
    sent = 0
    for _round in range(MAX_ROUNDS):
        if not extend_lease(job, lease=LEASE):
            break
        batch = replay(lambda: claim_batch(job.account, location_of(job.lane), connector.capabilities().stock_batch))
        if batch is None:
            break
        if batch.writes:
            result = call_shop(connector, batch)
            _record(job.account, batch, result, connector.capabilities())
            if result.done:
                job.attempts = 1  # it answers: the next failure is the first one again
            if result.failure is not None and not result.done:
                raise result.failure
            sent += len(batch.writes)
    return sent


def _record(account: Account, batch: Batch, result: StockResult, capabilities: Capabilities) -> None:
    """Keep the answers, again where the database breaks a deadlock: the call to the shop cannot be taken back."""
    replay(lambda: record_result(account, batch.writes, batch.targets, result, capabilities))


def call_shop(connector: Connector, batch: Batch) -> StockResult:
    """Send a claimed batch. What the connector raises before it has sent anything is a result too: all of the batch is unsent."""
    try:
        return connector.publish_stock(batch.targets, batch.key)
    except OutsideError as failure:
        return StockResult(unsent=batch.targets, failure=failure)


@atomic
def claim_batch(account: Account, location: str, size: int) -> Batch | None:
    """Take up what is due and begin its writes. None when nothing is due, or stock was stopped meanwhile: then what was asked for stays.

    A batch may be empty: all windows show what they should.
    """
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [account.pk, location, now(), size])
        waiting = _in_few_calls([Waiting(*row) for row in cursor.fetchall()])
    if not waiting:
        return None
    listings = Listing.objects.select_related("account").filter(pk__in=[each.listing_id for each in waiting]).order_by("pk")
    by_window = {window_of(listing): listing for listing in listings}
    sifted = sift(by_window, plan_windows(by_window.keys()), {each.listing_id for each in waiting if each.is_allowed})
    begun = begin_writes(sifted.going, no_lower_than=sifted.floors)
    with connection.cursor() as cursor:
        held = [sifted.held[each.listing_id].value if each.listing_id in sifted.held else "" for each in waiting]
        cursor.execute(TAKE, [[each.pk for each in waiting], [each.version for each in waiting], held])
    key = new_token()
    moment, leased_until = now(), real_now() + LEASE
    writes = StockWrite.objects.bulk_create(
        StockWrite(
            account=account,
            listing=by_window[each.window],
            window=each.window,
            kind=each.write.kind.value,
            value=each.write.value,
            expected=each.write.expected,
            wanted=each.wanted,
            key=key,
            sent_at=moment,
            leased_until=leased_until,
            is_fall=each.wanted == 0 and by_window[each.window].pk in sifted.falls,
        )
        for each in begun
    )
    return Batch(key, tuple(writes), tuple(_target(by_window[each.window], each) for each in begun))


def _in_few_calls(waiting: list[Waiting]) -> list[Waiting]:
    """Only the first few parents' numbers: a shop takes the numbers of variations in one call for each parent."""
    parents = list(dict.fromkeys(each.parent for each in waiting))[:CALLS_A_ROUND]
    return [each for each in waiting if each.parent in parents]


def _target(listing: Listing, sent: SentWrite) -> StockTarget:
    shared = bool(listing.stock_item)
    is_difference = sent.write.kind is WriteKind.ADD
    return StockTarget(
        external_item=listing.stock_item or listing.external_item,
        external_parent="" if shared else listing.external_parent,
        sku=listing.sku,
        location=listing.location,
        quantity=None if is_difference else int(sent.write.value),
        difference=int(sent.write.value) if is_difference else None,
        expected=None if sent.write.expected is None else int(sent.write.expected),
    )


def _failed(job: Job, failure: OutsideError) -> None:
    """The requests stand again; the lane waits as long as the shop asks, else a moment a few times, then ever longer."""
    if isinstance(failure, AuthExpired | Forbidden):
        note_refused_keys(job.account, failure)
    counts = not isinstance(failure, Temporary | Unknown)
    pause = None if counts else timedelta(seconds=PAUSES[min(job.attempts, len(PAUSES)) - 1])
    wait = failure.wait if isinstance(failure, RateLimited) else pause
    logger.warning("stock of %s: %s: %s", job.account.code, type(failure).__name__, failure)
    retry_job_later(job, str(failure), wait=wait, counts=counts)
