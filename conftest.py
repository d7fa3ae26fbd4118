"""What every test may use. The servers start with `tests.settings`, before Django is set up."""

import gc
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from erp.core import clock as the_clock
from erp.core import events
from erp.core.delivering import deliver_pending
from erp.core.http import redis_at
from tests import servers
from tests.clocks import TUESDAY, ClockHand
from tests.databases import Pattern, make_as_new

pattern = Pattern(servers.home())

# The same examples in every run, and none is a failure because the machine was slow.
hypothesis.settings.register_profile(
    "house", deadline=None, derandomize=True, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """On servers of our own the databases go with them; dropping each first would only stumble over sessions of killed processes."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a run in the background; what it starts must hear of Ctrl-C as ever
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if servers.are_ours():
        config.option.reuse_db = True
        TransactionTestCase._fixture_teardown = make_as_new
        if not hasattr(config, "workerinput"):
            pattern.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        pattern.stop()
        servers.stop()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The modules that take longest first, so that at the end no worker waits for another; each in one piece."""
    seconds: dict[Path, float] = {}
    for item in items:
        slow = item.get_closest_marker("slow") or item.get_closest_marker("kill")
        seconds[item.path] = seconds.get(item.path, 0) + (slow.kwargs.get("seconds", 4) if slow else 0.1)
    places = {path: (-length, place) for place, (path, length) in enumerate(seconds.items())}
    items.sort(key=lambda item: places[item.path])


def pytest_collection_finish() -> None:
    """What is imported stays for the whole run: the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Every worker's database is a copy of the pattern."""
    if servers.are_ours():
        pattern.copy_to(connection.creation._get_test_db_name())


@pytest.fixture(autouse=True)
def _house_language() -> Iterator[None]:
    """No test speaks the language that a page asked for by another left active in the process."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """No test finds what another left in the cache, or in the Redis that this worker has to itself."""
    cache.clear()
    events._no_wake_before = 0.0
    if servers.are_ours():
        redis_at(settings.REDIS_URL).flushdb()


@pytest.fixture
def pace() -> float:
    """How fast the clock of the tests goes: what was done a real second ago is a hundredth old. Folders where whole shops run say 1."""
    return 0.01


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest, pace: float, monkeypatch: pytest.MonkeyPatch) -> ClockHand:
    """Whenever and wherever a test runs, it begins at eleven in the morning of one Tuesday; no page is a second older on a slow machine.

    In a browser it is as late as it is: the browser's own clock shows nothing else.
    """
    path = servers.home() / f"clock-{os.getpid()}.json"
    path.unlink(missing_ok=True)
    monkeypatch.setenv("REGIA_CLOCK", str(path))
    the_clock.set_clock(path)
    hand = ClockHand(path)
    if not request.node.get_closest_marker("browser"):
        hand.stand_at(TUESDAY)
        hand.run(faster=pace)
    return hand


@pytest.fixture
def deliver() -> Callable[[], int]:
    """Deliver all events that are due now; returns how many deliveries were tried."""
    return deliver_pending
