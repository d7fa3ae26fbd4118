"""The figures of Today, straight from the rows. Six statements, whatever the number of rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Q, Sum
from django.db.models.functions import ExtractHour, TruncDate

from erp.core.models import Card
from erp.pages.cards import worst_first
from erp.pages.queries import EURO, Amount, open_cards
from inventory.models import Reservation, ReservationState
from orders.models import Hold, Order
from orders.states import OrderStatus

CARDS_SHOWN = 5
HOURS = 24
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class OrderFigures:
    to_ship: Amount
    oldest_to_ship: datetime | None
    held: Amount
    awaiting: Amount


@dataclass(frozen=True)
class ShortFigures:
    orders: int
    pieces: Decimal


@dataclass(frozen=True)
class DayFigures:
    """Orders per hour of the company's day, today and a week ago; what today's orders are worth in euro; the newest order's moment."""

    today: tuple[int, ...]
    week_ago: tuple[int, ...]
    sold: Decimal
    last_at: datetime | None


def order_figures() -> OrderFigures:
    """Open orders by what they wait for, money in euro. One statement."""
    ship = Q(status=OrderStatus.RELEASED, is_shippable=True)
    held = Q(status=OrderStatus.HELD)
    euro = Q(currency=EURO)
    found = Order.objects.open().aggregate(
        ship=Count("pk", filter=ship),
        ship_total=Sum("total", filter=ship & euro),
        ship_oldest=Min("placed_at", filter=ship),
        held=Count("pk", filter=held),
        held_total=Sum("total", filter=held & euro),
        awaiting=Count("pk", filter=Q(due__gt=0)),
        awaiting_total=Sum("due", filter=Q(due__gt=0) & euro),
    )
    return OrderFigures(
        to_ship=_amount(found, "ship"),
        oldest_to_ship=found["ship_oldest"],
        held=_amount(found, "held"),
        awaiting=_amount(found, "awaiting"),
    )


def _amount(found: dict[str, Any], name: str) -> Amount:
    return Amount(found[name], found[f"{name}_total"] or Decimal(0), EURO)


def holds_by_kind() -> list[tuple[str, int]]:
    """How many held orders each open reason stops, the commonest first; an order with two reasons counts under both."""
    open_holds = Hold.objects.filter(released_at=None, order__status=OrderStatus.HELD, order__is_test=False)
    return list(open_holds.order_by().values_list("kind").annotate(count=Count("order_id", distinct=True)).order_by("-count", "kind"))


def short_figures() -> ShortFigures:
    found = Reservation.objects.filter(state=ReservationState.SHORT).aggregate(
        orders=Count("reference", distinct=True), pieces=Sum("quantity")
    )
    return ShortFigures(found["orders"], found["pieces"] or Decimal(0))


def day_figures(now: datetime, zone: str) -> DayFigures:
    """Orders placed on the company's calendar day and on the same day a week ago. One statement."""
    here = now.astimezone(ZoneInfo(zone))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    sold = ~Q(status=OrderStatus.CANCELLED)
    week_ago = midnight - WEEK
    days = Q(placed_at__gte=midnight) | Q(placed_at__gte=week_ago, placed_at__lt=week_ago + timedelta(days=1))
    rows = list(
        Order.objects.filter(days, is_test=False)
        .order_by()
        .annotate(day=TruncDate("placed_at", tzinfo=ZoneInfo(zone)), hour=ExtractHour("placed_at", tzinfo=ZoneInfo(zone)))
        .values_list("day", "hour")
        .annotate(count=Count("pk"), worth=Sum("total", filter=sold & Q(currency=EURO)), last=Max("placed_at", filter=sold))
    )
    counts = {(day, hour): count for day, hour, count, _worth, _last in rows}
    of_today = [(worth, last) for day, _hour, _count, worth, last in rows if day == here.date()]
    return DayFigures(
        today=tuple(counts.get((here.date(), hour), 0) for hour in range(HOURS)),
        week_ago=tuple(counts.get((week_ago.date(), hour), 0) for hour in range(HOURS)),
        sold=sum((worth for worth, _last in of_today if worth), Decimal(0)),
        last_at=max((last for _worth, last in of_today if last), default=None),
    )


def worst_cards() -> list[Card]:
    return list(worst_first(open_cards())[:CARDS_SHOWN])
