"""One pair of embedded servers for a test run, in a folder of its own that goes with it; left-overs of killed runs go at the next start."""

import atexit
import os
import shutil
import signal
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit, urlunsplit

from erp.embedded import HOME, EmbeddedServers

_running: EmbeddedServers | None = None


def home() -> Path:
    return Path(os.environ["REGIA_TEST_HOME"])


def are_ours() -> bool:
    return os.environ.get("REGIA_TEST_SERVERS") == "ours"


def start() -> None:
    global _running
    if os.environ.get("REGIA_TEST_HOME"):
        return
    _remove_left_overs()
    folder = HOME / f"test-{os.getpid()}"
    os.environ["REGIA_TEST_HOME"] = str(folder)
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        folder.mkdir(parents=True, exist_ok=True)
        return
    os.environ["REGIA_TEST_SERVERS"] = "ours"
    _running = EmbeddedServers(folder, durable=False)
    addresses = _running.start()
    os.environ.setdefault("DATABASE_URL", addresses.database_url)
    os.environ.setdefault("REDIS_URL", addresses.redis_url)
    atexit.register(stop)
    signal.signal(signal.SIGTERM, _leave)


def take_own_redis() -> None:
    """Each xdist worker has one of Redis's databases to itself; 0 is of a run without workers, 9 of the demo."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if are_ours() and worker:
        os.environ["REDIS_URL"] = urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{int(worker) % 8 + 1}"))


def stop() -> None:
    if _running:
        _running.stop()
        shutil.rmtree(home(), ignore_errors=True)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _remove_left_overs() -> None:
    for folder in HOME.glob("test-*"):
        owner = int(folder.name.removeprefix("test-"))
        if not Path(f"/proc/{owner}").exists():
            left = EmbeddedServers(folder)
            left.owned = True
            left.stop()
            shutil.rmtree(folder, ignore_errors=True)
