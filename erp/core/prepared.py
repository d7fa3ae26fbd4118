"""Statements that the server parses and plans once per connection: those that every order goes through.

The ORM's statements carry their values in their text, so each is planned for its values anew; that suits reads over partial indexes.
The statements of an order's trip are few, long, and planned the same for any values: planning them costs more than running them.
"""

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.postgresql.psycopg_any import mogrify
from django.db.backends.utils import CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """A cursor that counts in the query log as any other. Every parameter needs its type in the statement (`%s::bigint[]`).

    `prepare_threshold` and `plan_cache_mode` come from the database's OPTIONS.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    raw: Any = database.connection
    if database.queries_logged:
        return database.make_debug_cursor(_LoggedCursor(raw))
    return database.make_cursor(_PreparedCursor(raw))


_ServerBindingCursor: Any = ServerBindingCursor


class _PreparedCursor(_ServerBindingCursor):  # type: ignore[misc]
    """Lists go as text. psycopg would look at their elements for a type, and prepare the statement anew for each type that it finds."""

    def execute(self, query: str, params: Any = None, **options: Any) -> "_PreparedCursor":
        super().execute(query, _with_arrays(params), **options)
        return self


class _LoggedCursor(_PreparedCursor):
    """psycopg keeps no text of a prepared statement; Django's query log shows it with its values."""

    def execute(self, query: str, params: Any = None, **options: Any) -> "_LoggedCursor":
        super().execute(query, params, **options)
        self._query = SimpleNamespace(query=mogrify(query, _with_arrays(params), connection).encode())
        return self


def _with_arrays(params: Any) -> Any:
    if isinstance(params, Mapping):
        return {name: _array(value) if isinstance(value, list) else value for name, value in params.items()}
    return params and [_array(value) if isinstance(value, list) else value for value in params]


def _array(elements: Iterable[Any]) -> str:
    """In the words of SQL: `{"1","a \\"word\\"",NULL}`."""
    return "{" + ",".join("NULL" if element is None else _quoted(str(element)) for element in elements) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
