"""An answer, and what its status means for whoever asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from erp.core.clock import real_now
from erp.core.http.errors import (
    AuthExpired,
    ContractBroken,
    Forbidden,
    NotFound,
    OutsideError,
    RateLimited,
    Rejected,
    Temporary,
    Unknown,
)
from erp.core.http.exchange import safe_text

DEFAULT_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
DETAIL_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    text: str
    milliseconds: int = 0

    @property
    def is_json(self) -> bool:
        return self.text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}

    def json(self) -> Any:
        """The body as Python values, numbers with a point as `Decimal`. Raises `ContractBroken` when it is not JSON."""
        try:
            return json.loads(self.text.lstrip("\ufeff"), parse_float=Decimal)
        except ValueError as problem:
            raise ContractBroken("(body)", f"not JSON: {problem}") from problem

    @property
    def date(self) -> datetime | None:
        """The other side's clock, from the Date header."""
        try:
            return parsedate_to_datetime(self.headers["date"]).astimezone(UTC)
        except (KeyError, ValueError):
            return None

    @property
    def retry_after(self) -> timedelta | None:
        """How long the other side asks us to wait: seconds or a date, never more than an hour."""
        said = self.headers.get("retry-after", "").strip()
        if not said:
            return None
        if said.replace(".", "", 1).isdigit():
            wait = timedelta(seconds=min(float(said), LONGEST_WAIT.total_seconds()))
        else:
            try:
                wait = parsedate_to_datetime(said).astimezone(UTC) - (self.date or real_now())
            except ValueError:
                return None
        return min(max(wait, timedelta(0)), LONGEST_WAIT)


def error_of(answer: Answer, *, is_read: bool, expects_json: bool = True) -> OutsideError | None:
    """The error that an answer means, None when it is good. `is_read` False: a failure of the server leaves a write unknown."""
    detail, status = _detail(answer), answer.status
    if status == 429:
        asked = answer.retry_after
        return RateLimited(detail, wait=DEFAULT_WAIT if asked is None else asked, status=status)
    if status >= 500 or status in {408, 425}:
        return _broken_off(answer, detail, is_read=is_read)
    if 200 <= status < 300:
        return _unreadable(answer, is_read=is_read) if expects_json else None
    return _refusal(status, detail)


def _refusal(status: int, detail: str) -> OutsideError:
    if status == 401:
        return AuthExpired(detail, status=status)
    if status == 403:
        return Forbidden(detail, status=status)
    if status in {404, 410}:
        return NotFound(detail, status=status)
    if 300 <= status < 400:
        return Rejected(detail, code="moved", status=status)
    return Rejected(detail, code=str(status), status=status)


def _broken_off(answer: Answer, detail: str, *, is_read: bool) -> OutsideError:
    if not is_read:
        return Unknown(detail, status=answer.status)
    wait = answer.retry_after
    return RateLimited(detail, wait=wait, status=answer.status) if wait is not None else Temporary(detail, status=answer.status)


def _unreadable(answer: Answer, *, is_read: bool) -> OutsideError | None:
    try:
        answer.json()
    except ContractBroken:
        words = f"{answer.status}, but not JSON: {_detail(answer)}"
        return Temporary(words, status=answer.status) if is_read else Unknown(words, status=answer.status)
    return None


def _detail(answer: Answer) -> str:
    words = safe_text(" ".join(answer.text[: 4 * DETAIL_CHARACTERS].split()))[:DETAIL_CHARACTERS]
    return f"{answer.status} {words}".strip()
