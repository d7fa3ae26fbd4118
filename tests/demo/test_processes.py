"""One supervisor owns every process of the demo: none is left, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from erp.practice.demo.processes import ChildEnded, Supervisor

SLEEP = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(999)']); time.sleep(999)"
SLEEPER = [sys.executable, "-c", SLEEP]
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(999)"
STUBBORN = [sys.executable, "-c", DEAF]
SHOW = "import os; print(os.environ['REGIA_TEST_MARK'], os.getpgid(0) == os.getpid())"
OWNER = """
import sys, time
from pathlib import Path
from erp.practice.demo.processes import Supervisor, leave_on_signals
leave_on_signals()
with Supervisor(Path(sys.argv[1]), {"REGIA_TEST_MARK": sys.argv[1]}) as supervisor:
    supervisor.start("one", eval(sys.argv[2]))
    supervisor.start("two", eval(sys.argv[2]))
    print("ready", flush=True)
    if sys.argv[3] == "fail":
        sys.stdin.readline()
        raise RuntimeError("on purpose")
    time.sleep(999)
"""


def marked(mark: Path) -> list[psutil.Process]:
    """Everything that runs with our mark in its environment, and the guard."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("REGIA_TEST_MARK") == str(mark) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_until(is_so: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)


def start_owner(folder: Path, words: list[str], end: str = "wait") -> "subprocess.Popen[bytes]":
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder), repr(words), end],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"ready\n"
    wait_until(lambda: len(marked(folder)) == 4)
    return owner


@pytest.mark.slow
@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_children_and_their_children_end_with_the_supervisor(tmp_path, kind):
    owner = start_owner(tmp_path, SLEEPER)
    assert len(marked(tmp_path)) == 4

    owner.send_signal(kind)
    owner.communicate(timeout=120)
    wait_until(lambda: not marked(tmp_path))

    assert marked(tmp_path) == []


@pytest.mark.slow
def test_an_exception_ends_them_too(tmp_path):
    owner = start_owner(tmp_path, SLEEPER, end="fail")
    assert len(marked(tmp_path)) == 4

    owner.communicate(b"now\n", timeout=120)

    assert owner.returncode == 1
    wait_until(lambda: not marked(tmp_path))
    assert marked(tmp_path) == []


@pytest.mark.slow
def test_a_child_that_does_not_listen_is_killed(tmp_path):
    with Supervisor(tmp_path, {}) as supervisor:
        child = supervisor.start("deaf", STUBBORN)
        supervisor.wait_for("deaf", lambda: "deaf" in child.tail(), seconds=120)

    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_ends_by_itself_is_told_with_the_end_of_its_log(tmp_path):
    with Supervisor(tmp_path, {}) as supervisor:
        child = supervisor.start("short", [sys.executable, "-c", "print('the last words'); raise SystemExit(3)"])
        child.process.wait()

        with pytest.raises(ChildEnded, match=r"(?s)short .*3.*the last words"):
            supervisor.check()


def test_waiting_ends_with_a_sentence(tmp_path):
    with Supervisor(tmp_path, {}) as supervisor, pytest.raises(TimeoutError, match="the moon"):
        supervisor.wait_for("the moon", lambda: False, seconds=0.1)


def test_children_inherit_what_they_are_told(tmp_path):
    with Supervisor(tmp_path, {"REGIA_TEST_MARK": "ours"}) as supervisor:
        child = supervisor.start(
            "env", [sys.executable, "-c", "import os; print(os.environ['REGIA_TEST_MARK'], os.getpgid(0) == os.getpid())"]
        )
        child.process.wait()

    assert child.tail() == "ours True"
    assert os.getpgid(0) != child.process.pid
