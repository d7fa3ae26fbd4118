"""A label is claimed under a lease before the carrier is called, and given back when nothing came of the call."""

import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db.models import Q

from erp.core import clock
from erp.core.cards import open_card
from erp.core.history import record
from erp.core.states import move
from erp.core.transactions import atomic
from inventory.shipping.cards import CARRIER_TROUBLE
from inventory.shipping.carriers.contract import CarrierBackend, OutsideError, ParcelAnswer, ParcelRequest, RateLimited
from inventory.shipping.locks import lock_labels, lock_shipments
from inventory.shipping.models import Label
from inventory.shipping.services.labelling.connecting import connect
from inventory.shipping.services.labelling.drafting import kept, request_of, told_before
from inventory.shipping.states import OPEN_SHIPMENTS, LabelStatus

LEASE = timedelta(minutes=3)
"""Longer than any call may last, so that a claim whose lease ran out has no call under way any more."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (3, 10, 30, 60, 120, 300, 600))
LOOKS = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60, 6 * 60, 24 * 60, 72 * 60))
"""When the carrier is asked again whether a lost call has landed after all."""
PATIENT_ATTEMPTS = 3
"""After so many attempts in vain people are told."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`is_doubtful`: the answer to an earlier call was lost: ask the carrier first. `may_create` False: no label is needed now."""

    label_id: int
    shipment_id: int
    token: str
    backend: CarrierBackend
    request: ParcelRequest
    is_doubtful: bool
    may_create: bool
    parcel: ParcelAnswer
    attempts: int


@dataclass(frozen=True, slots=True)
class DueLabel:
    pk: int
    carrier_id: int
    is_voiding: bool


def due_labels(limit: int, *, without: Collection[int] = ()) -> list[DueLabel]:
    """Labels that wait for a worker: to be bought, to be voided, or left by one that died. `without` names carriers."""
    free = Q(leased_until=None) | Q(leased_until__lte=clock.real_now())
    working = Q(status__in=[LabelStatus.WANTED, LabelStatus.CLAIMED, LabelStatus.VOIDING], due_at__lte=clock.now())
    rows = Label.objects.filter(working & free).exclude(service__carrier__in=without).order_by("due_at", "pk")
    values = rows.values_list("pk", "service__carrier_id", "status")[:limit]
    return [DueLabel(pk, carrier_id, status == LabelStatus.VOIDING) for pk, carrier_id, status in values]


@atomic
def claim_label(label_id: int) -> Claim | None:
    """Take a label to buy it. None when there is nothing to do, a person enters its number, or another worker has it.

    A label that was never sent and whose shipment was cancelled or held meanwhile is dropped here.
    """
    for label in lock_labels([label_id], skip_locked=True):
        if label.status not in (LabelStatus.WANTED, LabelStatus.CLAIMED) or _is_leased(label):
            return None
        backend = connect(label.service.carrier)
        if backend.is_by_hand(label.service.code):
            return None
        shipment = label.parcel.shipment
        may_create = shipment.status in OPEN_SHIPMENTS and not shipment.is_held
        if label.status == LabelStatus.WANTED and not may_create:
            drop(label)
            return None
        return _take(label, backend, may_create=may_create)
    return None


def _is_leased(label: Label) -> bool:
    return label.leased_until is not None and label.leased_until > clock.real_now()


def _take(label: Label, backend: CarrierBackend, *, may_create: bool) -> Claim:
    is_doubtful = label.status == LabelStatus.CLAIMED or label.doubted_at is not None
    if is_doubtful:
        request = told_before(label.sent)
    else:
        request, cuts = request_of(label, backend.limits())
        label.sent, label.cut = kept(request), [list(asdict(cut).values()) for cut in cuts]
    if label.status != LabelStatus.CLAIMED:
        move(label, LabelStatus.CLAIMED)
    label.token, label.leased_until = secrets.token_hex(16), clock.real_now() + LEASE
    label.attempts += 1
    label.save(update_fields=["sent", "cut", "token", "leased_until", "attempts"])
    return _claim_of(label, backend, request, is_doubtful=is_doubtful, may_create=may_create)


@atomic
def claim_void(label_id: int) -> Claim | None:
    """Take a label to void it at the carrier; None when there is nothing to do or another worker has it."""
    for label in lock_labels([label_id], skip_locked=True):
        if label.status != LabelStatus.VOIDING or _is_leased(label):
            return None
        backend = connect(label.service.carrier)
        label.token, label.leased_until = secrets.token_hex(16), clock.real_now() + LEASE
        label.attempts += 1
        label.save(update_fields=["token", "leased_until", "attempts"])
        return _claim_of(label, backend, request_of(label, backend.limits())[0], is_doubtful=False, may_create=False)
    return None


def _claim_of(label: Label, backend: CarrierBackend, request: ParcelRequest, *, is_doubtful: bool, may_create: bool) -> Claim:
    parcel = ParcelAnswer(label.tracking_number, label.carrier_reference, label.routing, label.barcode)
    shipment_id = label.parcel.shipment_id
    return Claim(label.pk, shipment_id, label.token, backend, request, is_doubtful, may_create, parcel, label.attempts)


def lock_claimed(claim: Claim) -> Label | None:
    """The label, locked, if it is still ours; None when its lease ended and another worker took it over.

    Its shipment is locked first: whoever cancels it at this moment waits, and then finds the label as it was recorded.
    """
    lock_shipments([claim.shipment_id])
    return next((label for label in lock_labels([claim.label_id]) if label.token == claim.token), None)


@atomic
def postpone(claim: Claim, failure: OutsideError) -> None:
    """Surely nothing came of the call: try the same again, after a pause that grows."""
    label = lock_claimed(claim)
    if label is None:
        return
    if label.status == LabelStatus.CLAIMED:
        move(label, LabelStatus.WANTED)
    pause = pause_after(claim.attempts)
    if isinstance(failure, RateLimited):
        pause = max(pause, failure.wait)
    label.due_at, label.error = clock.now() + pause, failure.detail
    label.token, label.leased_until = "", None
    label.save(update_fields=["due_at", "error", "token", "leased_until"])
    _tell(label, claim.attempts)


@atomic
def leave_unknown(claim: Claim, failure: OutsideError) -> None:
    """The call may have been carried out, or may still be. Nobody touches the label until that is over; then the carrier is asked."""
    label = lock_claimed(claim)
    if label is None:
        return
    settle = claim.backend.capabilities().settle
    grown = pause_after(claim.attempts) if claim.attempts > 1 else timedelta(0)
    label.leased_until, label.error, label.token = clock.real_now() + max(settle, grown), failure.detail, ""
    label.save(update_fields=["leased_until", "error", "token"])
    _tell(label, claim.attempts)


@atomic
def set_aside(label_id: int, detail: str) -> None:
    """The label cannot be worked on as it stands: people are told, and it is tried again much later."""
    for label in lock_labels([label_id]):
        label.due_at, label.error = clock.now() + PAUSES[-1], detail
        label.save(update_fields=["due_at", "error"])
        open_trouble(label)


@atomic
def note_doubt(claim: Claim) -> bool:
    """The carrier has nothing of a call whose answer was lost, and what comes next may be too early: it is asked again later.

    False when another worker has the label: then nothing may come next.
    """
    label = lock_claimed(claim)
    if label is None:
        return False
    label.doubted_at = clock.real_now()
    label.look_again_at = label.doubted_at + LOOKS[0]
    label.save(update_fields=["doubted_at", "look_again_at"])
    return True


def pause_after(attempts: int) -> timedelta:
    return PAUSES[min(attempts, len(PAUSES)) - 1]


def _tell(label: Label, attempts: int) -> None:
    if attempts >= PATIENT_ATTEMPTS:
        open_trouble(label)


def open_trouble(label: Label) -> None:
    """One card for each carrier, however many labels wait for it."""
    carrier = label.service.carrier
    open_card(CARRIER_TROUBLE, f"shipping.carrier:{carrier.pk}", carrier=carrier.name, detail=label.error)


def drop(label: Label) -> None:
    """Void a label that was never sent: that needs no call."""
    move(label, LabelStatus.VOIDED)
    label.voided_at = clock.now()
    label.save(update_fields=["voided_at"])
    record(label.parcel.shipment, "label_dropped", reference=label.reference)
