"""A draft as JSON and back, for a change that waits for a decision. Pure; what is read back equals what was written."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from orders.drafts import NewOrder


def write_draft(draft: NewOrder) -> dict[str, Any]:
    written: dict[str, Any] = _write(draft)
    return written


def read_draft(written: Mapping[str, Any]) -> NewOrder:
    draft: NewOrder = _read(NewOrder, written)
    return draft


def _write(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _write(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _write(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_write(each) for each in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], each) for name, each in value.items()})
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read(next(each for each in get_args(kind) if each is not type(None)), value)
    if origin is tuple:
        return _read_tuple(get_args(kind), value)
    return _read_plain(kind, origin, value)


def _read_tuple(kinds: tuple[Any, ...], value: list[Any]) -> tuple[Any, ...]:
    if len(kinds) > 1 and kinds[1] is Ellipsis:
        return tuple(_read(kinds[0], each) for each in value)
    return tuple(_read(kind, each) for kind, each in zip(kinds, value, strict=True))


def _read_plain(kind: Any, origin: Any, value: Any) -> Any:
    if kind is Decimal:
        return Decimal(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    return dict(value) if origin is Mapping else value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
