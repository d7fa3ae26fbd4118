"""The shop's own memory: one SQLite file, opened by any number of threads and, for reading, by the auditor."""

import json
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from erp.core import clock
from erp.practice.woocommerce.tables import SCHEMA

BUSY_SECONDS = 10
WEBHOOK_DELAY_SECONDS = 0.2

DEFAULTS: dict[str, Any] = {
    "shop_name": "Negozio di prova",
    "time_zone": "Europe/Rome",
    "currency": "EUR",
    "country": "IT",
    "state": "TO",
    "prices_include_tax": True,
    "shipping_tax_class": "",
    "hold_stock_minutes": 60,
    "own_statuses": {},
    "clock_skew_seconds": 0.0,
    "base_url": "",
}


def moment(value: datetime) -> str:
    """Whole seconds, UTC, without a zone: the resolution of everything the platform shows."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def precise(value: datetime) -> str:
    """Microseconds, UTC, with its zone: the resolution of the books that the auditor reads."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


class Change:
    """One write transaction: the connection, the moment it happened at, and the webhook topics it gave rise to."""

    def __init__(self, db: sqlite3.Connection, store: "Store") -> None:
        self.db = db
        self.settings = store.settings()
        self.now = store.now()
        self.at = moment(self.now)
        self.ts = precise(clock.now())
        self._topics: dict[tuple[str, int], None] = {}

    def next_id(self, sequence: str) -> int:
        """Orders, refunds, products and coupons share the sequence `post`, as rows of one table do in the platform."""
        sql = "INSERT INTO sequences VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"
        return int(self.db.execute(sql, (sequence,)).fetchone()[0])

    def emit(self, topic: str, resource_id: int) -> None:
        """A topic leaves once per transaction and resource, however often it was touched."""
        self._topics[(topic, resource_id)] = None

    def forget(self, topic: str, resource_id: int) -> None:
        """Take back a topic emitted in this change: a binned order is news of a deletion, not of an update."""
        self._topics.pop((topic, resource_id), None)

    def ping(self, webhook_id: int) -> None:
        """A subscription that becomes active is tried out at once."""
        sql = "INSERT INTO deliveries (webhook_id, topic, resource_id, state, due, happened_at) VALUES (?, 'ping', 0, 'queued', ?, ?)"
        self.db.execute(sql, (webhook_id, time.time(), self.ts))

    def queue_deliveries(self) -> None:
        sql = (
            "INSERT INTO deliveries (webhook_id, topic, resource_id, state, due, happened_at)"
            " SELECT id, topic, ?, 'queued', ?, ? FROM webhooks WHERE topic = ? AND status = 'active'"
        )
        due = time.time() + WEBHOOK_DELAY_SECONDS
        for topic, resource_id in self._topics:
            self.db.execute(sql, (resource_id, due, self.ts, topic))


class Store:
    """Reads share the file freely; writes queue behind one lock, so that no thread polls SQLite for it."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.after_commit: Callable[[], None] = lambda: None
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._writing = threading.RLock()
        self._settings: dict[str, Any] | None = None
        self._closed = False
        with self._borrowed() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(SCHEMA)

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous = OFF")  # a killed process loses nothing; only a power cut would
        return db

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        try:
            db = self._idle.get_nowait()
        except queue.Empty:
            db = self._open()
        try:
            yield db
        finally:
            if self._closed:
                db.close()
            else:
                self._idle.put(db)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One snapshot: everything read inside belongs to the same moment."""
        with self._borrowed() as db:
            db.execute("BEGIN")
            try:
                yield db
            finally:
                db.execute("COMMIT")

    @contextmanager
    def write(self) -> Iterator[Change]:
        """All or nothing. Webhook topics collected by the change are queued with it and leave 200 ms later."""
        with self._writing, self._borrowed() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                change = Change(db, self)
                yield change
                change.queue_deliveries()
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise
        self.after_commit()

    def settings(self) -> dict[str, Any]:
        known = self._settings
        if known is None:
            with self._borrowed() as db:
                rows = db.execute("SELECT name, value FROM settings").fetchall()
            known = self._settings = DEFAULTS | {name: json.loads(value) for name, value in rows}
        return known

    def set(self, name: str, value: Any) -> None:
        """Change one setting of the shop; the names are the keys of `DEFAULTS`."""
        if name not in DEFAULTS:
            raise KeyError(f"The shop has no setting {name!r}; it has {sorted(DEFAULTS)}.")
        with self._writing, self._borrowed() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))
            self._settings = None

    def now(self) -> datetime:
        """The time on the shop's wall: Regia's clock plus whatever skew a fault has put on it."""
        return clock.now() + timedelta(seconds=self.settings()["clock_skew_seconds"])

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """A plain read for tests and for the auditor."""
        with self.read() as db:
            return [dict(row) for row in db.execute(sql, values)]

    def close(self) -> None:
        self._closed = True
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return
