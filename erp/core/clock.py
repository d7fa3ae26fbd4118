"""The one clock that rules read. Its offset and speed come from REGIA_CLOCK and are shared by all processes.

REGIA_CLOCK is the path of a small JSON file `{"origin": s, "shown": s, "speed": f}` (Unix seconds): at real time `origin` the clock
shows `shown` and runs `speed` times as fast. Unset, it shows real time. Changing the file changes the time of every process at once.
What bounds a network call (time-out, lease, settle) is real time: `real_now()`.
"""

import json
import os
import time
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

_read: tuple[str, int, dict[str, float]] = ("", 0, {})


def real_now() -> datetime:
    return datetime.now(UTC)


def now() -> datetime:
    """The moment on Regia's clock, aware, UTC."""
    setting = _setting()
    if not setting:
        return real_now()
    return datetime.fromtimestamp(_shown(setting, time.time()), UTC)


def today(zone: str = "Europe/Rome") -> date:
    """The company's calendar day; a fiscal date is decided once, from this."""
    return now().astimezone(ZoneInfo(zone)).date()


def speed() -> float:
    """How many seconds of Regia's clock pass in a real one."""
    return _setting().get("speed", 1.0)


def set_clock(path: str | Path, *, ahead: float = 0.0, faster: float = 1.0) -> None:
    """Move the clock of everybody who reads `path` ahead by seconds from where it stands, and set its speed."""
    file = Path(path)
    real = time.time()
    before = json.loads(file.read_text()) if file.exists() else {}
    after = {"origin": real, "shown": _shown(before, real) + ahead, "speed": faster}
    draft = file.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(after))
    if before:  # two changes within one tick of the disk's clock are two, too: readers look at the time of the change only
        newer = max(draft.stat().st_mtime_ns, file.stat().st_mtime_ns + 1)
        os.utime(draft, ns=(newer, newer))
    draft.replace(file)


def _shown(setting: dict[str, float], real: float) -> float:
    if not setting:
        return real
    return setting["shown"] + (real - setting["origin"]) * setting["speed"]


def _setting() -> dict[str, float]:
    global _read
    path = os.environ.get("REGIA_CLOCK", "")
    if not path:
        return {}
    try:
        stamp = os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return {}
    if _read[:2] != (path, stamp):
        _read = (path, stamp, json.loads(Path(path).read_text()))
    return _read[2]
