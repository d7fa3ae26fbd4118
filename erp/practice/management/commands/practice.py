"""`manage.py practice`: the practice shops of a folder, served until the process is told to end."""

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from erp.practice.woocommerce.folder import make_example, open_shops, stores_in

FOLDER = Path(".regia/practice")


class Command(BaseCommand):
    help = "Serve the practice shops of a folder on this machine and print their addresses."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
        parser.add_argument("--shop", action="append", help="only the shop of this name; may be repeated; made if it is missing")
        parser.add_argument("--port", type=int, default=0, help="the first shop's port, the next ones count up; 0 takes free ones")
        parser.add_argument("--tls", action="store_true", help="serve over TLS with a certificate made on the spot")

    def handle(self, *args: Any, folder: Path, shop: list[str] | None, port: int, tls: bool, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        ended = threading.Event()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_number, lambda number, frame: ended.set())
        with open_shops(self._files(folder, shop), port=port, tls=tls) as running:
            for name, site in running.items():
                self.stdout.write(f"{name} {site.url}")
            self.stdout.flush()
            ended.wait()
        self.stdout.write(_("The practice shops are closed."))

    def _files(self, folder: Path, names: list[str] | None) -> list[Path]:
        known = {file.stem: file for file in stores_in(folder)}
        wanted = names or list(known) or ["negozio"]
        return [known.get(name) or make_example(folder, name) for name in wanted]
