"""What was sent or will be: shipments with their parcels, tracking links and papers, ready to be shown. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.utils.translation import gettext, ngettext, pgettext

from erp.core.models import Document
from erp.pages import wording
from erp.pages.channels import Verdict
from erp.pages.links import document_url
from erp.pages.order.queries import Sent
from inventory.shipping.models import Label, Shipment
from inventory.shipping.states import LabelStatus, ShipmentStatus

VERDICTS = {
    ShipmentStatus.READY: ("quiet", "new"),
    ShipmentStatus.PICKING: ("go", "pick"),
    ShipmentStatus.PACKED: ("go", "pack"),
    ShipmentStatus.SHIPPED: ("quiet", "shipped"),
    ShipmentStatus.CANCELLED: ("quiet", "no"),
}
DEAD_LABELS = (LabelStatus.VOIDED, LabelStatus.REFUSED)


@dataclass(frozen=True)
class Tracking:
    """One parcel's label: its number, the carrier's page where there is one, or why there is none."""

    number: str
    url: str
    carrier: str
    problem: str


@dataclass(frozen=True)
class ShipmentRow:
    pk: int
    number: str
    place: str
    about: str
    verdict: Verdict
    tracking: list[Tracking]


def shipment_rows(sent: Sent, now: datetime, zone: str) -> list[ShipmentRow]:
    labels: dict[int, list[Label]] = {}
    for label in sent.labels:
        labels.setdefault(label.parcel.shipment_id, []).append(label)
    counts: dict[int, int] = {}
    for parcel in sent.parcels:
        counts[parcel.shipment_id] = counts.get(parcel.shipment_id, 0) + 1
    return [_row(shipment, labels.get(shipment.pk, []), counts.get(shipment.pk, 0), now, zone) for shipment in sent.shipments]


def _row(shipment: Shipment, labels: list[Label], parcels: int, now: datetime, zone: str) -> ShipmentRow:
    tone, icon = VERDICTS[ShipmentStatus(shipment.status)]
    word = str(shipment.get_status_display())
    if shipment.is_elsewhere:
        word = gettext("Shipped elsewhere")
    return ShipmentRow(
        pk=shipment.pk,
        number=shipment.number,
        place=shipment.warehouse.name,
        about=" · ".join(_about(shipment, parcels, now, zone)),
        verdict=Verdict("hold", "hold", pgettext("shipment", "Held")) if shipment.is_held else Verdict(tone, icon, word),
        tracking=[_tracking(label) for label in labels if label.status not in DEAD_LABELS or label.error],
    )


def _about(shipment: Shipment, parcels: int, now: datetime, zone: str) -> Iterator[str]:
    if shipment.service:
        yield str(shipment.service)
    if parcels:
        yield ngettext("%(count)d parcel", "%(count)d parcels", parcels) % {"count": parcels}
    if shipment.cash_to_collect:
        yield gettext("%(amount)s to collect") % {"amount": wording.money(shipment.cash_to_collect, shipment.currency)}
    yield wording.moment(shipment.shipped_at or shipment.packed_at or shipment.opened_at, now, zone)


def _tracking(label: Label) -> Tracking:
    carrier = label.service.carrier
    url = carrier.tracking_url.replace("{tracking}", quote(label.tracking_number, safe="")) if label.tracking_number else ""
    return Tracking(label.tracking_number, url if url.startswith(("https://", "http://")) else "", carrier.name, label.error)


@dataclass(frozen=True)
class PaperRow:
    name: str
    when: str
    url: str


def paper_rows(sent: Sent, now: datetime, zone: str) -> list[PaperRow]:
    """The newest paper of each kind, with the address where it is shown."""
    return [_paper(paper, now, zone) for paper in sent.papers]


def _paper(paper: Document, now: datetime, zone: str) -> PaperRow:
    names = {
        "shipping.label": gettext("Label"),
        "shipping.slip": gettext("Packing slip"),
        "invoices.invoice": gettext("Invoice"),
    }
    when = wording.moment(paper.rendered_at, now, zone) if paper.rendered_at else gettext("in the making")
    return PaperRow(f"{names.get(paper.kind, paper.file_name)}", when, document_url(paper))
