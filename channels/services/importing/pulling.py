"""Reading a shop in turn: one pull at a time per account, page after page until the last, each page stored before it is worked on."""

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from channels.contract import Budget, Connector, ContractBroken, OrderPage, OutsideError, RateLimited
from channels.contract import Cursor as Position
from channels.events import PullEnded
from channels.locks import PULL_LEASE_SECONDS, Lease, lock_pull, new_token, release_leases, take_leases
from channels.models import Account, Cursor, InboxMessage, Via
from channels.services.connections import connect
from channels.services.importing.applying import Receipt, apply_bodies
from channels.services.importing.bodies import Body, newest_of_each, read_body
from channels.services.importing.health import note_answer, note_failure
from channels.services.importing.parking import park_unreadable
from channels.services.importing.storing import known_hashes, store_states
from channels.services.importing.waking import wake_order, wake_pull
from channels.states import AccountState
from erp.core.clock import now, real_now
from erp.core.events import publish
from erp.core.exchanges import keep_exchange
from erp.core.http.exchange import Exchange
from erp.core.transactions import atomic, forbid_transaction

logger = logging.getLogger(__name__)

ORDERS = "orders"
HANDOVER = timedelta(seconds=20)
LONGEST_WAIT_SECONDS = 5.0
LONGEST_PULL_SECONDS = 240.0
RENEW_SECONDS = 15.0


class PullLost(Exception):
    """The pull's lock ran out and another worker reads this account now."""


@dataclass
class PullReport:
    """What a pull did. `is_complete`: read to its last page, every page stored and worked on. `failure` says why it was not,
    `is_cut_short` that it took too long: the next one goes on at once."""

    account_id: int
    started_at: datetime
    is_complete: bool = False
    is_cut_short: bool = False
    orders: int = 0
    unchanged: int = 0
    hints: int = 0
    receipt: Receipt = field(default_factory=Receipt)
    failure: OutsideError | None = None


def pull_orders(account_id: int, *, back: timedelta | None = None, asked_at: datetime | None = None) -> PullReport | None:
    """Read what changed in the shop since the last pull, `back` further when given; None when paused or when another worker is at it.

    Wake-ups pile up while workers are busy: what was asked for (`asked_at`) before the last pull began was answered by it, and is None too.
    Raises nothing for what goes wrong in the shop: it is in the report, on the account's cards and in its health.
    """
    forbid_transaction("pull_orders()")
    account = Account.objects.get(pk=account_id)
    if not account.reads_orders:
        return None
    started_at, token = now(), new_token()
    value = lock_pull(account.pk, ORDERS, token, started_at, asked_at=asked_at)
    if value is None:
        return None
    report = PullReport(account.pk, started_at)
    try:
        connector = connect(account, log=Renewal(account.pk, token).log)
        _read_pages(account, connector, _start(account, connector, value, back), token, report)
    except PullLost:
        return report
    except OutsideError as failure:
        report.failure = failure
    except (DatabaseError, InterfaceError):
        raise
    except Exception as bug:  # whatever a page does to its reader counts as a failed pull, with its card after the third
        logger.exception("the orders of %s could not be read", account.code)
        report.failure = ContractBroken("(page)", f"{type(bug).__name__}: {bug}")
    finally:
        _end(account, token, report)
    return report


def request_pull(account_id: int) -> None:
    """Ask for a pull that starts after this moment: at once, or as soon as the running one has ended."""
    Cursor.objects.filter(account_id=account_id, flow=ORDERS).update(requested_at=now())
    wake_pull(account_id)


def wake_dead_pulls() -> list[int]:
    """Wake the next pull where the last one never ended and its lease is over: its worker died. Returns these accounts."""
    reading = Account.objects.filter(state=AccountState.LIVE, orders_paused=False)
    dead = Cursor.objects.filter(account__in=reading, flow=ORDERS, locked_until__lt=real_now()).exclude(token="")
    accounts = list(dead.order_by("account_id").values_list("account_id", flat=True))
    for account_id in accounts:
        wake_pull(account_id)
    return accounts


class Renewal:
    """Keeps a pull's lease while the shop answers slowly: renewed at an answer, at most once in `RENEW_SECONDS`."""

    def __init__(self, account_id: int, token: str) -> None:
        self._ours = Cursor.objects.filter(account=account_id, flow=ORDERS, token=token)
        self._renewed = time.monotonic()

    def log(self, exchange: Exchange) -> None:
        keep_exchange(exchange)
        if time.monotonic() - self._renewed >= RENEW_SECONDS:
            self._ours.update(locked_until=real_now() + timedelta(seconds=PULL_LEASE_SECONDS))
            self._renewed = time.monotonic()


def _start(account: Account, connector: Connector, value: str, back: timedelta | None) -> Position:
    """Where a pull begins: always at the start of what it has to read, also after one that was cut off.

    Only then does reading its last page prove that nothing was missed.
    """
    return connector.rewind(Position(value), back or timedelta(0)) if value else first_position(account, connector)


def first_position(account: Account, connector: Connector) -> Position:
    """Where a new account begins: so many days before its start, for orders that are still open."""
    days = int(account.settings.get("history_days", settings.REGIA_HISTORY_DAYS))
    return connector.first_cursor((account.start_at or now()) - timedelta(days=days))


def _read_pages(account: Account, connector: Connector, position: Position, token: str, report: PullReport) -> None:
    deadline = time.monotonic() + LONGEST_PULL_SECONDS
    while True:
        page = connector.pull_orders(position, Budget(settings.REGIA_PAGE_ORDERS))
        _take_in(account, connector, page, token, report)
        if not page.more:
            report.is_complete = True
            return
        if time.monotonic() > deadline:
            report.is_cut_short = True
            return
        if page.wait:
            _wait(page.wait)
        position = page.cursor


def _wait(wait: timedelta) -> None:
    """Short pauses are waited out; for a long one the pull ends here and the next begins where it stopped."""
    if wait.total_seconds() > LONGEST_WAIT_SECONDS:
        raise RateLimited(wait=wait)
    time.sleep(wait.total_seconds())


def _take_in(account: Account, connector: Connector, page: OrderPage, token: str, report: PullReport) -> None:
    raws = newest_of_each(page.orders)
    known = known_hashes(account.pk, [raw.external_id for raw in raws]) if raws else set()
    new = [raw for raw in raws if (raw.external_id, raw.digest) not in known]
    complete = connector.complete_orders(new) if new else []
    bodies = [read_body(connector, raw) for raw in complete if (raw.external_id, raw.digest) not in known]
    stored = _store_page(account, page, bodies, token)
    report.orders += len(raws)
    report.unchanged += len(raws) - len(bodies)
    _import_page(account, [body.stored_as(stored[body.external_id]) for body in bodies], report)


@atomic
def _store_page(account: Account, page: OrderPage, bodies: list[Body], token: str) -> dict[str, int]:
    """The bodies and the position behind them in one transaction: the position never passes what is not stored."""
    stored = store_states(account.pk, [body.arrival() for body in bodies], via=Via.POLL, due_at=now() + HANDOVER)
    locked_until = real_now() + timedelta(seconds=PULL_LEASE_SECONDS)
    ours = Cursor.objects.filter(account=account, flow=ORDERS, token=token)
    if not ours.update(value=page.cursor, confirmed_at=now(), locked_until=locked_until):
        raise PullLost
    return stored


def _import_page(account: Account, bodies: list[Body], report: PullReport) -> None:
    if not bodies:
        return
    token = new_token()
    leases = take_leases(account.pk, [body.external_id for body in bodies], token)
    try:
        ready = [body for body in bodies if body.order is not None and _is_state(body, leases.get(body.external_id))]
        for body in bodies:
            if body.order is None:
                park_unreadable(account, token, body)
        receipt = apply_bodies(account, token, ready)
    finally:
        release_leases(account.pk, token)
    hints = [body for body in bodies if body.order is not None and body not in ready]
    report.receipt += receipt
    report.hints += len(hints) + receipt.lost
    _hand_over(account, hints)


def _is_state(body: Body, lease: Lease | None) -> bool:
    """A polled body is the state only when nobody works on the order and it is strictly newer than what was applied; else it is a hint."""
    if lease is None:
        return False
    if lease.applied_updated_at is None or not lease.applied_hash:
        return True
    return body.raw.updated_at is not None and body.raw.updated_at > lease.applied_updated_at


def _hand_over(account: Account, hints: list[Body]) -> None:
    if hints:
        InboxMessage.objects.filter(pk__in=[body.message_id for body in hints]).update(due_at=now())
        for body in hints:
            wake_order(account.pk, body.external_id)


@atomic
def _end(account: Account, token: str, report: PullReport) -> None:
    ours = Cursor.objects.filter(account=account, flow=ORDERS, token=token)
    if report.failure is not None:
        note_failure(account, ORDERS, report.failure)
    elif report.is_complete:
        ours.update(read_through=Greatest(Coalesce(F("read_through"), report.started_at), report.started_at), failures=0, error="")
        note_answer(account)
        publish(PullEnded(account.pk))
    is_wanted = report.is_cut_short or ours.filter(requested_at__gte=report.started_at).exists()
    ours.update(token="")
    if is_wanted:
        wake_pull(account.pk)
