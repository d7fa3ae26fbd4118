"""One lane for each order of a shop: what it is told about the order goes one after the other."""

from collections.abc import Iterable

from django.db import transaction

from channels.models import CancelPush, FulfilmentPush
from channels.services.jobs import due_lanes, request_jobs
from channels.states import AccountState
from erp.core.clock import now, real_now
from erp.core.events import wake
from erp.core.queues import OUTSIDE
from erp.core.transactions import atomic

KIND = "tell_order"
PRIORITY = 10  # orders before numbers
ASKED_AT_ONCE = 500


def lane_of(external_id: str) -> str:
    return f"order|{external_id}"


def order_in(lane: str) -> str:
    return lane.partition("|")[2]


def ask_lanes(lanes: Iterable[tuple[int, str]]) -> None:
    """A job for each (account, external id of an order), due now, and after the commit a wake-up."""
    wanted = sorted({(account_id, lane_of(external_id)) for account_id, external_id in lanes})
    request_jobs(wanted, kind=KIND, priority=PRIORITY, due_at=now())
    for account_id, lane in wanted:
        transaction.on_commit(lambda a=account_id, w=lane: wake_lane(a, w))  # type: ignore[misc]


def wake_lane(account_id: int, lane: str) -> None:
    wake("channels.tasks.tell_order", OUTSIDE, account_id=account_id, lane=lane)


def sweep_pushes() -> None:
    """Lanes with something due and nobody at work; finds whatever a lost wake-up, a paused account or a dead worker left."""
    _ask_for_due()
    for account_id, lane in due_lanes(KIND):
        wake_lane(account_id, lane)


@atomic
def _ask_for_due() -> None:
    """Accounts that are not live, or whose orders are paused, go on with it later."""
    moment, real = now(), real_now()
    lanes: list[tuple[int, str]] = []
    for model in (FulfilmentPush, CancelPush):
        due = model.objects.due(moment, real).filter(account__state=AccountState.LIVE, account__orders_paused=False)
        lanes += due.order_by("due_at").values_list("account_id", "order__external_id")[:ASKED_AT_ONCE]
    ask_lanes(lanes)
