from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from channels.models import Account
from channels.services.importing.pulling import pull_orders
from channels.services.importing.sweeping import sweep_inbox


class Command(BaseCommand):
    help = "Read one account's orders now: manage.py pull <account> [--hours 48]"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account")
        parser.add_argument("--hours", type=float, default=0.0, help="so much further back than usual")

    def handle(self, *args: Any, account: str, hours: float, **options: Any) -> None:
        found = Account.objects.filter(code=account).order_by("pk").first()
        if found is None:
            raise CommandError(_("There is no account called “%(code)s”.") % {"code": account})
        report = pull_orders(found.pk, back=timedelta(hours=hours) if hours else None)
        if report is None:
            raise CommandError(_("“%(account)s” is paused, not live, or being read by another worker.") % {"account": found.name})
        if report.failure is not None:
            raise CommandError(_("“%(account)s” does not answer: %(detail)s") % {"account": found.name, "detail": report.failure.detail})
        swept = sweep_inbox(account_id=found.pk, grace=timedelta(0))
        self.stdout.write(
            _("Read %(orders)s orders: %(applied)s taken in, %(unchanged)s unchanged, %(swept)s fetched alone, %(parked)s need attention.")
            % {
                "orders": report.orders,
                "applied": report.receipt.applied,
                "unchanged": report.unchanged,
                "swept": swept,
                "parked": report.receipt.parked,
            }
        )
