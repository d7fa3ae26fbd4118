"""A printer's queue on this machine: a command `lp` that keeps what it is given, or refuses it."""

from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = """#!/bin/sh
place=$(/bin/ls {folder} | /usr/bin/wc -l)
echo "$*" > {folder}/$place.words.tmp
/bin/cat > {folder}/$place.bytes
/bin/mv {folder}/$place.words.tmp {folder}/$place.words
"""
REFUSING = """#!/bin/sh
/bin/cat > /dev/null
echo "{says}" >&2
exit 1
"""


def put_printer(folder: Path, monkeypatch: pytest.MonkeyPatch, *, says: str = "") -> Callable[[], list[tuple[str, bytes]]]:
    """The words and the bytes of each job, in order. `says`: the printer refuses with this."""
    commands, queue = folder / "commands", folder / "queue"
    commands.mkdir(exist_ok=True)
    queue.mkdir(exist_ok=True)
    lp = commands / "lp"
    lp.write_text(REFUSING.format(says=says) if says else SCRIPT.format(folder=queue))
    lp.chmod(0o755)
    monkeypatch.setenv("PATH", str(commands))

    def printed() -> list[tuple[str, bytes]]:
        jobs = sorted(queue.glob("*.words"), key=lambda path: int(path.name.split(".")[0]))
        return [(path.read_text().strip(), path.with_suffix(".bytes").read_bytes()) for path in jobs]

    return printed
