"""A pull holds its account by a short lease: renewed while the shop answers, free for the next pull soon after a worker died."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.locks import PULL_LEASE_SECONDS, lock_pull
from channels.models import Account, Cursor
from channels.services.importing import pulling
from channels.services.importing.pulling import Renewal, pull_orders, wake_dead_pulls
from erp.core.clock import now, real_now
from erp.core.http.exchange import Exchange
from tests.factories.channels import MemoryShop

pytestmark = pytest.mark.django_db(transaction=True)
ANSWER = Exchange(datetime(2026, 11, 24, 12, tzinfo=UTC), "terramare", "GET", "https://shop.example/orders", status=200)


def is_held(seconds: int, *, since: datetime) -> bool:
    """For so long from a moment between `since` and now."""
    until, whole = Cursor.objects.get().locked_until, timedelta(seconds=seconds)
    assert until is not None
    return since + whole <= until <= real_now() + whole


def pass_time(seconds: int) -> None:
    """Real time, as far as the lease can tell."""
    until = Cursor.objects.get().locked_until
    assert until is not None
    Cursor.objects.update(locked_until=until - timedelta(seconds=seconds))


def test_a_pull_that_nobody_ends_holds_the_account_for_a_minute(account: Account, shop: MemoryShop) -> None:
    began = real_now()
    lock_pull(account.pk, "orders", "dead", now())
    assert (is_held(PULL_LEASE_SECONDS, since=began), pull_orders(account.pk), wake_dead_pulls()) == (True, None, [])

    pass_time(PULL_LEASE_SECONDS + 1)

    assert wake_dead_pulls() == [account.pk]
    report = pull_orders(account.pk)
    assert (report is not None and report.is_complete, wake_dead_pulls()) == (True, [])


def test_each_answer_of_a_slow_shop_renews_the_lease_and_quick_ones_cost_nothing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    began = real_now()
    lock_pull(account.pk, "orders", "ours", now())
    ours, theirs = Renewal(account.pk, "ours"), Renewal(account.pk, "theirs")
    pass_time(40)
    with CaptureQueriesContext(connection) as quick:
        ours.log(ANSWER)
    left = PULL_LEASE_SECONDS - 40
    assert (len(quick), is_held(left, since=began)) == (1, True)

    monkeypatch.setattr(pulling, "RENEW_SECONDS", 0.0)
    theirs.log(ANSWER)
    assert is_held(left, since=began)
    renewed = real_now()
    ours.log(ANSWER)

    assert is_held(PULL_LEASE_SECONDS, since=renewed)
