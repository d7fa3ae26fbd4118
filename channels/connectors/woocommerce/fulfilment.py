"""Telling the shop that goods left, or that an order is cancelled. Every call reads first: the order itself says what was told before."""

from collections.abc import Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from channels.connectors.woocommerce.bodies import text
from channels.connectors.woocommerce.client import Client
from channels.connectors.woocommerce.statuses import state_of
from channels.connectors.woocommerce.tracking import CANCEL_KEY, Note, meta_to_write, new_parcels, note_in
from channels.contract import ContractBroken, ExternalRef, FulfilledParcel, Fulfilment, NotFound, OperationState, Rejected

OVER = frozenset({"cancelled", "failed", "refunded", "trashed"})


def push(client: Client, told: Fulfilment) -> ExternalRef:
    """Tracking and, with the last goods, the status `completed` go in one write; a partial shipment leaves the status.

    A note follows: to the buyer, whom the shop then writes, or to the shop's staff alone. Its words go into the first write, so that a
    note whose answer was lost is known by them.
    """
    order = _order(client, told.order_external_id)
    notes = _notes(client, told.order_external_id)
    note = _wanted_note(order, told, notes)
    meta = meta_to_write(order, told, note)
    if meta:
        _refuse_over(order)
        wanted: dict[str, Any] = {"meta_data": meta}
        if told.completes and order.get("status") != "completed":
            wanted["status"] = "completed"
        client.write("PUT", f"/orders/{told.order_external_id}", wanted)
    is_missing = note is not None and not _is_there(note, notes)
    if note is not None and is_missing:
        path = f"/orders/{told.order_external_id}/notes"
        client.write("POST", path, {"note": note.text, "customer_note": told.notify_customer})
    return ExternalRef(told.key, was_there=not meta and not is_missing)


def cancel(client: Client, order_id: str, reason: str, key: str) -> OperationState:
    """The shop puts the pieces back by itself. Deleted for good is over too."""
    try:
        order = _order(client, order_id)
    except NotFound:
        return OperationState(was_there=True)
    state = state_of(str(order.get("status")))
    if state in OVER:
        return OperationState(was_there=True)
    if state == "finished":
        raise Rejected(_("The order is completed in the shop."), code="finished")
    wanted = {"status": "cancelled", "meta_data": [{"key": CANCEL_KEY, "value": {"key": key, "reason": reason}}]}
    client.write("PUT", f"/orders/{order_id}", wanted)
    return OperationState()


def _order(client: Client, order_id: str) -> dict[str, Any]:
    if not (order_id.isascii() and order_id.isdecimal()):
        raise NotFound(f"{order_id!r} is no number of an order")
    order = client.get(f"/orders/{order_id}").json()
    if not isinstance(order, dict) or str(order.get("id")) != order_id:
        raise ContractBroken("order.id", f"{order_id} was expected")
    return order


def _refuse_over(order: dict[str, Any]) -> None:
    status = str(order.get("status"))
    if state_of(status) in OVER:
        raise Rejected(_("The order stands as “%(status)s” in the shop.") % {"status": status}, code="order_over")


def _notes(client: Client, order_id: str) -> list[Note]:
    """The order's notes, each as its words under its own number."""
    rows = client.get(f"/orders/{order_id}/notes").json()
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [Note(text(row.get("note")), int(row["id"])) for row in found if str(row.get("id", "")).isdecimal()]


def _wanted_note(order: dict[str, Any], told: Fulfilment, notes: Sequence[Note]) -> Note | None:
    """One note for the parcels that the order does not name yet; else the one that it names for them. What is still missing of an
    earlier one is said again."""
    before, new = note_in(order, told.key), new_parcels(order, told)
    if not new:
        return before
    missing = [before.text] if before is not None and not _is_there(before, notes) else []
    with translation.override(told.language):
        sentences = [_sentence(parcel) for parcel in new]
    return Note("\n".join([*missing, *sentences]), max((note.after for note in notes), default=0))


def _is_there(wanted: Note, notes: Sequence[Note]) -> bool:
    return any(note.after > wanted.after and note.text == text(wanted.text) for note in notes)


def _sentence(parcel: FulfilledParcel) -> str:
    facts = {"carrier": parcel.carrier, "number": parcel.tracking_number, "url": parcel.tracking_url}
    if not parcel.tracking_number:
        return _("Shipped with %(carrier)s.") % facts if parcel.carrier else _("Shipped.")
    if not parcel.tracking_url:
        return _("Shipped with %(carrier)s, tracking number %(number)s.") % facts
    return _("Shipped with %(carrier)s, tracking number %(number)s: %(url)s") % facts
