"""List each event with its handlers."""

from typing import Any

from django.core.management.base import BaseCommand

from erp.core.events import subscriptions


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for name, handlers in subscriptions().items():
            self.stdout.write(name)
            for each in handlers:
                self.stdout.write(f"    {each.lane:8} {each.key}")
