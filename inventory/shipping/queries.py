"""Reads that shipping's services and its pages share."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db.models import F, Min, Sum, Value
from django.db.models.functions import Coalesce, NullIf

from inventory.models import Movement, Reservation, ReservationState
from inventory.shipping.bins import BinStock
from inventory.shipping.models import Shipment, ShipmentLine
from inventory.shipping.states import OPEN_SHIPMENTS

LineKey = tuple[str, int]
"""A line of an order and a variant."""
Promised = dict[tuple[str, int], dict[LineKey, Decimal]]
"""Pieces by line, for each order (its reference) and warehouse."""


def promised_pieces(references: Iterable[str]) -> Promised:
    """What is reserved for these orders, warehouses by priority; one statement."""
    rows = (
        Reservation.objects.filter(reference__in=set(references), state=ReservationState.RESERVED)
        .values("reference", "warehouse_id", "line", "variant_id")
        .annotate(pieces=Sum("quantity"))
        .order_by("reference", "warehouse__priority", "warehouse_id", "line", "variant_id")
    )
    promised: Promised = {}
    for row in rows:
        place = promised.setdefault((row["reference"], row["warehouse_id"]), {})
        place[row["line"], row["variant_id"]] = row["pieces"]
    return promised


def shipments_of(references: Iterable[str]) -> list[Shipment]:
    """All shipments of these orders, cancelled ones too, oldest first, with warehouse and service; one statement."""
    rows = Shipment.objects.filter(order_reference__in=set(references))
    return list(rows.select_related("warehouse", "service__carrier").order_by("pk"))


def bin_sorted(shipment_ids: Iterable[int]) -> list[int]:
    """The shipments in the pickers' walking order: by warehouse, then by the first bin of each; those without a bin last."""
    place = Coalesce(NullIf(F("lines__bin__sort_key"), Value("")), F("lines__bin__code"))
    rows = Shipment.objects.filter(pk__in=set(shipment_ids)).annotate(first_bin=Min(place))
    ordered = rows.order_by("warehouse__priority", "warehouse_id", F("first_bin").asc(nulls_last=True), "pk")
    return list(ordered.values_list("pk", flat=True))


def lines_of(shipment_ids: Iterable[int]) -> dict[int, list[ShipmentLine]]:
    """The lines of each shipment in their order; one statement."""
    lines: dict[int, list[ShipmentLine]] = {}
    for line in ShipmentLine.objects.filter(shipment__in=set(shipment_ids)).order_by("shipment_id", "position", "pk"):
        lines.setdefault(line.shipment_id, []).append(line)
    return lines


def free_bins(places: Collection[tuple[int, int]]) -> dict[tuple[int, int], list[BinStock]]:
    """Pieces by bin for (warehouse, variant): what the ledger says, less what pickers were sent for already. Two statements."""
    warehouses, variants = {place[0] for place in places}, {place[1] for place in places}
    moved = Movement.objects.filter(variant_id__in=variants, warehouse_id__in=warehouses, bin__isnull=False)
    stock: dict[tuple[int, int], list[BinStock]] = {}
    for row in moved.values("warehouse_id", "variant_id", "bin_id", "bin__sort_key", "bin__code").annotate(pieces=Sum("quantity")):
        walk = row["bin__sort_key"] or row["bin__code"]
        stock.setdefault((row["warehouse_id"], row["variant_id"]), []).append(BinStock(row["bin_id"], walk, row["pieces"]))
    by_bin = {(place, each.bin_id): each for place, bins in stock.items() for each in bins}
    walking = ShipmentLine.objects.filter(
        shipment__status__in=OPEN_SHIPMENTS, shipment__warehouse__in=warehouses, variant__in=variants, bin__isnull=False
    )
    sent = walking.values("shipment__warehouse_id", "variant_id", "bin_id").annotate(pieces=Sum("quantity"))
    for warehouse_id, variant_id, bin_id, pieces in sent.values_list("shipment__warehouse_id", "variant_id", "bin_id", "pieces"):
        if found := by_bin.get(((warehouse_id, variant_id), bin_id)):
            found.pieces -= pieces
    return stock
