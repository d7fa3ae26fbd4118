"""Cancelling: what an order no longer wants is not sent."""

from collections.abc import Iterable

from erp.core.history import By
from erp.core.transactions import atomic
from inventory.shipping.locks import lock_shipments_of
from inventory.shipping.services.converging import cancel_locked
from inventory.shipping.states import OPEN_SHIPMENTS


@atomic
def cancel_shipments(references: Iterable[str], *, by: By = None, reason: str = "") -> list[int]:
    """Cancel the open shipments of these orders; returns their keys. What has left stays as it is. A second time is a no-op."""
    shipments = [each for each in lock_shipments_of(references) if each.status in OPEN_SHIPMENTS]
    cancel_locked(shipments, by=by, reason=reason)
    return [each.pk for each in shipments]
