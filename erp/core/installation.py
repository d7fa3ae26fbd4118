"""Is this installation sound? Every check is one sentence: what was looked at and, where it is not well, what to do."""

import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import redis
from celery import current_app
from django.conf import settings
from django.contrib.postgres.operations import CreateExtension
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from erp.core.queues import QUEUES
from erp.core.schedules import missing_schedules

OLDEST_POSTGRES = 140000
WORKER_SECONDS = 1.5
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
DEMO_KEY = "only-for-the-demo"


@dataclass(frozen=True)
class Verdict:
    """`warning` is worth a look, `broken` makes the installation unusable."""

    level: Literal["ok", "warning", "broken"]
    sentence: str


def check_installation() -> list[Verdict]:
    """All checks; those that need the database or Redis are left out where it does not answer."""
    database, broker = _check_database(), _check_redis()
    needing_database: tuple[Callable[[], Verdict], ...] = (_check_extensions, _check_migrations, _check_schedules)
    return [
        _check_python(),
        database,
        *(check() for check in needing_database if database.level != "broken"),
        broker,
        *([_check_workers()] if broker.level != "broken" else []),
        _check_media(),
        _check_public_url(),
        _check_secret_key(),
    ]


def _check_python() -> Verdict:
    return Verdict("ok", _("Python %(version)s runs Regia.") % {"version": platform.python_version()})


def _check_database() -> Verdict:
    try:
        connection.ensure_connection()
        version = connection.pg_version  # type: ignore[attr-defined]
    except DatabaseError as error:
        return Verdict(
            "broken", _("The database does not answer: %(error)s Check DATABASE_URL and that PostgreSQL runs.") % {"error": _short(error)}
        )
    names = {"version": f"{version // 10000}.{version % 10000}"}
    if version < OLDEST_POSTGRES:
        return Verdict("broken", _("PostgreSQL %(version)s is too old: install 14 or newer.") % names)
    return Verdict("ok", _("PostgreSQL %(version)s answers.") % names)


def _check_extensions() -> Verdict:
    """The migrations say which extensions they need."""
    migrations = MigrationExecutor(connection).loader.disk_migrations.values()
    needed = {operation.name for each in migrations for operation in each.operations if isinstance(operation, CreateExtension)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_available_extensions")
        missing = sorted(needed - {row[0] for row in cursor.fetchall()})
    if missing:
        return Verdict("broken", _("PostgreSQL lacks %(names)s: install its contrib package.") % {"names": ", ".join(missing)})
    if not needed:
        return Verdict("ok", _("PostgreSQL needs no extension."))
    return Verdict("ok", _("PostgreSQL has the extensions that are needed: %(names)s.") % {"names": ", ".join(sorted(needed))})


def _check_migrations() -> Verdict:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Verdict("broken", _("%(number)d migrations are not applied: run manage.py migrate.") % {"number": len(waiting)})
    return Verdict("ok", _("All migrations are applied."))


def _check_schedules() -> Verdict:
    try:
        missing = [entry.name for entry in missing_schedules()]
    except DatabaseError:
        return Verdict("broken", _("The schedules have no table yet: run manage.py migrate."))
    if missing:
        text = _("%(number)d schedules are missing (%(names)s): run manage.py ensure_schedules.")
        return Verdict("broken", text % {"number": len(missing), "names": ", ".join(missing)})
    return Verdict("ok", _("All schedules are there."))


def _check_redis() -> Verdict:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)
    try:
        version = client.info("server")["redis_version"]
    except redis.RedisError as error:
        return Verdict("broken", _("Redis does not answer: %(error)s Check REDIS_URL and that it runs.") % {"error": _short(error)})
    finally:
        client.close()
    return Verdict("ok", _("Redis %(version)s answers.") % {"version": version})


def _check_workers() -> Verdict:
    answers = current_app.control.inspect(timeout=WORKER_SECONDS).active_queues() or {}
    served = {queue["name"] for queues in answers.values() for queue in queues}
    idle = [name for name in QUEUES if name not in served]
    if not idle:
        return Verdict("ok", _("%(number)d workers answer and serve every queue.") % {"number": len(answers)})
    text = _("No worker serves %(queues)s: orders and stock wait until one is started with celery -A erp worker -Q %(all)s.")
    return Verdict("warning", text % {"queues": ", ".join(idle), "all": ",".join(QUEUES)})


def _check_media() -> Verdict:
    folder = Path(settings.MEDIA_ROOT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        text = _("Images cannot be stored in %(folder)s: %(error)s Make it writable or set REGIA_MEDIA.")
        return Verdict("broken", text % {"folder": folder, "error": _short(error)})
    return Verdict("ok", _("Images can be stored in %(folder)s.") % {"folder": folder})


def _check_public_url() -> Verdict:
    address = settings.REGIA_PUBLIC_URL
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return Verdict(
            "broken", _("REGIA_PUBLIC_URL is no address (%(address)s): write it as https://regia.example.com.") % {"address": address}
        )
    if parts.hostname in LOCAL_HOSTS:
        return Verdict(
            "warning", _("Shops reach us at %(address)s, on this machine only: set REGIA_PUBLIC_URL for real shops.") % {"address": address}
        )
    return Verdict("ok", _("Shops reach us at %(address)s.") % {"address": address})


def _check_secret_key() -> Verdict:
    if settings.SECRET_KEY.startswith(DEMO_KEY):
        return Verdict("warning", _("SECRET_KEY is the demo's: set one of your own before you store a real shop's keys."))
    return Verdict("ok", _("SECRET_KEY is your own."))


def _short(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{lines[0].rstrip('.')}." if lines else f"{type(error).__name__}."
