"""Calls to the practice carrier, and what its envelope `esito` means: it says no inside an answer of 200, as Italian carriers do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from erp.core.http.answers import Answer
from erp.core.http.door import Door, Pairs, Request
from inventory.shipping.carriers.contract import AuthExpired, Connection, ContractBroken, Forbidden, NotFound, OutsideError, Rejected

API = "/rest/v1"
READ_SECONDS = 20.0
NO_SUCH_ACCOUNT, NOT_YOURS, NO_SUCH_PARCEL = -57, -58, -40


@dataclass(frozen=True, slots=True)
class Client:
    """The carrier's settings: `base_url`, `timeout_seconds`. Credentials, asked for at each call: `userID` and `password`."""

    connection: Connection

    def get(self, path: str, params: Pairs = ()) -> Mapping[str, Any]:
        keys = self.connection.credentials.current()
        headers = {"userID": str(keys["userID"]), "password": str(keys["password"])}
        return read_envelope(self._door().call(Request("GET", self._url(path), params, headers=headers)))

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """A write is sent once: this carrier makes a second parcel of a second call."""
        text = json.dumps({"account": dict(self.connection.credentials.current()), **body}, ensure_ascii=False, separators=(",", ":"))
        return read_envelope(self._door().call(Request(method, self._url(path), body=text)))

    def _url(self, path: str) -> str:
        base = str(self.connection.settings.get("base_url", "")).rstrip("/")
        if not base:
            raise Rejected("no address is set for this carrier")
        return f"{base}{API}{path}"

    def _door(self) -> Door:
        return Door(
            source=self.connection.source,
            log=self.connection.log,
            explain=explain,
            bucket=self.connection.limiter,
            read_seconds=float(self.connection.settings.get("timeout_seconds", READ_SECONDS)),
        )


def read_envelope(answer: Answer) -> Mapping[str, Any]:
    """The body when `esito.codice` is not negative. Raises what the code means, ContractBroken when there is no envelope."""
    body = answer.json()
    error = error_of(body, answer.status)
    if error is not None:
        raise error
    return dict(body)


def explain(answer: Answer, is_read: bool) -> OutsideError | None:
    """An envelope on a status of 400 and more; None leaves it to the door, as for pages of a proxy, 429 and 5xx."""
    if answer.status >= 500 or answer.status == 429 or not answer.is_json:
        return None
    return error_of(answer.json(), answer.status)


def error_of(body: Any, status: int) -> OutsideError | None:
    outcome = body.get("esito") if isinstance(body, dict) else None
    if not isinstance(outcome, dict) or not isinstance(outcome.get("codice"), int):
        return ContractBroken("esito.codice", "missing")
    code, words, field = outcome["codice"], str(outcome.get("messaggio", "")), str(outcome.get("campo", ""))
    if code >= 0:
        return None
    if code == NO_SUCH_ACCOUNT:
        return AuthExpired(words, status=status)
    if code == NOT_YOURS:
        return Forbidden(words, status=status)
    if code == NO_SUCH_PARCEL:
        return NotFound(words, status=status)
    return Rejected(words, code=str(code), items=(field,) if field else (), status=status)
