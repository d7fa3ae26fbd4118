from typing import Any

from django.core.management.base import BaseCommand

from erp.pages.roles import ensure_roles


class Command(BaseCommand):
    help = "Makes the roles that are missing and gives each the permissions of the table; takes nothing away."

    def handle(self, *args: Any, **options: Any) -> None:
        made = ensure_roles()
        self.stdout.write("Roles made: " + ", ".join(made) if made else "All roles are there.")
