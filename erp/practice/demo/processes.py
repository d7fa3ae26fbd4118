"""One owner for every process of the demo: started in groups of their own, ended by process id, none left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType

from django.utils.translation import gettext as _

from erp.embedded import ROOT
from erp.practice.demo.guard import end_groups

TAIL_LINES = 12


class ChildEnded(Exception):
    """A process that should run on has ended; the sentence says which, how, and where its log is."""


class Child:
    """One process, in a group of its own, and its log."""

    def __init__(self, name: str, words: Sequence[str], log: Path, environment: Mapping[str, str], files: Sequence[int] = ()) -> None:
        self.name, self.log = name, log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                list(words),
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=files,
            )

    def check(self) -> None:
        code = self.process.poll()
        if code is not None:
            raise ChildEnded(
                _("%(name)s ended by itself (exit %(code)s). The end of its log %(log)s:\n%(tail)s")
                % {"name": self.name, "code": code, "log": self.log, "tail": self.tail()}
            )

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


class Supervisor:
    """A context: everything started inside is gone at its end, also after an exception; a guard does it if this process is killed.

    `environment` is what every child inherits on top of our own.
    """

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.home = home
        self.children: list[Child] = []
        self._environment = {**os.environ, **environment}
        self._guard: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Supervisor":
        self.home.mkdir(parents=True, exist_ok=True)
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "erp.practice.demo.guard"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with _deaf():
            end_groups(child.process.pid for child in reversed(self.children))
            for child in self.children:
                child.process.wait()
            self._tell("done")
            if self._guard is not None and self._guard.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    self._guard.stdin.close()
                self._guard.wait()

    def start(self, name: str, words: Sequence[str], *, files: Sequence[int] = ()) -> Child:
        """`files` are open file descriptors that the child inherits under the same numbers."""
        child = Child(name, words, self.home / f"{name}.log", self._environment, files)
        self.children.append(child)
        self._tell(f"group {child.process.pid}")
        return child

    def owns_servers(self, home: Path) -> None:
        """The embedded servers of this folder are ours: the guard ends them too."""
        self._tell(f"home {home}")

    def check(self) -> None:
        """Raises ChildEnded when a child is no longer there."""
        for child in self.children:
            child.check()

    def wait_for(self, what: str, ready: Callable[[], bool], *, seconds: float, pause: float = 0.05) -> None:
        """Until `ready` answers True; TimeoutError after `seconds`, ChildEnded when a child ends meanwhile."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise TimeoutError(_("%(what)s was not ready after %(seconds)s seconds.") % {"what": what, "seconds": round(seconds)})
            time.sleep(pause)

    def _tell(self, line: str) -> None:
        if self._guard is None or self._guard.stdin is None:
            return
        with contextlib.suppress(BrokenPipeError):
            self._guard.stdin.write(f"{line}\n")
            self._guard.stdin.flush()


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """No signal interrupts the clearing up; it is short and bounded."""
    before = {kind: signal.signal(kind, signal.SIG_IGN) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def leave_on_signals() -> None:
    """SIGTERM and SIGINT end the main thread by an exception, so that every `finally` on the way runs."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
