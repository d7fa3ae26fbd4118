"""The carrier's memory: one SQLite file that outlives its process."""

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from erp.core import clock
from erp.practice.carrier.tables import SCHEMA

BUSY_SECONDS = 10
FIRST_NUMBER = 7_600_000_001


class CarrierStore:
    """Threads take turns; each change is one transaction."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._turn = threading.RLock()
        self._db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")  # a killed process loses nothing; only a power cut would
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        with self._turn:
            self._db.close()

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        with self._turn:
            return [dict(row) for row in self._db.execute(sql, values)]

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def add_account(self, name: str) -> tuple[str, str]:
        """User and password of a customer; the same ones when the customer has an account already."""
        known = self.rows("SELECT user_id, password FROM accounts WHERE name = ?", name)
        if known:
            return known[0]["user_id"], known[0]["password"]
        user, password = f"1{secrets.randbelow(10**6):06d}", secrets.token_urlsafe(12)
        with self._change() as db:
            db.execute("INSERT INTO accounts VALUES (?, ?, ?)", (user, password, name))
        return user, password

    def knows(self, user: str, password: str) -> bool:
        return bool(self.rows("SELECT 1 FROM accounts WHERE user_id = ? AND password = ?", user, password))

    def add_parcel(self, user: str, parcel: dict[str, Any], *, routing: str, once: bool = False) -> dict[str, Any]:
        """A new parcel, whatever stands under the reference already; `once`: the first one under it, whatever became of that."""
        to = parcel["destinatario"]
        with self._change() as db:
            sql = "SELECT * FROM parcels WHERE user_id = ? AND reference = ? ORDER BY id"
            if once and (known := db.execute(sql, (user, parcel["riferimento"])).fetchone()):
                return dict(known)
            place = int(db.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM parcels").fetchone()[0])
            number = str(FIRST_NUMBER + place - 1)
            db.execute(
                "INSERT INTO parcels (id, number, tracking, user_id, reference, service, doc, routing, barcode, cash, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    place,
                    number,
                    f"RX{number}IT",
                    user,
                    parcel["riferimento"],
                    parcel["servizio"],
                    json.dumps(parcel, ensure_ascii=False),
                    routing,
                    f"{to['cap'].replace(' ', '').upper()}{number}",
                    parcel.get("contrassegno", {}).get("importo", ""),
                    clock.now().isoformat(),
                ),
            )
        return self.rows("SELECT * FROM parcels WHERE id = ?", place)[0]

    def void(self, number: str) -> bool:
        """False when the parcel was picked up already."""
        sql = "UPDATE parcels SET voided_at = COALESCE(voided_at, ?) WHERE number = ? AND picked_up_at IS NULL"
        with self._change() as db:
            return db.execute(sql, (clock.now().isoformat(), number)).rowcount == 1

    def pick_up(self, numbers: list[str] | None = None, *, user: str | None = None) -> int:
        """The van takes these parcels along, or all that wait; those on their way and those voided stay as they are."""
        sql = "UPDATE parcels SET picked_up_at = ? WHERE picked_up_at IS NULL AND voided_at IS NULL"
        values: list[Any] = [clock.now().isoformat()]
        if numbers is not None:
            sql += f" AND number IN ({','.join('?' * len(numbers))})"
            values += numbers
        if user is not None:
            sql += " AND user_id = ?"
            values.append(user)
        with self._change() as db:
            return db.execute(sql, values).rowcount

    def log_fault(self, kind: str, subject: str, detail: dict[str, Any]) -> None:
        with self._change() as db:
            sql = "INSERT INTO faults (ts, kind, subject, detail) VALUES (?, ?, ?, ?)"
            db.execute(sql, (clock.now().isoformat(), kind, subject, json.dumps(detail)))
