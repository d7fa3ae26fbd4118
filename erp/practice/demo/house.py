"""Regia's own processes as the demo runs them: web, workers, beat. Each is the command that production uses too."""

import socket
import sys
import urllib.error
import urllib.request
from contextlib import suppress

from celery import current_app

from erp.core.queues import BACKLOG, LIVE, OUTSIDE, PAPERS, STOCK
from erp.practice.demo.processes import Supervisor

READY_SECONDS = 180
PING_SECONDS = 0.5
WORKERS = {LIVE: 3, OUTSIDE: 3, STOCK: 2, PAPERS: 1, BACKLOG: 1}
"""How many processes work on each queue."""


def start_house(supervisor: Supervisor, *, door: socket.socket) -> None:
    """`door` listens already at the address of the pages; it is the web server's from now on."""
    supervisor.start("web", web_words(door.fileno()), files=[door.fileno()])
    door.close()
    for queue, processes in WORKERS.items():
        supervisor.start(f"worker-{queue}", worker_words(queue, processes))
    supervisor.start("beat", [sys.executable, "-m", "celery", "-A", "erp", "beat", "--loglevel", "WARNING"])


def wait_for_house(supervisor: Supervisor, *, port: int) -> None:
    """Until the pages open and every worker answers."""
    supervisor.wait_for("web", lambda: _opens(f"http://127.0.0.1:{port}/accounts/login/"), seconds=READY_SECONDS)
    supervisor.wait_for("workers", _workers_answer, seconds=READY_SECONDS)


def web_words(listening: int) -> list[str]:
    options = ["--bind", f"fd://{listening}", "--workers", "1", "--threads", "8", "--timeout", "120", "--graceful-timeout", "3"]
    return [sys.executable, "-m", "gunicorn", "erp.wsgi", *options, "--no-control-socket", "--log-level", "warning"]


def worker_words(queue: str, processes: int) -> list[str]:
    options = ["--queues", queue, "--concurrency", str(processes), "--hostname", f"{queue}@regia", "--loglevel", "WARNING", "-O", "fair"]
    return [sys.executable, "-m", "celery", "-A", "erp", "worker", *options, "--without-gossip", "--without-mingle", "--without-heartbeat"]


def _opens(url: str) -> bool:
    with suppress(OSError, urllib.error.URLError), urllib.request.urlopen(url, timeout=2) as answer:
        return bool(answer.status == 200)
    return False


def _workers_answer() -> bool:
    names = [f"{queue}@regia" for queue in WORKERS]
    answers = current_app.control.ping(destination=names, timeout=PING_SECONDS)
    return len({name for answer in answers for name in answer}) == len(names)
