"""Shipped elsewhere: the shop's own staff, a marketplace or a third party sent the order; it is followed and never sent again."""

from collections.abc import Iterable

from erp.core import clock
from erp.core.events import publish
from erp.core.history import By, record
from erp.core.transactions import atomic
from inventory.services.leaving import ship
from inventory.services.reserving import Release, release_lines
from inventory.shipping.events import ShipmentShipped
from inventory.shipping.locks import lock_shipments_of
from inventory.shipping.models import Shipment
from inventory.shipping.states import OPEN_SHIPMENTS, ShipmentStatus


@atomic
def record_shipped_elsewhere(references: Iterable[str], *, is_ours: bool, by: By = None) -> list[int]:
    """Somebody else sent these orders: close their open shipments as sent elsewhere. Returns their keys; a second time is a no-op.

    `is_ours`: the goods came out of a warehouse of ours, so what is reserved leaves the stock; otherwise it is free again. What was
    missing is wanted no more. The caller holds the orders' locks.
    """
    wanted = sorted(set(references))
    shipments = [each for each in lock_shipments_of(wanted) if each.status in OPEN_SHIPMENTS]
    for reference in wanted if is_ours else ():
        ship(reference, by=by)
    release_lines([Release(reference, to_window=False) for reference in wanted])
    if not shipments:
        return []
    keys = [each.pk for each in shipments]
    Shipment.objects.filter(pk__in=keys).update(status=ShipmentStatus.SHIPPED, shipped_at=clock.now(), is_elsewhere=True, is_held=False)
    for key in keys:
        record(f"shipping.shipment:{key}", "shipped_elsewhere", by=by, is_ours=is_ours)
        publish(ShipmentShipped(key))
    return keys
