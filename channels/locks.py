"""Leases on orders and the lock of a pull: who may work on what, decided by single statements.

A lease is taken outside any transaction, because a network call lies between it and the commit; it is bound by real time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from erp.core.clock import real_now
from erp.core.prepared import prepared_cursor

ORDER_LEASE_SECONDS = 120
PULL_LEASE_SECONDS = 60  # longer than one attempt of a call; it is renewed while the pull works


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that we hold, with the body that was applied last under it: "" and None when the order was never applied."""

    external_id: str
    applied_hash: str
    applied_updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What an order's lease remembers once its body is applied."""

    external_id: str
    body_hash: str
    updated_at: datetime | None


TAKE_LEASES = """
INSERT INTO channels_orderlease AS held (account_id, external_id, token, until, applied_hash)
SELECT %s, wanted, %s, %s, '' FROM unnest(%s::text[]) AS wanted ORDER BY wanted
ON CONFLICT (account_id, external_id) DO UPDATE SET token = excluded.token, until = excluded.until
WHERE held.token = '' OR held.until < %s
RETURNING external_id, applied_hash, applied_updated_at
"""


def new_token() -> str:
    return uuid4().hex


def take_leases(account_id: int, external_ids: Sequence[str], token: str) -> dict[str, Lease]:
    """Those of the orders that nobody else is working on; they are ours until finished, released or out of time. One statement."""
    now = real_now()
    until = now + timedelta(seconds=ORDER_LEASE_SECONDS)
    with prepared_cursor() as cursor:
        cursor.execute(TAKE_LEASES, [account_id, token, until, sorted(set(external_ids)), now])
        return {row[0]: Lease(*row) for row in cursor.fetchall()}


def release_leases(account_id: int, token: str) -> None:
    """Give back what was not finished; another worker may take it at once."""
    with prepared_cursor() as cursor:
        cursor.execute("UPDATE channels_orderlease SET token = '' WHERE account_id = %s AND token = %s", [account_id, token])


FINISH = """
WITH applied AS (
    SELECT * FROM unnest(%(ids)s::text[], %(hashes)s::text[], %(updates)s::timestamptz[]) AS given (external_id, body_hash, updated_at)
), leases AS (
    UPDATE channels_orderlease AS held
    SET token = '', applied_hash = applied.body_hash, applied_updated_at = applied.updated_at
    FROM applied
    WHERE held.account_id = %(account)s AND held.external_id = applied.external_id AND held.token = %(token)s
    RETURNING held.external_id
), outcomes AS (
    SELECT * FROM unnest(%(messages)s::bigint[], %(outcomes)s::text[]) AS given (id, outcome)
), finished AS (
    UPDATE channels_inboxmessage AS message
    SET state = 'done', outcome = outcomes.outcome, done_at = %(at)s, items = NULL, error = ''
    FROM outcomes WHERE message.id = outcomes.id
    RETURNING message.id
), settled AS (
    UPDATE channels_inboxmessage AS message
    SET state = 'done', outcome = 'superseded', done_at = %(at)s, items = NULL
    FROM applied
    WHERE message.account_id = %(account)s AND message.external_id = applied.external_id AND message.state = 'parked'
      AND message.kind IN ('order', 'order.changed') AND message.id NOT IN (SELECT id FROM outcomes)
    RETURNING message.id
)
SELECT (SELECT count(*) FROM leases), ARRAY(SELECT id FROM settled)
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """How many of the leases were still ours, and the parked rows of the same orders that a newer body has settled."""

    leases: int
    settled: list[int]


def finish_messages(account_id: int, token: str, applied: Sequence[Applied], outcomes: Sequence[tuple[int, str]], at: datetime) -> Finished:
    """Mark inbox rows done and give their orders' leases back, in one statement; the caller undoes all when a lease was lost."""
    with prepared_cursor() as cursor:
        cursor.execute(
            FINISH,
            {
                "ids": [row.external_id for row in applied],
                "hashes": [row.body_hash for row in applied],
                "updates": [row.updated_at for row in applied],
                "account": account_id,
                "token": token,
                "at": at,
                "messages": [message_id for message_id, _ in outcomes],
                "outcomes": [outcome for _, outcome in outcomes],
            },
        )
        return Finished(*cursor.fetchone())


LOCK_PULL = """
INSERT INTO channels_cursor AS held (account_id, flow, value, token, locked_until, started_at, failures, error)
VALUES (%s, %s, '', %s, %s, %s, 0, '')
ON CONFLICT (account_id, flow) DO UPDATE
SET token = excluded.token, locked_until = excluded.locked_until, started_at = excluded.started_at
WHERE (held.token = '' OR held.locked_until < %s) AND (held.started_at IS NULL OR held.started_at <= %s)
RETURNING value
"""


def lock_pull(account_id: int, flow: str, token: str, started_at: datetime, *, asked_at: datetime | None = None) -> str | None:
    """Begin a pull; returns the stored cursor, "" for the first one, None while another worker pulls. One statement.

    None also when one began after `asked_at`: it has read what was asked for, or will be asked for anew. A worker that dies leaves the
    account to the next pull once its lease is over.
    """
    now = real_now()
    until, not_since = now + timedelta(seconds=PULL_LEASE_SECONDS), asked_at or datetime.max.replace(tzinfo=UTC)
    with prepared_cursor() as cursor:
        cursor.execute(LOCK_PULL, [account_id, flow, token, until, started_at, now, not_since])
        row = cursor.fetchone()
    return None if row is None else str(row[0])
