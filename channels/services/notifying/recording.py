"""What came of telling a shop about an order."""

from collections.abc import Sequence
from datetime import timedelta

from channels.contract import ExternalRef, OperationState, OutsideError
from channels.models import Account, CancelPush, FulfilmentPush
from channels.services.notifying.claiming import Push, write_outcome
from channels.states import PushState
from erp.core.cards import close_card, open_card, subject_of
from erp.core.clock import now, real_now
from erp.core.history import record
from erp.core.transactions import atomic

UNTOLD = "channels.untold_shipment"
UNCANCELLED = "channels.untold_cancel"


def card_of(push: Push) -> str:
    """The subject of the card: one card for each order and kind of push, however many pushes of it are refused."""
    return subject_of(push._meta.label_lower, push.order_id)


@atomic
def record_fulfilment(account: Account, pushes: Sequence[FulfilmentPush], ref: ExternalRef) -> None:
    if not write_outcome(pushes, PushState.DONE, answered_at=now(), answer=ref.external_id[:120], error=""):
        return
    first = pushes[0]
    numbers = [push.tracking_number for push in pushes if push.tracking_number]
    record(
        first.order,
        "shop_told",
        shop=account.name,
        carrier=first.carrier,
        tracking=", ".join(numbers),
        completes=first.completes,
        was_there=ref.was_there,
    )
    close_card(UNTOLD, card_of(first))


@atomic
def record_cancel(account: Account, push: CancelPush, state: OperationState) -> None:
    if not write_outcome([push], PushState.DONE, answered_at=now(), error=""):
        return
    record(push.order, "cancelled_in_shop", shop=account.name, was_there=state.was_there)
    close_card(UNCANCELLED, card_of(push))


@atomic
def record_unknown(pushes: Sequence[Push], failure: OutsideError, *, settle: timedelta) -> None:
    """The answer was lost: the call may have been carried out, or may still be. It is looked into once it cannot land any more."""
    write_outcome(pushes, PushState.UNKNOWN, error=str(failure)[:2000], settles_at=real_now() + settle)


@atomic
def postpone(pushes: Sequence[Push], failure: OutsideError) -> None:
    """The shop was surely not told. The lane waits as long as the shop asks, and attempts count from zero: the push itself did not fail."""
    write_outcome(pushes, PushState.WAITING, error=str(failure)[:2000], attempts=0)


@atomic
def record_refused(account: Account, pushes: Sequence[Push], failure: OutsideError) -> None:
    """A person must look at it: the shop would refuse the same again."""
    if not write_outcome(pushes, PushState.REFUSED, answered_at=now(), error=str(failure)[:2000]):
        return
    first = pushes[0]
    kind = UNCANCELLED if isinstance(first, CancelPush) else UNTOLD
    order = first.order
    number = order.external_number or order.external_id
    open_card(kind, card_of(first), account=account.name, number=number, order=order.number, error=str(failure)[:300])
