"""What the papers print, read in a constant number of statements for any number of shipments."""

from collections.abc import Iterable, Sequence

from django.db.models import Prefetch

from erp.core.cards import key_of
from inventory.shipping.models import Label, Parcel, PickList, PrintBatch, Shipment, ShipmentLine
from inventory.shipping.queries import bin_sorted
from inventory.shipping.states import LabelStatus


def printed_shipments(shipment_ids: Sequence[int]) -> list[Shipment]:
    """In the order given, with lines and their bins, parcels and the carrier's service."""
    lines = ShipmentLine.objects.select_related("bin").order_by("position", "pk")
    found = {
        shipment.pk: shipment
        for shipment in Shipment.objects.filter(pk__in=shipment_ids)
        .select_related("service__carrier", "warehouse")
        .prefetch_related(Prefetch("lines", lines), Prefetch("parcels", Parcel.objects.order_by("position")))
    }
    return [found[key] for key in shipment_ids if key in found]


def pick_list_of(subject: str) -> tuple[PickList, list[Shipment]]:
    """The list and its shipments in walking order."""
    pick_list = PickList.objects.select_related("warehouse", "made_by").get(pk=key_of(subject))
    return pick_list, printed_shipments(bin_sorted(pick_list.shipments.values_list("pk", flat=True)))


def batch_of(subject: str) -> tuple[PrintBatch, list[int]]:
    """The batch and its shipments in the order in which it printed them."""
    batch = PrintBatch.objects.get(pk=key_of(subject))
    return batch, list(batch.rows.order_by("position").values_list("shipment_id", flat=True))


def pick_lists(list_ids: Iterable[int]) -> list[PickList]:
    return list(PickList.objects.filter(pk__in=set(list_ids)).select_related("warehouse", "made_by").order_by("pk"))


def printed_labels(label_ids: Sequence[int]) -> list[Label]:
    """In the order given, each with its parcel, shipment and carrier."""
    found = Label.objects.select_related("parcel__shipment", "service__carrier").in_bulk(list(label_ids))
    return [found[key] for key in label_ids if key in found]


def ready_labels(shipment_ids: Sequence[int]) -> list[Label]:
    """The ready labels of shipments, in the order of the shipments and then of their parcels."""
    place = {key: position for position, key in enumerate(shipment_ids)}
    rows = Label.objects.filter(status=LabelStatus.READY, parcel__shipment_id__in=place)
    found = rows.select_related("parcel__shipment", "service__carrier")
    return sorted(found, key=lambda label: (place[label.parcel.shipment_id], label.parcel.position))


def parcel_counts(shipment_ids: Iterable[int]) -> dict[int, int]:
    """How many parcels each shipment has."""
    counts: dict[int, int] = {}
    for shipment_id in Parcel.objects.filter(shipment__in=set(shipment_ids)).values_list("shipment_id", flat=True):
        counts[shipment_id] = counts.get(shipment_id, 0) + 1
    return counts
