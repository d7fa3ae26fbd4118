"""Who is calling: OAuth 1.0a over plain HTTP, Basic over TLS only. The window of fifteen minutes is on the shop's clock."""

import base64
import hashlib
import hmac
import re
import sqlite3
from collections.abc import Mapping
from urllib.parse import quote, unquote

from erp.practice.serving import Request
from erp.practice.woocommerce.errors import RestError
from erp.practice.woocommerce.store import Store

WINDOW_SECONDS = 15 * 60
OAUTH = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


def refused(message: str) -> RestError:
    return RestError(401, "woocommerce_rest_authentication_error", message)


def authenticate(store: Store, request: Request) -> sqlite3.Row | None:
    """The key's row; None where nobody has introduced himself in a way that this connection allows; RestError where the proof fails."""
    header = request.headers.get("Authorization", "")
    oauth = dict(request.query) | _header_parameters(header)
    if any(name in oauth for name in OAUTH):
        if header.startswith("Basic "):
            raise RestError(400, "rest_invalid_header", "OAuth and Basic credentials cannot be sent together.")
        return _oauth(store, request, oauth)
    if not request.secure:
        return None
    return _basic(store, request, header)


def permit(key: sqlite3.Row | None, method: str) -> sqlite3.Row:
    """Refuses callers without a key, readers who write and writers who read: 401 each."""
    reads = method in ("GET", "HEAD")
    if key is None:
        verb = "view" if reads else {"POST": "create", "DELETE": "delete"}.get(method, "edit")
        raise RestError(401, f"woocommerce_rest_cannot_{verb}", f"Sorry, you cannot {'list' if reads else verb} resources.")
    if key["permissions"] not in ("read_write", "read" if reads else "write"):
        raise refused(f"The API key provided does not have {'read' if reads else 'write'} permissions.")
    return key


def _key(store: Store, consumer_key: str) -> sqlite3.Row:
    with store.read() as db:
        row: sqlite3.Row | None = db.execute("SELECT * FROM api_keys WHERE consumer_key = ?", (consumer_key,)).fetchone()
    if row is None:
        raise refused("Consumer key is invalid.")
    return row


def _basic(store: Store, request: Request, header: str) -> sqlite3.Row | None:
    query = dict(request.query)
    name, secret = query.get("consumer_key", ""), query.get("consumer_secret", "")
    if header.startswith("Basic "):
        try:
            name, _, secret = base64.b64decode(header[6:], validate=True).decode().partition(":")
        except ValueError:
            return None
    if not name or not secret:
        return None
    key = _key(store, name)
    if not hmac.compare_digest(key["consumer_secret"], secret):
        raise refused("Consumer secret is invalid.")
    return key


def _header_parameters(header: str) -> dict[str, str]:
    if not header.lower().startswith("oauth "):
        return {}
    return {name: unquote(value) for name, value in re.findall(r'(oauth_\w+)="([^"]*)"', header)}


def _oauth(store: Store, request: Request, given: Mapping[str, str]) -> sqlite3.Row:
    missing = [name for name in OAUTH if not given.get(name)]
    if missing:
        message = f"Missing OAuth parameter {', '.join(missing)}"
        raise RestError(401, "woocommerce_rest_authentication_missing_parameter", message)
    key = _key(store, given["oauth_consumer_key"])
    method = given["oauth_signature_method"]
    if method not in HASHES:
        raise refused("Invalid signature - signature method is invalid.")
    text = signature_base(request.method, request.base_url + request.path, request.query, given)
    digest = hmac.new(f"{key['consumer_secret']}&".encode(), text.encode(), HASHES[method]).digest()
    if not hmac.compare_digest(base64.b64encode(digest).decode(), given["oauth_signature"].replace(" ", "+")):
        raise refused("Invalid signature - provided signature does not match.")
    _spend_nonce(store, key["id"], given["oauth_timestamp"], given["oauth_nonce"])
    return key


def signature_base(method: str, url: str, query: list[tuple[str, str]], oauth: Mapping[str, str]) -> str:
    """RFC 5849, section 3.4.1: method, address and sorted parameters, escaped."""
    pairs = [(name, value) for name, value in query if not name.startswith("oauth_")]
    pairs += [(name, value) for name, value in oauth.items() if name.startswith("oauth_") and name != "oauth_signature"]
    escaped = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in pairs)
    joined = "&".join(f"{name}={value}" for name, value in escaped)
    return "&".join([method.upper(), quote(url, safe="~"), quote(joined, safe="~")])


def _spend_nonce(store: Store, key_id: int, timestamp: str, nonce: str) -> None:
    now = store.now().timestamp()
    if not timestamp.isdigit() or abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise refused("Invalid timestamp.")
    with store.write() as change:
        change.db.execute("DELETE FROM nonces WHERE timestamp < ?", (int(now) - WINDOW_SECONDS,))
        sql = "INSERT INTO nonces VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        if not change.db.execute(sql, (key_id, nonce, int(timestamp))).rowcount:
            raise refused("Invalid nonce - nonce has already been used.")
