"""Statements in SQL: each takes all its rows as one parameter, so that it is one statement for one order and for fifty.

Rows map field names to values, the same names in each; every column without a default in the database must be among them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection, models

from erp.core.prepared import prepared_cursor
from orders.models import Hold, Order
from orders.states import OrderStatus

Row = Mapping[str, Any]
Names = tuple[str, ...]
Shape = tuple[type[models.Model], Names]
"""A model and the fields that its rows name."""


@dataclass(frozen=True, slots=True)
class NewRows:
    """An order and the rows that hang on it, which do not know its key yet."""

    order: Row
    parts: Mapping[type[models.Model], Sequence[Row]]


def insert_orders(told: Sequence[NewRows]) -> dict[tuple[str, str], int]:
    """Insert orders that do not exist yet, each with its parts: (source, external id) -> key of those that this call made.

    The insert is the existence check: of two transactions with the same order the second waits for the first and then makes nothing.
    """
    shapes = _shapes(told)
    rows = [{**each.order, **{_list_of(model): each.parts.get(model, ()) for model, _names in shapes}} for each in told]
    with prepared_cursor() as cursor:
        cursor.execute(_insert_orders((Order, tuple(told[0].order)), shapes), [_encode(rows)])
        return {(source, external_id): key for key, source, external_id in cursor.fetchall()}


def insert_holds(rows: Sequence[Row]) -> None:
    """Open holds; a kind that is open already gets the new details and term."""
    with prepared_cursor() as cursor:
        cursor.execute(_hold_statement(rows[0]), [_encode(rows)])


def insert_holds_of_new_orders(rows: Sequence[Row]) -> None:
    """The same, and their orders are held, in one statement."""
    statement = (
        f"WITH held AS ({_hold_statement(rows[0])} RETURNING order_id) "
        f"UPDATE {Order._meta.db_table} SET status = %s WHERE status = %s AND id IN (SELECT order_id FROM held)"
    )
    with prepared_cursor() as cursor:
        cursor.execute(statement, [_encode(rows), OrderStatus.HELD, OrderStatus.RELEASED])


def _hold_statement(row: Row) -> str:
    shape = (Hold, tuple(row))
    return (
        f"INSERT INTO {_target(shape)} SELECT {_quoted(shape[1])} FROM jsonb_to_recordset(%s::jsonb) AS told({_typed(shape)}) "
        'ORDER BY "order", kind ON CONFLICT (order_id, kind) WHERE released_at IS NULL '
        "DO UPDATE SET params = excluded.params, expires_at = excluded.expires_at, keeps_stock = excluded.keeps_stock"
    )


@cache
def _insert_orders(order: Shape, parts: tuple[Shape, ...]) -> str:
    lists = "".join(f', "{_list_of(model)}" jsonb' for model, _names in parts)
    return (
        f"WITH told AS (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS told({_typed(order)}{lists})), "
        f"made AS (INSERT INTO {_target(order)} SELECT {_quoted(order[1])} FROM told ORDER BY source, external_id "
        "ON CONFLICT ON CONSTRAINT orders_import_once DO NOTHING RETURNING id, source, external_id)"
        f"{''.join(_insert_part(part) for part in parts)} SELECT id, source, external_id FROM made"
    )


def _insert_part(part: Shape) -> str:
    model, names = part
    return (
        f", {_list_of(model)}_made AS (INSERT INTO {_target(part, 'order_id')} SELECT made.id, {_quoted(names, 'part.')} "
        "FROM told JOIN made ON made.source = told.source AND made.external_id = told.external_id, "
        f'ROWS FROM (jsonb_to_recordset(told."{_list_of(model)}") AS ({_typed(part)})) WITH ORDINALITY AS part({_quoted(names)}, place) '
        "ORDER BY made.id, place)"
    )


def _list_of(model: type[models.Model]) -> str:
    """The name under which an order's row has its rows of another model."""
    return f"{model._meta.model_name}_list"


def _shapes(told: Sequence[NewRows]) -> tuple[Shape, ...]:
    """Of the parts that any of the orders has."""
    first: dict[type[models.Model], Row] = {}
    for each in told:
        for model, rows in each.parts.items():
            if rows:
                first.setdefault(model, rows[0])
    return tuple((model, tuple(row)) for model, row in first.items())


def _target(shape: Shape, *more: str) -> str:
    model, names = shape
    columns = [*more, *(str(_field(model, name).column) for name in names)]
    return f'"{model._meta.db_table}" ({_quoted(columns)})'


def _quoted(names: Iterable[str], table: str = "") -> str:
    return ", ".join(f'{table}"{name}"' for name in names)


def _typed(shape: Shape) -> str:
    model, names = shape
    return ", ".join(f'"{name}" {_field(model, name).db_type(connection)}' for name in names)


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{name} is no column of {model.__name__}")
    return field


def _encode(rows: Sequence[Row]) -> str:
    return json.dumps(rows, default=_plain)


def _plain(value: Any) -> str:
    """Numbers and moments in the words of SQL, with all their digits."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a row of orders")
