"""What an order's own notes say about goods that left: ours, and those of the plugins that show tracking numbers. Pure.

WooCommerce 9.9 has no fulfilments of its own. What is told is kept in two members of `meta_data`: one in the form that the Shipment
Tracking plugin made common, so that the shop shows and mails it, and one with our keys and the words of the note, by which a lost answer
is settled: the note itself is for people and carries no mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.connectors.woocommerce.bodies import Body, meta_of, text
from channels.contract import ChannelFulfilment, FulfilledParcel, Fulfilment

PLUGIN_KEY = "_wc_shipment_tracking_items"
OWN_KEY = "_regia_shipments"
CANCEL_KEY = "_regia_cancelled"
KEYS = (PLUGIN_KEY, OWN_KEY, CANCEL_KEY)


@dataclass(frozen=True, slots=True)
class Told:
    """What the order says to have been told by us: shipment -> its parcels, and whether one of them was the last."""

    parcels: Mapping[str, tuple[str, ...]]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Note:
    """The words for the buyer, and the newest note that the order had before they were written: a later one with these words is ours."""

    text: str
    after: int


def told_in(body: Body) -> Told:
    rows = _rows(meta_of(body).get(OWN_KEY))
    parcels = {str(row.get("key")): _texts(row.get("parcels")) for row in rows}
    return Told(parcels, any(row.get("completes") is True for row in rows))


def fulfilments_of(body: Body) -> tuple[ChannelFulfilment, ...]:
    """Every parcel that the order names, whoever wrote it. A plugin that saves it anew changes its id: the number is ours all the same."""
    meta = meta_of(body)
    ours = {key for parcels in told_in(body).parcels.values() for key in parcels}
    numbers = {number for row in _rows(meta.get(OWN_KEY)) for number in _texts(row.get("numbers"))}
    found = []
    for row in _rows(meta.get(PLUGIN_KEY)):
        own, number = text(row.get("tracking_id")), text(row.get("tracking_number"))
        carrier = text(row.get("custom_tracking_provider")) or text(row.get("tracking_provider"))
        found.append(ChannelFulfilment((own or number) if own in ours or number in numbers else "", number, carrier))
    return tuple(found)


def is_ours_to_the_end(body: Body) -> bool:
    return body.get("status") == "completed" and told_in(body).is_complete


def new_parcels(body: Body, told: Fulfilment) -> tuple[FulfilledParcel, ...]:
    """Those that the order does not name yet. A shipment without parcels is one by itself, under its own key."""
    before = told_in(body).parcels
    if not told.parcels:
        return () if told.key in before else (FulfilledParcel(told.key),)
    return tuple(parcel for parcel in told.parcels if parcel.key not in before.get(told.key, ()))


def note_in(body: Body, key: str) -> Note | None:
    """What was to be written about a shipment when it was told last; None where it was not told."""
    for row in _rows(meta_of(body).get(OWN_KEY)):
        note = row.get("note")
        if row.get("key") == key and isinstance(note, dict):
            after = text(note.get("after"))
            return Note(str(note.get("text", "")), int(after) if after.isdecimal() else 0)
    return None


def meta_to_write(body: Body, told: Fulfilment, note: Note | None = None) -> list[dict[str, Any]]:
    """The two members with this shipment added; what others wrote stays. Empty when the order says all of it already."""
    meta, before = meta_of(body), told_in(body)
    known = before.parcels.get(told.key, ())
    new = [parcel for parcel in told.parcels if parcel.key not in known]
    if told.key in before.parcels and not new and (before.is_complete or not told.completes):
        return []
    row = _own_row(body, told, [*known, *(parcel.key for parcel in new)], [parcel.tracking_number for parcel in new])
    if note is not None:
        row["note"] = {"text": note.text, "after": note.after}
    others = [each for each in _rows(meta.get(OWN_KEY)) if each.get("key") != told.key]
    wanted = [{"key": OWN_KEY, "value": [*others, row]}]
    if shown := [_shown(told, parcel) for parcel in new if parcel.tracking_number]:
        wanted.append({"key": PLUGIN_KEY, "value": [*_rows(meta.get(PLUGIN_KEY)), *shown]})
    return wanted


def _own_row(body: Body, told: Fulfilment, parcels: list[str], new_numbers: list[str]) -> dict[str, Any]:
    before = [number for row in _rows(meta_of(body).get(OWN_KEY)) if row.get("key") == told.key for number in _texts(row.get("numbers"))]
    return {
        "key": told.key,
        "parcels": parcels,
        "numbers": [*before, *(number for number in new_numbers if number)],
        "lines": [{"id": line, "quantity": format(pieces.normalize(), "f")} for line, pieces in told.lines.items()],
        "completes": told.completes,
    }


def _shown(told: Fulfilment, parcel: FulfilledParcel) -> dict[str, str]:
    return {
        "tracking_provider": "",
        "custom_tracking_provider": parcel.carrier,
        "custom_tracking_link": parcel.tracking_url,
        "tracking_number": parcel.tracking_number,
        "date_shipped": str(int(told.shipped_at.timestamp())),
        "tracking_id": parcel.key,
    }


def _rows(value: object) -> list[dict[str, Any]]:
    """A list of objects; PHP sends one with gaps in its numbering as an object, and anything else is nothing of ours."""
    if isinstance(value, dict):
        value = list(value.values())
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text(each) for each in value) if isinstance(value, list) else ()
