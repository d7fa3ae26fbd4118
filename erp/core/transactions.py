"""Transactions of services: `atomic` costs nothing when nested, and what was recorded and published is written once, at its end.

Django has no hook before the commit, so a depth counter of our own finds the end of the outermost `atomic`; there the collected rows
(history, events, cards) are written, one statement each, in the same transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from threading import local
from typing import Any, ParamSpec, TypeVar, overload

from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
R = TypeVar("R")
Writer = Callable[[list[Any]], None]

REPLAYED_STATES = frozenset({"40001", "40P01"})
"""SQLSTATE of a serialization failure and of a deadlock."""
MAX_REPLAYS = 3

_WRITERS: dict[str, Writer] = {}


class _State(local):
    def __init__(self) -> None:
        self.depth = 0
        self.collected: dict[str, list[Any]] = {}


_state = _State()


@overload
def atomic(function: Callable[P, R]) -> Callable[P, R]: ...
@overload
def atomic() -> AbstractContextManager[None]: ...


def atomic(function: Callable[P, R] | None = None) -> Callable[P, R] | AbstractContextManager[None]:
    """Django's atomic without a savepoint, as decorator or context manager: a service inside a service cannot half-succeed.

    A `Refused` that leaves it makes the whole transaction unusable; only `attempt()` may be caught around. The outermost service is played
    again when the database gave it up for others (see `replay`), unless an iterator among its arguments may be used up.
    """
    if function is None:
        return _transaction()

    @wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        def work() -> R:
            with _transaction():
                return function(*args, **kwargs)

        if _state.depth or in_transaction() or any(isinstance(value, Iterator) for value in (*args, *kwargs.values())):
            return work()
        return replay(work)

    return inside


def replay(work: Callable[[], R]) -> R:
    """Run a whole transaction, and again when the database gave it up for others (deadlock, serialization): nothing of it was written."""
    forbid_transaction("replay()")
    for _ in range(MAX_REPLAYS):
        try:
            return work()
        except OperationalError as error:
            if not is_given_up(error):
                raise
    return work()


def is_given_up(error: BaseException) -> bool:
    """The database gave a transaction up for others: a deadlock, or a serialization failure."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) in REPLAYED_STATES


@contextmanager
def attempt() -> Iterator[None]:
    """One real savepoint at the boundary of a list: an error inside undoes only this part, collected rows included, and may be caught."""
    marks = {name: len(rows) for name, rows in _state.collected.items()}
    try:
        with transaction.atomic():
            yield
    except BaseException:
        for name, rows in _state.collected.items():
            del rows[marks.get(name, 0) :]
        raise


def writes_at_end(name: str) -> Callable[[Writer], Writer]:
    """Register the function that writes what was collected under `name`; they run in the order of registration."""

    def register(writer: Writer) -> Writer:
        _WRITERS[name] = writer
        return writer

    return register


def collect(name: str, row: Any) -> None:
    """Keep a row until the end of the outermost `atomic`."""
    if not _state.depth:
        raise RuntimeError(f"{name}: nothing can be collected outside of atomic")
    _state.collected.setdefault(name, []).append(row)


def in_transaction() -> bool:
    """True inside a real transaction; the one that a TestCase opens around a test does not count."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def forbid_transaction(what: str) -> None:
    if in_transaction():
        raise RuntimeError(f"{what} must not run inside a transaction")


def require_transaction(what: str) -> None:
    if not in_transaction():
        raise RuntimeError(f"{what} belongs inside a transaction")


@contextmanager
def _transaction() -> Iterator[None]:
    _state.depth += 1
    try:
        with transaction.atomic(savepoint=False):
            yield
            if _state.depth == 1:
                _write_collected()
    finally:
        _state.depth -= 1
        if not _state.depth:
            _state.collected.clear()


def _write_collected() -> None:
    for name, write in _WRITERS.items():
        rows = _state.collected.pop(name, [])
        if rows:
            write(rows)
