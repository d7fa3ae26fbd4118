"""Create the default schedules that are missing; schedules changed by staff stay as they are."""

from typing import Any

from django.core.management.base import BaseCommand

from erp.core.schedules import ensure_schedules


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ensure_schedules():
            self.stdout.write(name)
