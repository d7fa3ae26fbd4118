"""Dispatching: parcels are handed to the carrier, and their pieces leave the stock."""

from collections.abc import Iterable, Sequence
from functools import partial

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.events import publish
from erp.core.history import By, record
from erp.core.refusals import Refused
from erp.core.transactions import atomic, in_transaction, replay
from inventory.services.leaving import ship_pieces
from inventory.shipping.drafts import Refusal
from inventory.shipping.events import ShipmentShipped
from inventory.shipping.locks import lock_shipments
from inventory.shipping.models import Label, Shipment
from inventory.shipping.queries import lines_of
from inventory.shipping.services.labelling.asking import BY_HAND_DUE
from inventory.shipping.services.packing import ensure_parcels
from inventory.shipping.services.picking import changed_meanwhile, pieces_of
from inventory.shipping.standing import not_workable
from inventory.shipping.states import LabelStatus, ShipmentStatus

PAGE = 50


def ship_shipments(shipment_ids: Iterable[int], *, by: By) -> list[Refusal]:
    """Hand shipments to the carrier: their pieces leave their warehouse and bin, once, whoever else presses the button.

    Returns those that did not leave, each with the sentence that says why. A page of them in one transaction, with a number of statements
    that does not grow with the page; short rows of their orders stay open.
    """
    wanted = list(dict.fromkeys(shipment_ids))
    refused: dict[int, str] = {}
    for start in range(0, len(wanted), PAGE):
        work = partial(_ship_page, wanted[start : start + PAGE], by=by)
        refused |= work() if in_transaction() else replay(work)
    return [Refusal(key, refused[key]) for key in wanted if key in refused]


def ship_shipment(shipment_id: int, *, by: By) -> None:
    """Hand one shipment to the carrier; see `ship_shipments`. Raises Refused when it does not leave."""
    for refusal in ship_shipments([shipment_id], by=by):
        raise Refused(refusal.sentence, code="not_shipped")


@atomic
def _ship_page(shipment_ids: Sequence[int], *, by: By) -> dict[int, str]:
    shipments = {each.pk: each for each in lock_shipments(shipment_ids)}
    refused = {key: sentence for key in shipment_ids if (sentence := not_workable(key, shipments.get(key)))}
    for key in _waiting_for_a_label(shipments):
        refused.setdefault(key, _label_under_way(shipments[key]))
    lines = lines_of(shipments)
    going = {key: each for key, each in shipments.items() if key not in refused}
    for key in ship_pieces({key: pieces_of(each, lines.get(key, ())) for key, each in going.items()}, by=by):
        refused[key] = changed_meanwhile(going.pop(key))
    if going:
        _leave(list(going.values()), by)
    return refused


def _leave(shipments: Sequence[Shipment], by: By) -> None:
    keys, moment = [each.pk for each in shipments], clock.now()
    ensure_parcels(keys)
    Shipment.objects.filter(pk__in=keys).update(
        status=ShipmentStatus.SHIPPED, shipped_at=moment, packed_at=Coalesce(F("packed_at"), moment)
    )
    for each in shipments:
        record(each, "shipped", by=by)
        publish(ShipmentShipped(each.pk))


def _waiting_for_a_label(shipment_ids: Iterable[int]) -> set[int]:
    """Those of which a parcel's label is at the carrier now: nobody knows yet by which number it will travel."""
    under_way = Q(status__in=(LabelStatus.CLAIMED, LabelStatus.VOIDING)) | Q(status=LabelStatus.WANTED, due_at__lt=BY_HAND_DUE)
    labels = Label.objects.filter(under_way, parcel__shipment__in=list(shipment_ids))
    return set(labels.values_list("parcel__shipment", flat=True))


def _label_under_way(shipment: Shipment) -> str:
    return _("The carrier has not answered yet for the label of shipment %(number)s. Wait for it, or void the label first.") % {
        "number": shipment.number
    }
