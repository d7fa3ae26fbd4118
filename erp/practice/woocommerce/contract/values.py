"""Does a value fit the type that a contract file names? The reading is the platform's: `"3"` is an integer, `3` is no string."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

TRUE, FALSE = ("true", "1", 1, True), ("false", "0", 0, False, "")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?\Z")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")


class Problem(Exception):
    """A sentence and the platform's short code for it."""


def check(name: str, value: Any, facts: dict[str, Any]) -> Any:
    """The value in the type that the contract names, or a Problem."""
    kinds = facts["type"] if isinstance(facts["type"], list) else [facts["type"]]
    if value is None and "null" in kinds:
        return None
    kind = next(kind for kind in kinds if kind != "null")
    if kind == "mixed":
        return value
    value = CHECKS[kind](name, value, facts)
    _check_enum(name, value, facts)
    return value


def _check_enum(name: str, value: Any, facts: dict[str, Any]) -> None:
    if "enum" in facts and value not in facts["enum"]:
        raise Problem(f"{name} is not one of {', '.join(str(one) for one in facts['enum'])}.", "rest_not_in_enum")


def _integer(name: str, value: Any, facts: dict[str, Any]) -> int:
    try:
        if isinstance(value, bool) or float(value) != int(float(value)):
            raise ValueError
        number = int(float(value))
    except (TypeError, ValueError, OverflowError):
        raise Problem(f"{name} is not of type integer.", "rest_invalid_type") from None
    low, high = facts.get("minimum"), facts.get("maximum")
    if low is not None and high is not None and not low <= number <= high:
        raise Problem(f"{name} must be between {low} (inclusive) and {high} (inclusive)", "rest_out_of_bounds")
    if low is not None and number < low:
        raise Problem(f"{name} must be greater than or equal to {low}", "rest_out_of_bounds")
    return number


def _number(name: str, value: Any, facts: dict[str, Any]) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Problem(f"{name} is not of type number.", "rest_invalid_type") from None


def _boolean(name: str, value: Any, facts: dict[str, Any]) -> bool:
    word = value.lower() if isinstance(value, str) else value
    if isinstance(word, str | int) and word in TRUE:
        return True
    if isinstance(word, str | int) and word in FALSE:
        return False
    raise Problem(f"{name} is not of type boolean.", "rest_invalid_type")


def _string(name: str, value: Any, facts: dict[str, Any]) -> str:
    if not isinstance(value, str):
        raise Problem(f"{name} is not of type string.", "rest_invalid_type")
    kind = facts.get("format")
    if kind == "date-time" and not _is_moment(value):
        raise Problem("Invalid date.", "rest_invalid_date")
    if kind == "email" and value and not EMAIL.match(value):
        raise Problem("Invalid email address.", "rest_invalid_email")
    return value


def _is_moment(text: str) -> bool:
    if not DATE_TIME.match(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _array(name: str, value: Any, facts: dict[str, Any]) -> list[Any]:
    if isinstance(value, str):
        value = [part for part in re.split(r"[\s,]+", value) if part]
    if not isinstance(value, list):
        raise Problem(f"{name} is not of type array.", "rest_invalid_type")
    return [check(f"{name}[{position}]", item, facts["items"]) for position, item in enumerate(value)]


def _object(name: str, value: Any, facts: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Problem(f"{name} is not of type object.", "rest_invalid_type")
    known = facts.get("properties", {})
    for key in value:
        if known and key not in known:
            raise Problem(f"{name}[{key}] is not known to this shop.", "rest_unknown_param")
    return {key: check(f"{name}[{key}]", item, known[key]) if known else item for key, item in value.items()}


CHECKS: dict[str, Callable[[str, Any, dict[str, Any]], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "string": _string,
    "array": _array,
    "object": _object,
}
