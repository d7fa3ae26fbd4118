"""The day's main move whole: fifty orders to paper, two hundred labels to a label printer, a list of fifty pages. `make bench` times it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from erp.core.documents import render_paper, render_pending
from erp.core.models import Document
from inventory.models import Warehouse
from inventory.shipping.models import PrintBatch, PrintBatchRow, Shipment
from inventory.shipping.papers.pick_lists import build_pick_list
from inventory.shipping.services.labelling import work_due_labels
from inventory.shipping.services.printing import batch_progress, print_batch, settle_due_batches
from tests.clocks import ClockHand
from tests.factories.carriers import open_desk
from tests.factories.crm import make_company
from tests.factories.inventory import make_warehouse
from tests.factories.papers import Goods, on_a_list, pages_of, paper_shipment, ready_label, sizes_of
from tests.factories.shipping import make_shipment, stocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def warehouse(transactional_db: None) -> Warehouse:
    make_company(language="en")
    return make_warehouse("FA")


def test_fifty_orders_are_on_paper(warehouse: Warehouse, tmp_path: Path, clock: ClockHand, deliver: Callable[[], int]) -> None:
    desk = open_desk(tmp_path)
    variants = [stocked(warehouse, 100, f"ART-{number:02}") for number in range(20)]
    shipments = [make_shipment((variants[n % 20], 1), (variants[(n * 7 + 3) % 20], 2)).pk for n in range(50)]
    with desk.site:
        batch = print_batch(shipments, by=None)
        work_due_labels()
        deliver()
        render_pending()

    progress = batch_progress(batch.pk)
    assert (progress.done, progress.is_complete) == (50, True)
    batch.refresh_from_db()
    assert len(sizes_of(bytes(Document.objects.get(pk=batch.slips_paper_id).content))) == 50


def test_two_hundred_labels_are_one_zpl_file(warehouse: Warehouse) -> None:
    shipments = [paper_shipment(warehouse, str(20000 + number), [Goods("Tazza", "TAZ")]) for number in range(200)]
    for number, shipment in enumerate(shipments):
        ready_label(shipment, f"1ZB{number:08}")
    on_a_list(warehouse, shipments)
    batch = PrintBatch.objects.create(made_at=shipments[0].opened_at)
    PrintBatchRow.objects.bulk_create(PrintBatchRow(batch=batch, shipment=each, position=place) for place, each in enumerate(shipments))

    settle_due_batches()

    batch.refresh_from_db()
    assert bytes(Document.objects.get(pk=batch.zpl_paper_id).content).count(b"^XZ") == 200


def test_a_list_of_fifty_pages_names_every_product_once(warehouse: Warehouse) -> None:
    goods = [Goods(f"Piatto piano Onda {row} cm, salvia", f"PIA-{row:04}", "2", f"{'ABCDEFGH'[row % 8]}-{row:04}") for row in range(1000)]
    shipment = paper_shipment(warehouse, "10517", goods)
    Shipment.objects.filter(pk=shipment.pk).update(language="en")
    pick_list = on_a_list(warehouse, [shipment])
    paper = build_pick_list(f"shipping.pick_list:{pick_list.pk}")

    pdf = render_paper(paper)

    pages = pages_of(pdf)
    assert len(pages) >= 50
    assert sum(text.count("PIA-") for text in pages) == 1000
