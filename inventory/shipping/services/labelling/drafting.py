"""What a carrier is told of a parcel: the shipment's address in the carrier's fields, and back from what a label keeps."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from crm.places import ITALY, has_door, province_code
from inventory.shipping.carriers.contract import Limits, ParcelRequest, Recipient
from inventory.shipping.carriers.shortening import Cut, shorten
from inventory.shipping.models import Label

FIRST_PARCEL = 1


def request_of(label: Label, limits: Limits) -> tuple[ParcelRequest, tuple[Cut, ...]]:
    """The request of a label whose parcel, shipment and service are loaded, within the carrier's limits, and what was cut.

    Cash is collected with the first parcel of a shipment.
    """
    parcel, shipment = label.parcel, label.parcel.shipment
    recipient, cuts = shorten(recipient_of(shipment.recipient, shipment.recipient_name, shipment.customer_note, limits), limits)
    request = ParcelRequest(
        reference=label.reference,
        service=label.service.code,
        recipient=recipient,
        weight_grams=parcel.weight_grams,
        length_mm=parcel.length_mm,
        width_mm=parcel.width_mm,
        height_mm=parcel.height_mm,
        cash=shipment.cash_to_collect if parcel.position == FIRST_PARCEL else None,
        currency=shipment.currency,
        order_number=shipment.order_number,
    )
    return request, cuts


def recipient_of(address: Mapping[str, Any], name: str, note: str, limits: Limits) -> Recipient:
    """A company stands on the bell, its person beside it; what stands behind the door and does not fit goes to the driver's note."""
    told = {key: str(value or "").strip() for key, value in address.items()}
    person, company = told.get("name", "") or name, told.get("company", "")
    country = (told.get("country", "") or ITALY).upper()
    recipient = Recipient(
        name=company or person,
        care_of=person if company and person != company else "",
        street=" ".join(part for part in (told.get("street", ""), told.get("street2", "")) if part),
        postcode=told.get("postcode", ""),
        town=told.get("city", ""),
        province=province_code(told.get("province", "")) if country == ITALY else told.get("province", "").upper(),
        country=country,
        phone=told.get("phone", ""),
        note=note,
    )
    room = limits.fields.get("street", len(recipient.street))
    if len(recipient.street) <= room:
        return recipient
    street, inside = _to_the_door(told.get("street", ""), room)
    return replace(recipient, street=street, note=" ".join(part for part in (inside, told.get("street2", ""), note) if part))


def _to_the_door(street: str, room: int) -> tuple[str, str]:
    """`Corso Vittorio Emanuele II 101` and `scala B, interno 12`, parted at a comma. All of it where no part with the door fits."""
    places = [place for place, sign in enumerate(street) if sign == "," and place <= room and has_door(street[:place])]
    if len(street) <= room or not places:
        return street, ""
    return street[: places[-1]].strip(), street[places[-1] + 1 :].strip()


def kept(request: ParcelRequest) -> dict[str, Any]:
    """As `Label.sent` keeps it."""
    return {**asdict(request), "cash": None if request.cash is None else str(request.cash)}


def is_outdated(label: Label, limits: Limits) -> bool:
    """The carrier was told another address or amount than the shipment has now."""
    told = kept(request_of(label, limits)[0])
    return any(label.sent.get(name) != told[name] for name in ("recipient", "cash"))


def told_before(sent: Mapping[str, Any]) -> ParcelRequest:
    """The request that a label keeps: a parcel that may stand at the carrier already is asked for in the same words."""
    cash = sent["cash"]
    return ParcelRequest(
        **{**sent, "recipient": Recipient(**sent["recipient"]), "cash": None if cash is None else Decimal(cash)},
    )
