from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from channels.models import Account
from channels.services.publishing.running import publish_account
from erp.core.refusals import Refused


class Command(BaseCommand):
    help = "Publish today's stock numbers of one account: manage.py publish <account>. Exit 1 when some could not be published."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account")

    def handle(self, *args: Any, account: str, **options: Any) -> None:
        found = Account.objects.filter(code=account).order_by("pk").first()
        if found is None:
            raise CommandError(_("There is no account called “%(code)s”.") % {"code": account})
        try:
            report = publish_account(found.pk)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        told = {name: getattr(report, name) for name in report.__dataclass_fields__}
        self.stdout.write(_("%(listings)s listings looked at: %(sent)s numbers sent, %(right)s were right already.") % told)
        if not report.is_done:
            raise CommandError(
                _(
                    "Not published: %(refused)s refused by the shop, %(unanswered)s without answer, %(waiting)s still on their way, "
                    "%(held)s waiting for a person. See “What needs you”."
                )
                % told
            )
