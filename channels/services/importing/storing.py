"""Every body is stored before anything is made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from channels.models import Via
from channels.states import MessageState
from erp.core.clock import now

ORDER = "order"
SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One body to store. `delivery_id` only where the body has no state of its own; `items` None when the body could not be read."""

    kind: str
    external_id: str
    body: str
    body_hash: str
    delivery_id: str = ""
    updated_at: datetime | None = None
    items: tuple[str, ...] | None = ()
    state: MessageState = MessageState.WAITING


STORE = """
INSERT INTO channels_inboxmessage AS stored
    (account_id, via, received_at, kind, external_id, body_hash, body, delivery_id, updated_at_shop, items, state,
     due_at, outcome, attempts, error)
SELECT %(account)s, %(via)s, %(now)s, kind, external_id, body_hash, body, delivery_id, updated_at, string_to_array(items, %(separator)s),
       state, %(due)s, '', 0, ''
FROM unnest(%(kinds)s::text[], %(ids)s::text[], %(hashes)s::text[], %(bodies)s::text[], %(deliveries)s::text[], %(updates)s::timestamptz[],
            %(items)s::text[], %(states)s::text[])
     AS given (kind, external_id, body_hash, body, delivery_id, updated_at, items, state)
ORDER BY kind, external_id, body_hash, delivery_id
ON CONFLICT (account_id, kind, external_id, body_hash, delivery_id) DO {action}
RETURNING id, external_id
"""
AGAIN = (
    "UPDATE SET state = excluded.state, due_at = excluded.due_at, items = excluded.items, received_at = excluded.received_at, attempts = 0"
)


def store_news(account_id: int, arrivals: Sequence[Arrival], *, via: Via) -> dict[str, int]:
    """Store hints; returns external id -> row of those that are new. A body that came before is not new, whatever became of it."""
    return _store(account_id, arrivals, via=via, due_at=now(), action="NOTHING")


def store_states(account_id: int, arrivals: Sequence[Arrival], *, via: Via, due_at: datetime) -> dict[str, int]:
    """Store bodies that are an order's state; returns external id -> row of all of them. A state may come back, so an old row opens again.

    `due_at` is when the sweep takes over if whoever stored them does not finish.
    """
    return _store(account_id, arrivals, via=via, due_at=due_at, action=AGAIN)


def _store(account_id: int, arrivals: Sequence[Arrival], *, via: Via, due_at: datetime, action: str) -> dict[str, int]:
    if not arrivals:
        return {}
    values = _columns(arrivals) | {"account": account_id, "via": via.value, "now": now(), "due": due_at, "separator": SEPARATOR}
    with connection.cursor() as cursor:
        cursor.execute(STORE.format(action=action), values)
        return {external_id: message_id for message_id, external_id in cursor.fetchall()}


def _columns(arrivals: Sequence[Arrival]) -> dict[str, Any]:
    return {
        "kinds": [each.kind for each in arrivals],
        "ids": [each.external_id for each in arrivals],
        "hashes": [each.body_hash for each in arrivals],
        "bodies": [each.body.replace("\x00", "") for each in arrivals],
        "deliveries": [each.delivery_id for each in arrivals],
        "updates": [each.updated_at for each in arrivals],
        "items": [None if each.items is None else SEPARATOR.join(each.items) for each in arrivals],
        "states": [each.state.value for each in arrivals],
    }


KNOWN = """
SELECT external_id, applied_hash FROM channels_orderlease WHERE account_id = %(account)s AND external_id = ANY(%(ids)s)
UNION ALL
SELECT external_id, body_hash FROM channels_inboxmessage
WHERE account_id = %(account)s AND external_id = ANY(%(ids)s) AND kind = 'order' AND state IN ('waiting', 'parked')
"""


def known_hashes(account_id: int, external_ids: Sequence[str]) -> set[tuple[str, str]]:
    """(order, hash) of the bodies that need no work: applied last, or already waiting or parked. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"account": account_id, "ids": list(external_ids)})
        return {(external_id, body_hash) for external_id, body_hash in cursor.fetchall()}
