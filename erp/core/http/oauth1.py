"""One-legged OAuth 1.0a with HMAC-SHA256 in the query: how a key signs a call where there is no TLS."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

Pairs = Sequence[tuple[str, str]]


def signed_params(
    method: str, url: str, params: Pairs, *, key: str, secret: str, now: datetime, nonce: str | None = None
) -> list[tuple[str, str]]:
    """`params` with the `oauth_` ones added (RFC 5849 section 3.4). `now` is the clock that the other side checks against."""
    pairs = [
        *params,
        ("oauth_consumer_key", key),
        ("oauth_nonce", nonce or secrets.token_hex(16)),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", str(int(now.timestamp()))),
    ]
    return [*pairs, ("oauth_signature", signature(method, url, pairs, secret=secret))]


def signature(method: str, url: str, pairs: Pairs, *, secret: str) -> str:
    """Base string: method, address without query, and the sorted parameters, each percent-encoded; the key is `secret&`."""
    encoded = sorted((_encode(name), _encode(value)) for name, value in pairs)
    parameters = "&".join(f"{name}={value}" for name, value in encoded)
    base = "&".join((method.upper(), _encode(url), _encode(parameters)))
    return base64.b64encode(hmac.new(f"{secret}&".encode(), base.encode(), hashlib.sha256).digest()).decode()


def _encode(text: str) -> str:
    return quote(text, safe="-._~")
