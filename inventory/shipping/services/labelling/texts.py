"""What labels say for label printers, and the labels of shipments in the order of the batch."""

from collections.abc import Mapping, Sequence

from crm.letterhead import Letterhead
from erp.core.money import format_money
from inventory.shipping.label_text import LabelText
from inventory.shipping.models import Label
from inventory.shipping.papers.wording import country_name, kilos, town_line
from inventory.shipping.services.labelling.drafting import told_before
from inventory.shipping.states import LabelStatus


def labels_of(shipment_ids: Sequence[int]) -> list[Label]:
    """The ready labels of shipments, in the order of the shipments and then of their parcels; parcel, service and carrier are loaded."""
    place = {key: position for position, key in enumerate(shipment_ids)}
    rows = Label.objects.filter(status=LabelStatus.READY, parcel__shipment_id__in=place).select_related("parcel", "service__carrier")
    return sorted(rows, key=lambda label: (place[label.parcel.shipment_id], label.parcel.position))


def zpl_of(labels: Sequence[Label]) -> str:
    """The stored ZPL of labels as one stream: a reprint is the same to the byte."""
    return "".join(label.zpl for label in labels)


def text_of(label: Label, head: Letterhead, *, of: int) -> LabelText:
    """One label, in the active language; its parcel, shipment, service and carrier are loaded, and the shipment has `of` parcels.

    The address is printed whole: what was cut for the carrier's fields is still on the parcel.
    """
    request, shipment = told_before(label.sent), label.parcel.shipment
    return LabelText(
        carrier=label.service.carrier.name,
        service=label.service.name,
        sender=tuple(line for line in (head.name, *head.address_lines) if line),
        recipient=_address(shipment.recipient, shipment.recipient_name, head.country),
        barcode=label.barcode,
        tracking=label.tracking_number,
        reference=label.reference,
        order_number=shipment.order_number,
        parcel=f"{label.parcel.position}/{of}",
        routing=label.routing,
        weight=kilos(label.parcel.weight_grams) if label.parcel.weight_grams else "",
        cash=format_money(request.cash, request.currency, head.language) if request.cash is not None else "",
        phone=request.recipient.phone,
        note=request.recipient.note,
    )


def _address(recipient: Mapping[str, object], name: str, home: str) -> tuple[str, ...]:
    told = {key: str(value or "").strip() for key, value in recipient.items()}
    names = dict.fromkeys((told.get("company", ""), told.get("name", "") or name))
    country = country_name(told, home).upper()
    return tuple(line for line in (*names, told.get("street", ""), told.get("street2", ""), town_line(told), country) if line)
