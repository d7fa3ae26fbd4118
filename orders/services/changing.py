"""Changing: an order follows what its channel says now. Before picking it is applied; after it a colleague decides."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from erp.core.cards import key_of
from erp.core.events import publish
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from orders.accepting import check_draft
from orders.differences import Difference
from orders.drafts import NewOrder
from orders.elsewhere import leaves_elsewhere
from orders.events import OrderChanged
from orders.locks import lock_order
from orders.models import Order, PendingChange
from orders.rows import ZERO, refunded_pieces
from orders.services.cancelling import cancel_locked
from orders.services.converging import apply_draft, follow_money_told, look_for_differences
from orders.services.editing import with_our_edits
from orders.services.holding import settle_order
from orders.services.pending import drop_change, keep_change, let_what_left_go_on, stop_what_left
from orders.services.rewriting import with_known_products
from orders.services.stocking import count_restocks_of_picked, goods_are_gone, goods_are_in_hand
from orders.states import OrderStatus, Treatment
from orders.written import read_draft, write_draft


@atomic
def change_order(order_id: int, draft: NewOrder, *, actor: str) -> bool:
    """Converge to the channel's current state; True when that changed anything.

    A state older than the one we have is passed over; the same one again changes nothing. What would change goods that are picked or
    gone is not applied: it is kept with a card, and only its payments and refunds are followed. Raises Refused for a state that no row
    can hold.
    """
    check_draft(draft)
    order = lock_order(order_id)
    if draft.updated_at < order.channel_updated_at:
        return False
    draft = with_our_edits(order, replace(draft, lines=with_known_products(order, draft)))
    found = look_for_differences(order, draft)
    if _comes_too_late(order, draft, found):
        return _keep_for_decision(order, draft, found, actor=actor)
    if drop_change(order) and not draft.first_seen_cancelled:
        let_what_left_go_on(order)
    return apply_draft(order, draft, found, actor=actor)


def accept_change(subject: int | str, *, by: AbstractBaseUser) -> None:
    """Apply the change that came after picking; the warehouse puts the goods right. `subject` is the order's key or its card's subject."""
    _decide(subject, by=by, is_accepted=True)


def dismiss_change(subject: int | str, *, by: AbstractBaseUser) -> None:
    """Keep the order as it was when it was picked; the shop's next change is looked at anew."""
    _decide(subject, by=by, is_accepted=False)


@atomic
def _decide(subject: int | str, *, by: AbstractBaseUser, is_accepted: bool) -> None:
    order = lock_order(key_of(str(subject)))
    change = PendingChange.objects.filter(order=order).order_by("pk").first()
    if change is None:
        raise Refused(_("Order %(number)s has no change that waits for a decision.") % {"number": order.number}, code="nothing_to_decide")
    drop_change(order, by=by)
    record(order, "change_accepted" if is_accepted else "change_dismissed", by=by)
    if is_accepted:
        _apply(order, change)
    else:
        let_what_left_go_on(order)
        order.channel_updated_at = max(order.channel_updated_at, change.channel_updated_at)
        order.save(update_fields=["channel_updated_at"])
        settle_order(order)


def _apply(order: Order, change: PendingChange) -> None:
    if change.draft is None:
        cancel_locked(order, restocked=False)
        return
    draft = read_draft(change.draft)
    apply_draft(order, draft, look_for_differences(order, draft), actor="")


def _comes_too_late(order: Order, draft: NewOrder, found: Sequence[Difference]) -> bool:
    """Whether the change concerns goods that somebody has in hand or that have left. What was shipped elsewhere needs no decision."""
    if order.treatment == Treatment.HISTORY or order.shipped_elsewhere:
        return False
    if leaves_elsewhere(order, draft) and goods_are_in_hand(order):
        return True
    is_cancelled_now = draft.first_seen_cancelled and order.status != OrderStatus.CANCELLED
    if is_cancelled_now or any(difference.touches_goods for difference in found):
        return goods_are_in_hand(order) or goods_are_gone(order)
    return _refunds_pieces(order, draft) and goods_are_in_hand(order)


def _refunds_pieces(order: Order, draft: NewOrder) -> bool:
    """Whether the shop refunds pieces that we do not know of, or takes such a refund back."""
    told = refunded_pieces(draft.refunds) if draft.refunds is not None else None
    return told is not None and any(told.get(line.external_id, (ZERO, ZERO))[0] != line.refunded for line in order.lines.all())


def _keep_for_decision(order: Order, draft: NewOrder, found: Sequence[Difference], *, actor: str) -> bool:
    """The goods wait for a decision; money is followed at once, and so is what the shop has put back."""
    told = [difference.told() for difference in found]
    names = [difference.name for difference in found if difference.name] or [draft.channel_status or order.number]
    counted = _counted_by(order, draft)
    if not keep_change(order, draft=write_draft(draft), told=told, names=names, seen=draft.updated_at, actor=actor):
        return False
    (stop_what_left if draft.first_seen_cancelled else let_what_left_go_on)(order)
    has_new_refunds, _summary = follow_money_told(order, draft)
    count_restocks_of_picked(order, counted)
    settle_order(order)
    if has_new_refunds:
        publish(OrderChanged(order.pk))
    return True


def _counted_by(order: Order, draft: NewOrder) -> dict[str, Decimal]:
    """By line, the pieces that the shop's windows have sold according to a change that is not applied."""
    if draft.first_seen_cancelled and draft.restocked:
        return {}
    restocked = {line.external_id: line.restocked for line in order.lines.all()}
    if draft.refunds is not None:
        restocked = {name: back for name, (_refunded, back) in refunded_pieces(draft.refunds).items()}
    left = {line.external_id: line.quantity - restocked.get(line.external_id, ZERO) for line in draft.lines}
    return left | {line.external_id: line.lowered for line in draft.lines if line.lowered is not None}
