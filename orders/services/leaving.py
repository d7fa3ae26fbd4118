"""Leaving without us: the shop or a colleague says that somebody else sent what was left of an order."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from erp.core.cards import key_of
from erp.core.events import publish
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.states import move
from erp.core.transactions import atomic
from orders.events import OrderFulfilled
from orders.locks import lock_order
from orders.models import Order
from orders.services.holding import settle_order
from orders.services.stocking import goods_are_gone, goods_are_in_hand, let_goods_leave
from orders.states import OPEN_STATUSES, Elsewhere, OrderStatus


@atomic
def record_sent_elsewhere(subject: int | str, *, by: AbstractBaseUser) -> None:
    """A colleague says that nothing of an order is left to send: its pieces leave our stock, and its shop hears that it is complete.

    `subject` is the order's key or its card's subject. Raises Refused unless it is open, and while a picker has its goods in hand.
    """
    order = lock_order(key_of(str(subject)))
    if order.status not in OPEN_STATUSES:
        raise Refused(
            _("Order %(number)s is not open any more, so nothing of it is left to send.") % {"number": order.number}, code="not_open"
        )
    if goods_are_in_hand(order):
        raise Refused(
            _("Goods of order %(number)s are picked. Put them back first, or send them.") % {"number": order.number}, code="in_hand"
        )
    close_elsewhere(order, is_ours=True, by=by)
    publish(OrderFulfilled(order.pk))


def close_elsewhere(order: Order, *, is_ours: bool, by: AbstractBaseUser | None = None, actor: str = "") -> None:
    """Nothing more is sent from here: the pieces that wait have left us (`is_ours`), or are free where they left others.

    What we sent of it before stays as it was. The caller holds the order's lock.
    """
    if order.status != OrderStatus.CLOSED:
        is_rest = goods_are_gone(order)
        order.shipped_elsewhere = Elsewhere.OURS if is_ours else Elsewhere.THEIRS
        order.is_restocked = None
        order.save(update_fields=["shipped_elsewhere", "is_restocked"])
        let_goods_leave(order, is_ours=is_ours)
        record(order, "rest_shipped_elsewhere" if is_rest else "shipped_elsewhere", by=by, actor=actor, stock=order.shipped_elsewhere)
        move(order, OrderStatus.CLOSED)
    settle_order(order)
