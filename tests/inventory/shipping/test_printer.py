"""A batch goes to the house's printer by itself, once; a printer that fails is a card and never a crash."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from erp.core.cards import cause_of, retry_card
from erp.core.documents import render_pending
from erp.core.models import Card, Document
from inventory.models import Warehouse
from inventory.shipping.models import PrintBatch
from inventory.shipping.services.labelling import work_due_labels
from inventory.shipping.services.printing import batch_progress, print_again, print_batch, send_batch, send_due_batches
from tests.factories.carriers import CarrierDesk
from tests.factories.crm import make_company
from tests.factories.inventory import make_warehouse
from tests.factories.printers import put_printer
from tests.factories.shipping import make_shipment, stocked
from tests.factories.users import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


@pytest.fixture(autouse=True)
def company(transactional_db: None) -> None:
    make_company(language="en")


@pytest.fixture
def batch(desk: CarrierDesk, deliver: Callable[[], int]) -> PrintBatch:
    """All its papers are made."""
    warehouse: Warehouse = make_warehouse("FA")
    batch = print_batch([make_shipment((stocked(warehouse), 1)).pk], by=None)
    work_due_labels()
    deliver()
    render_pending()
    batch.refresh_from_db()
    return batch


@pytest.fixture
def printers(settings: Any) -> None:
    settings.REGIA_PRINTER, settings.REGIA_LABEL_PRINTER, settings.REGIA_LABEL_FORMAT = "laser", "zebra", "zpl"


def bytes_of(document_id: int | None) -> bytes:
    return bytes(Document.objects.get(pk=document_id).content)


def test_a_batch_is_printed_once_sheets_here_and_labels_there(
    batch: PrintBatch, printers: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = put_printer(tmp_path, monkeypatch)

    assert (send_due_batches(), send_due_batches(), send_batch(batch.pk)) == (1, 0, False)

    jobs = printed()
    assert [words.split(" -t ")[0] for words, _bytes in jobs] == ["-d laser", "-d laser", "-d zebra"]
    assert [content for _words, content in jobs] == [
        bytes_of(key) for key in (batch.list_paper_id, batch.slips_paper_id, batch.zpl_paper_id)
    ]
    assert jobs[2][0].endswith("-o raw -")


def test_labels_go_out_as_pdf_to_a_printer_that_wants_that(
    batch: PrintBatch, printers: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REGIA_PRINTER, settings.REGIA_LABEL_FORMAT = "", "pdf"
    printed = put_printer(tmp_path, monkeypatch)

    send_due_batches()

    assert [content for _words, content in printed()] == [bytes_of(batch.labels_paper_id)]


def test_without_a_printer_nothing_is_sent(batch: PrintBatch) -> None:
    assert send_due_batches() == 0
    assert batch_progress(batch.pk).sent_at is None


def test_a_printer_that_fails_is_a_card_with_a_button(
    batch: PrintBatch, printers: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_printer(tmp_path, monkeypatch, says="lp: out of paper")

    assert send_due_batches() == 0

    card = Card.objects.get()
    assert (card.kind, card.subject) == ("shipping.printer_failed", f"shipping.batch:{batch.pk}")
    assert "lp: out of paper" in cause_of(card)
    assert "lp: out of paper" in batch_progress(batch.pk).send_error
    assert send_due_batches() == 0  # a person presses, or nobody

    printed = put_printer(tmp_path, monkeypatch)
    retry_card(card.pk, by=make_user())

    assert (len(printed()), batch_progress(batch.pk).send_error, Card.objects.filter(closed_at=None).count()) == (3, "", 0)


def test_printing_again_sends_the_same_bytes(batch: PrintBatch, printers: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = put_printer(tmp_path, monkeypatch)
    send_due_batches()

    print_again(batch.pk, by=make_user())

    contents = [content for _words, content in printed()]
    assert contents[:3] == contents[3:]
