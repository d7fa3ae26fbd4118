"""What is kept of a call: everything except the secrets."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

HIDDEN = "***"
KEPT_CHARACTERS = 1_000_000

_WORDS = (
    "authorization|proxy-authorization|cookie|set-cookie|password|passwd|secret|client_secret|consumer_key|consumer_secret|"
    "oauth_consumer_key|oauth_signature|oauth_token|access_token|refresh_token|api_key|apikey|ws_key|token|signature"
)
_SECRET_NAME = re.compile(rf"^(?:x-[\w-]*(?:token|signature|hmac[\w-]*)|{_WORDS})$", re.IGNORECASE)
_SECRET_MEMBER = re.compile(rf'("(?:{_WORDS})"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
_SECRET_PAIR = re.compile(rf"((?:^|[?&\s])(?:{_WORDS})=)[^&\s\"']+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it. `status` is None when there was no answer; `error` then says why."""

    at: datetime
    source: str
    method: str
    url: str
    request_headers: dict[str, str] = field(default_factory=dict)
    request_body: str = ""
    status: int | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
    milliseconds: int = 0
    error: str = ""


def safe_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): HIDDEN if _SECRET_NAME.match(name) else value for name, value in headers}


def safe_url(url: str) -> str:
    """The address without the secrets in its query and without a password before its host."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([(name, HIDDEN if _SECRET_NAME.match(name) else value) for name, value in pairs], safe="*,:/")
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def safe_text(text: str) -> str:
    """A body or an error message with the values of secret members and pairs hidden, and cut where it is endless."""
    hidden = _SECRET_PAIR.sub(rf"\1{HIDDEN}", _SECRET_MEMBER.sub(rf'\1"{HIDDEN}"', text))
    if len(hidden) <= KEPT_CHARACTERS:
        return hidden
    return f"{hidden[:KEPT_CHARACTERS]}… ({len(hidden) - KEPT_CHARACTERS} more characters)"
