"""Deeds of the desk that can be undone exactly. Each returns what its undo needs, and the undo touches nothing that came in between."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from erp.core.cards import open_card
from erp.core.history import record
from erp.core.receipts import UndoKind, register_undo
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from orders.cards import PAYMENT_OVERDUE, code_of, subject_of
from orders.locks import lock_order
from orders.models import Hold, Order
from orders.services.holding import end_holds, hold_order, release_hold, settle_order
from orders.services.paying import HOLDS_OF_MONEY
from orders.services.tagging import tag_order, untag_order
from orders.states import HELD_BY_CAUSE, KINDS_WITH_CARD, OPEN_STATUSES, HoldKind

Told = dict[str, Any]


@atomic
def hold_afresh(order_id: int, *, by: AbstractBaseUser | None, reason: str, expires_at: datetime | None = None) -> Told:
    """Hold an order that no colleague holds yet. Raises Refused where one does: his reason must not be lost under ours."""
    order = lock_order(order_id)
    held = order.holds.filter(kind=HoldKind.BY_STAFF, released_at=None).first()
    if held is not None:
        raise Refused(
            _("Order %(number)s is held already: %(reason)s") % {"number": order.number, "reason": held.reason or held}, code="held"
        )
    hold_order(order_id, by=by, reason=reason, expires_at=expires_at)
    return {"hold": Hold.objects.get(order=order, kind=HoldKind.BY_STAFF, released_at=None).pk}


@atomic
def take_back_hold(order_id: int, told: Told, by: AbstractBaseUser | None) -> None:
    """End exactly the hold that was placed. Raises Refused when somebody ended it since."""
    order = lock_order(order_id)
    hold = order.holds.filter(pk=told["hold"], released_at=None).first()
    if hold is None:
        raise Refused(_("The hold of order %(number)s has been ended since.") % {"number": order.number}, code="ended")
    end_holds([hold], reason=_("undone"), by=by)
    record(order, "hold_released", by=by, reason=_("undone"), kinds=[hold.kind])
    settle_order(order)


@atomic
def release_holds(order_id: int, *, by: AbstractBaseUser | None) -> Told:
    """End all holds that a colleague may end; returns which. Refused as `release_hold` refuses."""
    order = lock_order(order_id)
    ended = [hold.pk for hold in order.holds.filter(released_at=None).exclude(kind__in=HELD_BY_CAUSE).order_by("pk")]
    release_hold(order_id, by=by)
    return {"holds": ended}


@atomic
def take_back_release(order_id: int, told: Told, by: AbstractBaseUser | None) -> None:
    """Hold again for exactly the reasons that were waved through.

    Raises Refused when the order left or was cancelled since, and when every reason has gone by itself.
    """
    order = lock_order(order_id)
    if order.status not in OPEN_STATUSES:
        raise Refused(_("Order %(number)s is not open any more, so it cannot be held again.") % {"number": order.number}, code="not_open")
    is_open = set(order.holds.filter(released_at=None).values_list("kind", flat=True))
    holds = [
        hold
        for hold in Hold.objects.filter(pk__in=told["holds"], released_at__isnull=False).order_by("pk")
        if hold.kind not in is_open and not (hold.kind in HOLDS_OF_MONEY and not order.due)
    ]
    if not holds:
        raise Refused(
            _("Nothing holds order %(number)s back any more: its reasons are settled.") % {"number": order.number}, code="settled"
        )
    Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(released_at=None, released_by=None, release_reason="")
    _show_again(order, holds)
    record(order, "held", by=by, reason=_("undone"), kinds=[hold.kind for hold in holds])
    settle_order(order)


def tag_afresh(order_id: int, name: str, *, by: AbstractBaseUser | None) -> Told:
    return {"tag": tag_order(order_id, name, by=by)}


def take_back_tag(order_id: int, told: Told, by: AbstractBaseUser | None) -> None:
    untag_order(order_id, told["tag"], by=by)


def _show_again(order: Order, holds: Sequence[Hold]) -> None:
    """Open the cards again that were closed with the holds."""
    for hold in holds:
        subject, number = subject_of(order.pk), order.number
        if hold.kind in KINDS_WITH_CARD:
            open_card(code_of(hold.kind), subject, amount=order.total, currency=order.currency, **{"number": number, **hold.params})
        if hold.kind == HoldKind.AWAITING_PAYMENT and not hold.keeps_stock:
            open_card(PAYMENT_OVERDUE, subject, amount=order.due, currency=order.currency, number=number)


UNDO_HOLD = register_undo(UndoKind("orders.hold", "orders.hold_order", take_back_hold))
UNDO_RELEASE = register_undo(UndoKind("orders.release", "orders.release_hold", take_back_release))
UNDO_TAG = register_undo(UndoKind("orders.tag", "orders.tag_order", take_back_tag))
