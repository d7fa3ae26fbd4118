"""The demo's last will: `python -m erp.practice.demo.guard` reads process ids from its input and ends them if the supervisor vanishes.

Input lines: `group <pid>` for a child that leads a process group, `home <folder>` for embedded servers that the supervisor owns, `done`
when the supervisor has ended everything itself. The end of the input without `done` is a supervisor that was killed.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from erp import processes
from erp.embedded import EmbeddedServers

GRACE_SECONDS = 8


def end_groups(groups: Iterable[int], *, grace: float = GRACE_SECONDS) -> None:
    """Ask every leader to end, all at once; then whom it left behind; kill what is still there after `grace` seconds."""
    waiting = dict.fromkeys(groups, False)
    for group in waiting:
        _signal(os.kill, group, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while waiting and time.monotonic() < deadline:
        time.sleep(0.05)
        waiting = {group: was_told for group, was_told in waiting.items() if is_alive(group)}
        for group in [group for group, was_told in waiting.items() if not was_told and not processes.is_alive(group)]:
            _signal(os.killpg, group, signal.SIGTERM)
            waiting[group] = True
    for group in waiting:
        _signal(os.killpg, group, signal.SIGKILL)


def is_alive(group: int) -> bool:
    """Whether anybody of the group still runs; the dead who wait for their parent's look do not count."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, 0)
        return any(_group_of(entry) == group for entry in Path("/proc").glob("[0-9]*")) if Path("/proc/self/stat").exists() else True
    return False


def _group_of(entry: Path) -> int | None:
    with suppress(OSError):
        state, _parent, group, *_rest = (entry / "stat").read_text().rpartition(")")[2].split()
        return int(group) if state not in "ZX" else None
    return None


def _signal(send: Callable[[int, int], None], process: int, kind: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        send(process, kind)


def main() -> None:
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, signal.SIG_IGN)
    groups: list[int] = []
    homes: list[Path] = []
    for line in sys.stdin:
        word, _, value = line.strip().partition(" ")
        if word == "done":
            return
        if word == "group":
            groups.append(int(value))
        elif word == "home":
            homes.append(Path(value))
    end_groups(groups)
    for home in homes:
        servers = EmbeddedServers(home)
        servers.owned = True
        servers.stop()


if __name__ == "__main__":
    main()
