"""Documents as rows: asked for, claimed by one worker, rendered outside of any transaction, kept for ever.

A claim is a lease in real time, so a worker that dies holds nothing up for long; two renderings of one document keep the first.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils import translation

from erp.core import clock
from erp.core.cards import close_card, key_of, open_card
from erp.core.documents.kinds import paper_kind, urgent_kinds
from erp.core.documents.rendering import draw, page_count
from erp.core.documents.wanted import NewDocument, StoredDocument
from erp.core.events import wake
from erp.core.history import record
from erp.core.models import Document
from erp.core.queues import PAPERS
from erp.core.transactions import atomic, forbid_transaction

logger = logging.getLogger(__name__)

TASK = "erp.core.tasks.render_documents"
PDF = "application/pdf"
LEASE_SECONDS = 300
MAX_ATTEMPTS = 4
CARD = "core.failed_document"

_CLAIM = """
    UPDATE core_document SET leased_until = %(until)s, attempts = attempts + 1
    WHERE id = (
        SELECT id FROM core_document
        WHERE content IS NULL AND attempts < %(attempts)s AND (leased_until IS NULL OR leased_until < %(real)s)
          AND (%(key)s::bigint IS NULL OR id = %(key)s)
        ORDER BY kind = ANY(%(urgent)s) DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""


def request_document(kind: str, subject: str, *, language: str) -> Document:
    """Ask for a paper; a worker makes it once this transaction is committed. What is asked for already is not asked for twice."""
    return request_documents([NewDocument(kind, subject, language)])[0]


@atomic
def request_documents(wanted: Sequence[NewDocument]) -> list[Document]:
    """Many papers in the order given, in two statements. Raises Refused for a kind that nobody registered."""
    for each in wanted:
        paper_kind(each.kind)
    waiting = {
        (document.kind, document.subject, document.language): document
        for document in Document.objects.filter(content=None, attempts__lt=MAX_ATTEMPTS, subject__in={each.subject for each in wanted})
    }
    now = clock.now()
    new = {
        (each.kind, each.subject, each.language): Document(
            kind=each.kind, subject=each.subject, language=each.language, file_name=f"{each.kind}.pdf", requested_at=now
        )
        for each in wanted
        if (each.kind, each.subject, each.language) not in waiting
    }
    Document.objects.bulk_create(new.values())
    transaction.on_commit(lambda: wake(TASK, PAPERS))
    both = waiting | new
    return [both[each.kind, each.subject, each.language] for each in wanted]


def store_document(kind: str, subject: str, *, content: bytes, media_type: str, file_name: str, language: str = "it") -> Document:
    """Keep bytes that exist already, such as a carrier's label. The same bytes again are the document that is there."""
    return store_documents([StoredDocument(kind, subject, content, media_type, file_name, language)])[0]


@atomic
def store_documents(stored: Sequence[StoredDocument]) -> list[Document]:
    """Many at once, in two statements."""
    hashes = [sha256(each.content).hexdigest() for each in stored]
    known = {
        (document.kind, document.subject, document.sha256): document
        for document in Document.objects.filter(sha256__in=hashes).defer("content")
    }
    now = clock.now()
    new = {
        (each.kind, each.subject, digest): Document(
            kind=each.kind,
            subject=each.subject,
            language=each.language,
            media_type=each.media_type,
            file_name=each.file_name,
            content=each.content,
            sha256=digest,
            pages=each.pages or (page_count(each.content) if each.media_type == PDF else 0),
            requested_at=now,
            rendered_at=now,
        )
        for each, digest in zip(stored, hashes, strict=True)
        if (each.kind, each.subject, digest) not in known
    }
    Document.objects.bulk_create(new.values())
    both = known | new
    return [both[each.kind, each.subject, digest] for each, digest in zip(stored, hashes, strict=True)]


def document_of(kind: str, subject: str) -> Document | None:
    """The newest paper of a kind about a row, without its bytes; it may still be in the making."""
    return Document.objects.filter(kind=kind, subject=subject).defer("content").order_by("-pk").first()


def render_pending() -> int:
    """Render all that waits, urgent kinds first; returns how many were tried."""
    tried = 0
    while (key := _claim()) is not None:
        _render(key)
        tried += 1
    return tried


def render_document(document_id: int) -> bool:
    """Render one document if it waits and nobody else is at it; True when it was tried."""
    key = _claim(document_id)
    if key is None:
        return False
    _render(key)
    return True


@atomic
def retry_document(subject: str, *, by: AbstractBaseUser) -> None:
    """A person's retry of a paper that could not be made (`core.document:<key>`): it has all its attempts again."""
    key = key_of(subject)
    Document.objects.filter(pk=key, content=None).update(attempts=0, leased_until=None, error="")
    close_card(CARD, subject)
    record(subject, "retried", by=by)
    transaction.on_commit(lambda: wake(TASK, PAPERS))


def _claim(key: int | None = None) -> int | None:
    forbid_transaction("rendering a document")
    real = clock.real_now()
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "until": real + timedelta(seconds=LEASE_SECONDS),
                "real": real,
                "attempts": MAX_ATTEMPTS,
                "key": key,
                "urgent": urgent_kinds(),
            },
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _render(key: int) -> None:
    document = Document.objects.get(pk=key)
    try:
        kind = paper_kind(document.kind)
        if kind.build is None:
            raise LookupError(f"{document.kind} is never rendered")
        with translation.override(document.language):
            paper = kind.build(document.subject)
        drawn = draw(paper)
    except Exception as error:  # one paper that cannot be made holds up none of the others
        logger.warning("document %s (%s %s) could not be made", key, document.kind, document.subject, exc_info=error)
        _failed(document, error)
    else:
        _keep(key, drawn.content, pages=drawn.pages, file_name=paper.file_name)


@atomic
def _keep(key: int, content: bytes, *, pages: int, file_name: str) -> None:
    """The first rendering is the one that stays: a second one finds content there and changes nothing."""
    kept = Document.objects.filter(pk=key, content=None).update(
        content=content,
        sha256=sha256(content).hexdigest(),
        pages=pages,
        file_name=file_name,
        rendered_at=clock.now(),
        leased_until=None,
        error="",
    )
    if kept:
        close_card(CARD, f"core.document:{key}")


@atomic
def _failed(document: Document, error: Exception) -> None:
    told = f"{type(error).__name__}: {error}"
    pause = timedelta(seconds=5 * 2**document.attempts)
    waiting = Document.objects.filter(pk=document.pk, content=None)
    if waiting.update(error=told, leased_until=clock.real_now() + pause) and document.attempts >= MAX_ATTEMPTS:
        open_card(CARD, f"core.document:{document.pk}", file=document.file_name, about=document.subject, error=told)
