"""A shipment as a row, and where its labels are, in words. Pure: rows in, words out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from erp.pages import wording
from erp.pages.channels import Verdict
from erp.pages.pickups import clock_of
from inventory.shipping.models import Label, Shipment
from inventory.shipping.services.labelling.asking import BY_HAND_DUE
from inventory.shipping.states import OPEN_LABELS, OPEN_SHIPMENTS, LabelStatus, ShipmentStatus

STEPS = {
    ShipmentStatus.READY: ("quiet", "new"),
    ShipmentStatus.PICKING: ("go", "pick"),
    ShipmentStatus.PACKED: ("go", "pack"),
    ShipmentStatus.SHIPPED: ("quiet", "shipped"),
    ShipmentStatus.CANCELLED: ("bad", "no"),
}


@dataclass(frozen=True)
class NumberField:
    """Where a person types the number of one label; `error` is why the last one was refused."""

    label_id: int
    what: str
    number: str = ""
    error: str = ""
    is_done: bool = False


@dataclass(frozen=True)
class Row:
    pk: int
    number: str
    url: str
    recipient: str
    place: str
    articles: str
    more: int
    pieces: str
    carrier: str
    tracking: str
    badge: Verdict
    when: str
    is_checked: bool
    cash: str
    field: NumberField | None


def shipment_row(
    shipment: Any, labels: Sequence[Label], now: datetime, zone: str, *, is_checked: bool = False, takes_numbers: bool = False
) -> Row:
    """From a `Shipment` with `first_title`, `lines_count` and `pieces`. `takes_numbers`: where a number is missing stands its field."""
    numbers = [label.tracking_number for label in labels if label.tracking_number and label.status in OPEN_LABELS]
    return Row(
        pk=shipment.pk,
        number=shipment.order_number,
        url=reverse("shipment", args=[shipment.pk]),
        recipient=shipment.recipient_name,
        place=place_of(shipment),
        articles=shipment.first_title or "",
        more=max((shipment.lines_count or 0) - 1, 0),
        pieces=wording.quantity(shipment.pieces or 0),
        carrier=shipment.service.carrier.name if shipment.service else "",
        tracking=numbers[0] if numbers else "",
        badge=badge_of(shipment, labels, now),
        when=_when(shipment, now, zone),
        is_checked=is_checked,
        cash=wording.money(shipment.cash_to_collect, shipment.currency) if shipment.cash_to_collect else "",
        field=_field(shipment, labels) if takes_numbers else None,
    )


def _field(shipment: Shipment, labels: Sequence[Label]) -> NumberField | None:
    """For the first of its parcels that waits; a held order takes no number."""
    waiting = [label for label in labels if waits_for_number(label) and not shipment.is_held and not shipment.is_elsewhere]
    return NumberField(waiting[0].pk, _what(shipment.order_number, waiting[0])) if waiting else None


def number_field(label: Label, *, number: str = "", error: str = "", is_done: bool = False) -> NumberField:
    """Of a label whose parcel and shipment are loaded."""
    return NumberField(label.pk, _what(label.parcel.shipment.order_number, label), number, error, is_done)


def _what(order: str, label: Label) -> str:
    return gettext("Tracking number of order %(order)s, parcel %(parcel)d") % {"order": order, "parcel": label.parcel.position}


def place_of(shipment: Shipment) -> str:
    """`BA` at home, `Lyon FR` abroad."""
    told = shipment.recipient
    country = str(told.get("country") or "")
    if country in {"", "IT"}:
        return str(told.get("province") or told.get("city") or "")
    return f"{told.get('city') or ''} {country}".strip()


def _when(shipment: Shipment, now: datetime, zone: str) -> str:
    if shipment.shipped_at:
        return wording.moment(shipment.shipped_at, now, zone)
    return clock_of(shipment.due_at, now, zone) if shipment.due_at else "\N{EN DASH}"


def badge_of(shipment: Shipment, labels: Sequence[Label], now: datetime) -> Verdict:
    """The worst that is true of a shipment, else the step at which it is."""
    if shipment.is_elsewhere:
        return Verdict("quiet", "external", gettext("Shipped elsewhere"))
    is_open = shipment.status in OPEN_SHIPMENTS
    if is_open and shipment.is_held:
        return Verdict("hold", "hold", pgettext("shipment", "Held"))
    if shipment.status != ShipmentStatus.CANCELLED and (trouble := label_trouble(labels)):
        return trouble
    if is_open and shipment.due_at and shipment.due_at < now:
        return Verdict("bad", "error", gettext("Late"))
    tone, icon = STEPS[ShipmentStatus(shipment.status)]
    return Verdict(tone, icon, str(shipment.get_status_display()))


def label_trouble(labels: Sequence[Label]) -> Verdict | None:
    newest = newest_labels(labels)
    if any(label.status == LabelStatus.REFUSED for label in newest):
        return Verdict("bad", "no", gettext("Label refused"))
    if any(label.error for label in newest if label.status in OPEN_LABELS):
        return Verdict("wait", "warning", gettext("Label in trouble"))
    if any(waits_for_number(label) for label in newest):
        return Verdict("wait", "edit", gettext("Number missing"))
    return None


def newest_labels(labels: Sequence[Label]) -> list[Label]:
    """The last label of each parcel."""
    found: dict[int, Label] = {}
    for label in sorted(labels, key=lambda each: -each.pk):
        found.setdefault(label.parcel_id, label)
    return list(found.values())


def waits_for_number(label: Label) -> bool:
    return label.status == LabelStatus.WANTED and label.due_at == BY_HAND_DUE


def label_verdict(label: Label | None) -> Verdict:
    """Where a parcel's label is."""
    if label is None:
        return Verdict("quiet", "new", gettext("No label yet"))
    if waits_for_number(label):
        return Verdict("wait", "edit", gettext("Number missing"))
    tone, icon = {
        LabelStatus.WANTED: ("go", "clock"),
        LabelStatus.CLAIMED: ("go", "clock"),
        LabelStatus.READY: ("quiet", "done"),
        LabelStatus.REFUSED: ("bad", "no"),
        LabelStatus.VOIDING: ("go", "clock"),
        LabelStatus.VOIDED: ("quiet", "no"),
    }[LabelStatus(label.status)]
    return Verdict(tone, icon, str(label.get_status_display()))


def weight(grams: int) -> str:
    """`850 g`, `1.2 kg`; a dash where it is not known."""
    if not grams:
        return "\N{EN DASH}"
    return gettext("%(count)d g") % {"count": grams} if grams < 1000 else gettext("%(weight)s kg") % {"weight": _kilos(grams)}


def kilos(grams: int) -> str:
    """`0.85 kg`, `12.40 kg`: for columns, where one unit and two decimals stand below each other."""
    return gettext("%(weight)s kg") % {"weight": wording.amount(Decimal(grams) / 1000)} if grams else "\N{EN DASH}"


def abroad(address: Mapping[str, Any]) -> str:
    """The name of a foreign country; nothing at home, where nobody writes it."""
    code = str(address.get("country") or "")
    return "" if code in {"", "IT"} else wording.country(code)


def _kilos(grams: int) -> str:
    return wording.quantity((Decimal(grams) / 1000).quantize(Decimal("0.01")).normalize())


def parcels_counted(count: int) -> str:
    return ngettext("%(count)d parcel", "%(count)d parcels", count) % {"count": count}
