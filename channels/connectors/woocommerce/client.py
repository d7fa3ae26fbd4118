"""Calls to one shop: where they go, how they are signed, and what the shop's error envelope means."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from channels.contract import AuthExpired, Connection, Forbidden, NotFound, OutsideError, Rejected
from erp.core.http.answers import Answer
from erp.core.http.door import Door, Request
from erp.core.http.oauth1 import signed_params

API = "/wp-json/wc/v3"
Pairs = Sequence[tuple[str, str]]
_NO_RIGHT = ("_cannot_", "permission", "permess")


@dataclass(frozen=True, slots=True)
class Client:
    """One shop. Credentials are asked for at each call: `consumer_key` and `consumer_secret`."""

    connection: Connection

    def get(self, path: str, params: Pairs = ()) -> Answer:
        return self._door().call(Request("GET", self._url(path), params))

    def write(self, method: str, path: str, body: Mapping[str, Any] | None = None, params: Pairs = ()) -> Answer:
        """A write is sent once: WooCommerce knows no idempotency key."""
        text = None if body is None else json.dumps(body, separators=(",", ":"))
        return self._door().call(Request(method, self._url(path), params, body=text))

    def index(self) -> Answer:
        """The public index of the site, without keys."""
        return self._door(is_signed=False).call(Request("GET", f"{self._base()}/wp-json/"))

    def _base(self) -> str:
        return self.connection.base_url.rstrip("/")

    def _url(self, path: str) -> str:
        return f"{self._base()}{API}{path}"

    def _door(self, *, is_signed: bool = True) -> Door:
        settings = self.connection.settings
        return Door(
            source=self.connection.source,
            log=self.connection.log,
            sign=self._sign if is_signed else None,
            explain=explain,
            bucket=self.connection.limiter,
            read_seconds=float(settings.get("timeout_seconds", 30)),
        )

    def _sign(self, method: str, url: str, params: Pairs) -> tuple[Pairs, Mapping[str, str]]:
        """Basic where TLS hides it; OAuth 1.0a over plain HTTP, where WooCommerce refuses Basic. Its nonce lives 15 minutes."""
        keys = self.connection.credentials.current()
        key, secret = str(keys["consumer_key"]), str(keys["consumer_secret"])
        if urlsplit(url).scheme == "https":
            if self.connection.settings.get("keys_in_query"):
                return [*params, ("consumer_key", key), ("consumer_secret", secret)], {}
            return params, {"Authorization": f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}"}
        return signed_params(method, url, params, key=key, secret=secret, now=self.connection.now()), {}


def explain(answer: Answer, is_read: bool) -> OutsideError | None:
    """WooCommerce's envelope `{code, message, data}` as an error of ours; None leaves it to the door, as for pages of a proxy."""
    envelope = _envelope(answer)
    if envelope is None or answer.status >= 500 or answer.status == 429:
        return None
    code, detail = envelope
    if answer.status in {401, 403}:
        # A read-only key that writes is answered 401 like a wrong key: only the words differ, and they are translated.
        if any(word in code or word in detail.lower() for word in _NO_RIGHT):
            return Forbidden(detail, scope="read" if is_read else "write", status=answer.status)
        return AuthExpired(detail, status=answer.status)
    if answer.status in {404, 410}:
        return NotFound(f"{code}: {detail}", status=answer.status)
    return Rejected(detail, code=code, status=answer.status)


def _envelope(answer: Answer) -> tuple[str, str] | None:
    if not answer.is_json:
        return None
    try:
        body = json.loads(answer.text.lstrip("\ufeff"))
    except ValueError:
        return None
    if not isinstance(body, dict) or not isinstance(body.get("code"), str):
        return None
    return body["code"], str(body.get("message", ""))
