"""Deliveries of events: claimed a hundred at a time per handler under a lease, repeated ever later, parked after the last attempt."""

import json
import logging
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser

from erp.core import clock
from erp.core.cards import close_card, key_of, open_card
from erp.core.events import subscription, unique
from erp.core.history import record
from erp.core.models import Delivery, Event, HttpExchange
from erp.core.prepared import prepared_cursor
from erp.core.transactions import atomic, forbid_transaction

logger = logging.getLogger(__name__)

CLAIM_SIZE = 100
LEASE_SECONDS = 300
MAX_ATTEMPTS = 8
KEEP_DAYS = 30

_WAITING = """
    SELECT DISTINCT handler FROM core_delivery
    WHERE parked_at IS NULL AND lane = %(lane)s AND due_at <= %(now)s
      AND (leased_until IS NULL OR leased_until < %(real)s)
"""
_CLAIM = """
    WITH mine AS (
        SELECT id FROM core_delivery
        WHERE parked_at IS NULL AND lane = %(lane)s AND handler = %(handler)s AND due_at <= %(now)s
          AND (leased_until IS NULL OR leased_until < %(real)s)
        ORDER BY id LIMIT %(size)s FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE core_delivery SET leased_until = %(until)s, attempts = attempts + 1
        FROM mine WHERE core_delivery.id = mine.id
        RETURNING core_delivery.id, core_delivery.event_id, core_delivery.attempts
    )
    SELECT claimed.id, claimed.attempts, core_event.payload
    FROM claimed JOIN core_event ON core_event.id = claimed.event_id ORDER BY claimed.id
"""


def deliver_pending(lane: str | None = None) -> int:
    """Deliver all that is due, in one lane or both, live first; returns how many deliveries were tried."""
    forbid_transaction("deliver_pending()")
    tried = 0
    for each in [lane] if lane else ["live", "backlog"]:
        while handlers := _waiting_handlers(each):
            for handler in handlers:
                tried += _deliver_to(handler, each)
    return tried


def _waiting_handlers(lane: str) -> list[str]:
    with prepared_cursor() as cursor:
        cursor.execute(_WAITING, {"lane": lane, "now": clock.now(), "real": clock.real_now()})
        return sorted(row[0] for row in cursor.fetchall())


def _deliver_to(handler: str, lane: str) -> int:
    claimed = _claim(handler, lane)
    try:
        _hand_over(handler, [payload for _, _, payload in claimed])
    except Exception as error:  # a handler's failure belongs to that handler only
        if len(claimed) == 1:
            _failed(claimed[0][0], claimed[0][1], error)
        else:
            _deliver_singly(handler, claimed)
    else:
        Delivery.objects.filter(pk__in=[key for key, _, _ in claimed]).delete()
    return len(claimed)


def _deliver_singly(handler: str, claimed: list[tuple[int, int, dict[str, object]]]) -> None:
    """One bad event in a batch holds up none of the others."""
    for key, attempts, payload in claimed:
        try:
            _hand_over(handler, [payload])
        except Exception as error:
            _failed(key, attempts, error)
        else:
            Delivery.objects.filter(pk=key).delete()


def _hand_over(handler: str, payloads: list[dict[str, object]]) -> None:
    """Raises also for what an older version left behind: a handler that is gone, an event that has other fields now."""
    to = subscription(handler)
    to.handler(unique([to.event_class(**payload) for payload in payloads]))


def _claim(handler: str, lane: str) -> list[tuple[int, int, dict[str, object]]]:
    real = clock.real_now()
    with atomic(), prepared_cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "handler": handler,
                "lane": lane,
                "now": clock.now(),
                "real": real,
                "until": real + timedelta(seconds=LEASE_SECONDS),
                "size": CLAIM_SIZE,
            },
        )
        rows = cursor.fetchall()
    return [(key, attempts, json.loads(payload)) for key, attempts, payload in rows]


def _failed(key: int, attempts: int, error: Exception) -> None:
    logger.warning("delivery %s failed (attempt %s)", key, attempts, exc_info=error)
    with atomic():
        delivery = Delivery.objects.select_for_update(of=("self",)).select_related("event").filter(pk=key).order_by("pk").first()
        if delivery is None:
            return
        delivery.error = f"{type(error).__name__}: {error}"
        delivery.leased_until = None
        if attempts >= MAX_ATTEMPTS:
            delivery.parked_at = clock.now()
            open_card("core.parked_delivery", f"delivery:{key}", event=delivery.event.name, handler=delivery.handler, error=delivery.error)
        else:
            delivery.due_at = clock.now() + timedelta(seconds=2**attempts)
        delivery.save(update_fields=["error", "leased_until", "due_at", "parked_at"])


@atomic
def retry_delivery(subject: str, *, by: AbstractBaseUser) -> None:
    """A person's retry of a parked delivery (`delivery:<key>`): it is due at once with all its attempts again."""
    key = key_of(subject)
    Delivery.objects.filter(pk=key).update(parked_at=None, attempts=0, due_at=clock.now(), leased_until=None)
    close_card("core.parked_delivery", subject)
    record(f"core.delivery:{key}", "retried", by=by)


def prune_exchanges() -> int:
    """The log of outbound calls keeps 30 days; what a shop said of its orders is kept with the order's messages."""
    return HttpExchange.objects.filter(at__lt=clock.now() - timedelta(days=KEEP_DAYS)).delete()[0]


def prune_events() -> int:
    """Events older than 30 days go, once nobody waits for them."""
    before = clock.now() - timedelta(days=KEEP_DAYS)
    return Event.objects.filter(at__lt=before, deliveries=None).delete()[0]
