"""Reading the shop's JSON: tolerant of what is strange, exact about what is missing."""

import html
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from channels.contract import ContractBroken

_TAG = re.compile(r"<[^>]{1,200}>")
Body = Mapping[str, Any]
LONGEST_ID = 100


def need(body: Body, key: str, path: str) -> Any:
    if key not in body or body[key] is None:
        raise ContractBroken(f"{path}.{key}", "is missing")
    return body[key]


def rows(body: Body, key: str, path: str) -> list[Body]:
    """A list of objects; a key that is not there is an empty list, anything else than a list is broken."""
    found = body.get(key)
    if not found:
        return []
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ContractBroken(f"{path}.{key}", "is not a list of objects")
    return found


def text(value: object) -> str:
    """One line of plain text: entities decoded, tags removed."""
    if value is None or isinstance(value, bool | list | dict):
        return ""
    return " ".join(_TAG.sub("", html.unescape(str(value))).split())


def note(value: object) -> str:
    """Plain text that keeps its lines."""
    return _TAG.sub("", html.unescape(value)).strip() if isinstance(value, str) else ""


def identity(value: object) -> str:
    """An id as a string; 0, None and "" are no id. No shop has longer ones than a column takes: the rest of a longer one is cut off."""
    return str(value)[:LONGEST_ID] if value not in (None, "", 0, "0") else ""


def moment(value: object) -> datetime | None:
    """A `_gmt` time, which carries no zone. What cannot be read is None."""
    if not isinstance(value, str) or not value:
        return None
    try:
        parsed = datetime.fromisoformat(value.replace("Z", "+00:00"))
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):  # the last hours of the calendar do not exist in UTC
        return None


def meta_of(body: Body) -> dict[str, Any]:
    """`meta_data` as a mapping; the last of several equal keys wins."""
    found = body.get("meta_data")
    if not isinstance(found, list):
        return {}
    return {str(row["key"]): row.get("value") for row in found if isinstance(row, dict) and "key" in row}


def strangers(body: Body, known: Iterable[str], path: str) -> list[str]:
    """The paths of members that we do not know; they stay in the stored body."""
    return [f"{path}.{key}" for key in sorted(set(body) - set(known))]
