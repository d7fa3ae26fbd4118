"""What the list reads. A page costs the same number of statements with one row and with fifty."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, DecimalField, OuterRef, QuerySet, Subquery, Sum

from erp.pages.orders.bands import by_pickup
from erp.pages.orders.queues import PAGE_SIZE, REFERENCE, Day, cursor_of, orders_in, read_cursor, sort_of, sorted_orders
from erp.pages.orders.state import ListState
from inventory.models import Reservation, ReservationState, Warehouse
from inventory.shipping.models import Shipment
from inventory.shipping.states import ShipmentStatus
from orders.models import Hold, Order, OrderLine, OrderTag


@dataclass(frozen=True)
class ListPage:
    """Orders in their order, their shipments by reference, and the cursor of the page behind, empty when there is none."""

    orders: list[Any]
    shipments: dict[str, list[Shipment]]
    next: str

    def shipments_of(self, order: Any) -> list[Shipment]:
        return self.shipments.get(order.reference, [])


def page_of(state: ListState, day: Day, after: str = "", *, size: int = PAGE_SIZE) -> ListPage:
    """One page of a list. Two statements."""
    orders = orders_in(state, day)
    if sort_of(state)[0] == "band":
        found = by_pickup(orders, with_facts(Order.objects.all()), read_cursor(after, sort_of(state)), size + 1)
    else:
        found = list(with_facts(sorted_orders(orders, state, after))[: size + 1])
    page = found[:size]
    return ListPage(page, shipments_of(page), cursor_of(page[-1], state) if len(found) > size else "")


def with_facts(orders: QuerySet[Order]) -> QuerySet[Any]:
    """Each with what its row tells: `first_title`, `lines_count`, `hold_kinds`, `short_pieces`, `tag_names`."""
    mine = OuterRef("pk")
    lines = OrderLine.objects.filter(order=mine)
    short = Reservation.objects.filter(reference=OuterRef("ref"), state=ReservationState.SHORT).order_by().values("reference")
    return orders.alias(ref=REFERENCE).annotate(
        first_title=Subquery(lines.order_by("position", "pk").values("title")[:1]),
        lines_count=Subquery(lines.order_by().values("order").annotate(count=Count("pk")).values("count")),
        hold_kinds=ArraySubquery(Hold.objects.filter(order=mine, released_at=None).values("kind")),
        tag_names=ArraySubquery(OrderTag.objects.filter(order=mine).order_by("name").values("name")),
        short_pieces=Subquery(short.annotate(sum=Sum("quantity")).values("sum"), output_field=DecimalField()),
    )


def shipments_of(orders: Iterable[Order]) -> dict[str, list[Shipment]]:
    """The shipments of orders by reference, the oldest first; cancelled ones are not among them."""
    rows = Shipment.objects.filter(order_reference__in=[order.reference for order in orders]).exclude(status=ShipmentStatus.CANCELLED)
    by_reference: dict[str, list[Shipment]] = defaultdict(list)
    for shipment in rows.select_related("service__carrier").order_by("pk"):
        by_reference[shipment.order_reference].append(shipment)
    return by_reference


def chosen_orders(state: ListState, day: Day, most: int) -> list[tuple[int, Any, str]]:
    """(key, total, currency) of all orders of a list, as far as one deed reaches."""
    orders = orders_in(state, day)
    if sort_of(state)[0] != "band":
        return list(sorted_orders(orders, state).values_list("pk", "total", "currency")[:most])
    found = by_pickup(orders, Order.objects.only("total", "currency"), None, most)
    return [(order.pk, order.total, order.currency) for order in found]


def orders_named(order_ids: Sequence[int]) -> list[Order]:
    """The orders of a choice, in the order of the choice; what is not there any more is left out."""
    found = Order.objects.in_bulk(list(order_ids))
    return [found[pk] for pk in order_ids if pk in found]


def tags_in_use() -> list[str]:
    return list(OrderTag.objects.order_by("name").values_list("name", flat=True).distinct()[:100])


def warehouses() -> list[Warehouse]:
    return list(Warehouse.objects.filter(is_active=True).order_by("priority", "code"))


def orders_since(state: ListState, day: Day, order_id: int) -> int:
    """How many orders of a list came after one."""
    return orders_in(state, day).filter(pk__gt=order_id).order_by()[:100].count()
