"""The main job's latencies, as the auditor finds them in one run of the demo on a database of its own."""

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from erp.embedded import HOME

DATABASE = "regia_bench_demo"
ORDERS = 200
FIGURES = ("webhook_to_reserved_p50_ms", "webhook_to_reserved_p95_ms", "sale_to_other_shop_p95_ms", "oversold", "lost", "duplicates")


def latencies() -> dict[str, float]:
    """From two practice shops, with faults on; sales that a fault touched are not timed. A broken promise is a figure too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    home = HOME / "bench-demo"
    address = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{DATABASE}"))
    words = [sys.executable, "manage.py", "demo", "--once", "--orders", str(ORDERS), "--home", str(home)]
    environment = {**os.environ, "DATABASE_URL": address}
    done = subprocess.run(words, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    figures: dict[str, float] = json.loads((home / "demo.json").read_text())
    return {name: figures[name] for name in FIGURES if name in figures} | {"main_job_exit": done.returncode}
