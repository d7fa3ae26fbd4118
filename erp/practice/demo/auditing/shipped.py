"""PostgreSQL's rows of what left: orders with their tracking numbers, labels, and documents."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from inventory.shipping.models import Label, Shipment
from inventory.shipping.states import LabelStatus, ShipmentStatus
from orders.invoices.models import DocumentDue, Invoice
from orders.models import Order
from orders.models.order import order_of
from orders.states import OrderStatus


@dataclass(frozen=True)
class ShippedOrder:
    """`asked` is what its document must say; `is_complete` when nothing of it is still to leave."""

    pk: int
    source: str
    external_id: str
    trackings: tuple[str, ...]
    is_complete: bool
    asked: Decimal


@dataclass(frozen=True)
class Shipped:
    """`labels` is our reference -> tracking number of every label that stands; `documents` is order -> amounts of its documents."""

    orders: tuple[ShippedOrder, ...]
    labels: Mapping[str, str]
    documents: Mapping[int, tuple[Decimal, ...]]


def read_shipped() -> Shipped:
    """Only what we sent ourselves; an order that a shop sent is the shop's."""
    trackings = _trackings()
    orders = Order.objects.filter(pk__in=trackings).order_by("pk")
    rows = orders.annotate(asked=F("total") + F("gift_cards")).values_list("pk", "source", "external_id", "status", "asked")
    labels = Label.objects.filter(status=LabelStatus.READY).exclude(service__carrier__backend="manual")
    return Shipped(
        tuple(
            ShippedOrder(pk, source, key, tuple(trackings[pk]), status == OrderStatus.CLOSED, asked)
            for pk, source, key, status, asked in rows
        ),
        dict(labels.values_list("reference", "tracking_number")),
        _documents(),
    )


def _trackings() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    sent = dict(Shipment.objects.filter(status=ShipmentStatus.SHIPPED, is_elsewhere=False).values_list("pk", "order_reference"))
    for reference in sent.values():
        if (order_id := order_of(reference)) is not None:
            found.setdefault(order_id, [])
    ready = Label.objects.filter(status=LabelStatus.READY, parcel__shipment__in=sent).order_by("pk")
    for shipment_id, tracking in ready.values_list("parcel__shipment", "tracking_number"):
        if (order_id := order_of(sent[shipment_id])) is not None:
            found[order_id].append(tracking)
    return found


def _documents() -> dict[int, tuple[Decimal, ...]]:
    found: dict[int, list[Decimal]] = defaultdict(list)
    for order_id, gross in Invoice.objects.values_list("order_id", "gross"):
        found[order_id].append(gross)
    for order_id, gross in DocumentDue.objects.filter(ended_on=None).values_list("order_id", "gross"):
        found[order_id].append(gross)
    return {order_id: tuple(amounts) for order_id, amounts in found.items()}
