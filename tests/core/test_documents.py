"""Printed papers: asked for once, rendered once, the same bytes for ever after."""

from collections.abc import Iterator
from hashlib import sha256

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_lazy

from erp.core.documents import (
    Bundle,
    NewDocument,
    Paper,
    PaperKind,
    document_of,
    kinds,
    merge,
    page_count,
    register_paper,
    render_document,
    render_pending,
    request_document,
    request_documents,
    retry_document,
    store_document,
)
from erp.core.history import history_of
from erp.core.models import Card, Document
from erp.core.refusals import Refused
from tests.factories.papers import pages_of, sizes_of
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db(transaction=True)

KIND, URGENT, KEPT, BROKEN = "test.letter", "test.urgent", "test.kept", "test.broken"
built: list[str] = []


def letter(subject: str, language: str = "it") -> Paper:
    built.append(subject)
    return Paper(
        "papers/base.html", {"letterhead": {"name": f"Firma {subject}", "colour": "#000000", "ink": "#000000"}}, language, "lettera.pdf"
    )


def broken(subject: str) -> Paper:
    built.append(subject)
    raise LookupError("the row is gone")


@pytest.fixture(autouse=True)
def kinds_of_the_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kinds._kinds, "_things", dict(kinds._kinds._things))
    register_paper(PaperKind(KIND, letter, "core.view_document"))
    register_paper(PaperKind(URGENT, letter, "core.view_document", is_urgent=True))
    register_paper(PaperKind(KEPT, None, "core.view_document"))
    register_paper(PaperKind(BROKEN, broken, "core.view_document"))
    built.clear()
    return


def test_a_paper_is_asked_for_and_made_with_its_hash() -> None:
    asked = request_document(KIND, "test:1", language="it")

    assert (asked.content, asked.sha256, asked.rendered_at) == (None, "", None)
    assert render_pending() == 1

    made = Document.objects.get()
    assert bytes(made.content).startswith(b"%PDF-")
    assert made.sha256 == sha256(made.content).hexdigest()
    assert (made.pages, made.file_name, made.media_type, made.error) == (1, "lettera.pdf", "application/pdf", "")
    assert sizes_of(bytes(made.content)) == [(210.0, 297.0)]
    assert made.rendered_at is not None


def test_asking_again_while_it_waits_is_asking_once() -> None:
    first = request_document(KIND, "test:1", language="it")
    again = request_document(KIND, "test:1", language="it")
    other = request_document(KIND, "test:1", language="en")

    assert again.pk == first.pk
    assert other.pk != first.pk
    assert Document.objects.count() == 2


def test_a_double_render_is_one() -> None:
    asked = request_document(KIND, "test:1", language="it")

    assert render_document(asked.pk) is True
    first = bytes(Document.objects.get().content)
    assert render_document(asked.pk) is False

    assert bytes(Document.objects.get().content) == first
    assert built == ["test:1"]


def test_a_paper_that_another_worker_has_is_left_alone_until_its_lease_ends() -> None:
    asked = request_document(KIND, "test:1", language="it")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_document SET leased_until = now() + interval '1 minute'")

    assert render_document(asked.pk) is False
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_document SET leased_until = now() - interval '1 second'")
    assert render_document(asked.pk) is True


@pytest.mark.parametrize("statement", ["UPDATE core_document SET file_name = 'other.pdf'", "DELETE FROM core_document"])
def test_what_was_printed_is_never_changed_nor_deleted(statement: str) -> None:
    request_document(KIND, "test:1", language="it")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE core_document SET attempts = 0")  # still empty: it may change
    render_pending()
    before = Document.objects.values().get()

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Document.objects.values().get() == before


def test_urgent_papers_go_before_all_others() -> None:
    request_documents([NewDocument(KIND, "test:1"), NewDocument(KIND, "test:2"), NewDocument(URGENT, "test:3")])

    assert render_pending() == 3
    assert built == ["test:3", "test:1", "test:2"]


@pytest.mark.parametrize("count", [1, 3])
def test_many_are_asked_for_in_two_statements(count: int) -> None:
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        transaction.atomic(),
    ):
        request_documents([NewDocument(KIND, f"test:{number}") for number in range(count)])

    statements = [query["sql"] for query in queries if query["sql"] not in ("BEGIN", "COMMIT")]
    assert len(statements) == 2


def test_a_kind_that_nobody_has_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="letter"):
        request_document("test.letter_of_marque", "test:1", language="it")
    assert Document.objects.count() == 0


def test_a_paper_that_cannot_be_made_holds_up_no_other_and_ends_as_a_card() -> None:
    request_documents([NewDocument(BROKEN, "test:1"), NewDocument(KIND, "test:2")])

    assert render_pending() == 2
    spoilt = Document.objects.get(kind=BROKEN)
    assert (spoilt.error, spoilt.attempts, spoilt.content) == ("LookupError: the row is gone", 1, None)
    assert Document.objects.get(kind=KIND).pages == 1
    assert Card.objects.count() == 0

    for _attempt in range(3):
        Document.objects.filter(content=None).update(leased_until=None)
        assert render_pending() == 1
    Document.objects.filter(content=None).update(leased_until=None)
    assert render_pending() == 0

    card = Card.objects.get()
    assert (card.kind, card.subject, card.closed_at) == ("core.failed_document", f"core.document:{spoilt.pk}", None)


def test_a_person_has_a_failed_paper_made_again() -> None:
    owner = make_user(is_owner=True)
    asked = request_document(BROKEN, "test:1", language="it")
    for _attempt in range(4):
        render_pending()
        Document.objects.filter(content=None).update(leased_until=None)
    Document.objects.filter(pk=asked.pk).update(kind=KIND)  # the cause is mended

    retry_document(f"core.document:{asked.pk}", by=owner)

    assert Card.objects.get().closed_at is not None
    assert render_pending() == 1
    assert Document.objects.get().pages == 1
    assert [entry.verb for entry in history_of(f"core.document:{asked.pk}")] == ["retried"]


def test_bytes_that_exist_are_kept_as_they_are_and_once() -> None:
    first = store_document(KEPT, "test:1", content=b"^XA^XZ", media_type="application/zpl", file_name="etichette.zpl")
    again = store_document(KEPT, "test:1", content=b"^XA^XZ", media_type="application/zpl", file_name="etichette.zpl")
    other = store_document(KEPT, "test:1", content=b"^XA^FS^XZ", media_type="application/zpl", file_name="etichette.zpl")

    assert again.pk == first.pk
    kept = Document.objects.get(pk=first.pk)
    assert (bytes(kept.content), kept.sha256, kept.pages) == (b"^XA^XZ", sha256(b"^XA^XZ").hexdigest(), 0)
    assert document_of(KEPT, "test:1") == other
    assert document_of(KEPT, "test:2") is None
    assert render_pending() == 0


def test_papers_are_merged_in_the_order_given() -> None:
    for number in (1, 2, 3):
        request_document(KIND, f"test:{number}", language="it")
    render_pending()
    pdfs = [bytes(document.content) for document in Document.objects.order_by("-pk")]

    merged = merge(pdfs)

    assert page_count(merged) == 3
    assert [text.split()[1] for text in pages_of(merged)] == ["test:3", "test:2", "test:1"]


def test_papers_in_a_bundle_keep_their_own_language_and_page_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    register_paper(
        PaperKind("test.bundle", lambda subject: Bundle([letter("a"), letter("b", "en")], "it", "tutte.pdf"), "core.view_document")
    )
    request_document("test.bundle", "test:1", language="it")
    render_pending()

    made = Document.objects.get()
    texts = pages_of(bytes(made.content))
    assert (made.pages, made.file_name) == (2, "tutte.pdf")
    assert "page 1 of 1" in texts[1]
    assert "2" not in texts[0].partition("Firma")[2]


def test_a_paper_fetches_nothing() -> None:
    secret = "file:///etc/hostname"
    logo = {"name": "Firma", "colour": "#000000", "ink": "#000000", "logo": secret, "lines": [gettext_lazy("Name")]}
    register_paper(PaperKind("test.fetching", lambda subject: Paper("papers/base.html", {"letterhead": logo}, "it", "x.pdf"), "x"))
    request_document("test.fetching", "test:1", language="it")
    render_pending()

    assert Document.objects.get().error == ""
    assert b"/Image" not in bytes(Document.objects.get().content)
