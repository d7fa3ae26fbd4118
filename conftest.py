"""What every test may use. The servers start with `tests.settings`, before Django is set up."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from erp.core import clock as the_clock
from erp.core.delivering import deliver_pending
from tests import servers
from tests.clocks import ClockHand
from tests.databases import Pattern, make_as_new

pattern = Pattern(servers.home())


def pytest_configure(config: pytest.Config) -> None:
    """On servers of our own the databases go with them; dropping each first would only stumble over sessions of killed processes."""
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


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClockHand]:
    """REGIA_CLOCK of its own, at real time and speed until it is moved."""
    path = tmp_path / "clock.json"
    the_clock.set_clock(path)
    monkeypatch.setenv("REGIA_CLOCK", str(path))
    return ClockHand(path)


@pytest.fixture
def deliver() -> Callable[[], int]:
    """Deliver all events that are due now; returns how many deliveries were tried."""
    return deliver_pending
