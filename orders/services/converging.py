"""Converging: the channel's state is written over ours, rows, money, refunds, holds, pieces and status."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from erp.core.clock import now
from erp.core.events import publish
from erp.core.history import record
from erp.core.states import move
from orders.differences import TOLD_FIELDS, Difference, differences
from orders.drafts import NewOrder
from orders.elsewhere import is_cancelled_here, leaves_elsewhere
from orders.events import OrderChanged
from orders.models import Order
from orders.rows import facts_of
from orders.services.balancing import follow_unexplained
from orders.services.cancelling import cancel_locked
from orders.services.holding import follow_holds, settle_order
from orders.services.leaving import close_elsewhere
from orders.services.paying import follow_money, follow_payments, note_late_payment
from orders.services.pending import let_what_left_go_on
from orders.services.refunding import follow_refunds
from orders.services.rewriting import drop_empty_lines, rewrite_facts, rewrite_lines, rewrite_money
from orders.services.stocking import count_seen_cancelled, let_goods_leave
from orders.services.watching import follow_unpaid
from orders.states import LIVELY, OPEN_STATUSES, OrderStatus, Treatment
from orders.totals import PaymentSummary
from orders.treatment import Verdict, judge


@dataclass(frozen=True, slots=True)
class _Past:
    """How the order stood before the channel's state was written over it."""

    status: str
    due: Decimal
    was_watched: bool
    leaves_elsewhere: bool


def look_for_differences(order: Order, draft: NewOrder) -> list[Difference]:
    """Where the channel's state differs from ours. A status that we wrote there ourselves is no difference."""
    kept: dict[str, Any] = {name: getattr(order, name) for name in TOLD_FIELDS}
    found = differences(kept, order.lines.order_by("pk"), facts_of(draft), draft)
    return [each for each in found if not (draft.is_told_by_us and each.what == "channel_status")]


def apply_draft(order: Order, draft: NewOrder, found: Sequence[Difference], *, actor: str) -> bool:
    """Write the channel's state over ours; the caller holds the order's lock."""
    was_watched = order.treatment == Treatment.IGNORE
    before, past = _standing(order), _Past(order.status, order.due, was_watched, leaves_elsewhere(order, draft))
    rewrite_facts(order, facts_of(draft))
    rewrite_money(order, draft)
    rewrite_lines(order, draft)
    has_new_refunds, summary = follow_money_told(order, draft)
    _follow_status(order, draft, judge(draft, now=now(), payments=summary), past)
    if past.was_watched:
        follow_unpaid(order.lines.order_by("pk"))
    drop_empty_lines(order, draft)
    follow_unexplained(order.pk, draft)
    is_changed = bool(found) or has_new_refunds or _standing(order) != before
    if is_changed:
        record(order, "changed", actor=actor, differences=[difference.told() for difference in found])
        publish(OrderChanged(order.pk))
    return is_changed


def follow_money_told(order: Order, draft: NewOrder) -> tuple[bool, PaymentSummary]:
    """Refunds and payments as the channel has them now: whether a refund is new or changed, and what all of it amounts to."""
    has_new_refunds = draft.refunds is not None and follow_refunds(order, draft.refunds)
    follow_payments(order, draft.payments)
    return has_new_refunds, follow_money(order)


def _follow_status(order: Order, draft: NewOrder, verdict: Verdict, past: _Past) -> None:
    if verdict.status == OrderStatus.CANCELLED:
        _follow_cancel(order, draft, was_watched=past.was_watched)
    elif past.leaves_elsewhere:
        close_elsewhere(order, is_ours=draft.left_our_stock, actor=f"shop:{order.source}")
    elif is_cancelled_here(order):
        settle_order(order)
    elif draft.treatment not in LIVELY or draft.is_test:
        _close(order, draft, was_open=past.status in OPEN_STATUSES)
    else:
        _reopen(order, is_late_money=past.status == OrderStatus.CANCELLED and past.due > 0 and verdict.summary.is_settled)
        if order.status in OPEN_STATUSES:
            follow_holds(order, verdict.holds)
        settle_order(order)


def _follow_cancel(order: Order, draft: NewOrder, *, was_watched: bool) -> None:
    if order.status != OrderStatus.CANCELLED:
        if was_watched and draft.treatment in LIVELY and draft.restocked:
            count_seen_cancelled(order.lines.order_by("pk"))
        cancel_locked(order, restocked=draft.restocked)
        return
    order.is_restocked = draft.restocked
    order.save(update_fields=["is_restocked"])
    settle_order(order)


def _close(order: Order, draft: NewOrder, *, was_open: bool) -> None:
    """Finished in the shop, or an order no more. If it was open here until now, it was shipped elsewhere: its pieces have left."""
    if was_open and order.treatment == Treatment.HISTORY and not order.is_test:
        let_goods_leave(order, is_ours=draft.left_our_stock)
    if order.status != OrderStatus.CLOSED:
        move(order, OrderStatus.CLOSED)
    settle_order(order)


def _reopen(order: Order, *, is_late_money: bool) -> None:
    """The shop revived an order, or one that was only watched came to life: its sale counts from now on."""
    was_sold = order.lines.filter(Q(claimed__gt=0) | Q(shipped__gt=0)).exists()
    was_watched = order.status == OrderStatus.CLOSED and order.is_shippable and not was_sold
    if order.status != OrderStatus.CANCELLED and not was_watched:
        return
    if is_late_money:
        note_late_payment(order)
    let_what_left_go_on(order)
    order.is_restocked = None
    order.save(update_fields=["is_restocked"])
    move(order, OrderStatus.HELD)


def _standing(order: Order) -> tuple[Any, ...]:
    holds = tuple(order.holds.filter(released_at=None).order_by("kind").values_list("kind", flat=True))
    return (order.status, order.paid, order.due, order.refunded, order.payment_status, holds)
