"""The carrier's label, 100 x 150 mm, black only, drawn by us from what the carrier answered. In the company's language: drivers read it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.letterhead import Letterhead, letterhead
from erp.core.barcodes import can_encode, encode, svg
from erp.core.cards import key_of
from erp.core.documents import Paper
from erp.core.money import format_money
from inventory.shipping.models import Label
from inventory.shipping.papers.reading import batch_of, parcel_counts, printed_labels, ready_labels
from inventory.shipping.papers.wording import country_name, day, kilos, town_line

TEMPLATE = "papers/shipping_label.html"
WIDTH_MM = 100.0
QUIET_MM = 9.0
BARS_MM, LOW_BARS_MM = 34.0, 20.0
"""Lower where a long address and cash on delivery share the label."""
DOT_MM = 0.125
"""Of a label printer with 203 dots to the inch: modules of whole dots stay sharp."""
LARGEST_MODULE_MM = 5 * DOT_MM
LONG_NAME, LONG_ADDRESS, LONG_TOWN, LONG_ROUTING, LONG_CARRIER, LONG_ORDER, LONG_TRACKING = 24, 60, 24, 12, 16, 12, 28
SHORT_TOWN = 18
"""Letters beyond which the type must be smaller to keep the label whole."""


def build_label(subject: str) -> Paper:
    labels = printed_labels([key_of(subject)])
    return labels_paper(labels, file_name=f"{labels[0].tracking_number}.pdf")


def build_batch_labels(subject: str) -> Paper:
    """All labels of a batch that are ready, in the order of the list, one page each."""
    batch, shipment_ids = batch_of(subject)
    with translation.override(letterhead().language):
        name = _("labels %(number)s") % {"number": batch.pk} + ".pdf"
    return labels_paper(ready_labels(shipment_ids), file_name=name)


def labels_paper(labels: Sequence[Label], *, file_name: str) -> Paper:
    if not labels:
        raise LookupError("none of these labels is there any more")
    counts = parcel_counts(label.parcel.shipment_id for label in labels)
    language = letterhead().language
    with translation.override(language):
        head = letterhead()
        faces = [face_of(label, head, of=counts[label.parcel.shipment_id]) for label in labels]
    return Paper(TEMPLATE, {"labels": faces, "title": labels[0].tracking_number}, language, file_name)


def face_of(label: Label, head: Letterhead, *, of: int) -> dict[str, Any]:
    """What stands on one label, ready; in the language that is active. A shipment has `of` parcels."""
    shipment, sent = label.parcel.shipment, label.sent or {}
    address = {key: str(value or "").strip() for key, value in shipment.recipient.items()}
    cash, told = sent.get("cash"), sent.get("recipient") or {}
    names = _names(address, shipment.recipient_name)
    street = [line for line in (address.get("street", ""), address.get("street2", "")) if line]
    town = town_line(address)
    is_long = len(names[0]) > LONG_NAME or sum(len(line) for line in (*names, *street)) > LONG_ADDRESS
    return {
        "carrier": label.service.carrier.name,
        "is_long_carrier": len(label.service.carrier.name) > LONG_CARRIER,
        "service": label.service.name,
        "day": day(label.ready_at, head.time_zone),
        "sender": head.name,
        "sender_address": head.address,
        "names": names,
        "street": street,
        "town": town,
        "country": country_name(address, head.country).upper(),
        "phone": str(told.get("phone") or address.get("phone", "")),
        "note": str(told.get("note") or ""),
        "is_long": is_long,
        "is_roomy": len(town) <= SHORT_TOWN and cash is None,
        "is_long_town": len(town) > LONG_TOWN,
        "routing": label.routing,
        "is_long_routing": len(label.routing) > LONG_ROUTING,
        "parcel": _("%(place)s of %(all)s") % {"place": label.parcel.position, "all": of},
        "weight": kilos(label.parcel.weight_grams) if label.parcel.weight_grams else "",
        "order": shipment.order_number,
        "is_long_order": len(shipment.order_number) > LONG_ORDER,
        "cash": format_money(Decimal(cash), shipment.currency, head.language) if cash is not None else "",
        "bars": tracking_bars(label.barcode or label.tracking_number, height_mm=LOW_BARS_MM if is_long and cash else BARS_MM),
        "tracking": label.tracking_number,
        "is_long_tracking": len(label.tracking_number) > LONG_TRACKING,
        "reference": label.reference,
    }


def tracking_bars(text: str, *, height_mm: float = BARS_MM) -> SafeString | str:
    """Code 128 with at least 9 mm of white on both sides, in the widest whole printer dots that fit; "" for a text that none can carry."""
    if not can_encode("code128", text):
        return ""
    room = WIDTH_MM - 2 * QUIET_MM
    exact = room / encode("code128", text).modules
    dots = min(LARGEST_MODULE_MM, exact) // DOT_MM * DOT_MM
    return svg("code128", text, module_mm=dots or exact, height_mm=height_mm, has_quiet_zone=False)


def _names(address: dict[str, str], recipient: str) -> list[str]:
    """Who is on the bell first: the company, then the person; never the same twice."""
    return list(dict.fromkeys(name for name in (address.get("company", ""), address.get("name", "") or recipient) if name)) or [recipient]
