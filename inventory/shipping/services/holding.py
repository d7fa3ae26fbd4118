"""Holding: while its order is held, nobody picks, labels or ships a shipment."""

from collections.abc import Iterable

from django.db import models

from erp.core.history import By, record
from erp.core.transactions import atomic
from inventory.shipping.models import Shipment


@atomic
def hold_shipments(references: Iterable[str], *, by: By = None, spares_partial: bool = False) -> list[int]:
    """Hold the open shipments of these orders; returns those that were not held before.

    `spares_partial`: the orders wait for missing pieces only, so shipments that a colleague opened without those pieces go on.
    """
    wanted = Shipment.objects.open().filter(order_reference__in=set(references), is_held=False)
    return _set_held(wanted.filter(is_partial=False) if spares_partial else wanted, True, "held", by)


@atomic
def resume_shipments(references: Iterable[str], *, by: By = None, only_partial: bool = False) -> list[int]:
    """Let the held shipments of these orders go on; returns those that were held."""
    wanted = Shipment.objects.open().filter(order_reference__in=set(references), is_held=True)
    return _set_held(wanted.filter(is_partial=True) if only_partial else wanted, False, "resumed", by)


def _set_held(wanted: "models.QuerySet[Shipment]", is_held: bool, verb: str, by: By) -> list[int]:
    keys = list(wanted.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if keys:
        Shipment.objects.filter(pk__in=keys).update(is_held=is_held)
    for key in keys:
        record(f"shipping.shipment:{key}", verb, by=by)
    return keys
