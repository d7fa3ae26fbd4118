"""One run of the demo, from the first process to the last: prepared, started, connected, sold, ended."""

import contextlib
import io
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.schedules import ensure_schedules
from erp.embedded import HOME, EmbeddedServers
from erp.practice.demo.connecting import connect_shop
from erp.practice.demo.house import start_house, wait_for_house
from erp.practice.demo.merchant.seeding import refuse_foreign_books, steps
from erp.practice.demo.merchant.staff import Staff, hire_staff, owner
from erp.practice.demo.outside import Outside, find_outside, hire_carriers
from erp.practice.demo.pace import quicken_polls
from erp.practice.demo.processes import Supervisor
from erp.practice.demo.shops import PracticeShop, hold_port, open_stalls
from erp.practice.demo.terminal import Terminal
from erp.practice.woocommerce import Control
from orders.invoices.models import InvoiceSettings
from orders.invoices.services.configuring import set_invoice_settings
from orders.invoices.states import IssueMoment

WEB_PORT = 8000
SHOP_SECONDS = 180


@dataclass
class Demo:
    """What a running demo has; `began` is monotonic."""

    home: Path
    terminal: Terminal
    supervisor: Supervisor
    port: int
    outside: Outside
    staff: list[Staff] = field(default_factory=list)
    shops: list[PracticeShop] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def stores(self) -> dict[str, Path]:
        return {shop.stall.code: shop.store_file for shop in self.shops}


@contextlib.contextmanager
def running_demo(home: Path, terminal: Terminal) -> Iterator[Demo]:
    """Everything is up, connected and live inside; nothing is left after it, however it ends."""
    refuse_foreign_books_if_any()
    home.mkdir(parents=True, exist_ok=True)
    door = hold_port(home / "web.port", WEB_PORT)
    port, outside = int(door.getsockname()[1]), find_outside(home / "practice")
    environment = {**_environment(home, port), **outside.environment}
    with contextlib.closing(door), Supervisor(home / "logs", environment) as supervisor:
        if EmbeddedServers(HOME).owner == os.getpid():
            supervisor.owns_servers(HOME)
        demo = Demo(home, terminal, supervisor, port, outside)
        try:
            _prepare(demo)
            _start(demo, door)
            _connect(demo)
            yield demo
        finally:
            demo.ended.set()


def refuse_foreign_books_if_any() -> None:
    """Tables first: an empty database belongs to nobody."""
    call_command("migrate", verbosity=0, interactive=False)
    refuse_foreign_books()


def _environment(home: Path, port: int) -> dict[str, str]:
    """What every child inherits. This process registers webhooks too, so it takes the public address over."""
    path = os.environ.setdefault("REGIA_CLOCK", str(home / "clock.json"))
    if not Path(path).exists():
        clock.set_clock(path)
    settings.REGIA_PUBLIC_URL = os.environ.get("REGIA_PUBLIC_URL", f"http://127.0.0.1:{port}")
    return {"REGIA_PUBLIC_URL": settings.REGIA_PUBLIC_URL, "PYTHONUNBUFFERED": "1"}


def _prepare(demo: Demo) -> None:
    demo.terminal.show(_("Preparing the merchant"))
    ensure_schedules()
    quicken_polls()
    call_command("ensure_roles", verbosity=0, stdout=io.StringIO())
    demo.staff = hire_staff(demo.home / "passwords.json")
    for step in steps():
        demo.terminal.show(step.what)
        began = time.monotonic()
        made = step.run(owner())
        if made:
            demo.terminal.say(
                _("%(number)d %(what)s (%(seconds).1f s)") % {"number": made, "what": step.what, "seconds": time.monotonic() - began}
            )
    hire_carriers(demo.outside, by=owner())
    if not InvoiceSettings.objects.exists():
        set_invoice_settings(by=owner(), issue=IssueMoment.ON_SHIPMENT, send_by_mail=True)


def _start(demo: Demo, door: socket.socket) -> None:
    demo.shops = open_stalls(demo.home / "practice")
    for shop in demo.shops:
        demo.supervisor.start(shop.stall.code, shop.words)
    demo.outside.start(demo.supervisor)
    start_house(demo.supervisor, door=door)
    demo.terminal.show(_("Waiting for the processes"))
    for shop in demo.shops:
        demo.supervisor.wait_for(shop.stall.name, lambda url=shop.url: _answers(url), seconds=SHOP_SECONDS)  # type: ignore[misc]
    wait_for_house(demo.supervisor, port=demo.port)


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), Control(url) as control:
        return bool(control.settings())
    return False


def _connect(demo: Demo) -> None:
    for shop in demo.shops:
        demo.terminal.show(_("Connecting %(shop)s") % {"shop": shop.stall.name})
        if connect_shop(shop, by=owner()):
            demo.terminal.say(_("%(shop)s is connected and live: %(url)s") % {"shop": shop.stall.name, "url": shop.url})
