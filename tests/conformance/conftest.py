"""Every connector against PAINS.md on its practice shop: a merchant, one account that sells TAZZA and PIATTO, and its webhooks at our door.

A connector joins by a line in `PLATFORMS`; it is done when every row passes.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from inventory.models import Warehouse, WindowPolicy
from tests.clocks import ClockHand
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.flows.house import PracticeAccount, Wheels, connect, open_shop

PLATFORMS = {"woocommerce": open_shop}
PATIENCE_SECONDS = 120.0  # no measure: only so that nothing waits for ever


@pytest.fixture
def pace() -> float:
    return 1.0


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_superuser("owner")


@pytest.fixture
def shelf(transactional_db: None) -> Warehouse:
    return make_warehouse()


@pytest.fixture(params=sorted(PLATFORMS))
def shop(request: pytest.FixtureRequest, tmp_path: Path, clock: ClockHand, shelf: Warehouse, owner: User) -> Iterator[PracticeAccount]:
    """Live and read once, twenty of each on our shelf and in the shop."""
    practice = PLATFORMS[request.param](tmp_path, "terramare", {"TAZZA": 20, "PIATTO": 20})
    for sku in ("TAZZA", "PIATTO"):
        put(make_variant(sku), shelf, 20)
    WindowPolicy.objects.create(mode="share")
    connect(practice, "terramare", shelf, owner)
    yield practice
    practice.site.stop()


@pytest.fixture
def wheels(clock: ClockHand) -> Wheels:
    return Wheels(clock)


@pytest.fixture
def door(live_server: Any, settings: Any) -> str:
    """Our webhook door, reached over HTTP as the shop reaches it."""
    settings.REGIA_PUBLIC_URL = live_server.url
    return str(live_server.url)


def wait_until(is_so: Callable[[], bool]) -> None:
    """The shop sends its news 200 ms after the event; real time must pass."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
