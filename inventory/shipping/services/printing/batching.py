"""The day's main move: many orders, one press, all papers in the order of one walk along the shelves."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from crm.letterhead import letterhead
from erp.core import clock
from erp.core.documents import NewDocument, request_documents
from erp.core.history import By, record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.shipping.drafts import Refusal
from inventory.shipping.models import PrintBatch, PrintBatchRow, Shipment
from inventory.shipping.papers.codes import BATCH_LIST, BATCH_SLIPS, batch_subject
from inventory.shipping.services.labelling import request_labels
from inventory.shipping.services.picking import make_pick_list
from inventory.shipping.services.printing.settling import settle_locked

AT_PICKING, AT_LABEL = "pick", "label"


@atomic
def print_batch(shipment_ids: Sequence[int], *, by: By) -> PrintBatch:
    """Put all that can go on pick lists, ask for their labels, and have the papers made in the order of the list.

    What cannot go is in `refused` with its sentence, and holds up nothing else. Pick list and slips are made at once, labels when the
    last carrier has answered. A constant number of statements for any number of shipments. Raises Refused when nothing is chosen.
    """
    if not shipment_ids:
        raise Refused(_("No shipment is chosen. Tick the orders that leave now, then print again."), code="nothing")
    picking = make_pick_list(shipment_ids, by=by)
    without_label = request_labels(picking.taken, by=by) if picking.taken else []
    batch = PrintBatch.objects.create(
        made_at=clock.now(),
        made_by_id=by.pk if by else None,
        refused=[*refused_rows(picking.refused, AT_PICKING), *refused_rows(without_label, AT_LABEL)],
    )
    PrintBatchRow.objects.bulk_create(
        PrintBatchRow(batch=batch, shipment_id=key, position=place) for place, key in enumerate(picking.taken, start=1)
    )
    if picking.taken:
        _ask_for_papers(batch)
    record(batch, "printed", by=by, shipments=len(picking.taken), refused=len(picking.refused))
    settle_locked([batch])
    return batch


def refused_rows(refused: Iterable[Refusal], stage: str) -> list[dict[str, str | int]]:
    """As `PrintBatch.refused` keeps them: the order's number for the eye, the shipment for a link."""
    refused = list(refused)
    numbers = dict(Shipment.objects.filter(pk__in=[each.shipment_id for each in refused]).values_list("pk", "order_number"))
    return [
        {
            "shipment": each.shipment_id,
            "number": numbers.get(each.shipment_id, str(each.shipment_id)),
            "reason": each.sentence,
            "stage": stage,
        }
        for each in refused
    ]


def _ask_for_papers(batch: PrintBatch) -> None:
    language, subject = letterhead().language, batch_subject(batch.pk)
    kinds = (BATCH_LIST, BATCH_SLIPS)
    batch.list_paper, batch.slips_paper = request_documents([NewDocument(kind, subject, language) for kind in kinds])
    batch.save(update_fields=["list_paper", "slips_paper"])
