"""When the shop's own people have sent an order that we were to send. Pure."""

from typing import Protocol

from orders.drafts import NewOrder
from orders.states import LIVELY, OPEN_STATUSES, OrderStatus


class KeptOrder(Protocol):
    """What is read of an `Order` as it stood before the channel's state was written over it."""

    status: str
    treatment: str
    channel_status: str
    is_restocked: bool | None


def leaves_elsewhere(order: KeptOrder, draft: NewOrder) -> bool:
    """Finished in the shop by others than us, after we had it as open; what is closed here stays closed.

    First seen finished says nothing of the kind (cash on delivery that counts as paid is finished at once): the status has to have
    changed under our eyes. An order that was only watched, or is history, was never ours to send.
    """
    if not draft.is_finished_there or draft.is_test or draft.treatment not in LIVELY or order.treatment not in LIVELY:
        return False
    if order.status == OrderStatus.CLOSED:
        return True
    is_expected = order.status in OPEN_STATUSES or is_cancelled_here(order)
    return is_expected and order.channel_status != draft.channel_status


def is_cancelled_here(order: KeptOrder) -> bool:
    """A colleague cancelled it and the shop's answer has not been read yet: whatever it says as long as that, it does not revive."""
    return order.status == OrderStatus.CANCELLED and order.is_restocked is None
