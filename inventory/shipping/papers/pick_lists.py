"""The pick list: one walk for many shipments, in the company's language, with a tick box and the tote for every handful."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.letterhead import Letterhead, letterhead
from erp.core.barcodes import can_encode, svg
from erp.core.documents import Bundle, Paper
from inventory.shipping.models import PickList, Shipment
from inventory.shipping.papers.reading import batch_of, pick_list_of, pick_lists, printed_shipments
from inventory.shipping.papers.walking import Piece, Stop, stops_of
from inventory.shipping.papers.wording import day_and_hour, pieces, pieces_counted, product_bars

TEMPLATE = "papers/pick_list.html"
BARS_MM = 44.0
MOST_TOTES = 6
"""Of one handful in the column; more stand in a line of their own below."""
CHUNK_ROWS = 200
"""Of one table: longer ones are cut at an aisle, because the time to lay out a table grows faster than its rows."""


def build_pick_list(subject: str) -> Paper:
    pick_list, shipments = pick_list_of(subject)
    head = letterhead()
    with translation.override(head.language):
        return list_paper(pick_list, shipments, letterhead())


def build_batch_list(subject: str) -> Bundle:
    """One list per warehouse; its totes have the order of the batch's slips and labels."""
    batch, shipment_ids = batch_of(subject)
    shipments = printed_shipments(shipment_ids)
    language = letterhead().language
    with translation.override(language):
        head = letterhead()
        lists = pick_lists(each.pick_list_id for each in shipments if each.pick_list_id)
        papers = [list_paper(one, [each for each in shipments if each.pick_list_id == one.pk], head) for one in lists]
        return Bundle(papers, language, _("pick list %(number)s") % {"number": batch.pk} + ".pdf")


def list_paper(pick_list: PickList, shipments: Sequence[Shipment], head: Letterhead) -> Paper:
    """In the language that is active."""
    stops = stops_of(_pieces(shipments))
    total = sum((stop.quantity for stop in stops), Decimal(0))
    number = f"L-{pick_list.number}"
    facts = [
        ngettext("%(count)s order", "%(count)s orders", len(shipments)) % {"count": len(shipments)},
        pieces_counted(total),
        str(pick_list.warehouse.name),
    ]
    context = {
        "letterhead": head,
        "number": number,
        "moment": day_and_hour(pick_list.made_at, head.time_zone),
        "facts": facts,
        "bars": svg("code128", number, height_mm=8, has_quiet_zone=False),
        "tables": chunks_of(stops),
        "totes": _pairs([_tote(place, shipment) for place, shipment in enumerate(shipments, start=1)]),
    }
    return Paper(TEMPLATE, context, head.language, _("pick list %(number)s") % {"number": number} + ".pdf")


def chunks_of(stops: Sequence[Stop]) -> list[list[dict[str, Any]]]:
    """Tables of aisles: each begins a new one only when the last is long, so that a usual list is one table."""
    tables: list[list[dict[str, Any]]] = []
    rows = CHUNK_ROWS
    for aisle, found in groupby(stops, key=lambda stop: stop.aisle):
        lines = [_row(stop) for stop in found]
        for start in range(0, len(lines), CHUNK_ROWS):
            part = lines[start : start + CHUNK_ROWS]
            if rows + len(part) > CHUNK_ROWS:
                tables.append([])
                rows = 0
            tables[-1].append({"aisle": aisle, "rows": part})
            rows += len(part)
    return tables


def _row(stop: Stop) -> dict[str, Any]:
    gtin = stop.gtin
    return {
        "bin": stop.bin,
        "title": stop.title,
        "sku": stop.sku,
        "gtin_start": gtin[:-3],
        "gtin_end": gtin[-3:],
        "bars": product_bars(gtin, stop.sku, width_mm=BARS_MM, height_mm=8),
        "quantity": pieces(stop.quantity),
        "totes": [(number, pieces(quantity)) for number, quantity in stop.totes],
        "is_spread": len(stop.totes) > MOST_TOTES,
    }


def _tote(place: int, shipment: Shipment) -> dict[str, Any]:
    number = shipment.order_number
    count = sum((line.quantity for line in shipment.lines.all()), Decimal(0))
    return {
        "place": place,
        "order": number,
        "name": shipment.recipient_name,
        "pieces": pieces_counted(count) if count else "",
        "carrier": shipment.service.carrier.name if shipment.service else "",
        "bars": svg("code128", number, module_mm=0.25, height_mm=8) if can_encode("code128", number) and len(number) <= 12 else "",
    }


def _pairs(totes: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Two beside each other; the last one has an empty neighbour."""
    return [[*totes[start : start + 2], {}][:2] for start in range(0, len(totes), 2)]


def _pieces(shipments: Sequence[Shipment]) -> list[Piece]:
    return [
        Piece(
            place,
            line.bin.sort_key if line.bin else "",
            line.bin.code if line.bin else "",
            line.variant_id,
            line.title,
            line.sku,
            line.gtin,
            line.kit_title,
            line.quantity,
        )
        for place, shipment in enumerate(shipments, start=1)
        for line in shipment.lines.all()
    ]
