"""Labels are taken back: by a person, or because the shipment was cancelled. What has left already is a card, not a wish."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.cards import close_cards, open_card
from erp.core.history import By, record
from erp.core.refusals import Refused
from erp.core.states import move
from erp.core.transactions import atomic, forbid_transaction
from inventory.shipping.cards import LABEL_OUTDATED, STOP_PARCEL
from inventory.shipping.carriers.contract import AuthExpired, ContractBroken, Forbidden, Permanent, Temporary, Unknown
from inventory.shipping.locks import lock_labels, lock_shipments
from inventory.shipping.models import Label
from inventory.shipping.services.labelling.claiming import Claim, claim_void, drop, lock_claimed, postpone
from inventory.shipping.services.labelling.connecting import connect
from inventory.shipping.services.labelling.drafting import is_outdated
from inventory.shipping.services.labelling.waking import wake_buyers
from inventory.shipping.states import OPEN_SHIPMENTS, LabelStatus, ShipmentStatus


@atomic
def void_label(label_id: int, *, by: By) -> None:
    """Take a label back. One that was never sent is void at once, a ready one when the carrier agrees; then its parcel may have another.

    Raises Refused when it cannot be taken back now: it is at the carrier this moment, was refused or voided, or the parcel has left.
    """
    lock_shipments(Label.objects.filter(pk=label_id).values_list("parcel__shipment", flat=True))
    for label in lock_labels([label_id]):
        names = {"number": label.parcel.shipment.order_number, "tracking": label.tracking_number}
        if label.parcel.shipment.status == ShipmentStatus.SHIPPED:
            raise Refused(_("Parcel %(tracking)s of order %(number)s has left: call the carrier to stop it.") % names)
        if label.status == LabelStatus.CLAIMED:
            raise Refused(_("The carrier is being asked for this label of order %(number)s: wait a moment, then void it.") % names)
        if label.status not in (LabelStatus.WANTED, LabelStatus.READY):
            raise Refused(_("This label of order %(number)s is not in use any more: there is nothing to void.") % names)
        _take_back(label, by=by)


@atomic
def void_labels_of(shipment_ids: Sequence[int], *, by: By = None) -> None:
    """The shipments were cancelled: drop labels that were not sent, void those that are ready. Safe to repeat.

    A label that is at the carrier at this moment is voided when its answer comes.
    """
    close_cards(LABEL_OUTDATED, [f"shipping.shipment:{key}" for key in shipment_ids])
    keys = Label.objects.filter(parcel__shipment_id__in=shipment_ids, status__in=[LabelStatus.WANTED, LabelStatus.READY])
    for label in lock_labels(keys.values_list("pk", flat=True)):
        if label.status in (LabelStatus.WANTED, LabelStatus.READY):
            _take_back(label, by=by)


@atomic
def stop_parcels(shipment_ids: Sequence[int]) -> None:
    """The order was cancelled after its parcels left: one card for each, with the number that the carrier asks for."""
    rows = Label.objects.filter(parcel__shipment_id__in=shipment_ids, status=LabelStatus.READY)
    for label in rows.select_related("parcel__shipment", "service__carrier").order_by("pk"):
        _open_stop(label, "")


@atomic
def let_parcels_go(shipment_ids: Sequence[int]) -> None:
    """The cancel was taken back: nobody has to stop parcels that have left."""
    labels = Label.objects.filter(parcel__shipment_id__in=shipment_ids).values_list("pk", flat=True)
    close_cards(STOP_PARCEL, [stop_subject(key) for key in labels])


@atomic
def void_outdated_labels(shipment_ids: Sequence[int]) -> None:
    """The address or the amount to collect was changed: ready labels that say otherwise are voided, and a card says so."""
    keys = Label.objects.filter(parcel__shipment_id__in=shipment_ids, status__in=[LabelStatus.WANTED, LabelStatus.READY])
    for label in lock_labels(keys.values_list("pk", flat=True)):
        if label.status == LabelStatus.WANTED:
            drop(label)
        elif label.status == LabelStatus.READY and label.parcel.shipment.status in OPEN_SHIPMENTS:
            void_if_outdated(label)


def void_if_outdated(label: Label) -> None:
    """Void a ready label, locked, of an open shipment, where the carrier was told another address or amount than the shipment has now."""
    if is_outdated(label, connect(label.service.carrier).limits()):
        begin_void(label, by=None)
        shipment = label.parcel.shipment
        open_card(LABEL_OUTDATED, f"shipping.shipment:{shipment.pk}", number=shipment.order_number, tracking=label.tracking_number)


def _take_back(label: Label, *, by: By) -> None:
    if label.status == LabelStatus.WANTED:
        drop(label)
    else:
        begin_void(label, by=by)


def begin_void(label: Label, *, by: By) -> None:
    """Ask for a ready label, locked, to be voided at the carrier."""
    move(label, LabelStatus.VOIDING)
    label.due_at, label.attempts = clock.now(), 0
    label.save(update_fields=["due_at", "attempts"])
    record(label.parcel.shipment, "label_void_requested", by=by, tracking=label.tracking_number)
    wake_buyers()


def carry_out_void(label_id: int) -> bool:
    """Claim, call, record. Taking back twice is once at the carrier, so that a call without an answer is simply made again.

    False when the carrier gave no answer that settles it.
    """
    forbid_transaction("carry_out_void()")
    claim = claim_void(label_id)
    if claim is None:
        return True
    try:
        claim.backend.void_parcel(claim.parcel)
    except (Temporary, Unknown, ContractBroken, AuthExpired, Forbidden) as failure:
        postpone(claim, failure)  # an answer that cannot be read may stand for a parcel that was taken back
        return False
    except Permanent as failure:
        record_kept(claim, failure.detail)
    except Refused as refusal:
        postpone(claim, Temporary(str(refusal)))
        return False
    else:
        record_voided(claim)
    return True


@atomic
def record_voided(claim: Claim) -> None:
    label = lock_claimed(claim)
    if label is None:
        return
    move(label, LabelStatus.VOIDED)
    label.voided_at, label.error, label.token, label.leased_until = clock.now(), "", "", None
    label.save(update_fields=["voided_at", "error", "token", "leased_until"])
    record(label.parcel.shipment, "label_voided", tracking=label.tracking_number)


@atomic
def record_kept(claim: Claim, reason: str) -> None:
    """The carrier has the parcel and does not give it back: a person must stop it there."""
    label = lock_claimed(claim)
    if label is None:
        return
    move(label, LabelStatus.READY)
    label.error, label.token, label.leased_until = reason, "", None
    label.save(update_fields=["error", "token", "leased_until"])
    _open_stop(label, reason)
    record(label.parcel.shipment, "label_void_refused", tracking=label.tracking_number, reason=reason)


def stop_subject(label_id: int) -> str:
    return f"shipping.label:{label_id}"


def _open_stop(label: Label, reason: str) -> None:
    shipment = label.parcel.shipment
    open_card(
        STOP_PARCEL,
        stop_subject(label.pk),
        number=shipment.order_number,
        tracking=label.tracking_number,
        carrier=label.service.carrier.name,
        reason=reason or "\N{EN DASH}",
    )
