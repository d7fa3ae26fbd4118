"""Regia's own processes as the demo runs them: web, workers, beat. Each is the command that production uses too."""

import socket
import sys
import urllib.error
import urllib.request
from contextlib import suppress

from celery import current_app

from erp.practice.demo.processes import Supervisor

READY_SECONDS = 180
PING_SECONDS = 0.5
WORKERS = (("live", "live", 3), ("stock", "stock", 2), ("papers", "papers", 1), ("backlog", "backlog", 1))
"""Name, queues and processes of each worker."""


def start_house(supervisor: Supervisor, *, door: socket.socket) -> None:
    """`door` listens already at the address of the pages; it is the web server's from now on."""
    supervisor.start("web", web_words(door.fileno()), files=[door.fileno()])
    door.close()
    for name, queues, processes in WORKERS:
        supervisor.start(f"worker-{name}", worker_words(name, queues, processes))
    supervisor.start("beat", [sys.executable, "-m", "celery", "-A", "erp", "beat", "--loglevel", "WARNING"])


def wait_for_house(supervisor: Supervisor, *, port: int) -> None:
    """Until the pages open and every worker answers."""
    supervisor.wait_for("web", lambda: _opens(f"http://127.0.0.1:{port}/accounts/login/"), seconds=READY_SECONDS)
    supervisor.wait_for("workers", _workers_answer, seconds=READY_SECONDS)


def web_words(listening: int) -> list[str]:
    options = ["--bind", f"fd://{listening}", "--workers", "1", "--threads", "8", "--timeout", "120", "--graceful-timeout", "3"]
    return [sys.executable, "-m", "gunicorn", "erp.wsgi", *options, "--no-control-socket", "--log-level", "warning"]


def worker_words(name: str, queues: str, processes: int) -> list[str]:
    options = ["--queues", queues, "--concurrency", str(processes), "--hostname", f"{name}@regia", "--loglevel", "WARNING", "-O", "fair"]
    return [sys.executable, "-m", "celery", "-A", "erp", "worker", *options, "--without-gossip", "--without-mingle", "--without-heartbeat"]


def _opens(url: str) -> bool:
    with suppress(OSError, urllib.error.URLError), urllib.request.urlopen(url, timeout=2) as answer:
        return bool(answer.status == 200)
    return False


def _workers_answer() -> bool:
    names = [f"{name}@regia" for name, _queues, _processes in WORKERS]
    answers = current_app.control.ping(destination=names, timeout=PING_SECONDS)
    return len({name for answer in answers for name in answer}) == len(names)
