import sys
from typing import Any

from django.core.management.base import BaseCommand

from erp.core.translations import check_catalogue


class Command(BaseCommand):
    help = "Fails when a text has no Italian, is unfinished, equals its source, or the catalogue lags behind the code."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check_catalogue()
        for finding in findings:
            self.stderr.write(f"{finding.problem}: {finding.text!r} {finding.place}".strip())
        if findings:
            self.stderr.write(
                f"{len(findings)} texts need work: run manage.py extract_translations, then translate locale/it/LC_MESSAGES/django.po."
            )
            sys.exit(1)
        self.stdout.write("All texts have their Italian.")
