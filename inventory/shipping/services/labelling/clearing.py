"""A call whose answer was lost may land after the carrier was called again: the second parcel is taken back, or told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from erp.core import clock
from erp.core.cards import open_card
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic, forbid_transaction
from inventory.shipping.cards import STRAY_PARCEL
from inventory.shipping.carriers.contract import CarrierBackend, OutsideError, ParcelAnswer, Rejected
from inventory.shipping.locks import lock_labels
from inventory.shipping.models import Label
from inventory.shipping.services.labelling.claiming import LOOKS
from inventory.shipping.services.labelling.connecting import connect
from inventory.shipping.states import LabelStatus

PAGE = 200
AFTER_A_FAILURE = timedelta(minutes=10)
SETTLED = (LabelStatus.READY, LabelStatus.REFUSED, LabelStatus.VOIDED)


@dataclass(frozen=True, slots=True)
class _Stray:
    """`kept`: why the carrier does not give it back; empty when it did."""

    parcel: ParcelAnswer
    kept: str


def clear_strays() -> int:
    """Ask the carriers of all doubtful labels that are due for a look what stands there, and take back what is not our label's parcel.

    Returns how many strays were found. Safe in two workers at once: taking back twice is once. A parcel that the carrier does not give
    back is a card. A carrier that does not answer is asked again.
    """
    forbid_transaction("clear_strays()")
    due = Label.objects.filter(look_again_at__lte=clock.real_now(), status__in=SETTLED).select_related("service__carrier")
    return sum(_clear(label) for label in due.order_by("look_again_at", "pk")[:PAGE])


def _clear(label: Label) -> int:
    strays: list[_Stray] = []
    try:
        backend = connect(label.service.carrier)
        found = backend.find_parcels(label.reference)
        strays.extend(_take_back(backend, parcel) for parcel in found if not _is_ours(label, parcel))
    except (OutsideError, Refused):
        _record(label.pk, strays, clock.real_now() + AFTER_A_FAILURE)
    else:
        _record(label.pk, strays, _next_look(label))
    return len(strays)


def _is_ours(label: Label, parcel: ParcelAnswer) -> bool:
    return label.status == LabelStatus.READY and parcel.tracking_number == label.tracking_number


def _take_back(backend: CarrierBackend, parcel: ParcelAnswer) -> _Stray:
    try:
        backend.void_parcel(parcel)
    except Rejected as refusal:
        return _Stray(parcel, refusal.detail or refusal.code)
    return _Stray(parcel, "")


def _next_look(label: Label) -> datetime | None:
    """When to look again; None when so much time has passed that nothing can land any more."""
    moment = clock.real_now()
    doubted_at = label.doubted_at or moment
    return next((doubted_at + pause for pause in LOOKS if doubted_at + pause > moment), None)


@atomic
def _record(label_id: int, strays: Sequence[_Stray], next_look: datetime | None) -> None:
    for label in lock_labels([label_id]):
        label.look_again_at = next_look
        label.save(update_fields=["look_again_at"])
        for stray in strays:
            _tell(label, stray)


def _tell(label: Label, stray: _Stray) -> None:
    shipment, carrier, tracking = label.parcel.shipment, label.service.carrier.name, stray.parcel.tracking_number
    if stray.kept:
        subject = f"shipping.label:{label.pk}"
        open_card(STRAY_PARCEL, subject, number=shipment.order_number, carrier=carrier, tracking=tracking, reason=stray.kept)
    else:
        record(shipment, "stray_parcel_voided", carrier=carrier, tracking=tracking)
