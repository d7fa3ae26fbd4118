"""Packing: pieces become parcels."""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.history import By, record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.services.reserving import mark_picked_pieces
from inventory.shipping.drafts import NewParcel
from inventory.shipping.locks import lock_shipments
from inventory.shipping.models import Label, Parcel, Shipment
from inventory.shipping.queries import lines_of
from inventory.shipping.services.picking import changed_meanwhile, pieces_of
from inventory.shipping.standing import not_workable
from inventory.shipping.states import OPEN_LABELS, ShipmentStatus

ADD_PARCELS = """
INSERT INTO shipping_parcel (shipment_id, position, weight_grams, length_mm, width_mm, height_mm)
SELECT line.shipment_id, 1, ceil(sum(line.quantity * coalesce(variant.weight_grams, 0))), 0, 0, 0
FROM shipping_shipmentline AS line JOIN catalog_variant AS variant ON variant.id = line.variant_id
WHERE line.shipment_id = ANY(%s::bigint[])
  AND NOT EXISTS (SELECT FROM shipping_parcel AS parcel WHERE parcel.shipment_id = line.shipment_id)
GROUP BY line.shipment_id
ORDER BY line.shipment_id
ON CONFLICT ON CONSTRAINT shipping_parcel_once DO NOTHING
"""


@atomic
def pack_shipment(shipment_id: int, *, by: By, parcels: Sequence[NewParcel] = ()) -> None:
    """Its pieces lie in these parcels; without any, in those that it has, or in one that weighs what its pieces weigh.

    Packing again replaces the parcels. Raises Refused where the shipment is held or not open, where its pieces were taken away, and where a
    parcel that would change has a label.
    """
    shipment = next(iter(lock_shipments([shipment_id])), None)
    if sentence := not_workable(shipment_id, shipment):
        raise Refused(sentence, code="not_workable")
    assert shipment is not None  # not_workable says so
    if shipment.status == ShipmentStatus.READY:
        lines = lines_of([shipment_id]).get(shipment_id, [])
        if mark_picked_pieces({shipment_id: pieces_of(shipment, lines)}):
            raise Refused(changed_meanwhile(shipment), code="changed")
    if parcels:
        _replace_parcels(shipment, parcels)
    ensure_parcels([shipment_id])
    if shipment.status != ShipmentStatus.PACKED:
        Shipment.objects.filter(pk=shipment_id).update(status=ShipmentStatus.PACKED, packed_at=clock.now())
        record(shipment, "packed", by=by, parcels=len(parcels) or 1)


def ensure_parcels(shipment_ids: Iterable[int]) -> None:
    """One parcel, with the weight of the pieces, for each shipment that has none; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(ADD_PARCELS, [sorted(set(shipment_ids))])


def _replace_parcels(shipment: Shipment, wanted: Sequence[NewParcel]) -> None:
    there = {parcel.position: parcel for parcel in shipment.parcels.order_by("position")}
    rows = [
        Parcel(
            shipment=shipment,
            position=position,
            weight_grams=each.weight_grams,
            length_mm=each.length_mm,
            width_mm=each.width_mm,
            height_mm=each.height_mm,
        )
        for position, each in enumerate(wanted, start=1)
    ]
    different = [row for row in rows if row.position in there and _measures(row) != _measures(there[row.position])]
    surplus = [parcel for position, parcel in there.items() if position > len(rows)]
    _check_labels([there[row.position].pk for row in different], [parcel.pk for parcel in surplus])
    Parcel.objects.filter(pk__in=[parcel.pk for parcel in surplus]).delete()
    for row in different:
        row.pk = there[row.position].pk
    Parcel.objects.bulk_update(different, ["weight_grams", "length_mm", "width_mm", "height_mm"])
    Parcel.objects.bulk_create([row for row in rows if row.position not in there])


def _measures(parcel: Parcel) -> tuple[int, int, int, int]:
    return parcel.weight_grams, parcel.length_mm, parcel.width_mm, parcel.height_mm


def _check_labels(changed: Sequence[int], surplus: Sequence[int]) -> None:
    if Label.objects.filter(parcel__in=[*changed, *surplus], status__in=OPEN_LABELS).exists():
        raise Refused(_("A parcel of this shipment has a label already. Void the label first, then pack it anew."), code="label")
    if Label.objects.filter(parcel__in=surplus).exists():
        raise Refused(_("A parcel that you leave out had a label once and stays on record. Keep at least as many parcels."), code="label")
