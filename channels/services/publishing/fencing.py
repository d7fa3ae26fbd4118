"""What reading and time free: fences that a complete pull closes, writes without answer that cannot land any more."""

from collections.abc import Collection
from datetime import datetime, timedelta

from channels.models import Account, Answer, Cursor, NumberRequest, StockWrite
from channels.registry import connectors
from channels.services.importing.pulling import ORDERS
from channels.services.importing.waking import wake_pull
from channels.services.jobs import due_lanes, free_expired_leases
from channels.services.publishing.judging import read_for_differences
from channels.services.publishing.recording import record_without_answer
from channels.services.publishing.requesting import KIND, ask_lanes, lane_of, wake_lane
from channels.services.reading import windows_in_open_bodies
from channels.states import AccountState
from erp.core.clock import now, real_now
from erp.core.transactions import atomic
from inventory.queries import open_fences
from inventory.services.allotting import close_fences, settle


def close_fences_of(account_ids: Collection[int]) -> None:
    """A pull of these accounts was read to its last page: what left their windows before it began is free."""
    for account in Account.objects.filter(pk__in=account_ids).order_by("pk"):
        _close(account)


@atomic
def _close(account: Account) -> None:
    through = Cursor.objects.filter(account=account, flow=ORDERS).values_list("read_through", flat=True).first()
    if through is None or (blocked := windows_in_open_bodies(account)) is None:
        return
    close_fences(account.code, pull_started_at=through, read_lag=_lag(account), except_windows=blocked)


def sweep_stock() -> None:
    """Every second: lanes with something due, workers that died, writes whose time to land is over, fences that wait for a reading.

    Finds whatever a lost wake-up left.
    """
    free_expired_leases()
    _give_up_waiting()
    settle(now=real_now())
    _see_to_fences()
    read_for_differences()
    _ask_for_due_requests(now())
    for account_id, lane in due_lanes(KIND):
        wake_lane(account_id, lane)


def _see_to_fences() -> None:
    """A fence that a pull has passed is closed; one that none has passed yet wants a pull as soon as the read lag is over."""
    fenced = dict(open_fences())
    accounts = Account.objects.filter(code__in=fenced, state=AccountState.LIVE, orders_paused=False)
    for account in accounts.order_by("pk"):
        wanted = fenced[account.code] + _lag(account)
        through = Cursor.objects.filter(account=account, flow=ORDERS).values_list("read_through", flat=True).first()
        if through is not None and through >= wanted:
            _close(account)
        elif wanted <= now():
            wake_pull(account.pk)


def _lag(account: Account) -> timedelta:
    return connectors.get(account.connector).capabilities().read_lag


def _give_up_waiting() -> None:
    """The worker of these writes died: they may have been sent, and may land until the settle time after the lease is over."""
    dead = StockWrite.objects.select_related("account").filter(answer=Answer.UNDER_WAY, leased_until__lt=real_now())
    for write in dead.order_by("pk"):
        record_without_answer([write], connectors.get(write.account.connector).capabilities())


@atomic
def _ask_for_due_requests(moment: datetime) -> None:
    """Requests that wait without a job, because the job ended in between."""
    waiting = NumberRequest.objects.filter(
        due_at__lte=moment, held_as="", listing__account__state=AccountState.LIVE, listing__account__stock_paused=False
    )
    lanes = {
        (account_id, lane_of(location))
        for account_id, location in waiting.values_list("listing__account_id", "listing__location").distinct()
    }
    ask_lanes(sorted(lanes), due_at=moment)
