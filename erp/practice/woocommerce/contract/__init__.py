"""Every request is held against these files before the shop looks at it.

They hold the paths, arguments, fields, enums and limits that this shop serves, in our own shape. The platform itself passes over
what it does not know; the practice shop refuses it on purpose, in the platform's envelope, so that a misspelt field is found here.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from erp.practice.woocommerce.contract.values import Problem, check
from erp.practice.woocommerce.errors import RestError, invalid_params

FOLDER = Path(__file__).parent
WRITES = {"POST": ("POST", "PUT"), "PUT": ("PUT",), "PATCH": ("PUT",), "GET": ("GET",), "DELETE": ("DELETE",)}
GLOBAL_QUERY: dict[str, dict[str, Any]] = {"_fields": {"type": "array", "items": {"type": "string"}}}
CREDENTIALS = {"consumer_key", "consumer_secret"}
BATCH_LIMIT = 100


@dataclass(frozen=True)
class Operation:
    """One method on one path: what may be asked and what may be sent."""

    path: str
    method: str
    query: dict[str, dict[str, Any]] = field(default_factory=dict)
    body: dict[str, dict[str, Any]] = field(default_factory=dict)
    batch: str = ""


@dataclass(frozen=True)
class Route:
    path: str
    pattern: re.Pattern[str]
    operations: dict[str, Operation]


@cache
def routes() -> list[Route]:
    """Literal paths before patterns, so that `/orders/statuses` is never read as an id."""
    found = []
    for file in sorted(FOLDER.glob("*.json")):
        for entry in json.loads(file.read_text())["routes"]:
            path = entry["path"]
            pattern = re.compile(re.sub(r"\{(\w+)\}", _path_argument, path) + r"\Z")
            operations = {method: Operation(path=path, method=method, **facts) for method, facts in entry["methods"].items()}
            found.append(Route(path, pattern, operations))
    return sorted(found, key=lambda route: "{" in route.path)


def _path_argument(match: re.Match[str]) -> str:
    name = match.group(1)
    return rf"(?P<{name}>[\w-]+)" if name == "group_id" else rf"(?P<{name}>\d+)" if name != "id" else r"(?P<id>[\w-]+)"


def find(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """The operation behind a path, or the platform's `rest_no_route`, which also stands for a method that the path does not take."""
    for route in routes():
        match = route.pattern.match(path)
        if match and (operation := _operation(route, method)):
            arguments = match.groupdict()
            if not arguments.get("id", "1").isdigit() and not _takes_words(route.path):
                continue
            return operation, arguments
    raise RestError(404, "rest_no_route", "No route was found matching the URL and request method.")


def _takes_words(path: str) -> bool:
    return path.startswith(("/payment_gateways/", "/settings/"))


def _operation(route: Route, method: str) -> Operation | None:
    """PATCH and, on a single thing, POST mean the same as PUT."""
    return next((route.operations[name] for name in WRITES.get(method, ()) if name in route.operations), None)


def operation(path: str, method: str) -> Operation:
    return next(route.operations[method] for route in routes() if route.path == path)


def check_query(asked: Operation, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Arguments with their defaults; `x[]=1&x[]=2`, `x[0]=1` and `x=1,2` are the same list."""
    given: dict[str, Any] = {}
    for name, value in pairs:
        bare = re.sub(r"\[\d*\]\Z", "", name)
        if bare != name:
            given.setdefault(bare, []).append(value)
        elif not name.startswith("oauth_") and name not in CREDENTIALS:
            given[name] = value
    known = asked.query | GLOBAL_QUERY
    arguments = _checked(given, known)
    defaults = {name: facts["default"] for name, facts in asked.query.items() if "default" in facts}
    return defaults | arguments


def check_body(asked: Operation, body: Any) -> dict[str, Any]:
    """Fields of a single write, with their types; a batch is only looked at for names (`check_batch`)."""
    if not isinstance(body, dict):
        raise RestError(400, "rest_invalid_json", "Invalid JSON body passed.")
    missing = [name for name, facts in asked.body.items() if facts.get("required") and name not in body]
    if missing:
        message = f"Missing parameter(s): {', '.join(missing)}"
        raise RestError(400, "rest_missing_callback_param", message, params=missing)
    return _checked(body, asked.body)


def _checked(given: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    problems: dict[str, str] = {}
    kinds: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, value in given.items():
        try:
            if name not in known:
                raise Problem(f"{name} is not known to this shop.", "rest_unknown_param")
            values[name] = check(name, value, known[name])
        except Problem as problem:
            problems[name], kinds[name] = problem.args
    if problems:
        raise invalid_params(problems, kinds)
    return values


def check_batch(asked: Operation, body: Any) -> dict[str, list[Any]]:
    """At most 100 items together; field names are checked, types are not: that is how the platform's batch behaves."""
    if not isinstance(body, dict):
        raise RestError(400, "rest_invalid_json", "Invalid JSON body passed.")
    problems = {name: f"{name} is not known to this shop." for name in body if name not in ("create", "update", "delete")}
    problems |= {name: f"{name} is not of type array." for name, items in body.items() if not isinstance(items, list)}
    if problems:
        raise invalid_params(problems)
    if sum(len(items) for items in body.values()) > BATCH_LIMIT:
        message = f"Unable to accept more than {BATCH_LIMIT} items for this request."
        raise RestError(413, "woocommerce_rest_request_entity_too_large", message)
    for name in ("create", "update"):
        _check_names(name, body.get(name, []), batch_fields(asked))
    return {name: body.get(name, []) for name in ("create", "update", "delete")}


def batch_fields(asked: Operation) -> set[str]:
    return set(operation(asked.batch, "POST").body) | {"id"}


def _check_names(name: str, items: list[Any], known: set[str]) -> None:
    problems = {}
    for position, item in enumerate(items):
        if not isinstance(item, dict):
            problems[f"{name}[{position}]"] = f"{name}[{position}] is not of type object."
            continue
        problems |= {f"{name}[{position}][{key}]": f"{key} is not known to this shop." for key in item if key not in known}
    if problems:
        raise invalid_params(problems)
