"""From an HTTP request to a REST answer: what may go wrong on purpose first, then route, key, arguments, handler."""

import json
import threading
from dataclasses import replace
from typing import Any

from erp.practice.faults import Faults
from erp.practice.serving import Answer, Request
from erp.practice.woocommerce.auth import authenticate, permit
from erp.practice.woocommerce.contract import check_batch, check_body, check_query, find
from erp.practice.woocommerce.errors import RestError
from erp.practice.woocommerce.rest import orders, people, products, refunds, shop, webhooks
from erp.practice.woocommerce.rest.routing import HANDLERS, Call, Reply, only_fields
from erp.practice.woocommerce.store import Store

PREFIX = "/wp-json/wc/v3"
WRITES = ("POST", "PUT", "PATCH", "DELETE")
TIMEOUT_SECONDS = 30.0
ANSWERING = (orders, people, products, refunds, shop, webhooks)
HTML = (
    "<!DOCTYPE html>\n<html lang='it'><head><title>{title}</title></head>"
    "<body><h1>{title}</h1><p>Il sito è in manutenzione. Riprova tra qualche minuto.</p></body></html>"
)


def html(status: int, title: str, **headers: str) -> Answer:
    return Answer(status, HTML.format(title=title).encode(), {"Content-Type": "text/html; charset=UTF-8", **headers})


class RestDoor:
    """Answers everything under /wp-json. Writes that land late run on timers of their own until `stop()`."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store, self._faults = store, faults
        self._late: list[threading.Timer] = []

    def stop(self) -> None:
        """A write still under way to a shop that closes never lands."""
        self._faults.clear()
        for timer in self._late:
            timer.cancel()

    def land_late(self) -> None:
        """What would land later lands now."""
        for timer in self.late():
            timer.cancel()
            timer.function()

    def late(self) -> list[threading.Timer]:
        return [timer for timer in self._late if timer.is_alive() and not timer.finished.is_set()]

    def answer(self, request: Request) -> Answer:
        if request.path.rstrip("/") == "/wp-json":
            return _encoded(Reply(shop.site_index(request.base_url, self._store.settings())), [])
        latency = self._draw("latency", request)
        half = latency.get("ms", 300) / 2000 if latency is not None else 0.0
        if half:
            self._faults.wait(half)
        answer = self._refused(request) or self._served(request)
        answer.wait += half
        return answer

    def _draw(self, kind: str, request: Request) -> dict[str, Any] | None:
        return self._faults.draw(kind, request.method, request.path)

    def _refused(self, request: Request) -> Answer | None:
        """The web server in front of the shop gives up before the shop has seen the request."""
        if (options := self._draw("rate_limited", request)) is not None:
            retry = options.get("retry_after")
            return html(429, "429 Too Many Requests", **({} if retry is None else {"Retry-After": str(retry)}))
        if (options := self._draw("server_error", request)) is not None:
            return _broken(options.get("status", 500))
        if (options := self._draw("html_answer", request)) is not None:
            return html(options.get("status", 200), "Manutenzione")
        if request.method in WRITES and (options := self._draw("timeout_before", request)) is not None:
            return Answer(wait=options.get("seconds", TIMEOUT_SECONDS), cut=True)
        return None

    def _served(self, request: Request) -> Answer:
        try:
            call = self.admit(request)
            if request.method in WRITES and (options := self._draw("late_write", request)) is not None:
                self._land_later(call, options.get("delay", 1.0))
                return Answer(wait=options.get("seconds", TIMEOUT_SECONDS), cut=True)
            answer = _encoded(self.perform(call), call.query.get("_fields", []))
        except RestError as refusal:
            return _encoded(Reply(refusal.body(), refusal.status), [])
        if request.method in WRITES and (options := self._draw("timeout_after", request)) is not None:
            return Answer(wait=options.get("seconds", TIMEOUT_SECONDS), cut=True)
        return answer

    def admit(self, request: Request) -> Call:
        """Route, key and arguments; everything that can be refused without touching the shop."""
        if not request.path.startswith(PREFIX):
            raise RestError(404, "rest_no_route", "No route was found matching the URL and request method.")
        operation, ids = find(request.method, request.path[len(PREFIX) :].rstrip("/"))
        permit(authenticate(self._store, request), request.method)
        query = check_query(operation, request.query)
        sent = _body(request)
        if operation.batch:
            body: dict[str, Any] = check_batch(operation, sent if sent is not None else {})
        else:
            body = check_body(operation, {} if sent is None else sent)
        return Call(self._store, self._faults, operation, request, ids, query, body)

    def perform(self, call: Call) -> Reply:
        return HANDLERS[(call.operation.path, call.operation.method)](call)

    def _land_later(self, call: Call, delay: float) -> None:
        def land() -> None:
            try:
                self.perform(replace(call, is_late=True))
            except RestError:
                return

        timer = threading.Timer(delay, land)
        timer.daemon = True
        self._late = [other for other in self._late if other.is_alive()] + [timer]
        timer.start()


def _body(request: Request) -> Any:
    """JSON said to be JSON. The platform would read other bodies as forms; this shop refuses them."""
    if not request.body:
        return None
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if request.method not in WRITES:
        raise RestError(400, "rest_invalid_header", "A body is not read with this method.")
    if kind != "application/json":
        raise RestError(400, "rest_invalid_header", "A body must be sent as application/json.")
    try:
        return json.loads(request.body)
    except ValueError:
        raise RestError(400, "rest_invalid_json", "Invalid JSON body passed.") from None


def _encoded(reply: Reply, fields: list[str]) -> Answer:
    body = json.dumps(only_fields(reply.body, fields), ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(reply.status, body, {"Content-Type": "application/json; charset=UTF-8", **reply.headers})


def _broken(status: int) -> Answer:
    """500 is the platform's own envelope; 502, 503 and 504 come from the server in front of it, as HTML."""
    if status != 500:
        return html(status, f"{status} Bad Gateway" if status == 502 else f"{status} Service Unavailable")
    return _encoded(Reply(RestError(500, "internal_server_error", "<p>Si è verificato un errore critico sul sito.</p>").body(), 500), [])
