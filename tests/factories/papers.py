"""Shipments with all that papers print, and eyes for what was printed: text, size and bar codes of a PDF."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pypdfium2
import zxingcpp
from pypdf import PdfReader

from erp.core import clock
from inventory.models import Bin, Warehouse
from inventory.shipping.models import Carrier, CarrierService, Label, Parcel, PickList, Shipment, ShipmentLine
from tests.factories.inventory import make_variant

MILLIMETRES_PER_POINT = 25.4 / 72
ADDRESS = {
    "name": "Marta Rinaldi",
    "company": "",
    "street": "Via dei Serragli 48",
    "street2": "",
    "postcode": "50124",
    "city": "Firenze",
    "province": "FI",
    "country": "IT",
    "phone": "+39 055 012 34 56",
}


@dataclass(frozen=True)
class Goods:
    """A line as a test names it."""

    title: str
    sku: str
    quantity: str = "1"
    bin: str = ""
    gtin: str = ""
    kit: str = ""


MUG = Goods("Tazza Onda, bianco latte", "TAZ-ONDA-BIA", "6", "B-04-2", "8057291440017")
BOARD = Goods("Tagliere ulivo 35 × 20 cm", "TAG-ULIVO-35", "1", "F-03-2")


def paper_shipment(warehouse: Warehouse, number: str = "10517", goods: Sequence[Goods] = (MUG, BOARD), **fields: Any) -> Shipment:
    moment = clock.now()
    shipment = Shipment.objects.create(
        warehouse=warehouse,
        **{
            "order_reference": f"ord_{number}",
            "order_number": number,
            "source": "terramare",
            "recipient_name": "Marta Rinaldi",
            "recipient": ADDRESS,
            "currency": "EUR",
            "placed_at": moment,
            "opened_at": moment,
            **fields,
        },
    )
    for place, each in enumerate(goods):
        _line(shipment, place, each)
    Parcel.objects.create(shipment=shipment, weight_grams=2580)
    return shipment


def _line(shipment: Shipment, place: int, goods: Goods) -> None:
    variant = make_variant(f"V-{shipment.pk}-{place}")
    where = None
    if goods.bin:
        where, _new = Bin.objects.get_or_create(warehouse=shipment.warehouse, code=goods.bin, defaults={"sort_key": goods.bin})
    ShipmentLine.objects.create(
        shipment=shipment,
        position=place,
        line=f"kit:{goods.kit}" if goods.kit else str(place),
        variant=variant,
        sku=goods.sku,
        gtin=goods.gtin,
        title=goods.title,
        kit_title=goods.kit,
        quantity=Decimal(goods.quantity),
        bin=where,
    )


def share_variants(shipments: Sequence[Shipment]) -> None:
    """Lines of one SKU are one variant in all these shipments."""
    first: dict[str, int] = {}
    for line in ShipmentLine.objects.filter(shipment__in=shipments).order_by("pk"):
        line.variant_id = first.setdefault(line.sku, line.variant_id)
        line.save()


def on_a_list(warehouse: Warehouse, shipments: Sequence[Shipment]) -> PickList:
    pick_list = PickList.objects.create(warehouse=warehouse, made_at=clock.now())
    Shipment.objects.filter(pk__in=[each.pk for each in shipments]).update(pick_list=pick_list, status="picking")
    return pick_list


def carrier_service(name: str = "BRT", service: str = "Express", **fields: Any) -> CarrierService:
    carrier, _new = Carrier.objects.get_or_create(code=name.lower(), defaults={"name": name, "backend": "manual"})
    return CarrierService.objects.get_or_create(carrier=carrier, code=service.upper(), defaults={"name": service, **fields})[0]


def ready_label(shipment: Shipment, tracking: str = "1ZB04471182", *, cash: str | None = None, **fields: Any) -> Label:
    parcel = shipment.parcels.order_by("position").first()
    assert parcel is not None
    moment = clock.now()
    return Label.objects.create(
        parcel=parcel,
        status="ready",
        **{
            "service": shipment.service or carrier_service(),
            "reference": f"R{parcel.pk}-QX4ZT",
            "tracking_number": tracking,
            "barcode": tracking,
            "routing": "051-214 7A",
            "zpl": f"^XA^FD{tracking}^FS^XZ\n",
            "sent": {"cash": cash, "recipient": {"phone": shipment.recipient.get("phone", ""), "note": ""}},
            "due_at": moment,
            "created_at": moment,
            "ready_at": moment,
            **fields,
        },
    )


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, blanks as one."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def sizes_of(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page in millimetres, to a hundredth."""
    boxes = [page.mediabox for page in PdfReader(io.BytesIO(pdf)).pages]
    return [(round(float(box.width) * MILLIMETRES_PER_POINT, 2), round(float(box.height) * MILLIMETRES_PER_POINT, 2)) for box in boxes]


def codes_of(pdf: bytes, page: int = 0, *, dpi: int = 300) -> list[str]:
    """The texts of all bar codes on a page, as a decoder reads them from its picture, sorted."""
    return sorted(found.text for found in bars_of(pdf, page, dpi=dpi))


def bars_of(pdf: bytes, page: int = 0, *, dpi: int = 300) -> list[Any]:
    return list(zxingcpp.read_barcodes(picture(pdf, page, dpi=dpi)))


def picture(pdf: bytes, page: int = 0, *, dpi: int = 300) -> Any:
    return pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72).to_pil()
