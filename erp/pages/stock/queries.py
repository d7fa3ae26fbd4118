"""What explains a stock number: levels, promises, ledger, windows. The number of statements does not grow with the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, Window
from django.db.models.functions import Coalesce

from catalog.models import KitComponent, State, Variant
from erp.core.sorting import sort_name
from inventory.models import Movement, Reservation, ReservationState, StockLevel
from orders.models import Order
from orders.models.order import order_of

PAGE_SIZE = 50
MOVEMENTS_SHOWN = 20
PROMISES_SHOWN = 30
QUANTITY = DecimalField(max_digits=14, decimal_places=3)
ZERO = Value(Decimal(0), output_field=QUANTITY)
SHOWS = ("", "short", "out", "split")


def _sum(column: str) -> Coalesce:
    """Of a variant's levels in active warehouses; looked up for the rows of a page only."""
    levels = StockLevel.objects.filter(variant=OuterRef("pk"), warehouse__is_active=True).order_by().values("variant")
    return Coalesce(Subquery(levels.annotate(sum=Sum(column)).values("sum")), ZERO, output_field=QUANTITY)


def stocked_variants(text: str = "", show: str = "") -> QuerySet[Variant]:
    """Active stocked variants with the sums over their active warehouses, by title."""
    short = Reservation.objects.filter(variant=OuterRef("pk"), state=ReservationState.SHORT)
    variants = Variant.objects.filter(is_stocked=True, is_kit=False, state=State.ACTIVE).annotate(
        on_hand=_sum("on_hand"),
        reserved=_sum("reserved"),
        safety=_sum("safety_stock"),
        is_split=Exists(StockLevel.objects.filter(variant=OuterRef("pk"), is_split=True)),
        is_short=Exists(short),
    )
    for word in text.split():
        variants = variants.filter(Q(sort_title__contains=sort_name(word)) | Q(sku__icontains=word) | Q(gtin=word))
    if show == "short":
        variants = variants.filter(is_short=True)
    elif show == "out":
        variants = variants.filter(on_hand__lte=F("reserved"))
    elif show == "split":
        variants = variants.filter(is_split=True)
    return variants.order_by("sort_title", "pk")


def stock_page(text: str, show: str, number: str) -> Page[Any]:
    return Paginator(stocked_variants(text, show), PAGE_SIZE).get_page(number)


def levels_of(variant_ids: Sequence[int]) -> list[StockLevel]:
    return list(
        StockLevel.objects.filter(variant_id__in=variant_ids, warehouse__is_active=True)
        .select_related("warehouse", "variant")
        .order_by("warehouse__priority", "warehouse__code", "pk")
    )


def components_of(kit_id: int) -> list[KitComponent]:
    """Those that are kept in stock: the others limit nothing."""
    stocked = KitComponent.objects.filter(kit_id=kit_id, component__is_stocked=True)
    return list(stocked.select_related("component").order_by("component__sort_title", "pk"))


@dataclass(frozen=True)
class LedgerProof:
    count: int
    total: Decimal


def ledger_proof(variant_id: int) -> LedgerProof:
    """What the movements add up to, over active warehouses."""
    found = Movement.objects.filter(variant_id=variant_id, warehouse__is_active=True).aggregate(count=Count("pk"), total=Sum("quantity"))
    return LedgerProof(found["count"], found["total"] or Decimal(0))


def last_movements(variant_id: int) -> list[Any]:
    """The newest movements (`Movement`), each with the balance after it (`balance`)."""
    running = Window(Sum("quantity"), order_by=[F("at").asc(), F("pk").asc()])
    movements = Movement.objects.filter(variant_id=variant_id).annotate(balance=running).select_related("warehouse", "bin", "by")
    return list(movements.order_by("-at", "-pk")[:MOVEMENTS_SHOWN])


def open_promises(variant_id: int) -> list[Reservation]:
    """Reserved and short rows, the short ones first, then the oldest."""
    rows = Reservation.objects.filter(variant_id=variant_id, closed_at=None).select_related("warehouse")
    return list(rows.order_by("-state", "created_at", "pk")[:PROMISES_SHOWN])


def orders_behind(promises: Sequence[Reservation]) -> dict[str, Order]:
    """The orders that hold these rows, by reference; other documents have none."""
    ids = {promise.reference: order_of(promise.reference) for promise in promises}
    orders = Order.objects.only("pk", "customer_name", "status").in_bulk([pk for pk in set(ids.values()) if pk is not None])
    return {reference: orders[pk] for reference, pk in ids.items() if pk in orders}
