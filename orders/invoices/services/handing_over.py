"""Handing over: an issued invoice gets its paper."""

from collections.abc import Sequence

from erp.core.documents import NewDocument, request_documents
from erp.core.transactions import atomic
from orders.invoices.cards import subject_of
from orders.invoices.models import Invoice
from orders.invoices.papers import INVOICE_PAPER

SWEEP_INVOICES = 500


@atomic
def print_invoices(invoice_ids: Sequence[int]) -> None:
    """Ask for the papers of invoices that have none yet; each is made once and kept for ever."""
    rows = Invoice.objects.select_for_update(of=("self",)).filter(pk__in=invoice_ids, document=None).order_by("pk")
    invoices = list(rows.only("pk", "language", "document_id"))
    if not invoices:
        return
    papers = request_documents([NewDocument(INVOICE_PAPER, subject_of(invoice.pk), invoice.language) for invoice in invoices])
    for invoice, paper in zip(invoices, papers, strict=True):
        invoice.document = paper
    Invoice.objects.bulk_update(invoices, ["document"])


def print_missing() -> int:
    """Papers that nobody asked for because the news was lost; returns how many."""
    found = list(Invoice.objects.filter(document=None).order_by("pk").values_list("pk", flat=True)[:SWEEP_INVOICES])
    print_invoices(found)
    return len(found)
