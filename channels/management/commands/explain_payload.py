"""`manage.py explain_payload woocommerce FILE`: what Regia reads in an order, refund or webhook body. Needs no database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.contract import Connection, ContractBroken
from channels.explaining import explain
from channels.registry import connectors
from erp.core.refusals import Refused


class NoCredentials:
    """A body in a file needs no shop."""

    def current(self) -> dict[str, Any]:
        return {}

    def refresh(self, *, if_still: str, fetch: object) -> dict[str, Any]:
        return {}


class Command(BaseCommand):
    help = str(gettext_lazy("Explains a raw order, refund or webhook body of a channel."))
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connector")
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: Any, connector: str, file: Path, as_json: bool, **_options: Any) -> None:
        explained = self._explained(connector, file)
        if as_json:
            self.stdout.write(json.dumps(explained[0] if len(explained) == 1 else explained, ensure_ascii=False, indent=1))
            return
        for body in explained:
            self._print(body)

    def _explained(self, code: str, file: Path) -> list[dict[str, Any]]:
        try:
            reader = connectors.get(code)(Connection(source="file", base_url="", credentials=NoCredentials()))
            return [explain(facts) for facts in reader.interpret(file.read_text(encoding="utf-8-sig"))]
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(_("The file %(file)s cannot be read: %(problem)s.") % {"file": file, "problem": problem}) from problem
        except ContractBroken as broken:
            words = {"file": file, "connector": code, "problem": broken}
            raise CommandError(_("%(file)s is no body of %(connector)s that can be explained: %(problem)s.") % words) from broken

    def _print(self, body: dict[str, Any]) -> None:
        self.stdout.write(f"{body['kind']} {body['number']}: {body['total'] or ''} {body['currency'] or ''}".rstrip(" :"))
        for line in body["lines"]:
            self.stdout.write(f"  {line['quantity']} x {line['title']} [{line['sku']}]  {line['net']} + {line['tax']}")
        for row in (*body.get("shipping", ()), *body.get("fees", ()), *body.get("charges", ())):
            self.stdout.write(f"  {row['title']}  {row['net']} + {row['tax']}")
        for payment in body.get("payments", ()):
            self.stdout.write(f"  {payment['method']} ({payment['state']})  {payment['amount']}")
        self.stdout.write(_("  unexplained: %(residual)s %(reason)s") % {"residual": body["residual"], "reason": body["residual_reason"]})
        for problem in body.get("problems", ()):
            self.stdout.write(f"  ! {problem}")
