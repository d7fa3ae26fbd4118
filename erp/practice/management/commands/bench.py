"""Measure the house on a database of its own, and print what was missed. With --json the figures are written to FILE."""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from erp.practice.bench.figures import measure, missed

DATABASE = "regia_bench"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", metavar="FILE")
        parser.add_argument("--fresh", action="store_true", help="make the bench's database anew")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.settings_dict["NAME"] != DATABASE:
            self._begin_again(options)
            return
        call_command("migrate", verbosity=0)
        figures = measure(lambda line: self.stderr.write(line))
        if options["json"]:
            Path(options["json"]).write_text(json.dumps(figures, indent=2) + "\n")
        self.stdout.write(json.dumps(figures, indent=2))
        for sentence in missed(figures):
            self.stderr.write(f"MISSED {sentence}")

    def _begin_again(self, options: dict[str, Any]) -> None:
        """The same command on a database of its own beside the merchant's, so that the bench never touches real rows."""
        self._make_database(is_fresh=options["fresh"])
        address = urlsplit(os.environ["DATABASE_URL"])
        environment = {
            **os.environ,
            "DATABASE_URL": urlunsplit(address._replace(path=f"/{DATABASE}")),
            "DJANGO_SETTINGS_MODULE": "erp.settings",
        }
        words = [sys.executable, "manage.py", "bench"] + (["--json", options["json"]] if options["json"] else [])
        done = subprocess.run(words, env=environment, cwd=settings.BASE_DIR, check=False)
        sys.exit(done.returncode)

    def _make_database(self, *, is_fresh: bool) -> None:
        with connection.cursor() as cursor:
            if is_fresh:
                cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
