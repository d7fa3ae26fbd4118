"""What an order's shop is told next, taken under a lease; and the outcome, written only by whoever still holds that lease."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from channels.contract import Fulfilment
from channels.locks import new_token
from channels.models import Account, CancelPush, FulfilmentPush
from channels.services.notifying.composing import compose
from channels.states import PushState
from erp.core.clock import now, real_now
from erp.core.transactions import atomic
from orders.elsewhere import is_cancelled_here

LEASE = timedelta(minutes=5)
SETTLED = "settled"

Push = FulfilmentPush | CancelPush


@dataclass(frozen=True, slots=True)
class CancelWork:
    push: CancelPush

    @property
    def pushes(self) -> Sequence[Push]:
        return [self.push]


@dataclass(frozen=True, slots=True)
class FulfilmentWork:
    """Parcels of one shipment that are told in one call."""

    told: Fulfilment
    pushes: Sequence[FulfilmentPush]


Work = CancelWork | FulfilmentWork


@atomic
def claim_work(account: Account, external_id: str, *, is_partial_told: bool) -> Work | None:
    """The next thing due, a cancel first; None when nothing is due, or when the shop takes only whole orders and more is to come."""
    cancels = CancelPush.objects.select_for_update(of=("self",)).due(now(), real_now())
    cancel = cancels.filter(account=account, order__external_id=external_id).select_related("order").order_by("pk").first()
    if cancel is not None and is_cancelled_here(cancel.order):
        _lease([cancel])
        return CancelWork(cancel)
    if cancel is not None:  # the shop's own cancel came first, or it sent the order
        CancelPush.objects.filter(pk=cancel.pk).update(state=PushState.DONE, answered_at=now(), answer=SETTLED)
    pushes = _next_shipment(account, external_id)
    if not pushes:
        return None
    told = compose(account, pushes)
    if not told.completes and not is_partial_told:
        return None
    _lease(pushes)
    return FulfilmentWork(told, pushes)


def _next_shipment(account: Account, external_id: str) -> list[FulfilmentPush]:
    """Due parcels of the shipment that left first."""
    due = FulfilmentPush.objects.select_for_update(of=("self",)).due(now(), real_now())
    due = due.filter(account=account, order__external_id=external_id).order_by("shipment_id", "pk")
    rows: list[FulfilmentPush] = list(due.select_related("order", "shipment__service__carrier"))
    return [row for row in rows if row.shipment_id == rows[0].shipment_id]


def _lease(pushes: Sequence[Push]) -> None:
    token, until, moment = new_token(), real_now() + LEASE, now()
    for push in pushes:
        push.token, push.leased_until, push.state, push.sent_at = token, until, PushState.SENDING, moment
        push.attempts += 1
        push.save()


def write_outcome(pushes: Sequence[Push], state: PushState, **changes: object) -> bool:
    """False when the lease ran out and another worker has the rows: the outcome is then for that worker to write."""
    values = {"state": state, "token": "", "leased_until": None, "settles_at": None, **changes}
    ours = type(pushes[0]).objects.filter(pk__in=[push.pk for push in pushes], token=pushes[0].token, state=PushState.SENDING)
    return bool(ours.update(**values))
