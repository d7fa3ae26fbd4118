"""The house's printer: what is ready goes out by itself where one is set, once; a printer that will not have it is a card, not a crash."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from erp.core import clock
from erp.core.cards import close_card, key_of, open_card
from erp.core.documents.cups import RAW, send_to_printer
from erp.core.history import By, record
from erp.core.models import Document
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.shipping.cards import PRINTER_FAILED
from inventory.shipping.models import PrintBatch
from inventory.shipping.papers.codes import batch_subject
from inventory.shipping.states import BatchStatus

ZPL = "zpl"


@dataclass(frozen=True)
class _Job:
    document_id: int
    printer: str
    options: tuple[str, ...] = ()


def has_printer() -> bool:
    return bool(settings.REGIA_PRINTER or settings.REGIA_LABEL_PRINTER)


def send_due_batches() -> int:
    """The sweep: batches whose papers are all made and that no printer got yet; returns how many were sent."""
    if not has_printer():
        return 0
    made = Q()
    for paper in ("list_paper", "slips_paper", "labels_paper"):
        made &= Q(**{paper: None}) | Q(**{f"{paper}__rendered_at__isnull": False})
    ready = PrintBatch.objects.filter(made, status=BatchStatus.READY, sent_at=None, list_paper__isnull=False)
    keys = list(ready.order_by("pk").values_list("pk", flat=True))
    return sum(send_batch(key) for key in keys)


def send_batch(batch_id: int) -> bool:
    """Send what is ready to the printers, once: who comes second finds it sent. What the printer says is kept, and a card shows it."""
    if not _claim(batch_id):
        return False
    try:
        _print(PrintBatch.objects.get(pk=batch_id))
    except Refused as refusal:
        _note(batch_id, str(refusal))
        return False
    _note(batch_id, "")
    return True


def print_again(batch_id: int, *, by: By) -> None:
    """Send the same papers once more, because a person asks for it. Raises Refused with what the printer says."""
    _print(PrintBatch.objects.get(pk=batch_id))
    _note(batch_id, "", by=by)


def retry_sending(subject: str, *, by: By) -> None:
    """The button of a card about a printer (`shipping.batch:<id>`)."""
    print_again(key_of(subject), by=by)


def _claim(batch_id: int) -> bool:
    return bool(PrintBatch.objects.filter(pk=batch_id, status=BatchStatus.READY, sent_at=None).update(sent_at=clock.now()))


def _print(batch: PrintBatch) -> None:
    for job in _jobs(batch):
        document = Document.objects.get(pk=job.document_id)
        if document.content is not None:
            send_to_printer(bytes(document.content), printer=job.printer, title=document.file_name, options=job.options)


def _jobs(batch: PrintBatch) -> list[_Job]:
    """List and slips to the sheet printer; labels to the label printer, as ZPL where it speaks that."""
    sheets, labels = settings.REGIA_PRINTER, settings.REGIA_LABEL_PRINTER
    is_zpl = settings.REGIA_LABEL_FORMAT == ZPL
    label_paper, options = (batch.zpl_paper_id, RAW) if is_zpl else (batch.labels_paper_id, ())
    jobs = [_Job(key, sheets) for key in (batch.list_paper_id, batch.slips_paper_id) if key and sheets]
    return jobs + ([_Job(label_paper, labels, options)] if label_paper and labels else [])


@atomic
def _note(batch_id: int, error: str, *, by: By = None) -> None:
    subject = batch_subject(batch_id)
    PrintBatch.objects.filter(pk=batch_id).update(send_error=error, sent_at=clock.now())
    if error:
        open_card(PRINTER_FAILED, subject, number=batch_id, said=error)
    else:
        close_card(PRINTER_FAILED, subject)
        record(f"shipping.printbatch:{batch_id}", "sent_to_printer", by=by)
