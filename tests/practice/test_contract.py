"""The contract files say nothing that the platform's own description does not say, and everything in them is served."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from erp.practice.woocommerce import contract
from erp.practice.woocommerce.rest import door
from erp.practice.woocommerce.rest.routing import HANDLERS

SPEC = Path(os.environ.get("REGIA_SHARED", "../shared")) / "specs" / "woocommerce" / "index_wc_v3.json"
MIXED = {"null", "object", "string", "number", "boolean", "integer", "array"}
UNDOCUMENTED = {
    ("/orders/{order_id}/refunds", "line_items"),
    ("/products", "inventory_delta"),
    ("/products/{id}", "inventory_delta"),
    ("/products/{product_id}/variations", "inventory_delta"),
    ("/products/{product_id}/variations/{id}", "inventory_delta"),
}
LIMITS = ("minimum", "maximum", "format")


@pytest.fixture(scope="module")
def platform() -> dict[str, Any]:
    if not SPEC.exists():
        pytest.skip(f"the platform's description is not at {SPEC}")
    routes = json.loads(SPEC.read_text())["routes"]
    return {re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^)]*\))*\)", r"{\1}", path.removeprefix("/wc/v3")): route for path, route in routes.items()}


def operations() -> list[contract.Operation]:
    return [operation for route in contract.routes() for operation in route.operations.values()]


def arguments_of(platform: dict[str, Any], operation: contract.Operation) -> dict[str, Any]:
    endpoints = [one for one in platform[operation.path]["endpoints"] if operation.method in one["methods"]]
    assert len(endpoints) == 1, f"{operation.method} {operation.path} is not an operation of the platform"
    arguments = endpoints[0]["args"]
    return arguments if isinstance(arguments, dict) else {}


def kind_of(facts: dict[str, Any]) -> Any:
    kind = facts.get("type", list(MIXED))
    if isinstance(kind, list):
        return "mixed" if set(kind) == MIXED else sorted(kind)
    return kind


def assert_agrees(ours: dict[str, Any], theirs: dict[str, Any], where: str) -> None:
    assert ours["type"] == kind_of(theirs), where
    if "enum_of" in ours:
        assert "standard" in theirs["enum"], where
    else:
        assert ours.get("enum") == theirs.get("enum"), where
    assert {name: ours.get(name) for name in LIMITS} == {name: theirs.get(name) for name in LIMITS}, where
    if "items" in ours:
        assert_agrees(ours["items"], theirs["items"], f"{where}[]")
    for name, facts in ours.get("properties", {}).items():
        assert name in theirs["properties"], f"{where}.{name} is not known to the platform"
        assert_agrees(facts, theirs["properties"][name], f"{where}.{name}")


def nested_left_out(ours: dict[str, Any], theirs: dict[str, Any], where: str) -> list[str]:
    """Nested fields of the platform that we do not take: only those it calls read-only may be missing."""
    if "items" in ours:
        return nested_left_out(ours["items"], theirs["items"], f"{where}[]")
    missing = [f"{where}.{name}" for name, facts in theirs.get("properties", {}).items()
               if name not in ours.get("properties", {}) and not facts.get("readonly")]  # fmt: skip
    return missing + [
        one
        for name, facts in ours.get("properties", {}).items()
        for one in nested_left_out(facts, theirs["properties"][name], f"{where}.{name}")
    ]


@pytest.mark.parametrize("operation", operations(), ids=lambda one: f"{one.method} {one.path}")
def test_every_path_argument_type_enum_and_limit_is_the_platforms_own(platform: dict[str, Any], operation: contract.Operation) -> None:
    theirs = arguments_of(platform, operation)
    ours = operation.query | operation.body
    documented = {name: facts for name, facts in ours.items() if not facts.get("undocumented")}

    assert set(documented) - set(theirs) == set()
    for name, facts in documented.items():
        assert_agrees(facts, theirs[name], f"{operation.method} {operation.path} {name}")
        assert nested_left_out(facts, theirs[name], name) == []
        assert bool(facts.get("required")) == bool(theirs[name].get("required"))
        if "default" in facts:
            assert facts["default"] == theirs[name]["default"]


def test_what_the_platform_requires_is_required_here(platform: dict[str, Any]) -> None:
    for operation in operations():
        required = {name for name, facts in arguments_of(platform, operation).items() if facts.get("required")}
        assert required - set(operation.query | operation.body) == set(), f"{operation.method} {operation.path}"


def test_what_the_platform_takes_without_saying_so_is_listed_here() -> None:
    taken = {(operation.path, name) for operation in operations() for name, facts in operation.body.items() if facts.get("undocumented")}

    assert taken == UNDOCUMENTED


def test_every_operation_of_the_contract_is_served_and_nothing_else() -> None:
    assert {(operation.path, operation.method) for operation in operations()} == set(HANDLERS)
    assert len(door.ANSWERING) == len(list(contract.FOLDER.glob("*.json")))


def test_batches_exist_where_the_platform_has_them(platform: dict[str, Any]) -> None:
    batches = [operation for operation in operations() if operation.batch]

    assert [operation.path for operation in batches] == [f"{operation.batch}/batch" for operation in batches]
    assert all(operation.path in platform for operation in batches)
