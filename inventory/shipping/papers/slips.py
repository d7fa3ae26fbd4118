"""The packing slip: what is in the parcel, for the one who opens it, in their language. It carries no prices."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from crm.letterhead import Letterhead, letterhead
from erp.core.barcodes import can_encode, svg
from erp.core.cards import key_of
from erp.core.documents import Bundle, Paper
from inventory.shipping.models import Shipment, ShipmentLine
from inventory.shipping.papers.reading import batch_of, printed_shipments
from inventory.shipping.papers.wording import address_lines, day, pieces, pieces_counted

TEMPLATE = "papers/slip.html"


def build_slip(subject: str) -> Paper:
    return _slips(printed_shipments([key_of(subject)]))[0]


def build_batch_slips(subject: str) -> Bundle:
    batch, shipment_ids = batch_of(subject)
    papers = _slips(printed_shipments(shipment_ids))
    language = letterhead().language
    with translation.override(language):
        return Bundle(papers, language, _("packing slips %(number)s") % {"number": batch.pk} + ".pdf", is_of_sheets=True)


def _slips(shipments: Sequence[Shipment]) -> list[Paper]:
    heads: dict[str, Letterhead] = {}
    papers = []
    for shipment in shipments:
        language = readers_language(shipment.language)
        with translation.override(language):
            if language not in heads:
                heads[language] = letterhead()
            papers.append(slip_paper(shipment, heads[language], language))
    return papers


def readers_language(asked: str) -> str:
    """One that we print in: the receiver's, else English rather than a language that they read as little."""
    short = asked.lower().partition("-")[0]
    return short if short in dict(settings.LANGUAGES) else "en"


def slip_paper(shipment: Shipment, head: Letterhead, language: str) -> Paper:
    """In the language that is active."""
    lines = list(shipment.lines.all())
    parcels = len(shipment.parcels.all())
    total = sum((line.quantity for line in lines), Decimal(0))
    number = shipment.order_number
    context = {
        "letterhead": head,
        "number": number,
        "placed": day(shipment.placed_at, head.time_zone),
        "shop_number": shipment.shop_number if shipment.shop_number != number else "",
        "bars": svg("code128", number, height_mm=8, has_quiet_zone=False) if can_encode("code128", number) else "",
        "name": shipment.recipient_name,
        "address": _address(shipment, head.country),
        "service": str(shipment.service) if shipment.service else "",
        "parcels": parcels,
        "groups": [{"kit": kit, "rows": [_row(line) for line in rows]} for kit, rows in groupby(lines, key=_kit)],
        "total": pieces(total),
        "total_said": pieces_counted(total),
        "customer_note": shipment.customer_note.strip(),
        "gift_message": shipment.gift_message.strip(),
        "is_partial": shipment.is_partial,
    }
    return Paper(TEMPLATE, context, language, _("packing slip %(number)s") % {"number": number} + ".pdf")


def _kit(line: ShipmentLine) -> tuple[str, str]:
    """Components of one kit of one order line stand together under the kit's name."""
    return (line.line, line.kit_title) if line.kit_title else ("", "")


def _row(line: ShipmentLine) -> dict[str, Any]:
    return {"sku": line.sku, "title": line.title, "quantity": pieces(line.quantity)}


def _address(shipment: Shipment, home: str) -> list[str]:
    lines = address_lines(shipment.recipient, home)
    person = str(shipment.recipient.get("name") or "")
    return [line for line in [person, *lines] if line and line != shipment.recipient_name]
