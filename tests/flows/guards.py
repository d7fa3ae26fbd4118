"""Our code with one of the ten guards of the stock protocol switched off, for the tests that show each to be needed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from inventory.books import Guard
from inventory.services.booking import StockBook
from tests.inventory.test_division_walks import switched_off


@contextmanager
def without(guard: Guard | None) -> Iterator[None]:
    """Every caller of the rules gets them without this guard; None is all guards on.

    A restock is counted by a statement of its own where a reservation is released, so that guard is switched off there.
    """
    if guard is None:
        yield
        return
    with switched_off(guard), pytest.MonkeyPatch.context() as patch:
        if guard is Guard.COUNT_RESTOCKS:
            patch.setattr(StockBook, "restock", lambda book, window, units: None)
        yield
