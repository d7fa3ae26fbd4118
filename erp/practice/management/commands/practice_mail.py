"""`manage.py practice_mail`: a practice mailbox, served until the process is told to end."""

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from erp.practice.mail import Mailbox, serve_mail

FOLDER = Path(".regia/mail")


class Command(BaseCommand):
    help = "Receive mail on this machine and print two addresses: the one for EMAIL_URL, and the page to read the mails."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
        parser.add_argument("--smtp-port", type=int, default=0, help="0 takes a free one")
        parser.add_argument("--port", type=int, default=0, help="of the page; 0 takes a free one")

    def handle(self, *args: Any, folder: Path, smtp_port: int, port: int, **options: Any) -> None:
        ended = threading.Event()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_number, lambda number, frame: ended.set())
        with serve_mail(Mailbox(folder), smtp_port=smtp_port, port=port) as running:
            self.stdout.write(f"smtp {running.email_url}")
            self.stdout.write(f"page {running.url}")
            self.stdout.flush()
            ended.wait()
