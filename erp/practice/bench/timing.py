"""How long things take: rates over at least ten seconds or a thousand operations, percentiles, statements, a calibration of the machine."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles

from django.db import connection
from django.test.utils import CaptureQueriesContext

LEAST_SECONDS = 10.0
LEAST_OPERATIONS = 1_000
ADDITIONS = 100_000


@dataclass
class Run:
    """The seconds of each operation of one run, and how long the whole took."""

    seconds: list[float] = field(default_factory=list)
    total: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.total

    def percentile_ms(self, percent: int) -> float:
        return quantiles(self.seconds, n=100)[percent - 1] * 1000


def run_for(operation: Callable[[int], object], *, seconds: float = LEAST_SECONDS, operations: int = LEAST_OPERATIONS) -> Run:
    """Call `operation(0)`, `operation(1)`, ... until both floors of one of them are reached: enough time, or enough operations."""
    run = Run()
    started = time.perf_counter()
    while run.total < seconds and len(run.seconds) < operations:
        before = time.perf_counter()
        operation(len(run.seconds))
        after = time.perf_counter()
        run.seconds.append(after - before)
        run.total = after - started
    return run


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL of the block, BEGIN, COMMIT and savepoints included."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [query["sql"] for query in captured.captured_queries]


def calibrate(seconds: float = 3.0) -> dict[str, float]:
    """What this machine does at this minute: commits of one row and statements inside one transaction per second, additions in Python."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_calibration (id int PRIMARY KEY, n int)")
        cursor.execute("INSERT INTO bench_calibration VALUES (1, 0) ON CONFLICT DO NOTHING")
        commits = _rate(lambda: cursor.execute("UPDATE bench_calibration SET n = n + 1 WHERE id = 1"), seconds)
        cursor.execute("BEGIN")
        singles = _rate(lambda: cursor.execute("UPDATE bench_calibration SET n = n + 1 WHERE id = 1"), seconds)
        cursor.execute("ROLLBACK")
        cursor.execute("DROP TABLE bench_calibration")
    additions = _rate(_add_up, seconds) * ADDITIONS / 1_000_000
    return {
        "calibration_commits_per_s": round(commits, 1),
        "calibration_statements_per_s": round(singles, 1),
        "calibration_python_millions_per_s": round(additions, 1),
    }


def _add_up() -> None:
    total = 0
    for number in range(ADDITIONS):
        total += number


def _rate(operation: Callable[[], object], seconds: float) -> float:
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        operation()
        count += 1
    return count / (time.perf_counter() - started)
