"""Row locks of orders; the order before stock levels, stock levels before allotments."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from erp.core.refusals import Refused
from orders.models import Order


def lock_order(order_id: int) -> Order:
    """The order under its lock. Raises Refused when there is none."""
    return lock_orders([order_id])[0]


def lock_orders(order_ids: Iterable[int]) -> list[Order]:
    """Orders under their locks, in the order of their keys, in one statement. Raises Refused when one is missing."""
    wanted = sorted(set(order_ids))
    orders = list(Order.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk"))
    if len(orders) < len(wanted):
        missing = next(iter(set(wanted) - {order.pk for order in orders}))
        raise Refused(_("There is no order %(number)s.") % {"number": missing}, code="unknown_order")
    return orders
