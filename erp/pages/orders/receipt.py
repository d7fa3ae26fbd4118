"""A receipt as a strip: what was done, what was refused and why, and the way back or why there is none. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext, ngettext

from erp.core.models import Receipt
from erp.core.receipts import is_under_way, undo_kinds

REASONS_SHOWN = 5


@dataclass(frozen=True)
class Strip:
    pk: int
    title: str
    notes: list[str]
    refused: list[str]
    more_refused: int
    refused_ids: str
    can_undo: bool
    way_back: str


def strip_of(receipt: Receipt, user: User) -> Strip:
    done, refused = len(receipt.done), receipt.refused
    title = _done(receipt, done)
    if refused:
        said = ngettext("%(count)d refused", "%(count)d refused", len(refused)) % {"count": len(refused)}
        title = gettext("%(done)s, %(refused)s") % {"done": title, "refused": said}
    return Strip(
        pk=receipt.pk,
        title=title,
        notes=_notes(receipt),
        refused=[row["why"] for row in refused[:REASONS_SHOWN]],
        more_refused=max(len(refused) - REASONS_SHOWN, 0),
        refused_ids=",".join(str(row["id"]) for row in refused),
        can_undo=bool(
            done
            and receipt.undo
            and not receipt.undone_at
            and not is_under_way(receipt)
            and user.has_perm(undo_kinds.get(receipt.undo).permission)
        ),
        way_back=_no_way_back(receipt) if done else "",
    )


def refusal_strip(sentence: str) -> Strip:
    """An action that was refused as a whole: nothing was done."""
    return Strip(0, sentence, [], [], 0, "", can_undo=False, way_back="")


def _done(receipt: Receipt, count: int) -> str:
    if receipt.finished_at is None:
        return gettext("This is still under way: %(count)d done so far") % {"count": count}
    told: dict[str, Any] = {"count": count, **receipt.about}
    return WORDS.get(receipt.action, _plain)(count) % told


WORDS: dict[str, Callable[[int], str]] = {
    "orders.hold": lambda count: ngettext("%(count)d order held", "%(count)d orders held", count),
    "orders.release": lambda count: ngettext("%(count)d order released", "%(count)d orders released", count),
    "orders.tag": lambda count: ngettext("%(count)d order tagged “%(tag)s”", "%(count)d orders tagged “%(tag)s”", count),
    "orders.cancel": lambda count: ngettext("%(count)d order cancelled", "%(count)d orders cancelled", count),
    "orders.print": lambda count: ngettext("%(count)d order being prepared", "%(count)d orders being prepared", count),
    "shipments.print": lambda count: ngettext("%(count)d shipment being prepared", "%(count)d shipments being prepared", count),
    "shipments.pack": lambda count: ngettext("%(count)d shipment packed", "%(count)d shipments packed", count),
    "shipments.ship": lambda count: ngettext(
        "%(count)d shipment handed to the carrier", "%(count)d shipments handed to the carrier", count
    ),
    "shipments.label": lambda count: ngettext("%(count)d label asked for", "%(count)d labels asked for", count),
    "shipments.reprint": lambda count: ngettext("%(count)d shipment printed again", "%(count)d shipments printed again", count),
    "shipments.carrier": lambda count: ngettext("Carrier chosen for %(count)d shipment", "Carrier chosen for %(count)d shipments", count),
    "undo shipments.carrier": lambda count: ngettext(
        "Carrier of %(count)d shipment as before", "Carrier of %(count)d shipments as before", count
    ),
    "shipments.numbers": lambda count: ngettext("%(count)d tracking number taken", "%(count)d tracking numbers taken", count),
    "invoices.issue": lambda count: ngettext("%(count)d invoice issued", "%(count)d invoices issued", count),
    "invoices.send": lambda count: ngettext("%(count)d invoice sent", "%(count)d invoices sent", count),
    "undo shipments.print": lambda count: ngettext("%(count)d pick list taken back", "%(count)d pick lists taken back", count),
    "undo orders.hold": lambda count: ngettext("%(count)d hold taken back", "%(count)d holds taken back", count),
    "undo orders.release": lambda count: ngettext("%(count)d order held again", "%(count)d orders held again", count),
    "undo orders.tag": lambda count: ngettext("%(count)d tag taken off", "%(count)d tags taken off", count),
    "undo orders.print": lambda count: ngettext("%(count)d pick list taken back", "%(count)d pick lists taken back", count),
}


def _plain(count: int) -> str:
    return ngettext("%(count)d done", "%(count)d done", count)


def _notes(receipt: Receipt) -> list[str]:
    notes = [receipt.about["reason"]] if receipt.about.get("reason") else []
    if receipt.done and receipt.undo:
        notes.append(gettext("Filter and choice are kept."))
    if receipt.action in ("undo orders.print", "undo shipments.print") and receipt.done:
        notes.append(gettext("Labels that a carrier made already stay until they are voided on the shipment."))
    return notes


def _no_way_back(receipt: Receipt) -> str:
    if receipt.action == "orders.cancel":
        return gettext(
            "A cancelled order does not come back: its shop is told and its pieces are free for others. Take it again as a new order."
        )
    return ""
