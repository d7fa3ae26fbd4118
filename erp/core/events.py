"""Events: a row in the transaction that made the news, delivered after it committed, at least once, to every handler of its own accord.

A handler is `def f(events: list[SomethingHappened]) -> None` in an app's `handlers.py`; it may run twice and in any order.
"""

import importlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import transaction

from erp.core import clock
from erp.core.models import Lane
from erp.core.prepared import prepared_cursor
from erp.core.transactions import collect, writes_at_end

E = TypeVar("E")
Handler = Callable[[list[Any]], None]
logger = logging.getLogger(__name__)

WAKE_PAUSE_SECONDS = 5.0
WAKE_MARK_SECONDS = 1


@dataclass(frozen=True)
class Subscription:
    key: str
    handler: Handler
    event_class: type[Any]
    lane: str


_subscriptions: dict[str, list[Subscription]] = {}
_by_key: dict[str, Subscription] = {}
_no_wake_before = 0.0


def name_of(event_class: type[Any]) -> str:
    return f"{event_class.__module__.removesuffix('.events')}.{event_class.__name__}"


def handles(event_class: type[E], *, lane: str = Lane.LIVE) -> Callable[[Callable[[list[E]], None]], Callable[[list[E]], None]]:
    """Register a handler of an event class. It gets a list of different events, oldest first, and calls one service."""

    def register(function: Callable[[list[E]], None]) -> Callable[[list[E]], None]:
        key = f"{function.__module__}.{function.__name__}"
        subscription = Subscription(key, function, event_class, lane)
        _by_key[key] = subscription
        _subscriptions.setdefault(name_of(event_class), []).append(subscription)
        return function

    return register


def subscription(key: str) -> Subscription:
    """Raises LookupError for a handler that this version does not have."""
    return _by_key[key]


def subscriptions() -> dict[str, list[Subscription]]:
    """Event name -> its handlers, for `manage.py events`."""
    return dict(sorted(_subscriptions.items()))


def publish(event: Any) -> None:
    """Report what happened in this transaction. Equal events in one transaction are one."""
    collect("events", event)


_WRITE = """
    WITH written AS (
        INSERT INTO core_event (name, payload, at, xid)
        SELECT name, payload::jsonb, %(at)s, pg_current_xact_id()::text::bigint
        FROM unnest(%(names)s::text[], %(payloads)s::text[]) WITH ORDINALITY AS news(name, payload, place) ORDER BY place
        RETURNING id, name
    )
    INSERT INTO core_delivery (event_id, handler, lane, due_at, attempts, error)
    SELECT written.id, wanted.handler, wanted.lane, %(at)s, 0, ''
    FROM written JOIN unnest(%(wanted)s::text[], %(handlers)s::text[], %(lanes)s::text[]) AS wanted(name, handler, lane) USING (name)
"""


@writes_at_end("events")
def _write_events(published: list[Any]) -> None:
    events = unique(published)
    names = [name_of(type(event)) for event in events]
    wanted = [(name, each) for name in dict.fromkeys(names) for each in _subscriptions.get(name, [])]
    with prepared_cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "at": clock.now(),
                "names": names,
                "payloads": [json.dumps(asdict(event)) for event in events],
                "wanted": [name for name, _ in wanted],
                "handlers": [each.key for _, each in wanted],
                "lanes": [each.lane for _, each in wanted],
            },
        )
    if wanted:
        transaction.on_commit(partial(_wake_deliveries, sorted({each.lane for _, each in wanted})))


def _wake_deliveries(lanes: Sequence[str]) -> None:
    """One wake-up that waits in the queue is enough for all that commits before it is heard."""
    waiting = cache.get_many([_wake_mark(lane) for lane in lanes])
    for lane in lanes:
        mark = _wake_mark(lane)
        if mark not in waiting and cache.add(mark, True, timeout=WAKE_MARK_SECONDS) and not wake("erp.core.tasks.deliver", lane, lane=lane):
            cache.delete(mark)


def hear_wake_up(lane: str) -> None:
    """The delivery begins to look for rows: what commits from now on needs a wake-up of its own."""
    cache.delete(_wake_mark(lane))


def _wake_mark(lane: str) -> str:
    return f"wake:{lane}"


def wake(task: str, queue: str, **kwargs: Any) -> bool:
    """Tell a worker that rows wait. Only a wake-up: when it fails, it is logged and left out for a while, and the sweep finds the rows."""
    global _no_wake_before
    if time.monotonic() < _no_wake_before:
        return False
    module, _sep, name = task.rpartition(".")
    try:
        getattr(importlib.import_module(module), name).apply_async(kwargs=kwargs, queue=queue, ignore_result=True)
    except Exception as error:  # whatever the broker's client raises must not reach the service whose work is committed
        _no_wake_before = time.monotonic() + WAKE_PAUSE_SECONDS
        logger.warning("wake-up of %s failed, the sweep goes on: %r", task, error)
        return False
    return True


def unique(events: Sequence[E]) -> list[E]:
    """Equal news is told once, in the order of its first appearance."""
    return list(dict.fromkeys(events))
