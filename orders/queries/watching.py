"""Orders that are none yet: the shop keeps pieces for them without lowering its number."""

from collections.abc import Collection
from decimal import Decimal

from django.db.models import F, Sum

from orders.models import OrderLine
from orders.states import OrderStatus, Treatment


def unpaid_by_window(windows: Collection[str]) -> dict[str, Decimal]:
    """Units that each window's shop keeps for orders still payable, windows without any left out; one statement.

    A fraction counts as the whole unit that it takes from what the shop can sell.
    """
    watched = OrderLine.objects.filter(
        window__in=windows, needs_stock=True, order__treatment=Treatment.IGNORE, order__status=OrderStatus.CLOSED, order__is_test=False
    )
    sums = watched.values("window").annotate(units=Sum(F("quantity") - F("refunded"))).filter(units__gt=0)
    return {row["window"]: row["units"] for row in sums}
