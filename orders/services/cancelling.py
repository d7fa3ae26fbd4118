"""Cancelling: an order stops before it leaves, and its pieces go where the shop put them."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from erp.core.events import publish
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.states import move
from erp.core.transactions import atomic
from inventory.services.reserving import hold_still
from inventory.shipping.locks import lock_shipments_of
from inventory.shipping.services.cancelling import cancel_shipments
from orders.events import OrderCancelled
from orders.locks import lock_order
from orders.models import Order
from orders.services.holding import settle_order
from orders.services.pending import keep_change, stop_what_left
from orders.services.stocking import goods_are_gone, goods_are_in_hand
from orders.states import OrderStatus, Treatment


@atomic
def cancel_order(order_id: int, *, by: AbstractBaseUser | None = None, reason: str = "", restocked: bool = False, actor: str = "") -> None:
    """Stop an order; cancelling it again changes nothing.

    `restocked`: the shop has raised its number by itself, so the pieces go back to its window; otherwise (deleted in the shop, cancelled
    there without restock) they are free for everybody. A colleague's cancel of an order that a shop's window sold frees nothing yet: the
    shop is told (`OrderCancelled`), and its answer, once read, says where the pieces went. Where goods of it are picked or gone already, a
    colleague (`by`) is Refused, and a channel's cancel becomes a card to decide.
    """
    order = lock_order(order_id)
    if order.status == OrderStatus.CANCELLED:
        return
    lock_shipments_of([order.reference])  # before the stock levels, as whoever ships does
    hold_still(order.reference)
    if goods_are_in_hand(order) or goods_are_gone(order):
        _cancel_too_late(order, by=by, reason=reason, actor=actor)
        return
    waits_for_shop = by is not None and order.lines.exclude(window="").exists()
    cancel_locked(order, restocked=None if waits_for_shop else restocked)
    if waits_for_shop:
        cancel_shipments([order.reference], by=by, reason=reason)  # its pieces stay promised: nothing else would stop its parcel now
    record(order, "cancelled", by=by, actor=actor, reason=reason, restocked=restocked)


@atomic
def free_cancelled(order_id: int) -> None:
    """No shop is to be told of a cancel that was decided here: its pieces are free for everybody. A second time is a no-op."""
    order = lock_order(order_id)
    if order.status == OrderStatus.CANCELLED and order.is_restocked is None:
        order.is_restocked = False
        order.save(update_fields=["is_restocked"])
        settle_order(order)


def _cancel_too_late(order: Order, *, by: AbstractBaseUser | None, reason: str, actor: str) -> None:
    if by is not None:
        raise Refused(
            _("Goods of order %(number)s are picked already. Put them back, then cancel it.") % {"number": order.number}, code="picked"
        )
    if order.treatment == Treatment.HISTORY:
        record(order, "deleted", actor=actor, reason=reason)
        return
    names = [order.external_number or order.number]
    if keep_change(order, draft=None, told=[{"what": reason}], names=names, seen=order.channel_updated_at, actor=actor):
        stop_what_left(order)
        settle_order(order)


def cancel_locked(order: Order, *, restocked: bool | None) -> None:
    """The cancelling itself. The caller holds the order's lock, has looked for picked goods, and records it in the history.

    `restocked` None: the shop is still to be told, and its answer will say where the pieces went.
    """
    order.is_restocked = restocked
    order.save(update_fields=["is_restocked"])
    move(order, OrderStatus.CANCELLED)
    settle_order(order)
    publish(OrderCancelled(order.pk))
