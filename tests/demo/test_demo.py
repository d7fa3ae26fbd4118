"""The whole demo in a process of its own, on a database of its own: sold, followed, judged, and nothing left running."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
import pytest

from erp.embedded import ROOT

pytestmark = pytest.mark.slow(seconds=25)
KEYS = {
    "sold",
    "imported",
    "duplicates",
    "lost",
    "oversold",
    "oversold_share",
    "oversold_by_hand",
    "cents_unexplained",
    "documents",
    "webhook_to_reserved_p50_ms",
    "webhook_to_reserved_p95_ms",
    "sale_to_other_shop_p95_ms",
    "faults_injected",
    "faults_survived",
    "needs_attention",
}
REDIS_DATABASE = 9
PATIENCE_SECONDS = 1800  # no measure: only so that nothing waits for ever


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A database and a Redis of its own on the servers of the tests."""
    name = f"demo_{os.getpid()}"
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    media = tmp_path_factory.mktemp("media")
    database = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    redis = urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{REDIS_DATABASE}"))
    outside = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    yield {**outside, "DATABASE_URL": database, "REDIS_URL": redis, "REGIA_MEDIA": str(media), "LANG": "C.UTF-8"}
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "demo", "--home", str(home), *words]


def left_running(home: Path) -> list[str]:
    """Command lines and environments of the demo's children name its home."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(home / "clock.json") == process.environ().get("REGIA_CLOCK"):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def nothing_is_left(home: Path) -> None:
    """Who was killed may still be on its way out."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left_running(home) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left_running(home) == []


@pytest.fixture(scope="module")
def ran_once(environment: dict[str, str], home: Path) -> "subprocess.CompletedProcess[str]":
    """The first start: everything is seeded and the main job runs once, whichever test asks first."""
    words = command(home, "--once", "--orders", "30")
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


@pytest.fixture
def foreign_books(ran_once: object, environment: dict[str, str]) -> Iterator[None]:
    """The database is somebody else's for one test."""
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as rows:
        (name,) = rows.execute("SELECT name FROM crm_company").fetchone() or ("",)
        rows.execute("UPDATE crm_company SET name = 'Bottega Etna S.r.l.'")
        yield
        rows.execute("UPDATE crm_company SET name = %s", [name])


def test_the_main_job_runs_once_and_keeps_every_promise(ran_once, home):
    done = ran_once

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every promise was kept." in done.stdout
    figures = json.loads((home / "demo.json").read_text())
    assert figures.keys() == KEYS
    assert figures["sold"] >= 30
    assert figures["imported"] == figures["sold"]
    assert figures["faults_survived"] == figures["faults_injected"] > 0
    zero = ("duplicates", "lost", "oversold", "cents_unexplained")
    assert [figures[key] for key in zero] == [0, 0, 0, 0]
    nothing_is_left(home)


def test_a_second_start_seeds_nothing_and_a_signal_leaves_nothing(ran_once, environment, home):
    demo = subprocess.Popen(command(home), env=environment, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    said = []
    for line in demo.stdout:
        said.append(line)
        if line.startswith("Ctrl-C"):
            break
    assert left_running(home) != []

    demo.send_signal(signal.SIGTERM)
    rest, _errors = demo.communicate(timeout=PATIENCE_SECONDS)

    assert demo.returncode == 0
    assert "Everything is stopped." in rest
    assert [line for line in said if "products and variants" in line or "customers (" in line] == []
    nothing_is_left(home)


def test_a_killed_demo_leaves_nothing(ran_once, environment, home):
    demo = subprocess.Popen(command(home), env=environment, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    for line in demo.stdout:
        if line.startswith("Ctrl-C"):
            break

    demo.kill()
    demo.wait()
    demo.stdout.close()

    nothing_is_left(home)


def test_somebody_elses_database_is_refused(foreign_books, environment, home):
    done = subprocess.run(command(home), env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)

    assert done.returncode == 1
    assert "This database holds the books of “Bottega Etna S.r.l.”." in done.stderr
    nothing_is_left(home)
