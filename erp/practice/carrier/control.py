"""The back door for tests, demo and auditor: /_practice/{faults,pickup,late,parcels}. No real carrier has it; it needs no key."""

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from erp.core import clock
from erp.practice.carrier.store import CarrierStore
from erp.practice.carrier.travelling import state
from erp.practice.faults import Faults
from erp.practice.serving import Answer, Request


class ControlDoor:
    def __init__(self, store: CarrierStore, faults: Faults, land: Callable[[], int]) -> None:
        self._store, self._faults, self._land = store, faults, land

    def answer(self, request: Request) -> Answer:
        try:
            body = json.loads(request.body) if request.body else {}
            status, reply = 200, self._act(request.method, request.path.removeprefix("/_practice/").strip("/"), body)
        except (ValueError, LookupError, TypeError) as error:
            status, reply = 400, {"error": str(error)}
        return Answer(status, json.dumps(reply, ensure_ascii=False).encode(), {"Content-Type": "application/json"})

    def _act(self, method: str, name: str, body: dict[str, Any]) -> Any:
        if method == "POST" and name == "faults":
            return self._switch(body)
        if method == "GET" and name == "faults":
            return self._known()
        if method == "POST" and name == "pickup":
            return {"taken": self._store.pick_up()}
        if method == "POST" and name == "late":
            return {"landed": self._land()}
        if method == "GET" and name == "parcels":
            now = clock.now()
            rows = self._store.rows("SELECT * FROM parcels ORDER BY id")
            return [{**row, "doc": json.loads(row["doc"]), "state": state(row, now)} for row in rows]
        raise LookupError("Known are GET faults, GET parcels, POST faults, POST pickup, POST late.")

    def _switch(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"clear": true | "kind", "seed": n, "add": [{kind, count?, probability?, methods?, path?, options}]}`, in that order."""
        if body.get("clear"):
            self._faults.clear(None if body["clear"] is True else body["clear"])
        if "seed" in body:
            self._faults.seed(body["seed"])
        for rule in body.get("add", []):
            self._faults.add(**rule)
        return self._known()

    def _known(self) -> dict[str, Any]:
        injected = self._store.rows("SELECT ts, kind, subject, detail FROM faults ORDER BY id")
        return {"rules": self._faults.described(), "injected": injected}


class CarrierControl:
    """The same from outside, for tests and the demo."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc

    def _call(self, method: str, name: str, body: dict[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection(self._host, timeout=10)
        try:
            connection.request(method, f"/_practice/{name}", json.dumps(body) if body is not None else None)
            response = connection.getresponse()
            reply = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(reply["error"])
        return reply

    def add_fault(self, kind: str, **rule: Any) -> None:
        self._call("POST", "faults", {"add": [{"kind": kind, **rule}]})

    def clear_faults(self) -> None:
        self._call("POST", "faults", {"clear": True})

    def pick_up(self) -> int:
        """The van comes: every parcel that waits is on its way. Returns how many."""
        return int(self._call("POST", "pickup", {})["taken"])

    def land_late(self) -> int:
        """What was delayed by `late_write` reaches the carrier now. Returns how many calls."""
        return int(self._call("POST", "late", {})["landed"])

    def parcels(self) -> list[dict[str, Any]]:
        """Every parcel with its `reference`, `tracking`, `state`, `doc`, oldest first."""
        return list(self._call("GET", "parcels"))
