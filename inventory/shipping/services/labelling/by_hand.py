"""Labels of carriers that we do not call: a person types the number, or it comes back in a CSV file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.history import By
from erp.core.refusals import Refused
from erp.core.transactions import atomic, attempt
from inventory.shipping.carriers.contract import ParcelAnswer
from inventory.shipping.carriers.manual.sheet import NumberRow, write_parcels
from inventory.shipping.carriers.registry import carriers
from inventory.shipping.locks import lock_labels, lock_shipments, lock_tracking_number
from inventory.shipping.models import Carrier, CarrierService, Label
from inventory.shipping.services.labelling.asking import BY_HAND_DUE
from inventory.shipping.services.labelling.connecting import connect
from inventory.shipping.services.labelling.drafting import kept, request_of
from inventory.shipping.services.labelling.recording import make_ready
from inventory.shipping.states import LabelStatus, ShipmentStatus

LONGEST_NUMBER = 80
MOST_NUMBERS = 500
ONE_NUMBER_ONE_ORDER = timedelta(days=90)
"""So long a carrier gives a number to no other parcel."""
SHORTENED = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+", re.ASCII)
"""What spreadsheets make of a long number: `1,23457E+11`."""


@dataclass(slots=True)
class NumbersTaken:
    """What became of a file: shipments whose label is ready now, how many lines were known already, and refused lines with the reason."""

    taken: dict[int, int] = field(default_factory=dict)
    known: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


def enter_tracking(label_id: int, *, number: str, by: By) -> None:
    """Give a label that waits for a person its tracking number, also after its parcel has left. The same number again changes nothing."""
    _enter(label_id, number, by)


@atomic
def _enter(label_id: int, number: str, by: By) -> bool:
    """True when the label is ready now, False when it had this number before."""
    number = "".join(number.split())
    lock_shipments(Label.objects.filter(pk=label_id).values_list("parcel__shipment", flat=True))
    for label in lock_labels([label_id]):
        if label.status == LabelStatus.READY and label.tracking_number == number:
            return False
        _check(label, number)
        request, cuts = request_of(label, connect(label.service.carrier).limits())
        label.sent, label.cut = kept(request), [list(asdict(cut).values()) for cut in cuts]
        make_ready(label, ParcelAnswer(number, "", "", number), by=by)
        return True
    raise Refused(_("This label is not here any more. Look at the list."))


def _check(label: Label, number: str) -> None:
    shipment = label.parcel.shipment
    names = {"number": shipment.order_number, "tracking": label.tracking_number, "carrier": label.service.carrier}
    if label.status != LabelStatus.WANTED:
        raise Refused(_("Order %(number)s has another label: void it before you enter a new number.") % names)
    if label.due_at != BY_HAND_DUE:
        raise Refused(_("%(carrier)s gives the number of order %(number)s by itself: wait for it.") % names)
    if shipment.is_held or shipment.is_elsewhere or shipment.status == ShipmentStatus.CANCELLED:
        raise Refused(_("Order %(number)s is held, was cancelled or was sent by somebody else: it takes no number now.") % names)
    if not number:
        raise Refused(_("The tracking number of order %(number)s is missing: enter it.") % names)
    if len(number) > LONGEST_NUMBER:
        raise Refused(_("The tracking number of order %(number)s is too long: enter at most 80 letters and digits.") % names)
    if SHORTENED.fullmatch(number):
        names["tracking"] = number
        raise Refused(_("The spreadsheet shortened the number of order %(number)s to %(tracking)s: format its column as text.") % names)
    if other := _order_with(label, number):
        names |= {"tracking": number, "other": other}
        raise Refused(_("%(tracking)s is the number of order %(other)s already, so it is not that of order %(number)s: check it.") % names)


def _order_with(label: Label, number: str) -> str:
    """The other order whose parcel travels by this number: the same bar code was scanned twice."""
    lock_tracking_number(number)
    same = Label.objects.filter(tracking_number=number, status=LabelStatus.READY, service__carrier=label.service.carrier_id)
    since = clock.now() - ONE_NUMBER_ONE_ORDER
    others = same.filter(ready_at__gte=since).exclude(parcel__shipment__order_reference=label.parcel.shipment.order_reference)
    return others.order_by("pk").values_list("parcel__shipment__order_number", flat=True).first() or ""


def labels_by_hand() -> "QuerySet[Label]":
    """The labels that wait for a number which a person enters; those of held orders wait for their release first."""
    waiting = Label.objects.filter(status=LabelStatus.WANTED, due_at=BY_HAND_DUE)
    return waiting.filter(parcel__shipment__is_held=False, parcel__shipment__is_elsewhere=False)


def carriers_by_hand() -> list[Carrier]:
    """The carriers that are switched on and have a service whose numbers a person enters, by name; one statement."""
    services = CarrierService.objects.filter(carrier__is_active=True).select_related("carrier").order_by("carrier__name", "carrier", "pk")
    known = [service for service in services if service.carrier.backend in carriers.codes()]
    found = {each.carrier_id: each.carrier for each in known if connect(each.carrier).is_by_hand(each.code)}
    return list(found.values())


def check_numbers(rows: Sequence[NumberRow]) -> None:
    """Raises Refused for a file without numbers, and for one with more than go at once."""
    if not rows:
        raise Refused(_("The file has no number in the column “tracking”. Fill it in, then upload the file again."), code="none")
    if len(rows) > MOST_NUMBERS:
        told = {"count": len(rows), "most": MOST_NUMBERS}
        raise Refused(_("The file has %(count)d numbers; at most %(most)d go at once. Split it.") % told, code="many")


def export_parcels(carrier_id: int) -> str:
    """The parcels that wait for a number of this carrier, as CSV for its own program; the numbers come back in the last column."""
    carrier = Carrier.objects.get(pk=carrier_id)
    limits = connect(carrier).limits()
    rows = labels_by_hand().filter(service__carrier=carrier).select_related("parcel__shipment", "service").order_by("pk")
    return write_parcels([request_of(label, limits)[0] for label in rows])


@atomic
def import_numbers(carrier_id: int, rows: Sequence[NumberRow], *, by: By) -> NumbersTaken:
    """Take the numbers of a file back, row by row; the rows that are refused say why, the others count. Twice adds nothing.

    Refused as `check_numbers` refuses.
    """
    check_numbers(rows)
    references = [row.reference for row in rows]
    found = Label.objects.filter(reference__in=references, service__carrier_id=carrier_id).select_related("parcel")
    labels = {label.reference: label for label in found}
    outcome = NumbersTaken()
    for row in rows:
        try:
            with attempt():
                label = _label_of(labels, row)
                is_new = _enter(label.pk, row.number, by)
        except Refused as refusal:
            outcome.refused.append((row.place, str(refusal)))
        else:
            if is_new:
                outcome.taken[row.place] = label.parcel.shipment_id
            else:
                outcome.known.append(row.place)
    return outcome


def _label_of(labels: Mapping[str, Label], row: NumberRow) -> Label:
    if row.reference not in labels:
        raise Refused(_("No label of this carrier has the reference “%(reference)s”: check the row.") % {"reference": row.reference})
    return labels[row.reference]
