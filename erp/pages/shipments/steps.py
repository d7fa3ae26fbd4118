"""What to do next with one shipment, and the other ways where the first one is barred. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from django.utils.translation import gettext, pgettext

from erp.pages.channels import Verdict
from inventory.shipping.models import Shipment
from inventory.shipping.states import OPEN_SHIPMENTS, ShipmentStatus


class ParcelSeen(Protocol):
    @property
    def label_id(self) -> int: ...
    @property
    def verdict(self) -> Verdict: ...


@dataclass(frozen=True)
class Way:
    """A deed that is possible too."""

    action: str
    label: str
    icon: str


@dataclass(frozen=True)
class Step:
    """The one thing to do next; no `action` where nothing can be done here. `is_stuck`: no carrier takes it as it is."""

    title: str
    sentence: str
    action: str = ""
    label: str = ""
    icon: str = "shipped"
    is_stuck: bool = False
    ways: tuple[Way, ...] = ()


def next_step(shipment: Shipment, parcels: Sequence[ParcelSeen]) -> Step:
    """What state it is in, why, and the one button."""
    if shipment.is_held and shipment.status in OPEN_SHIPMENTS:
        return Step(pgettext("shipment", "Held"), gettext("Its order is on hold: it goes on by itself when the hold goes."), icon="hold")
    if shipment.status in OPEN_SHIPMENTS and any(row.verdict.tone == "bad" for row in parcels):
        return _refused(shipment)
    if shipment.status in OPEN_SHIPMENTS and shipment.service_id is None:
        return _without_carrier(shipment, parcels)
    return _by_status(shipment, parcels)


def _refused(shipment: Shipment) -> Step:
    """The papers and the packing need no label: they go on."""
    sentence = gettext("Correct the address on the order or choose another carrier, then ask again.")
    ways = {
        ShipmentStatus.READY: Way("print", gettext("Print list and slip anyway"), "print"),
        ShipmentStatus.PICKING: Way("pack", gettext("Pack without a label"), "pack"),
        ShipmentStatus.PACKED: Way("ship", gettext("Hand over without a label"), "shipped"),
    }
    way = ways[ShipmentStatus(shipment.status)]
    ask = gettext("Ask for the label again")
    return Step(gettext("The carrier refused a label"), sentence, "label", ask, "barcode", is_stuck=True, ways=(way,))


def _without_carrier(shipment: Shipment, parcels: Sequence[ParcelSeen]) -> Step:
    usual = _by_status(shipment, parcels)
    sentence = gettext("No shipping rule fits this order, so nobody carries it yet. Choose the carrier; list and slip need none.")
    if usual.action == "label":
        usual = Step("", "", "ship", gettext("Hand over without a label"))
    return replace(usual, title=gettext("No carrier yet"), sentence=sentence, is_stuck=True)


def _by_status(shipment: Shipment, parcels: Sequence[ParcelSeen]) -> Step:
    if shipment.status == ShipmentStatus.READY:
        sentence = gettext("Pick list, slip and label are made in one go.")
        return Step(gettext("To pick"), sentence, "print", gettext("Prepare and print"), "print")
    if shipment.status == ShipmentStatus.PICKING:
        sentence = gettext("Its pieces are being taken from the shelves. Pack it when they lie on the bench.")
        return Step(gettext("On pick list %(number)s") % {"number": shipment.pick_list_id}, sentence, "pack", gettext("Pack"), "pack")
    if shipment.status == ShipmentStatus.PACKED:
        if not any(row.label_id for row in parcels):
            sentence = gettext("It has no label yet. Without one it can still be handed over by hand.")
            return Step(gettext("Packed, without a label"), sentence, "label", gettext("Ask for the label"), "barcode")
        return Step(
            gettext("Packed"), gettext("It leaves the stock when the carrier takes it."), "ship", gettext("Hand to the carrier"), "shipped"
        )
    if shipment.status == ShipmentStatus.CANCELLED:
        return Step(gettext("Cancelled"), gettext("Its pieces are free again."), icon="no")
    if shipment.is_elsewhere:
        return Step(
            gettext("Shipped elsewhere"), gettext("The shop or a third party sent it; nothing is to be done here."), icon="external"
        )
    return Step(pgettext("shipment", "Shipped"), gettext("The carrier has it. The shop gets carrier and number by itself."), icon="done")
