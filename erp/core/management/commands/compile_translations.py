from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from erp.core.translations import compile_catalogues


class Command(BaseCommand):
    help = "Compiles the translations that changed. Needs no gettext programs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="compile all, changed or not")

    def handle(self, *args: Any, **options: Any) -> None:
        made = compile_catalogues(force=options["force"])
        if made and options["verbosity"]:
            self.stdout.write(f"Compiled {len(made)}: " + ", ".join(file.parent.parent.name for file in made))
