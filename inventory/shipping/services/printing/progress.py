"""How far a batch is: which papers are made, what still lies at the carriers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from erp.core.models import Document
from inventory.shipping.models import Label, PrintBatch
from inventory.shipping.services.labelling.asking import BY_HAND_DUE
from inventory.shipping.services.printing.settling import AT_CARRIER, AT_LABEL
from inventory.shipping.states import BatchStatus


@dataclass(frozen=True)
class PaperState:
    """`role` is list, slips, labels or zpl; `document_id` None: not asked for, because nothing is there to print or labels are awaited."""

    role: str
    document_id: int | None
    is_made: bool
    pages: int
    size: int
    error: str


@dataclass(frozen=True)
class Left:
    shipment_id: int
    number: str
    reason: str
    is_picked: bool


@dataclass(frozen=True)
class BatchProgress:
    """`done` shipments have all their papers, or will; `at_carrier` labels are awaited. `is_complete`: all that will come is there."""

    batch_id: int
    made_at: datetime
    made_by: str
    shipments: int
    done: int
    left: tuple[Left, ...]
    at_carrier: int
    papers: tuple[PaperState, ...]
    is_complete: bool
    sent_at: datetime | None
    send_error: str


def batch_progress(batch_id: int) -> BatchProgress:
    """In four statements, without the bytes. Raises PrintBatch.DoesNotExist."""
    batch = PrintBatch.objects.select_related("made_by").get(pk=batch_id)
    shipments = batch.rows.count()
    left = tuple(Left(row["shipment"], row["number"], row["reason"], row["stage"] == AT_LABEL) for row in batch.refused)
    papers = _papers(batch)
    is_preparing = batch.status == BatchStatus.PREPARING
    return BatchProgress(
        batch.pk,
        batch.made_at,
        batch.made_by.get_full_name() or batch.made_by.get_username() if batch.made_by else "",
        shipments,
        shipments - sum(each.is_picked for each in left),
        left,
        _at_carrier(batch_id) if is_preparing else 0,
        papers,
        not is_preparing and all(paper.is_made for paper in papers if paper.document_id),
        batch.sent_at,
        batch.send_error,
    )


def _papers(batch: PrintBatch) -> tuple[PaperState, ...]:
    keys = {"list": batch.list_paper_id, "slips": batch.slips_paper_id, "labels": batch.labels_paper_id, "zpl": batch.zpl_paper_id}
    found = {row["pk"]: row for row in _made(key for key in keys.values() if key)}
    return tuple(_state(role, key, found.get(key, {}) if key else {}) for role, key in keys.items())


def _made(keys: Iterable[int]) -> list[dict[str, Any]]:
    rows = Document.objects.filter(pk__in=list(keys))
    return list(rows.extra(select={"size": "octet_length(content)"}).values("pk", "pages", "error", "rendered_at", "size"))


def _state(role: str, key: int | None, row: dict[str, Any]) -> PaperState:
    return PaperState(role, key, bool(row.get("rendered_at")), row.get("pages") or 0, row.get("size") or 0, row.get("error") or "")


def _at_carrier(batch_id: int) -> int:
    rows = Label.objects.filter(parcel__shipment__print_rows__batch=batch_id, status__in=AT_CARRIER, due_at__lt=BY_HAND_DUE)
    return rows.count()
