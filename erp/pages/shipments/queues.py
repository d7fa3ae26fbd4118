"""The queues of the packing floor. What a queue is stands here once, for its rows and its count."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models import Warehouse
from inventory.shipping.models import Carrier, Label, Parcel, Shipment, ShipmentLine
from inventory.shipping.services.labelling.asking import BY_HAND_DUE
from inventory.shipping.states import OPEN_LABELS, OPEN_SHIPMENTS, LabelStatus, ShipmentStatus

PAGE_SIZE = 50
NO_CARRIER = "none"


@dataclass(frozen=True)
class Day:
    now: datetime
    began: datetime


@dataclass(frozen=True)
class Wanted:
    """The list that the address asks for."""

    queue: str = "ready"
    carrier: str = ""
    warehouse: str = ""
    q: str = ""

    def address(self, **changes: str) -> str:
        other = replace(self, **changes)
        told = {each.name: getattr(other, each.name) for each in fields(other) if getattr(other, each.name)}
        return "?" + urlencode(told)


@dataclass(frozen=True)
class Queue:
    code: str
    label: str | Promise
    where: Callable[[Day], Q]
    sort: tuple[str, ...] = ("due_at", "placed_at", "pk")
    main: str = ""
    """The deed whose button is filled here."""


def _at(status: ShipmentStatus) -> Callable[[Day], Q]:
    return lambda _day: Q(status=status, is_held=False)


def _label_trouble(_day: Day) -> Q:
    """A parcel whose label was refused and not asked for again, cannot be taken back, or waits for a number that a person enters."""
    refused = Parcel.objects.filter(labels__status=LabelStatus.REFUSED).exclude(
        pk__in=Label.objects.filter(status__in=OPEN_LABELS).values("parcel")
    )
    stuck = Label.objects.filter(Q(status=LabelStatus.WANTED, due_at=BY_HAND_DUE) | (~Q(error="") & Q(status__in=OPEN_LABELS)))
    in_trouble = Q(pk__in=refused.values("shipment")) | Q(pk__in=stuck.values("parcel__shipment"))
    return ~Q(status=ShipmentStatus.CANCELLED) & in_trouble


QUEUES = {
    queue.code: queue
    for queue in (
        Queue("ready", _("To pick"), _at(ShipmentStatus.READY), main="print"),
        Queue("picking", _("Being picked"), _at(ShipmentStatus.PICKING), main="pack"),
        Queue("packed", pgettext_lazy("shipments", "Packed"), _at(ShipmentStatus.PACKED), main="ship"),
        Queue("labels", _("Label problems"), _label_trouble, main="label"),
        Queue("held", pgettext_lazy("shipments", "Held"), lambda _day: Q(is_held=True, status__in=OPEN_SHIPMENTS)),
        Queue(
            "shipped",
            _("Shipped today"),
            lambda day: Q(status=ShipmentStatus.SHIPPED, shipped_at__gte=day.began),
            ("-shipped_at", "-pk"),
        ),
        Queue("all", pgettext_lazy("shipments", "All"), lambda _day: Q(), ("-pk",)),
    )
}


def day_of(now: datetime, zone: str) -> Day:
    return Day(now, now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0))


def wanted_of(query: Any) -> Wanted:
    told = {each.name: " ".join(str(query.get(each.name, "")).replace("\x00", "").split())[:80] for each in fields(Wanted)}
    wanted = Wanted(**told)
    is_number = wanted.carrier == NO_CARRIER or (wanted.carrier.isdecimal() and wanted.carrier.isascii())
    return replace(
        wanted,
        queue=wanted.queue if wanted.queue in QUEUES else "ready",
        carrier=wanted.carrier if is_number else "",
        warehouse=wanted.warehouse if wanted.warehouse.isdecimal() and wanted.warehouse.isascii() else "",
    )


def queue_counts(day: Day) -> dict[str, int]:
    """Two statements: one over what is open or left today, one over the labels' troubles."""
    alive = Shipment.objects.filter(Q(status__in=OPEN_SHIPMENTS) | QUEUES["shipped"].where(day))
    counted = [queue for queue in QUEUES.values() if queue.code not in {"labels", "all"}]
    found = alive.aggregate(**{queue.code: Count("pk", filter=queue.where(day)) for queue in counted})
    return {**found, "labels": Shipment.objects.filter(_label_trouble(day)).count()}


def shipments_in(wanted: Wanted, day: Day) -> QuerySet[Shipment]:
    rows = Shipment.objects.filter(QUEUES[wanted.queue].where(day))
    if wanted.carrier:
        rows = rows.filter(service=None) if wanted.carrier == NO_CARRIER else rows.filter(service__carrier=int(wanted.carrier))
    if wanted.warehouse:
        rows = rows.filter(warehouse=int(wanted.warehouse))
    if wanted.q:
        tracked = Label.objects.filter(tracking_number=wanted.q.replace(" ", "").upper())
        rows = rows.filter(
            Q(order_number=wanted.q.lstrip("#"))
            | Q(shop_number=wanted.q.lstrip("#"))
            | Q(recipient_name__icontains=wanted.q)
            | Q(pk__in=tracked.values("parcel__shipment"))
        )
    return rows


def shipments_page(wanted: Wanted, day: Day, number: str) -> Page[Any]:
    """Each with `first_title`, `lines_count` and `pieces`. Two statements."""
    lines = ShipmentLine.objects.filter(shipment=OuterRef("pk"))
    sums = lines.order_by().values("shipment")
    rows = shipments_in(wanted, day).select_related("service__carrier", "warehouse")
    rows = rows.annotate(
        first_title=Subquery(lines.order_by("position", "pk").values("title")[:1]),
        lines_count=Subquery(sums.annotate(count=Count("pk")).values("count")),
        pieces=Subquery(sums.annotate(sum=Sum("quantity")).values("sum")),
    )
    return Paginator(rows.order_by(*QUEUES[wanted.queue].sort), PAGE_SIZE).get_page(number)


def labels_by_shipment(shipment_ids: list[int]) -> dict[int, list[Label]]:
    """Every label, the newest first; one statement."""
    found: dict[int, list[Label]] = {}
    for label in Label.objects.filter(parcel__shipment__in=shipment_ids).select_related("parcel").order_by("parcel__position", "-pk"):
        found.setdefault(label.parcel.shipment_id, []).append(label)
    return found


def carriers_in(wanted: Wanted, day: Day) -> list[tuple[str, str, int]]:
    """(key, name, count) of the carriers in a queue; those without one yet have the key `none`."""
    rows = shipments_in(replace(wanted, carrier=""), day).order_by("service__carrier__name")
    counted = rows.values("service__carrier", name=F("service__carrier__name")).annotate(count=Count("pk"))
    return [(str(row["service__carrier"] or NO_CARRIER), row["name"] or "", row["count"]) for row in counted]


def warehouses() -> list[Warehouse]:
    return list(Warehouse.objects.filter(is_active=True).order_by("priority", "code"))


def carrier_named(key: str) -> Carrier | None:
    return Carrier.objects.filter(pk=int(key)).first() if key.isdecimal() and key.isascii() and len(key) < 19 else None
