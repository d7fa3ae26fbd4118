"""Row locks of shipments: after the order, before stock levels."""

from collections.abc import Iterable

from django.db import connection

from inventory.shipping.models import Label, Shipment
from inventory.shipping.states import ShipmentStatus


def lock_shipments(shipment_ids: Iterable[int]) -> list[Shipment]:
    """Shipments under their locks, by key, in one statement; unknown keys are absent."""
    return list(Shipment.objects.select_for_update(of=("self",)).filter(pk__in=set(shipment_ids)).order_by("pk"))


def lock_shipments_of(references: Iterable[str]) -> list[Shipment]:
    """All shipments of these orders that are not cancelled, by key, in one statement."""
    rows = Shipment.objects.select_for_update(of=("self",)).filter(order_reference__in=set(references))
    return list(rows.exclude(status=ShipmentStatus.CANCELLED).order_by("pk"))


def lock_labels(label_ids: Iterable[int], *, skip_locked: bool = False) -> list[Label]:
    """Labels under their locks, by key, in one statement, with parcel, shipment, service and carrier; after their shipments."""
    rows = Label.objects.select_for_update(of=("self",), skip_locked=skip_locked).select_related("parcel__shipment", "service__carrier")
    return list(rows.filter(pk__in=set(label_ids)).order_by("pk"))


def lock_tracking_number(number: str) -> None:
    """Nobody else notes this number until we are done: a bar code scanned twice comes as two requests at once. After the labels."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"shipping.tracking:{number}"])
