"""The carrier's REST door: first what may go wrong on purpose, then account, route, answer. Errors ride inside an answer of 200."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from erp.core import clock
from erp.practice.carrier.rules import Refusal, check, routing_of
from erp.practice.carrier.store import CarrierStore
from erp.practice.carrier.travelling import state, steps
from erp.practice.faults import Faults
from erp.practice.serving import Answer, Request

PREFIX = "/rest/v1"
WRITES = ("POST", "PUT", "DELETE")
TIMEOUT_SECONDS = 30.0
MAINTENANCE = "<!DOCTYPE html><html lang='it'><title>{title}</title><h1>{title}</h1><p>Servizio in manutenzione.</p></html>"


@dataclass(frozen=True)
class Call:
    """An admitted request of a known customer."""

    user: str
    query: dict[str, str]
    body: dict[str, Any]
    part: str


class CarrierDoor:
    """Answers everything under /rest/v1. A parcel that is made late is made by a timer of its own until `stop()`, or by `land()`."""

    def __init__(self, store: CarrierStore, faults: Faults, *, keeps_references: bool) -> None:
        self._store, self._faults, self._keeps_references = store, faults, keeps_references
        self._late: list[threading.Timer] = []
        self._routes: tuple[tuple[str, re.Pattern[str], Callable[[Call], dict[str, Any]]], ...] = (
            ("POST", re.compile(r"/spedizioni"), self._create),
            ("GET", re.compile(r"/spedizioni"), self._find),
            ("PUT", re.compile(r"/spedizioni/(\d+)/annulla"), self._void),
            ("GET", re.compile(r"/tracking/(\w+)"), self._track),
            ("POST", re.compile(r"/bordero"), self._close),
        )

    def stop(self) -> None:
        for timer in self._late:
            timer.cancel()

    def land(self) -> int:
        """Whatever is late is carried out now; returns how many calls."""
        late = [timer for timer in self._late if timer.is_alive()]
        for timer in late:
            timer.cancel()
            timer.function(*timer.args)
        self._late = []
        return len(late)

    def answer(self, request: Request) -> Answer:
        latency = self._draw("latency", request)
        answer = self._refused(request) or self._served(request)
        answer.wait += latency.get("ms", 300) / 1000 if latency is not None else 0.0
        return answer

    def _draw(self, kind: str, request: Request) -> dict[str, Any] | None:
        return self._faults.draw(kind, request.method, request.path)

    def _refused(self, request: Request) -> Answer | None:
        """The server in front gives up before the carrier has seen the request."""
        if (options := self._draw("rate_limited", request)) is not None:
            retry = options.get("retry_after")
            return html(429, "429 Too Many Requests", **({} if retry is None else {"Retry-After": str(retry)}))
        if (options := self._draw("server_error", request)) is not None:
            return html(options.get("status", 503), "503 Service Unavailable")
        if (options := self._draw("html_answer", request)) is not None:
            return html(options.get("status", 200), "Manutenzione")
        if request.method in WRITES and (options := self._draw("timeout_before", request)) is not None:
            return Answer(wait=options.get("seconds", TIMEOUT_SECONDS), cut=True)
        return None

    def _served(self, request: Request) -> Answer:
        if request.method in WRITES and (options := self._draw("late_write", request)) is not None:
            self._later(request, options.get("delay", 1.0))
            return Answer(wait=options.get("seconds", TIMEOUT_SECONDS), cut=True)
        answer = self._worked(request)
        if request.method in WRITES and (options := self._draw("timeout_after", request)) is not None:
            return Answer(wait=options.get("seconds", TIMEOUT_SECONDS), cut=True)
        return answer

    def _later(self, request: Request, delay: float) -> None:
        timer = threading.Timer(delay, self._worked, [request])
        timer.daemon = True
        self._late = [other for other in self._late if other.is_alive()] + [timer]
        timer.start()

    def _worked(self, request: Request) -> Answer:
        try:
            body = self._route(request)
        except Refusal as refusal:
            outcome = {"codice": refusal.code, "gravita": "ERRORE", "messaggio": refusal.message, "campo": refusal.field}
            return encoded({"esito": outcome}, refusal.status)
        return encoded({"esito": {"codice": 0, "gravita": "OK", "messaggio": ""}, **body}, 200)

    def _route(self, request: Request) -> dict[str, Any]:
        path = request.path.removeprefix(PREFIX).rstrip("/")
        for method, pattern, work in self._routes:
            if method == request.method and (found := pattern.fullmatch(path)):
                body = _body(request)
                user = self._user(request, body)
                return work(Call(user, dict(request.query), body, "".join(found.groups())))
        raise Refusal(-1, "Risorsa inesistente.", status=404)

    def _user(self, request: Request, body: dict[str, Any]) -> str:
        """Writes carry the account in their body, reads in their headers."""
        account = body.get("account")
        told = account if isinstance(account, dict) else {name: request.headers.get(name, "") for name in ("userID", "password")}
        user, password = str(told.get("userID", "")), str(told.get("password", ""))
        if not self._store.knows(user, password):
            raise Refusal(-57, "Codice cliente o password errati.", "account", status=401)
        return user

    def _create(self, call: Call) -> dict[str, Any]:
        parcel = call.body.get("spedizione")
        warnings = check(parcel)
        assert isinstance(parcel, dict)
        row = self._store.add_parcel(call.user, parcel, routing=routing_of(parcel["destinatario"]), once=self._keeps_references)
        outcome = {"codice": 4 if warnings else 0, "gravita": "AVVISO" if warnings else "OK", "messaggio": " ".join(warnings)}
        return {"esito": outcome, "spedizione": shown(row)}

    def _find(self, call: Call) -> dict[str, Any]:
        reference = call.query.get("riferimento", "")
        rows = self._store.rows("SELECT * FROM parcels WHERE user_id = ? AND reference = ? ORDER BY id", call.user, reference)
        return {"spedizioni": [shown(row) for row in rows]}

    def _parcel(self, call: Call, column: str) -> dict[str, Any]:
        rows = self._store.rows(f"SELECT * FROM parcels WHERE {column} = ?", call.part)
        if not rows:
            raise Refusal(-40, "Spedizione inesistente.", status=404)
        if rows[0]["user_id"] != call.user:
            raise Refusal(-58, "Spedizione di un altro cliente.", status=403)
        return rows[0]

    def _void(self, call: Call) -> dict[str, Any]:
        row = self._parcel(call, "number")
        if not self._store.void(row["number"]):
            raise Refusal(-41, "Spedizione già ritirata: non si può più annullare.", "numero")
        return {"spedizione": shown(self._parcel(call, "number"))}

    def _track(self, call: Call) -> dict[str, Any]:
        row = self._parcel(call, "tracking")
        events = [
            {"data": each.at.isoformat(), "stato": each.state, "descrizione": each.text, "filiale": each.place}
            for each in steps(row, clock.now())
        ]
        return {"eventi": events}

    def _close(self, call: Call) -> dict[str, Any]:
        numbers = call.body.get("numeri")
        if not isinstance(numbers, list) or not numbers:
            raise Refusal(-50, "Nessuna spedizione da chiudere.", "numeri")
        return {"chiuse": self._store.pick_up([str(number) for number in numbers], user=call.user)}


def shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "numero": row["number"],
        "riferimento": row["reference"],
        "servizio": row["service"],
        "codiceTracking": row["tracking"],
        "instradamento": row["routing"],
        "segnacollo": row["barcode"],
        "stato": state(row, clock.now()),
    }


def html(status: int, title: str, **headers: str) -> Answer:
    return Answer(status, MAINTENANCE.format(title=title).encode(), {"Content-Type": "text/html; charset=UTF-8", **headers})


def encoded(body: dict[str, Any], status: int) -> Answer:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, text, {"Content-Type": "application/json; charset=UTF-8"})


def _body(request: Request) -> dict[str, Any]:
    if not request.body:
        return {}
    try:
        body = json.loads(request.body)
    except ValueError:
        raise Refusal(-2, "JSON non valido.", status=400) from None
    if not isinstance(body, dict):
        raise Refusal(-2, "JSON non valido.", status=400)
    return body
