"""Printed papers: asked for in a transaction, rendered once in a task, kept with their hash, the same bytes for ever after.

An app registers its kinds in its `papers` module: `register_paper(PaperKind("shipping.slip", build_slip, "shipping.print_shipment"))`.
A service asks with `request_document(kind, subject, language=...)`; whoever shows the document looks whether it has content yet.
"""

from erp.core.documents.kinds import Bundle, Paper, PaperKind, paper_kind, register_paper
from erp.core.documents.rendering import Drawn, draw, merge, page_count, render_paper
from erp.core.documents.storing import (
    document_of,
    render_document,
    render_pending,
    request_document,
    request_documents,
    retry_document,
    store_document,
    store_documents,
)
from erp.core.documents.wanted import NewDocument, StoredDocument

__all__ = [
    "Bundle",
    "Drawn",
    "NewDocument",
    "Paper",
    "PaperKind",
    "StoredDocument",
    "document_of",
    "draw",
    "merge",
    "page_count",
    "paper_kind",
    "register_paper",
    "render_document",
    "render_paper",
    "render_pending",
    "request_document",
    "request_documents",
    "retry_document",
    "store_document",
    "store_documents",
]
