"""The demo merchant with two practice shops, everything started and stopped by this one process."""

import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from erp.core.refusals import Refused
from erp.embedded import HOME
from erp.practice.demo.processes import ChildEnded, leave_on_signals
from erp.practice.demo.running import Demo, running_demo
from erp.practice.demo.selling import sell_on, sell_once, soak
from erp.practice.demo.terminal import Terminal

ORDERS = 200


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="the main job once, with a report; exit 1 if a promise broke")
        parser.add_argument(
            "--soak", type=float, default=None, metavar="MINUTES", help="sell that long under every fault, then report as --once does"
        )
        parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="where the figures go, .regia/demo.json unless named")
        parser.add_argument("--orders", type=int, default=ORDERS, help="how many orders --once sells at least")
        parser.add_argument("--home", type=Path, default=HOME, help="the folder of the practice shops, passwords and logs")

    def handle(self, *args: Any, **options: Any) -> None:
        leave_on_signals()
        translation.activate("it" if _language().startswith("it") else "en")
        terminal, home = Terminal(), options["home"].resolve()
        json_file, code = options["json"] or home / "demo.json", 0
        try:
            with running_demo(home, terminal) as demo:
                greet(demo)
                if options["once"]:
                    code = sell_once(demo, orders=options["orders"], json_file=json_file)
                elif options["soak"]:
                    code = soak(demo, minutes=options["soak"], json_file=json_file)
                else:
                    sell_on(demo)
        except (Refused, ChildEnded, TimeoutError) as failure:
            terminal.clear()
            raise CommandError(str(failure)) from failure
        except SystemExit as told_to_end:
            code = 0 if not options["once"] and not options["soak"] else int(told_to_end.code or 0)
            terminal.clear()
            terminal.say(_("Everything is stopped."))
        if code:
            raise SystemExit(code)


def _language() -> str:
    return os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""


def greet(demo: Demo) -> None:
    """The address to open, and who may."""
    say = demo.terminal.say
    say("")
    say(_("Regia is open at %(url)s (%(seconds).0f s)") % {"url": demo.url, "seconds": time.monotonic() - demo.began})
    for person in demo.staff:
        say(f"  {person.label:<20} {person.username:<12} {person.password}")
    for shop in demo.shops:
        say(f"  {shop.stall.name:<31} {shop.url}")
    say(f"  {_('Carrier'):<31} {demo.outside.carrier_url}")
    say(f"  {_('Mailbox'):<31} {demo.outside.mail_url}")
    say(_("Ctrl-C ends everything."))
    say("")
