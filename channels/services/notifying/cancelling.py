"""A cancel that was decided here goes to the shop that sold the order, once; the shop puts the pieces back by itself."""

from collections.abc import Collection

from channels.models import Account, CancelPush
from channels.registry import connectors
from channels.services.notifying.claiming import SETTLED
from channels.services.notifying.lanes import ask_lanes
from channels.services.notifying.recording import UNCANCELLED, card_of
from channels.services.notifying.requesting import accounts_of
from channels.states import PushState
from erp.core.cards import close_cards, open_card, subject_of
from erp.core.clock import now
from erp.core.history import history_of
from erp.core.models import Card
from erp.core.transactions import atomic
from orders.elsewhere import is_cancelled_here
from orders.models import Order
from orders.services.cancelling import free_cancelled
from orders.states import OrderStatus

BY_HAND = "channels.cancel_by_hand"


@atomic
def request_cancels(order_ids: Collection[int]) -> None:
    """Ask the shops to cancel, too, the orders that a colleague cancelled here. Safe to repeat.

    Cancels that came from a shop are left out. Where there is no shop to tell, the pieces are free at once; where the shop cannot be
    told, a card says what to do in it.
    """
    orders = list(Order.objects.filter(pk__in=order_ids, status=OrderStatus.CANCELLED, is_restocked=None).order_by("pk"))
    accounts = {account.code: account for account in accounts_of({order.source for order in orders})}
    lanes = []
    for order in orders:
        account = accounts.get(order.source)
        if account is None:
            free_cancelled(order.pk)
        elif not connectors.get(account.connector).capabilities().cancel:
            number = order.external_number or order.external_id
            open_card(BY_HAND, subject_of("orders.order", order.pk), account=account.name, number=number, order=order.number)
        else:
            _ask(order, account)
            lanes.append((account.pk, order.external_id))
    ask_lanes(lanes)


@atomic
def settle_cancels(order_ids: Collection[int]) -> None:
    """The shop's state of these orders was read: where the shop cancelled or sent them itself, nothing waits for anybody any more."""
    waiting = CancelPush.objects.filter(order__in=order_ids).exclude(state=PushState.DONE).select_related("order").order_by("pk")
    settled = [push for push in waiting if push.state != PushState.SENDING and not is_cancelled_here(push.order)]
    if settled:
        CancelPush.objects.filter(pk__in=[push.pk for push in settled]).update(
            state=PushState.DONE, answered_at=now(), answer=SETTLED, token="", leased_until=None, settles_at=None
        )
        close_cards(UNCANCELLED, [card_of(push) for push in settled])
    by_hand = {subject_of("orders.order", order_id): order_id for order_id in order_ids}
    cards = Card.objects.filter(kind=BY_HAND, subject__in=by_hand, closed_at=None).values_list("subject", flat=True)
    if keys := [by_hand[subject] for subject in cards]:
        done = [order.pk for order in Order.objects.filter(pk__in=keys) if not is_cancelled_here(order)]
        close_cards(BY_HAND, [subject_of("orders.order", order_id) for order_id in done])


def _ask(order: Order, account: Account) -> None:
    """One row for each cancel: an order that was cancelled, revived and cancelled again has several."""
    before = CancelPush.objects.filter(order=order).count()
    if CancelPush.objects.filter(order=order).exclude(state="done").exists():
        return
    moment = now()
    key = f"{order.reference}-cancel-{before + 1}"
    row = CancelPush(account=account, order=order, key=key, reason=_reason(order), requested_at=moment, due_at=moment)
    CancelPush.objects.bulk_create([row], ignore_conflicts=True)


def _reason(order: Order) -> str:
    """What the colleague wrote when cancelling."""
    entry = history_of(order).filter(verb="cancelled").last()
    return str(entry.details.get("reason") or "")[:500] if entry else ""
