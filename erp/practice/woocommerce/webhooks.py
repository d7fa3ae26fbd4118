"""Notices to the outside: 200 ms after the event, rendered when they leave, signed, and never tried twice.

A subscription that fails more than five times in a row is disabled without a word; only its status tells. A new one first sends a ping,
`webhook_id=N`, form-encoded and unsigned.
"""

import base64
import hashlib
import hmac
import http.client
import json
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from erp.practice.faults import Faults
from erp.practice.woocommerce.store import Change, Store

RESOURCES = ("order", "product", "customer", "coupon")
EVENTS = ("created", "updated", "deleted", "restored")
TOPICS = tuple(f"{resource}.{event}" for resource in RESOURCES for event in EVENTS)
MAX_FAILURES = 5
TIMEOUT_SECONDS = 60
WORKERS = 4
IDLE_SECONDS = 0.5
OVERTAKE_SECONDS = 2.0
SUCCESS = range(200, 303)
AGENT = "WooCommerce/9.9.5 Hookshot (WordPress/6.8.1)"

Render = Callable[[str, int], bytes]


def sign(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Dispatcher:
    """Takes due deliveries from the store and sends them from threads of its own; the shop never waits for them."""

    def __init__(self, store: Store, faults: Faults, render: Render) -> None:
        self._store, self._faults, self._render = store, faults, render
        self._due: queue.SimpleQueue[sqlite3.Row | None] = queue.SimpleQueue()
        self._wake = threading.Event()
        self._stopping = False
        self._overtaken: dict[int, bytes] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """What an earlier run was just sending is given up, as the platform gives it up."""
        with self._store.write() as change:
            change.db.execute("UPDATE deliveries SET state = 'failed', error = 'interrupted' WHERE state = 'sending'")
        targets = [self._collect, *[self._work] * WORKERS]
        self._threads = [threading.Thread(target=target, daemon=True, name="shop:webhooks") for target in targets]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        """Deliveries under way may still finish; nothing new leaves."""
        self._stopping = True
        self._wake.set()
        for _ in range(WORKERS):
            self._due.put(None)
        for thread in self._threads:
            thread.join(timeout=1)

    def _collect(self) -> None:
        while not self._stopping:
            with self._store.read() as db:
                row = db.execute("SELECT MIN(due) FROM deliveries WHERE state = 'queued'").fetchone()
            pause = IDLE_SECONDS if row[0] is None else min(IDLE_SECONDS, row[0] - time.time())
            if pause > 0:
                self._wake.wait(pause)
                self._wake.clear()
                continue
            with self._store.write() as change:
                sql = "UPDATE deliveries SET state = 'sending' WHERE state = 'queued' AND due <= ? RETURNING *"
                due = change.db.execute(sql, (time.time(),)).fetchall()
            for delivery in sorted(due, key=lambda row: (row["due"], row["id"])):
                self._due.put(delivery)

    def _work(self) -> None:
        while (delivery := self._due.get()) is not None:
            try:
                self._handle(delivery)
            except sqlite3.Error:
                if not self._stopping:
                    raise

    def _handle(self, delivery: sqlite3.Row) -> None:
        with self._store.read() as db:
            webhook = db.execute("SELECT * FROM webhooks WHERE id = ?", (delivery["webhook_id"],)).fetchone()
        if webhook is None or (webhook["status"] != "active" and delivery["topic"] != "ping"):
            self._finish(delivery, state="dropped")
        elif delivery["topic"] == "ping":
            self._ping(delivery, webhook)
        elif not self._held_back(delivery):
            self._send(delivery, webhook)

    def _held_back(self, delivery: sqlite3.Row) -> bool:
        """Faults that keep a delivery from leaving now; each delivery is struck once at most."""
        topic = f"{delivery['topic']} {delivery['resource_id']}"
        if delivery["faults"]:
            return False
        if self._faults.draw("webhook_lost", path=topic) is not None:
            self._finish(delivery, state="lost", faults="webhook_lost")
        elif (late := self._faults.draw("webhook_late", path=topic)) is not None:
            self._postpone(delivery, late.get("seconds", 1.0), "webhook_late")
        elif self._faults.draw("webhook_reorder", path=topic) is not None:
            self._overtaken[delivery["id"]] = self._render(delivery["topic"], delivery["resource_id"])
            self._postpone(delivery, OVERTAKE_SECONDS, "webhook_reorder")
        else:
            return False
        return True

    def _postpone(self, delivery: sqlite3.Row, seconds: float, fault: str) -> None:
        with self._store.write() as change:
            sql = "UPDATE deliveries SET state = 'queued', due = ?, faults = ? WHERE id = ?"
            change.db.execute(sql, (time.time() + seconds, fault, delivery["id"]))
        self.wake()

    def _send(self, delivery: sqlite3.Row, webhook: sqlite3.Row) -> None:
        topic = f"{delivery['topic']} {delivery['resource_id']}"
        body = self._overtaken.pop(delivery["id"], None) or self._render(delivery["topic"], delivery["resource_id"])
        faults = [delivery["faults"]] if delivery["faults"] else []
        secret = webhook["secret"]
        if self._faults.draw("webhook_bad_signature", path=topic) is not None:
            secret, faults = f"not {secret}", [*faults, "webhook_bad_signature"]
        duplicate = self._faults.draw("webhook_duplicate", path=topic)
        times = 1 if duplicate is None else duplicate.get("times", 2)
        faults += ["webhook_duplicate"] if duplicate is not None else []
        headers = self._headers(delivery, body, secret)
        began = time.monotonic()
        answers = [post(webhook["delivery_url"], body, headers) for _ in range(times)]
        seconds = (time.monotonic() - began) / times
        self._finish(delivery, answers=answers, seconds=seconds, body=body, faults=",".join(faults))
        self._let_overtaken_go()

    def _headers(self, delivery: sqlite3.Row, body: bytes, secret: str) -> dict[str, str]:
        resource, _, event = delivery["topic"].partition(".")
        source = self._store.settings()["base_url"]
        return {
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "X-WC-Webhook-Source": f"{source}/",
            "X-WC-Webhook-Topic": delivery["topic"],
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": sign(body, secret),
            "X-WC-Webhook-ID": str(delivery["webhook_id"]),
            "X-WC-Webhook-Delivery-ID": hashlib.md5(f"{source}{delivery['id']}".encode(), usedforsecurity=False).hexdigest(),
        }

    def _ping(self, delivery: sqlite3.Row, webhook: sqlite3.Row) -> None:
        body = f"webhook_id={webhook['id']}".encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": AGENT}
        self._finish(delivery, answers=[post(webhook["delivery_url"], body, headers)], body=body)

    def _let_overtaken_go(self) -> None:
        waiting = list(self._overtaken)
        if waiting:
            marks = ",".join("?" * len(waiting))
            with self._store.write() as change:
                change.db.execute(f"UPDATE deliveries SET due = 0 WHERE state = 'queued' AND id IN ({marks})", waiting)
            self.wake()

    def _finish(
        self,
        delivery: sqlite3.Row,
        *,
        state: str = "",
        answers: Sequence[tuple[int, str]] = (),
        seconds: float | None = None,
        body: bytes = b"",
        faults: str = "",
    ) -> None:
        """Write down how a delivery ended and count it for its subscription, in one change; pings are not counted."""
        status, error = answers[-1] if answers else (None, "")
        state = state or ("delivered" if status in SUCCESS else "failed")
        sql = (
            "UPDATE deliveries SET state = ?, sent_at = ?, status_code = ?, seconds = ?, body_bytes = ?, body_sha256 = ?, error = ?,"
            " faults = ? WHERE id = ?"
        )
        digest = hashlib.sha256(body).hexdigest()
        with self._store.write() as change:
            own = (state, change.ts, status, seconds, len(body), digest, error, faults or delivery["faults"], delivery["id"])
            change.db.execute(sql, own)
            for answer, _ in answers if delivery["topic"] != "ping" else ():
                count_answer(change, delivery["webhook_id"], answer in SUCCESS)


def count_answer(change: Change, webhook_id: int, succeeded: bool) -> None:
    """One success forgets all failures; the sixth failure in a row disables."""
    sql = "UPDATE webhooks SET failures = CASE WHEN ? THEN 0 ELSE failures + 1 END WHERE id = ? RETURNING failures"
    row = change.db.execute(sql, (succeeded, webhook_id)).fetchone()
    if row is not None and row["failures"] > MAX_FAILURES:
        change.db.execute("UPDATE webhooks SET status = 'disabled' WHERE id = ?", (webhook_id,))


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Status and, where there was no answer at all, 0 and what happened."""
    address = urlsplit(url)
    kind: Any = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", f"{address.path or '/'}{'?' + address.query if address.query else ''}", body, headers)
        return connection.getresponse().status, ""
    except (OSError, http.client.HTTPException) as error:
        return 0, f"{type(error).__name__}: {error}"
    finally:
        connection.close()


def deletion_body(resource_id: int) -> bytes:
    """A deletion tells the id and nothing else."""
    return json.dumps({"id": resource_id}).encode()
