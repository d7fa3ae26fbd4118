"""PostgreSQL throws everybody out in the middle of an import; Redis is gone: orders go on, and the shops never hear of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.db import connection, connections
from django.db.utils import InterfaceError, OperationalError

from channels.models import Account, InboxMessage
from channels.services.importing import applying
from channels.services.importing.pulling import pull_orders
from channels.services.importing.sweeping import GRACE, sweep_inbox
from erp.core.models import Card
from inventory.models import Reservation, StockLevel
from inventory.services.ledger import check_ledger
from orders.models import Order
from tests.clocks import ClockHand
from tests.factories.channels import MemoryShop
from tests.kill.dying import let_leases_end

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]
NOBODY = "redis://127.0.0.1:9/0"


def parameters(**others: Any) -> dict[str, Any]:
    """How to reach the test's server, as the connection itself is reached."""
    told = connection.get_connection_params()
    return {name: told[name] for name in ("host", "port", "user", "password", "dbname") if told.get(name)} | others


def database_url() -> str:
    told = parameters()
    query = urlencode({name: told[name] for name in ("host", "port") if name in told})
    return f"postgresql://{told.get('user', '')}:{told.get('password', '')}@/{told['dbname']}?{query}"


def throw_everybody_out() -> None:
    """What a restart does to those who are connected."""
    with psycopg.connect(**parameters(dbname="postgres")) as other:
        name = connection.settings_dict["NAME"]
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def sold(shop: MemoryShop, pieces: int) -> None:
    for number in range(1, pieces + 1):
        shop.sell(str(number), {"mug": 1})


def all_is_here(pieces: int) -> None:
    assert (Order.objects.count(), Reservation.objects.count(), StockLevel.objects.get().reserved) == (pieces, pieces, pieces)
    assert (InboxMessage.objects.exclude(state="done").count(), Card.objects.filter(closed_at=None).count()) == (0, 0)
    assert check_ledger() == []


def as_a_worker_goes_on() -> None:
    """Between two tasks Celery closes connections that are of no use any more."""
    for each in connections.all():
        each.close_if_unusable_or_obsolete()


def test_a_restart_of_postgresql_between_fetch_and_store_costs_a_pull_and_nothing_else(account: Account, shop: MemoryShop) -> None:
    sold(shop, 3)
    shop.before_page = throw_everybody_out

    with pytest.raises((OperationalError, InterfaceError)):
        pull_orders(account.pk)

    as_a_worker_goes_on()
    shop.before_page = None
    let_leases_end()
    report = pull_orders(account.pk)
    assert report is not None
    assert report.is_complete
    all_is_here(3)


def once(act: Callable[[], None], then: Callable[..., Any]) -> Callable[..., Any]:
    told: list[bool] = []

    def called(*arguments: Any, **named: Any) -> Any:
        if not told:
            told.append(True)
            act()
        return then(*arguments, **named)

    return called


def test_a_restart_of_postgresql_in_the_middle_of_a_page_parks_no_order(
    account: Account, shop: MemoryShop, clock: ClockHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold(shop, 3)
    monkeypatch.setattr(applying, "finish_messages", once(throw_everybody_out, applying.finish_messages))

    try:
        pull_orders(account.pk)
    except (OperationalError, InterfaceError):
        as_a_worker_goes_on()
        let_leases_end()
        clock.advance(21)
        sweep_inbox(grace=GRACE * 0)

    all_is_here(3)


def test_a_restart_of_postgresql_in_the_middle_of_one_order_parks_it_not(
    account: Account, shop: MemoryShop, clock: ClockHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold(shop, 1)
    monkeypatch.setattr(applying, "finish_messages", once(throw_everybody_out, applying.finish_messages))

    with pytest.raises((OperationalError, InterfaceError)):
        pull_orders(account.pk)

    as_a_worker_goes_on()
    assert (InboxMessage.objects.get().state, Order.objects.count()) == ("waiting", 0)
    let_leases_end()
    clock.advance(21)
    assert sweep_inbox(grace=GRACE * 0) == 1
    all_is_here(1)


WITHOUT_REDIS = """
import json, sys, time
waited = []
time.sleep = waited.append
import django
django.setup()
from django.contrib.auth.models import User
from django.test import Client
from channels.models import Account
from channels.services.importing.pulling import pull_orders
from channels.services.importing.sweeping import sweep_inbox
from erp.core.delivering import deliver_pending
from tests.factories.channels import MemoryShop, shops
shop = shops["terramare"] = MemoryShop()
for number in ("1", "2"):
    shop.sell(number, {"mug": 1})
answers = []
for _again in range(3):
    for number in ("1", "2"):
        headers, body = shop.news_of(number)
        answers.append(Client().post("/webhooks/terramare/", body, content_type="application/json", headers=headers).status_code)
shop.sell("3", {"mug": 1})
account = Account.objects.get()
report = pull_orders(account.pk)
sweep_inbox(grace=report.started_at - report.started_at)
deliver_pending()
User.objects.create_user("laura", password="una-frase-lunga-e-mia", is_staff=True)
person = Client()
door = person.post("/accounts/login/", {"login": "laura", "password": "una-frase-lunga-e-mia"}).status_code
page = person.get("/").status_code
print(json.dumps({"answers": answers, "waited": waited, "complete": report.is_complete, "door": door, "page": page}))
"""


def test_without_redis_webhooks_are_stored_orders_imported_and_no_shop_hears_of_it(account: Account) -> None:
    """A process of its own, whose Redis is an address where nobody listens."""
    told_by = {"DJANGO_SETTINGS_MODULE": "erp.settings", "DATABASE_URL": database_url(), "REDIS_URL": NOBODY, "REGIA_HOSTS": "testserver"}
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_REDIS],
        env={**os.environ, **told_by},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout)
    assert (told["answers"], told["complete"], told["door"], told["page"]) == ([200] * 6, True, 302, 200)
    assert told["waited"] == []  # a shop hangs up after five seconds, and it was six that the broker's client slept between its attempts
    all_is_here(3)
