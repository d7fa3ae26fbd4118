"""The embedded servers belong to who started them, are joined by others, and are gone when their owner ends, however it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from erp.embedded import EmbeddedServers
from erp.processes import end_process
from tests import servers

pytestmark = pytest.mark.slow

OWNER = """
import sys, time
from pathlib import Path
from erp.embedded import servers
with servers(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """Not in pytest's own folder: each run of pytest that begins on this machine closes that one to PostgreSQL's user."""
    folder = Path(tempfile.mkdtemp(prefix="embedded-", dir=servers.home()))
    yield folder
    shutil.rmtree(folder)


def server_processes(home: Path) -> list[psutil.Process]:
    def mentions_home(process: psutil.Process) -> bool:  # a zombie has no command line
        return str(home) in " ".join(process.info["cmdline"] or [])

    return [process for process in psutil.process_iter(["cmdline"]) if mentions_home(process)]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}


def test_a_second_start_joins_and_does_not_stop_what_it_did_not_start(home):
    first, second = EmbeddedServers(home), EmbeddedServers(home)
    try:
        addresses = first.start()
        assert second.start() == addresses
        second.stop()
        assert EmbeddedServers(home).start() == addresses
        assert "127.0.0.1" in addresses.redis_url
        assert (home / "servers.json").stat().st_mode & 0o077 == 0
    finally:
        first.stop()
    assert server_processes(home) == []


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_running_when_the_owner_is_told_to_end(home, end):
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"ready\n"
    assert server_processes(home) != []

    owner.send_signal(end)
    owner.communicate(timeout=120)

    assert server_processes(home) == []
    assert not (home / "servers.json").exists()


def test_servers_of_a_killed_owner_are_joined_or_cleared_away(home):
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(home)], stdout=subprocess.PIPE, env=environment())
    assert owner.stdout is not None
    owner.stdout.readline()
    owner.kill()
    owner.communicate()
    end_process(json.loads((home / "servers.json").read_text())["valkey_pid"], signal.SIGKILL)

    heir = EmbeddedServers(home)
    heir.start()

    assert heir.owned
    heir.stop()
    assert server_processes(home) == []
