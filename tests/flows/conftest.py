"""A merchant with one warehouse and two practice shops."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from inventory.models import Warehouse
from tests.clocks import ClockHand
from tests.factories.inventory import make_warehouse
from tests.flows.house import PracticeAccount, Wheels, open_shop


@pytest.fixture
def pace() -> float:
    return 1.0


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_superuser("owner")


@pytest.fixture
def shelf(transactional_db: None) -> Warehouse:
    return make_warehouse()


@pytest.fixture
def wheels(clock: ClockHand) -> Wheels:
    return Wheels(clock)


@pytest.fixture
def shops(tmp_path: Path, clock: ClockHand) -> Iterator[tuple[PracticeAccount, PracticeAccount]]:
    """Both sell TAZZA and PIATTO and show numbers that are not ours."""
    pair = (open_shop(tmp_path, "terramare", {"TAZZA": 3, "PIATTO": 3}), open_shop(tmp_path, "outlet", {"TAZZA": 9, "PIATTO": 9}))
    yield pair
    for shop in pair:
        shop.site.stop()
