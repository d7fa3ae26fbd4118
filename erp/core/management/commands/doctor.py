"""Check this installation in words; exit 1 if something is broken."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from erp.core.installation import check_installation


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # a doctor must be able to look at an installation that is ill

    def handle(self, *args: Any, **options: Any) -> None:
        words = {"ok": _("well"), "warning": _("note"), "broken": _("BROKEN")}
        verdicts = check_installation()
        for verdict in verdicts:
            self.stdout.write(f"{words[verdict.level]:8} {verdict.sentence}")
        if any(verdict.level == "broken" for verdict in verdicts):
            raise SystemExit(1)
