"""The databases of a run: made once, beside the collection; copied for every worker; as new again after a test that commits.

Django migrates for every worker, and after each such test truncates a hundred tables and makes types and permissions anew: a third of
a second of work where five milliseconds do. What the migrations make is kept until they or the installed packages change. All this only
on servers of our own, where we may do everything.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase
from psycopg import sql

from erp.embedded import HOME, ROOT, postgres_programs

PATTERN = "regia_as_new"
REMEMBER = """
-- Keys have seven digits in every test: as texts they sort as the numbers do, and none is a year or a quantity by chance.
DO $$
DECLARE place text;
BEGIN
  FOR place IN SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER SEQUENCE %s RESTART WITH 1000001', place);
  END LOOP;
END $$;

-- Only types and permissions are filled in a new database.
CREATE SCHEMA as_new;
CREATE TABLE as_new.django_content_type AS TABLE public.django_content_type;
CREATE TABLE as_new.auth_permission AS TABLE public.auth_permission;

CREATE FUNCTION as_new.again() RETURNS void LANGUAGE plpgsql AS $$
DECLARE every text[]; kept text[] := '{django_content_type,auth_permission}'; place text; is_other boolean;
BEGIN
  SET LOCAL session_replication_role = replica;  -- neither triggers nor foreign keys have a say
  SELECT array_agg(quote_ident(relname) ORDER BY relname) INTO every FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'django_migrations';
  LOOP  -- waits for whoever still writes, and gives way to one who waits for us
    BEGIN
      EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', array_to_string(every, ', '));
      EXIT;
    EXCEPTION WHEN deadlock_detected THEN
      NULL;
    END;
  END LOOP;
  FOREACH place IN ARRAY every LOOP
    IF place = ANY (kept) THEN
      EXECUTE format('SELECT EXISTS (TABLE %1$s EXCEPT TABLE %2$s) OR EXISTS (TABLE %2$s EXCEPT TABLE %1$s)',
        'public.' || place, 'as_new.' || place) INTO is_other;
      CONTINUE WHEN NOT is_other;
      EXECUTE format('DELETE FROM public.%1$s', place);
      EXECUTE format('INSERT INTO public.%1$s TABLE as_new.%1$s', place);
    ELSIF pg_relation_size(place::regclass) > 0 THEN
      EXECUTE format('DELETE FROM public.%s', place);
    END IF;
  END LOOP;
END $$;
"""


class Pattern:
    """The database that the others are copies of. A process of its own migrates it and holds a lock on `pattern.log` until it is done."""

    def __init__(self, home: Path) -> None:
        self._log = home / "pattern.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with _server() as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(PATTERN)))
        address = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{PATTERN}"))
        with self._log.open("wb") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.databases"],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": address},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def copy_to(self, name: str) -> None:
        with self._log.open() as log, _server() as server:
            fcntl.flock(log, fcntl.LOCK_SH)
            if said := log.read():
                raise RuntimeError(f"The database of the tests could not be made: {said}")
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(PATTERN)))


def _server() -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def make_as_new(_test: TransactionTestCase) -> None:
    """Stands for Django's flush after a test whose transactions were real."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT as_new.again()")


def somebody_waits(cursor: CursorWrapper) -> bool:
    """Whether a session of this database waits for a lock; other workers' databases are on the same server.

    (pg_stat_activity would not do: a transaction sees it as it was at first sight.)
    """
    ours = "SELECT pid FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    cursor.execute(f"SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND pid IN ({ours})")
    (waits,) = cursor.fetchone()
    return bool(waits)


def _fingerprint() -> str:
    files = sorted([ROOT / "requirements" / "dev.txt", *(each for each in ROOT.rglob("migrations/*.py") if ".venv" not in each.parts)])
    return hashlib.sha256(b"".join(str(each.relative_to(ROOT)).encode() + each.read_bytes() for each in files)).hexdigest()[:16]


def _program(name: str, *words: str | Path) -> None:
    subprocess.run([postgres_programs() / name, "--dbname", os.environ["DATABASE_URL"], *words], check=True, stdout=subprocess.DEVNULL)


def make_pattern() -> None:
    kept = HOME / f"pattern-{_fingerprint()}.sql"
    if is_kept := kept.exists():
        _program("psql", "--quiet", "--set=ON_ERROR_STOP=1", "--file", kept)
    django.setup()
    call_command("migrate", verbosity=0)
    if not is_kept:
        for old in HOME.glob("pattern-*.sql"):
            old.unlink(missing_ok=True)
        made = kept.with_suffix(f".{os.getpid()}")
        _program("pg_dump", "--exclude-table-data=auth_permission", "--exclude-table-data=django_content_type", "--file", made)
        made.replace(kept)
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER)


if __name__ == "__main__":
    make_pattern()
