"""Checking: what the carrier of a parcel would refuse of its address, asked before there is a label."""

import re
from collections.abc import Iterator, Mapping, Sequence

from crm.people import PostalAddress
from crm.places import ITALY, AddressFault, faults_of
from inventory.shipping.carriers.contract import Limits
from inventory.shipping.carriers.registry import carriers
from inventory.shipping.carriers.shortening import shorten
from inventory.shipping.drafts import NewShipment
from inventory.shipping.models import CarrierService, Label, Shipment
from inventory.shipping.services.choosing import Wish, choose_services
from inventory.shipping.services.labelling.connecting import connect
from inventory.shipping.services.labelling.drafting import recipient_of
from inventory.shipping.states import LabelStatus, ShipmentStatus

READ_BY_THE_DRIVER = {"name": "name", "care_of": "company", "street": "street", "town": "city"}
"""Fields of a label that must not be cut, and the field of the address that each comes from."""
ACCEPTED = (LabelStatus.CLAIMED, LabelStatus.READY, LabelStatus.VOIDING)
BOX = re.compile(
    r"\b(?:casella\s+postale|cas\.?\s*post\.?|c\.\s?p\.\s*\d|fermo\s?posta|p\.?\s?o\.?\s*box|post\s?fach|bo[iî]te\s+postale|apartado)",
    re.IGNORECASE,
)


def address_faults(drafts: Sequence[NewShipment]) -> dict[str, tuple[AddressFault, ...]]:
    """Orders whose address would be refused, by their reference. One statement; three where something is wrong.

    What a colleague chose as carrier counts before the rules; an address that a carrier has taken already is right.
    """
    services = dict(zip((each.order_reference for each in drafts), choose_services([_wish_of(each) for each in drafts]), strict=True))
    found = {each.order_reference: faults for each in drafts if (faults := _faults(each, services[each.order_reference]))}
    if not found:
        return {}
    chosen = _chosen_by_people(found)
    taken = _taken(found)
    again = {each.order_reference: _faults(each, chosen[each.order_reference]) for each in drafts if each.order_reference in chosen}
    return {reference: faults for reference, faults in (found | again).items() if faults and reference not in taken}


def _wish_of(draft: NewShipment) -> Wish:
    return Wish(draft.source, draft.method, str(draft.recipient.get("country") or ITALY), draft.cash_to_collect is not None)


def _chosen_by_people(references: Mapping[str, object]) -> dict[str, CarrierService | None]:
    rows = Shipment.objects.open().filter(order_reference__in=references, is_carrier_chosen=True).select_related("service__carrier")
    return {shipment.order_reference: shipment.service for shipment in rows.order_by("pk")}


def _taken(references: Mapping[str, object]) -> set[str]:
    """Orders of which a parcel has its label, or of which all that is not shipped is cancelled."""
    labels = Label.objects.filter(parcel__shipment__order_reference__in=references, status__in=ACCEPTED)
    under_way = labels.exclude(parcel__shipment__status=ShipmentStatus.CANCELLED)
    return set(under_way.values_list("parcel__shipment__order_reference", flat=True))


def _faults(draft: NewShipment, service: CarrierService | None) -> tuple[AddressFault, ...]:
    """Without a carrier only what the country asks is looked at; what nobody carries needs no address."""
    backend = connect(service.carrier) if service is not None and service.carrier.backend in carriers.codes() else None
    if backend is not None and service is not None and not backend.delivers(service.code):
        return ()
    told = {name: str(draft.recipient.get(name) or "") for name in PostalAddress.__dataclass_fields__}
    faults = [] if draft.recipient_name.strip() else [AddressFault("name", "name_missing")]
    faults += faults_of(PostalAddress(**told))
    if service is not None:
        faults += _demanded(told, service)
    if backend is not None:
        faults += _too_long(draft, told, backend.limits())
    return tuple(faults)


def _demanded(told: Mapping[str, str], service: CarrierService) -> Iterator[AddressFault]:
    street = " ".join(f"{told['street']} {told['street2']}".split())
    if not service.takes_boxes and BOX.search(street):
        yield AddressFault("street", "box", street)
    if service.needs_phone and not any(sign.isdigit() for sign in told["phone"]):
        yield AddressFault("phone", "phone_missing")


def _too_long(draft: NewShipment, told: Mapping[str, str], limits: Limits) -> Iterator[AddressFault]:
    """What would be cut off where the driver reads it; a street may go on in its second line, which goes into the driver's note."""
    _recipient, cuts = shorten(recipient_of(draft.recipient, draft.recipient_name, "", limits), limits)
    for cut in cuts:
        name = READ_BY_THE_DRIVER.get(cut.field)
        if name is None:
            continue
        suggested = {"street": cut.sent, "street2": f"{cut.lost} {told['street2']}".strip()} if name == "street" else {name: cut.sent}
        yield AddressFault(name, "too_long", str(limits.fields[cut.field]), suggested)
