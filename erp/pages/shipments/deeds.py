"""What can be done with shipments, one or many: the service of each deed, its permission, and what its receipt says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from erp.core.models import Receipt
from erp.core.receipts import Outcome, Row, run_bulk, run_together
from erp.pages.shipments.carriers import service_told
from inventory.shipping.drafts import Refusal
from inventory.shipping.models import Label
from inventory.shipping.services.assigning import UNDO_CARRIER, choose_carrier
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.labelling import request_labels
from inventory.shipping.services.packing import pack_shipment
from inventory.shipping.services.printing import paper_of_label, print_batch
from inventory.shipping.states import LabelStatus
from orders.services.printing import UNDO_PRINT

Told = Mapping[str, str]
"""What the form says besides the rows."""


@dataclass(frozen=True)
class Deed:
    """`asks` names the field without which a page asks for it first."""

    code: str
    label: str | Promise
    icon: str
    permission: str
    run: Callable[[list[Row], User, str, Told], Receipt]
    key: str = ""
    asks: str = ""


def _print(rows: list[Row], by: User, key: str, _told: Told) -> Receipt:
    """One walk, all papers: the receipt names the batch, and the pick lists that the undo takes back."""
    names = dict(rows)

    def together(keys: list[int]) -> Outcome:
        batch = print_batch(keys, by=by)
        taken = dict(batch.rows.order_by("position").values_list("shipment_id", "shipment__pick_list_id"))
        left = {row["shipment"]: row["reason"] for row in batch.refused if row["shipment"] not in taken}
        return Outcome(
            done=[(pk, names[pk], None) for pk in keys if pk in taken],
            refused=[(pk, names[pk], left[pk]) for pk in keys if pk in left],
            about={"batch": batch.pk, "pick_lists": sorted({each for each in taken.values() if each})},
        )

    return run_together("shipments.print", rows, together, by=by, undo=UNDO_PRINT, key=key)


def _pack(rows: list[Row], by: User, key: str, _told: Told) -> Receipt:
    return run_bulk("shipments.pack", rows, lambda pk: pack_shipment(pk, by=by), by=by, key=key)


def _ship(rows: list[Row], by: User, key: str, _told: Told) -> Receipt:
    return run_together("shipments.ship", rows, lambda keys: _outcome(rows, ship_shipments(keys, by=by)), by=by, key=key)


def _label(rows: list[Row], by: User, key: str, _told: Told) -> Receipt:
    return run_together("shipments.label", rows, lambda keys: _outcome(rows, request_labels(keys, by=by)), by=by, key=key)


def _carrier(rows: list[Row], by: User, key: str, told: Told) -> Receipt:
    """A row is told what its undo needs: the service that is chosen now, and the one that a person had chosen before."""

    def together(keys: list[int]) -> Outcome:
        service_id = service_told(told.get("service", ""))
        chosen = choose_carrier(keys, service_id=service_id, by=by)
        plain = _outcome(rows, chosen.refused)
        changed = [(pk, name, {"before": chosen.before[pk], "chosen": service_id}) for pk, name, _none in plain.done if pk in chosen.before]
        return Outcome(done=changed, refused=plain.refused, about={"same": len(plain.done) - len(changed)})

    return run_together("shipments.carrier", rows, together, by=by, undo=UNDO_CARRIER, key=key)


def _reprint(rows: list[Row], by: User, key: str, _told: Told) -> Receipt:
    """The labels that are ready, as they are kept; `about` names them in the order of the rows."""
    names = dict(rows)

    def together(keys: list[int]) -> Outcome:
        ready = Label.objects.filter(parcel__shipment__in=keys, status=LabelStatus.READY).order_by("parcel__position", "pk")
        found: dict[int, list[int]] = {}
        for pk, shipment in ready.values_list("pk", "parcel__shipment_id"):
            found.setdefault(shipment, []).append(pk)
        labels = [pk for each in keys for pk in found.get(each, ())]
        for pk in labels:
            paper_of_label(pk, by=by)
        without = str(_("Order %(number)s has no label that is ready. Ask for its label first."))
        return Outcome(
            done=[(pk, names[pk], None) for pk in keys if pk in found],
            refused=[(pk, names[pk], without % {"number": names[pk]}) for pk in keys if pk not in found],
            about={"labels": labels},
        )

    return run_together("shipments.reprint", rows, together, by=by, key=key)


def _outcome(rows: Sequence[Row], refusals: Sequence[Refusal]) -> Outcome:
    why = {refusal.shipment_id: refusal.sentence for refusal in refusals}
    return Outcome(
        done=[(pk, name, None) for pk, name in rows if pk not in why],
        refused=[(pk, name, why[pk]) for pk, name in rows if pk in why],
    )


DEEDS = {
    deed.code: deed
    for deed in (
        Deed("print", _("Prepare and print"), "print", "shipping.print_shipment", _print, key="P"),
        Deed("label", _("Ask for labels"), "barcode", "shipping.buy_label", _label),
        Deed("carrier", _("Choose carrier"), "shipped", "shipping.choose_carrier", _carrier, key="C", asks="service"),
        Deed("pack", _("Pack"), "pack", "shipping.pack_shipment", _pack),
        Deed("reprint", _("Print labels again"), "print", "shipping.print_shipment", _reprint),
        Deed("ship", _("Hand to the carrier"), "shipped", "shipping.ship_shipment", _ship),
    )
}
OFFERED = {
    "ready": ("print", "label", "carrier", "pack"),
    "picking": ("pack", "carrier", "reprint", "ship"),
    "packed": ("ship", "label", "carrier", "reprint"),
    "labels": ("label", "carrier", "reprint"),
    "held": ("carrier",),
    "shipped": ("reprint",),
    "all": ("print", "carrier", "pack", "reprint", "ship"),
}
"""The deeds that make sense in each queue; a shipment to which one does not apply is refused with its reason."""
WORDS: dict[str, Callable[[int], str]] = {
    "shipments.print": lambda n: ngettext("%(count)d shipment being prepared", "%(count)d shipments being prepared", n) % {"count": n},
    "shipments.pack": lambda n: ngettext("%(count)d shipment packed", "%(count)d shipments packed", n) % {"count": n},
    "shipments.ship": lambda n: ngettext("%(count)d shipment handed over", "%(count)d shipments handed over", n) % {"count": n},
    "shipments.label": lambda n: (
        ngettext("Labels asked for: %(count)d shipment", "Labels asked for: %(count)d shipments", n) % {"count": n}
    ),
    "shipments.carrier": lambda n: (
        ngettext("Carrier chosen for %(count)d shipment", "Carrier chosen for %(count)d shipments", n) % {"count": n}
    ),
    "undo shipments.carrier": lambda n: (
        ngettext("Carrier of %(count)d shipment as before", "Carrier of %(count)d shipments as before", n) % {"count": n}
    ),
    "shipments.reprint": lambda n: ngettext("Labels of %(count)d shipment", "Labels of %(count)d shipments", n) % {"count": n},
    "undo shipments.print": lambda n: ngettext("%(count)d pick list taken back", "%(count)d pick lists taken back", n) % {"count": n},
}
