from typing import Any

from django.core.management.base import BaseCommand

from erp.core.translations import check_catalogue, update_catalogue


class Command(BaseCommand):
    help = "Brings the Italian catalogue to what the code says: new texts come in empty, unused ones leave."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        added, removed = update_catalogue()
        self.stdout.write(f"{added} texts added, {removed} removed, {len(check_catalogue())} to translate or mend.")
