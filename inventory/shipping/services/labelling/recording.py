"""What became of a claim is written down: a label that is ready, or one that the carrier refused."""

from django.utils import translation

from crm.letterhead import letterhead
from erp.core import clock
from erp.core.cards import close_card, open_card
from erp.core.events import publish
from erp.core.history import By, record
from erp.core.states import move
from erp.core.transactions import atomic
from inventory.shipping.cards import CARRIER_TROUBLE, LABEL_REFUSED
from inventory.shipping.carriers.contract import ParcelAnswer
from inventory.shipping.events import LabelFailed, LabelReady
from inventory.shipping.models import Label
from inventory.shipping.services.labelling.claiming import Claim, drop, lock_claimed
from inventory.shipping.services.labelling.texts import text_of
from inventory.shipping.services.labelling.voiding import begin_void, void_if_outdated
from inventory.shipping.states import OPEN_SHIPMENTS, LabelStatus, ShipmentStatus
from inventory.shipping.zpl import label_zpl


@atomic
def record_answer(claim: Claim, answer: ParcelAnswer) -> bool:
    """The parcel stands at the carrier: its label is ready. Void at once if it is not wanted so any more.

    That is so where its shipment was cancelled meanwhile, or now goes elsewhere or collects another amount. False when another worker had
    taken the label over: that one found the same parcel, or made another, and then `clear_strays` takes this one back.
    """
    label = lock_claimed(claim)
    if label is None:
        return False
    make_ready(label, answer)
    if label.parcel.shipment.status == ShipmentStatus.CANCELLED:
        begin_void(label, by=None)
    elif label.parcel.shipment.status in OPEN_SHIPMENTS:
        void_if_outdated(label)
    return True


def make_ready(label: Label, answer: ParcelAnswer, *, by: By = None) -> None:
    """Fill in a locked label, draw it for the label printer, tell everybody."""
    label.tracking_number, label.carrier_reference = answer.tracking_number, answer.carrier_reference
    label.routing, label.barcode = answer.routing, answer.barcode or answer.tracking_number
    label.ready_at, label.error, label.token, label.leased_until = clock.now(), "", "", None
    head = letterhead()
    with translation.override(head.language):  # the driver reads it, not the buyer
        label.zpl = label_zpl(text_of(label, head, of=label.parcel.shipment.parcels.count()))
    label.save()
    move(label, LabelStatus.READY)  # last: a ready label has its number
    shipment = label.parcel.shipment
    close_card(LABEL_REFUSED, f"shipping.shipment:{shipment.pk}")
    close_card(CARRIER_TROUBLE, f"shipping.carrier:{label.service.carrier_id}")
    record(shipment, "label_ready", by=by, tracking=label.tracking_number, carrier=label.service.carrier.name, cut=label.cut)
    publish(LabelReady(label.pk))


@atomic
def refuse(claim: Claim, reason: str) -> None:
    """The carrier does not take this parcel: a card says why in its own words, and the parcel may ask for another label."""
    label = lock_claimed(claim)
    if label is None:
        return
    move(label, LabelStatus.REFUSED)
    label.error, label.token, label.leased_until = reason, "", None
    label.save(update_fields=["error", "token", "leased_until"])
    shipment = label.parcel.shipment
    carrier = label.service.carrier.name
    open_card(LABEL_REFUSED, f"shipping.shipment:{shipment.pk}", number=shipment.order_number, carrier=carrier, reason=reason)
    record(shipment, "label_refused", carrier=carrier, reason=reason)
    publish(LabelFailed(label.pk))


@atomic
def give_up(claim: Claim) -> None:
    """Drop a label that is not needed any more and of which the carrier has no parcel."""
    label = lock_claimed(claim)
    if label is None:
        return
    move(label, LabelStatus.WANTED)
    drop(label)
    label.token, label.leased_until = "", None
    label.save(update_fields=["token", "leased_until"])
