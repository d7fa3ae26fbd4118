"""`manage.py check_ledger [--json]`: proves every stock number against its rows; exit 1 when one is wrong."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from inventory.services.ledger import check_ledger


class Command(BaseCommand):
    help = "Prove that stock levels, reservations and divisions match their ledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check_ledger()
        if options["json"]:
            self.stdout.write(json.dumps({"findings": findings, "is_proved": not findings}, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(findings) or _("Every stock number matches its ledger."))
        if findings:
            raise SystemExit(1)
