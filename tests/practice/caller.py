"""A REST client written from RFC 5849 and nothing of ours, so that shop and connector cannot share one mistake."""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from erp.core import clock


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def code(self) -> str:
        return str(self.json["code"])


def oauth_query(method: str, url: str, pairs: list[tuple[str, str]], key: str, secret: str, **own: str) -> list[tuple[str, str]]:
    """The query with its signature; `own` overrides single oauth parameters."""
    oauth = {
        "oauth_consumer_key": key,
        "oauth_timestamp": str(int(clock.now().timestamp())),
        "oauth_nonce": secrets.token_hex(8),
        "oauth_signature_method": "HMAC-SHA256",
    } | {f"oauth_{name}": value for name, value in own.items()}
    everything = pairs + list(oauth.items())
    encoded = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in everything)
    joined = "&".join(f"{name}={value}" for name, value in encoded)
    text = "&".join([method, quote(url, safe="~"), quote(joined, safe="~")])
    digest = hashlib.sha1 if oauth["oauth_signature_method"] == "HMAC-SHA1" else hashlib.sha256
    signature = base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), digest).digest()).decode()
    return [*everything, ("oauth_signature", signature)]


class Caller:
    def __init__(self, url: str, key: str, secret: str, timeout: float = 60.0) -> None:
        self.url, self.key, self.secret = url, key, secret
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout)

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.close()

    def send(self, method: str, path: str, query: list[tuple[str, str]], raw: bytes | None, headers: dict[str, str]) -> Answered:
        target = path + ("?" + urlencode(query) if query else "")
        self._connection.request(method, target, raw, headers)
        response = self._connection.getresponse()
        return Answered(response.status, dict(response.getheaders()), response.read())

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Answered:
        full = "/wp-json/wc/v3" + path
        pairs = [(name, str(value)) for name, value in query.items()]
        signed = oauth_query(method, self.url + full, pairs, self.key, self.secret)
        raw = json.dumps(body).encode() if body is not None else None
        return self.send(method, full, signed, raw, {"Content-Type": "application/json"} if raw else {})

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, **query).json

    def post(self, path: str, body: Any) -> Any:
        return self.call("POST", path, body).json

    def put(self, path: str, body: Any) -> Any:
        return self.call("PUT", path, body).json
