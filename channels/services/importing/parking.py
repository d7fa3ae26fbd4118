"""What cannot go on: postponed with growing pauses, or parked with a card that says why."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.db.models import F, Value
from django.db.models.functions import Least

from channels.contract import ChannelOrder, ContractBroken
from channels.models import Account, InboxMessage, OrderLease
from channels.services.importing.bodies import Body, is_unnamed
from channels.states import MessageState
from erp.core.cards import close_cards, open_card, subject_of
from erp.core.clock import now
from erp.core.refusals import Refused
from erp.core.transactions import atomic

MAX_ATTEMPTS = 10
LONGEST_PAUSE_SECONDS = 600
LARGEST_AMOUNT = Decimal(10) ** 10
CARDS_OF_MESSAGES = (
    "channels.unreadable_order",
    "channels.unnamed_order",
    "channels.refused_order",
    "channels.unfetched_order",
    "channels.odd_order",
)


@atomic
def park_body(account: Account, token: str, body: Body, error: Exception) -> None:
    """Put one order aside for a person. Its text is kept and its lease is free; the fences of its products stay open meanwhile."""
    reason = str(error) if isinstance(error, Refused) else _told(error)
    InboxMessage.objects.filter(pk=body.message_id).update(
        state=MessageState.PARKED, error=reason[:2000], items=_items(body), attempts=F("attempts") + 1
    )
    InboxMessage.objects.filter(pk__in=body.hints).update(state=MessageState.DONE, outcome="parked", done_at=now())
    OrderLease.objects.filter(account=account, external_id=body.external_id, token=token).update(token="")
    if body.broken is not None:
        kind = "channels.unnamed_order" if is_unnamed(body.external_id) else "channels.unreadable_order"
        open_card(kind, subject_of("message", body.message_id), account=account.name, number=body.external_id, path=body.broken.path)
    else:
        amount, currency, number = _money(body)
        open_card(
            "channels.refused_order",
            subject_of("message", body.message_id),
            amount=amount,
            currency=currency,
            account=account.name,
            number=number,
            reason=_sentence(reason),
        )


def park_unreadable(account: Account, token: str, body: Body) -> None:
    """Put a body aside that breaks the contract, with a card that names the path that was expected. Raises nothing."""
    park_body(account, token, body, body.broken or ContractBroken("", ""))


def postpone(message_ids: Sequence[int], detail: str, *, wait: timedelta | None = None, counts: bool = True) -> None:
    """Try again later: after `wait`, or after pauses that double. `counts` False: the failure says nothing about this order."""
    pause = wait or _pause(message_ids)
    InboxMessage.objects.filter(pk__in=message_ids, state=MessageState.WAITING).update(
        due_at=now() + pause, error=detail[:2000], attempts=Least(F("attempts") + (1 if counts else 0), Value(1000))
    )


def _pause(message_ids: Sequence[int]) -> timedelta:
    attempts = max(InboxMessage.objects.filter(pk__in=message_ids).values_list("attempts", flat=True), default=0)
    return timedelta(seconds=min(2**attempts, LONGEST_PAUSE_SECONDS))


@atomic
def park_hints(account: Account, message_ids: Sequence[int], external_id: str, detail: str) -> None:
    """The shop announced an order but, time after time, does not hand it over: one row waits for a person, the other hints are settled."""
    first, *others = sorted(message_ids)
    InboxMessage.objects.filter(pk=first).update(state=MessageState.PARKED, error=detail[:2000])
    InboxMessage.objects.filter(pk__in=others).update(state=MessageState.DONE, outcome="parked", done_at=now())
    open_card("channels.unfetched_order", subject_of("message", first), account=account.name, number=external_id, detail=detail[:300])


def at_stake(order: ChannelOrder) -> tuple[Decimal | None, str]:
    """Amount and currency for a card; nothing where the order's own total is absurd, so that its card can always be written."""
    code = order.currency.upper()
    currency = code if len(code) == len("EUR") and code.isascii() and code.isalpha() else "XXX"
    return (order.total if order.total.is_finite() and abs(order.total) < LARGEST_AMOUNT else None), currency


def settle_parked(message_ids: Sequence[int]) -> None:
    """A newer body of the same order was applied: close the cards of the older ones."""
    if message_ids:
        for kind in CARDS_OF_MESSAGES:
            close_cards(kind, [subject_of("message", message_id) for message_id in message_ids])


def _items(body: Body) -> list[str] | None:
    return None if body.items is None else list(body.items)


def _money(body: Body) -> tuple[Decimal | None, str, str]:
    if body.order is None:
        return None, "EUR", body.external_id
    amount, currency = at_stake(body.order)
    return amount, currency, body.order.number


def _told(error: Exception) -> str:
    """The error's name and its first line only: what the database writes below that is the whole row, with the buyer's address."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}".strip()


def _sentence(reason: str) -> str:
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."
