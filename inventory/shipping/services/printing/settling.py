"""A batch waits for its labels: with the last answer of the carriers its labels are printed, and who got none is told."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from crm.letterhead import letterhead
from erp.core import clock
from erp.core.documents import request_document, store_document
from erp.core.history import By, record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.shipping.models import Label, PrintBatch, Shipment
from inventory.shipping.papers.codes import BATCH_LABELS, BATCH_ZPL, batch_subject
from inventory.shipping.services.labelling import zpl_of
from inventory.shipping.services.labelling.asking import BY_HAND_DUE
from inventory.shipping.states import BatchStatus, LabelStatus

AT_CARRIER = (LabelStatus.WANTED, LabelStatus.CLAIMED)
AT_LABEL = "label"
ZPL_TYPE = "application/zpl"
PAGE = 50


@atomic
def settle_batches(label_ids: Sequence[int]) -> None:
    """News of labels: finish the batches that waited for nothing else."""
    waiting = PrintBatch.objects.filter(status=BatchStatus.PREPARING, rows__shipment__parcels__labels__in=label_ids)
    settle_locked(_lock(waiting.values_list("pk", flat=True)))


def settle_due_batches() -> int:
    """The sweep: finish all batches that still prepare and can be finished, a page at a time; returns how many were looked at."""
    keys = list(PrintBatch.objects.filter(status=BatchStatus.PREPARING).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), PAGE):
        _settle_page(keys[start : start + PAGE])
    return len(keys)


@atomic
def finish_batch(batch_id: int, *, by: By) -> None:
    """A person waits no longer: print the labels that are there. The others stay asked for, and are printed one by one."""
    batches = _lock([batch_id])
    if not batches:
        raise Refused(_("The labels of this batch are printed already."), code="settled")
    settle_locked(batches, waits=False)
    record(batches[0], "not_waited_for", by=by)


@atomic
def _settle_page(keys: Sequence[int]) -> None:
    settle_locked(_lock(keys))


def settle_locked(batches: Sequence[PrintBatch], *, waits: bool = True) -> None:
    for batch in batches:
        shipment_ids = list(batch.rows.order_by("position").values_list("shipment_id", flat=True))
        newest = _newest_labels(shipment_ids)
        if not waits or not any(label.status in AT_CARRIER and label.due_at < BY_HAND_DUE for label in newest):
            _finish(batch, shipment_ids, newest)


def _lock(keys: Iterable[int]) -> list[PrintBatch]:
    rows = PrintBatch.objects.select_for_update(of=("self",)).filter(pk__in=set(keys), status=BatchStatus.PREPARING)
    return list(rows.order_by("pk"))


def _newest_labels(shipment_ids: Sequence[int]) -> list[Label]:
    """The newest label of each parcel."""
    rows = Label.objects.filter(parcel__shipment__in=shipment_ids).select_related("parcel", "service__carrier")
    return list(rows.order_by("parcel_id", "-pk").distinct("parcel_id"))


def _finish(batch: PrintBatch, shipment_ids: Sequence[int], newest: Sequence[Label]) -> None:
    subject = batch_subject(batch.pk)
    if ready := _ready(shipment_ids, newest):
        batch.labels_paper = request_document(BATCH_LABELS, subject, language=letterhead().language)
        name = _("labels %(number)s") % {"number": batch.pk} + ".zpl"
        batch.zpl_paper = store_document(BATCH_ZPL, subject, content=zpl_of(ready).encode(), media_type=ZPL_TYPE, file_name=name)
    batch.refused = [*batch.refused, *_without_label(batch, newest)]
    batch.status, batch.ready_at = BatchStatus.READY, clock.now()
    batch.save(update_fields=["labels_paper", "zpl_paper", "refused", "status", "ready_at"])


def _ready(shipment_ids: Sequence[int], newest: Sequence[Label]) -> list[Label]:
    """The labels to print, in the order of the walk; from one reading, so that none is both printed and told as missing."""
    place = {key: position for position, key in enumerate(shipment_ids)}
    ready = [label for label in newest if label.status == LabelStatus.READY]
    return sorted(ready, key=lambda label: (place[label.parcel.shipment_id], label.parcel.position))


def _without_label(batch: PrintBatch, newest: Sequence[Label]) -> list[dict[str, str | int]]:
    """Shipments one of whose parcels got no label, with what the carrier said; each once."""
    told = {row["shipment"] for row in batch.refused}
    reasons = {
        label.parcel.shipment_id: _why(label)
        for label in newest
        if label.status != LabelStatus.READY and label.parcel.shipment_id not in told
    }
    numbers = dict(Shipment.objects.filter(pk__in=reasons).values_list("pk", "order_number"))
    return [{"shipment": key, "number": numbers[key], "reason": reason, "stage": AT_LABEL} for key, reason in sorted(reasons.items())]


def _why(label: Label) -> str:
    carrier = {"carrier": label.service.carrier.name, "reason": label.error}
    if label.status == LabelStatus.REFUSED:
        return _("%(carrier)s refused the label: “%(reason)s”. Correct the address or choose another service.") % carrier
    if label.due_at >= BY_HAND_DUE:
        return _("%(carrier)s gives its numbers by hand: enter the tracking number, then print the label.") % carrier
    if label.status in AT_CARRIER:
        return _("%(carrier)s has not answered yet: the label is printed from the order's page when it is there.") % carrier
    return _("Its label was voided. Ask for a new one on the order's page.")
