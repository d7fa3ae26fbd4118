"""The queues of the desk and how a queue is narrowed, sorted and paged. What a queue is stands here once, for its rows and its count."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, CharField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from erp.pages.orders.state import ListState
from inventory.models import Reservation
from inventory.shipping.models import Shipment
from inventory.shipping.states import ShipmentStatus
from orders.models import Hold, Order, OrderLine, OrderTag
from orders.models.order import ID_KIND
from orders.states import KINDS_WITH_CARD, HoldKind, OrderStatus, PaymentStatus, Treatment

LATE_WITHOUT_PICKUP = timedelta(days=2)
"""An order whose shipment knows no pickup is late after this."""
AWAITING_MONEY = (HoldKind.AWAITING_PAYMENT, HoldKind.AWAITING_CAPTURE)
STOPPED = (HoldKind.BY_STAFF, HoldKind.FRAUD_REVIEW, HoldKind.TRASHED)
TO_DECIDE = tuple(sorted(KINDS_WITH_CARD))
PAGE_SIZE = 50
MOST_COUNTED = 1000
REFERENCE = Concat(Value(f"{ID_KIND}_"), Cast("pk", CharField()))
ORDER_ID = Func(
    F("order_reference"),
    template=f"CASE WHEN left(%(expressions)s, {len(ID_KIND) + 1}) = '{ID_KIND}_' "
    f"THEN CAST(substr(%(expressions)s, {len(ID_KIND) + 2}) AS bigint) END",
    output_field=BigIntegerField(),
)
NO_PICKUP = "9"
COUNTRIES = ("IT", "SM", "VA", "DE", "FR", "AT", "ES", "PT", "NL", "BE", "LU", "CH", "GB", "IE", "SI", "HR", "PL", "SE", "DK", "US")
"""Countries that the filter offers; the address takes any."""
AT_WORK = (ShipmentStatus.PICKING, ShipmentStatus.PACKED)


@dataclass(frozen=True)
class Day:
    """The reader's now, and when the company's day began."""

    now: datetime
    began: datetime


def day_of(now: datetime, zone: str) -> Day:
    return Day(now, now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0))


@dataclass(frozen=True)
class Queue:
    """`sort` is how it stands unless the reader sorts it: by pickup, or by when the orders were placed."""

    code: str
    label: str | Promise
    where: Callable[[Day], Q]
    sort: str
    is_counted: bool = True


def _to_ship(_day: Day) -> Q:
    return Q(status=OrderStatus.RELEASED, is_shippable=True)


def _late(day: Day) -> Q:
    due = Shipment.objects.workable().filter(due_at__isnull=False)
    overdue = Q(pk__in=due.filter(due_at__lt=day.now).values_list(ORDER_ID))
    forgotten = Q(placed_at__lt=day.now - LATE_WITHOUT_PICKUP) & ~Q(pk__in=due.values_list(ORDER_ID))
    return _to_ship(day) & (overdue | forgotten)


def _held_for(kinds: Sequence[str]) -> Callable[[Day], Q]:
    open_holds = Hold.objects.filter(released_at=None, kind__in=kinds)
    return lambda _day: Q(status=OrderStatus.HELD, pk__in=open_holds.values("order"))


def _shipped_today(day: Day) -> Q:
    return Q(pk__in=Shipment.objects.filter(status=ShipmentStatus.SHIPPED, shipped_at__gte=day.began).values_list(ORDER_ID))


QUEUES = {
    queue.code: queue
    for queue in (
        Queue("ship", pgettext_lazy("queue", "To ship"), _to_ship, "pickup"),
        Queue("late", pgettext_lazy("queue", "Late"), _late, "pickup"),
        Queue("short", pgettext_lazy("queue", "Short"), _held_for([HoldKind.SHORT]), "placed"),
        Queue("unpaid", pgettext_lazy("queue", "To be paid"), _held_for(AWAITING_MONEY), "placed"),
        Queue("address", pgettext_lazy("queue", "Addresses"), _held_for([HoldKind.ADDRESS]), "placed"),
        Queue("held", pgettext_lazy("queue", "Held"), _held_for(STOPPED), "placed"),
        Queue("decide", pgettext_lazy("queue", "To decide"), _held_for(TO_DECIDE), "placed"),
        Queue("shipped", pgettext_lazy("queue", "Shipped today"), _shipped_today, "-placed"),
        Queue("all", pgettext_lazy("queue", "All"), lambda _day: ~Q(treatment=Treatment.IGNORE), "-placed", is_counted=False),
    )
}
SORTS: dict[str, tuple[str, ...]] = {
    "pickup": ("band", "placed_at", "pk"),
    "placed": ("placed_at", "pk"),
    "-placed": ("-placed_at", "-pk"),
    "total": ("total", "pk"),
    "-total": ("-total", "-pk"),
}
READERS: dict[str, Callable[[str], Any]] = {"band": str, "placed_at": datetime.fromisoformat, "total": Decimal, "pk": int}


def orders_in(state: ListState, day: Day) -> QuerySet[Order]:
    """The orders of a list, unsorted."""
    orders = Order.objects.filter(QUEUES[state.queue].where(day), is_test=False)
    return _narrowed(orders, state)


def counted(orders: QuerySet[Order]) -> int:
    """How many there are, counted up to a thousand and one: more than that is said as “more than 1,000”."""
    return orders.order_by()[: MOST_COUNTED + 1].count()


def _narrowed(orders: QuerySet[Order], state: ListState) -> QuerySet[Order]:
    conditions: list[tuple[Any, Any]] = [
        (state.channel, Q(source=state.channel)),
        (state.is_gift, ~Q(gift_message="")),
        (state.is_cash, Q(payment_status=PaymentStatus.ON_DELIVERY)),
        (state.tag, Exists(OrderTag.objects.filter(order=OuterRef("pk"), name=state.tag))),
        (state.country, Q(country=state.country)),
        (state.is_one_line, ~Exists(OrderLine.objects.filter(order=OuterRef("pk"), position__gt=0))),
        (state.text, _about(state.text)),
    ]
    orders = orders.alias(country=Coalesce(KeyTextTransform("country", "shipping"), KeyTextTransform("country", "billing")))
    for is_wanted, condition in conditions:
        if is_wanted:
            orders = orders.filter(condition)
    if state.warehouse:
        there = Reservation.objects.filter(reference=OuterRef("ref"), warehouse=int(state.warehouse))
        orders = orders.alias(ref=REFERENCE).filter(Exists(there))
    return orders


def _about(text: str) -> Q:
    """Number here or in the shop, name or e-mail of the customer."""
    number = text.lstrip("#")
    found = Q(customer_name__icontains=text) | Q(external_number__iexact=number)
    if number.isdecimal() and number.isascii() and len(number) < 19:
        found |= Q(pk=int(number))
    return found | Q(customer__email__iexact=text) if "@" in text else found


def sorted_orders(orders: QuerySet[Order], state: ListState, after: str = "") -> QuerySet[Order]:
    """In the order of a list that is not sorted by pickup, from behind the row whose cursor is `after`."""
    names = sort_of(state)
    values = read_cursor(after, names)
    return (orders if values is None else orders.filter(_behind(names, values))).order_by(*names)


def sort_of(state: ListState) -> tuple[str, ...]:
    """The columns by which a list stands; the first is `band` where pickups sort it."""
    return SORTS[state.sort or QUEUES[state.queue].sort]


def cursor_of(order: Any, state: ListState) -> str:
    """Where a row stands in its list, for the page that begins behind it."""
    values = [getattr(order, name.lstrip("-")) for name in sort_of(state)]
    said = json.dumps([value.isoformat() if isinstance(value, datetime) else str(value) for value in values])
    return urlsafe_b64encode(said.encode()).decode()


def band_behind(after: str, state: ListState) -> str:
    """The pickup whose rows a page goes on with."""
    names = sort_of(state)
    values = read_cursor(after, names)
    return str(values[0]) if values and names[0] == "band" else ""


def read_cursor(after: str, names: Sequence[str]) -> list[Any] | None:
    """The values of a cursor; None for one that is none of ours."""
    try:
        said = json.loads(urlsafe_b64decode(after.encode()))
        return [READERS[name.lstrip("-")](value) for name, value in zip(names, said, strict=True)]
    except (ValueError, TypeError, ArithmeticError):
        return None


def _behind(names: Sequence[str], values: Sequence[Any]) -> Q:
    """Greater in the first that differs, or smaller where the list goes down."""
    name, value = names[0].lstrip("-"), values[0]
    beyond = Q(**{f"{name}__{'lt' if names[0].startswith('-') else 'gt'}": value})
    return beyond | (Q(**{name: value}) & _behind(names[1:], values[1:])) if names[1:] else beyond
