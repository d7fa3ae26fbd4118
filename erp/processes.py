"""Processes of this machine: alive or not, ended by process id, and a free port for a server. Knows nothing of Django."""

import contextlib
import os
import signal
import socket
import time
from pathlib import Path

STOP_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_alive(pid: int) -> bool:
    """Running, and not only waiting to be buried by a parent that never looks."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def end_process(pid: int | None, kind: signal.Signals) -> None:
    if not pid:
        return
    deadline = time.monotonic() + STOP_SECONDS
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, kind)
        while is_alive(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)
