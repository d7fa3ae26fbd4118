"""Printed papers and print batches in the browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erp.core.documents import render_pending, store_document
from erp.core.models import Document
from erp.pages.links import batch_url, document_url
from inventory.models import Warehouse
from inventory.shipping.models import Label, PickList, Shipment
from inventory.shipping.papers.codes import BATCH_ZPL
from inventory.shipping.services.labelling import work_due_labels
from inventory.shipping.services.printing import print_batch, send_due_batches
from tests.clocks import ClockHand
from tests.factories.carriers import CarrierDesk, open_desk
from tests.factories.crm import make_company
from tests.factories.inventory import make_warehouse
from tests.factories.papers import pages_of, sizes_of
from tests.factories.printers import put_printer
from tests.factories.shipping import make_shipment, stocked
from tests.pages.seeding import make_staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


@pytest.fixture
def desk(tmp_path: Path, transactional_db: None, clock: ClockHand) -> Iterator[CarrierDesk]:
    make_company(language="en")
    desk = open_desk(tmp_path)
    with desk.site:
        yield desk


@pytest.fixture
def warehouse(desk: CarrierDesk) -> Warehouse:
    return make_warehouse("FA")


def shipments(warehouse: Warehouse, count: int) -> list[int]:
    return [make_shipment((stocked(warehouse), 1)).pk for _number in range(count)]


def reader(client: Client, *permissions: str) -> Client:
    client.force_login(make_staff("packer", *permissions))
    client.cookies["django_language"] = "en"
    return client


def test_a_paper_is_shown_where_it_is_with_the_bytes_that_are_kept(warehouse: Warehouse, client: Client) -> None:
    batch = print_batch(shipments(warehouse, 1), by=None)
    render_pending()
    page = reader(client, "shipping.print_shipment").get(document_url(batch.list_paper_id))

    kept = Document.objects.get(pk=batch.list_paper_id)
    assert (page.status_code, page["Content-Type"], page.content) == (200, "application/pdf", bytes(kept.content))
    assert page["Content-Disposition"] == f'inline; filename="{kept.file_name}"'
    assert page["ETag"] == f'"{kept.sha256}"'
    assert "Content-Security-Policy" not in page  # a browser's PDF viewer is an object


def test_a_paper_is_downloaded_where_that_is_asked_for(warehouse: Warehouse, client: Client) -> None:
    paper = store_document(BATCH_ZPL, "shipping.batch:1", content=b"^XA^XZ", media_type="application/zpl", file_name="labels 1.zpl")
    page = reader(client, "shipping.print_shipment").get(document_url(paper))

    assert (page.content, page["Content-Disposition"]) == (b"^XA^XZ", 'attachment; filename="labels 1.zpl"')


def test_a_paper_in_the_making_waits_and_then_opens(warehouse: Warehouse, client: Client) -> None:
    batch = print_batch(shipments(warehouse, 1), by=None)
    reader(client, "shipping.print_shipment")
    address = document_url(batch.list_paper_id)

    waiting, live = client.get(address), client.get(f"{address}live/")
    assert (waiting.status_code, live.status_code) == (202, 200)
    assert "This paper is being made" in waiting.content.decode()
    render_pending()

    live = client.get(f"{address}live/")
    assert (live.status_code, live["HX-Redirect"]) == (204, address)


def test_a_paper_that_failed_says_so(warehouse: Warehouse, client: Client) -> None:
    batch = print_batch(shipments(warehouse, 1), by=None)
    Document.objects.filter(pk=batch.list_paper_id).update(error="LookupError: no logo")

    page = reader(client, "shipping.print_shipment").get(document_url(batch.list_paper_id))

    assert "This paper could not be made yet" in page.content.decode()
    assert "LookupError: no logo" in page.content.decode()


def test_only_who_may_see_a_kind_sees_its_papers(warehouse: Warehouse, client: Client) -> None:
    batch = print_batch(shipments(warehouse, 1), by=None)
    address = document_url(batch.list_paper_id)
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"

    reader(client)

    assert [client.get(each).status_code for each in (address, f"{address}live/", batch_url(batch.pk))] == [403, 403, 403]
    assert [client.get(each).status_code for each in ("/documents/999999/", "/documents/999999/live/")] == [404, 404]


def test_a_batch_without_its_row_is_not_there(client: Client) -> None:
    reader(client, "shipping.print_shipment")

    assert [client.get(each).status_code for each in ("/batches/999999/", "/batches/999999/live/")] == [404, 404]
    assert [client.post(each).status_code for each in ("/batches/999999/print/",)] == [404]


def test_the_batch_page_follows_its_papers_and_tells_what_was_left_out(
    warehouse: Warehouse, client: Client, deliver: Callable[[], int]
) -> None:
    good, held = shipments(warehouse, 2)
    Shipment.objects.filter(pk=held).update(is_held=True)
    batch = print_batch([good, held], by=make_staff("laura"))
    reader(client, "shipping.print_shipment")

    page = client.get(batch_url(batch.pk)).content.decode()
    assert f"Print batch {batch.pk}" in page
    assert "1 order ready to pack, 1 left out." in page
    assert "1 label is still at the carrier." in page
    assert f'hx-get="/batches/{batch.pk}/live/"' in page
    assert "1 order left out" in page
    assert page.count('target="_blank"') == 0

    work_due_labels()
    deliver()
    render_pending()

    live = client.get(f"/batches/{batch.pk}/live/").content.decode()
    batch.refresh_from_db()
    papers = (batch.list_paper_id, batch.slips_paper_id, batch.labels_paper_id, batch.zpl_paper_id)
    assert [live.count(f'href="/documents/{key}/?download"') for key in papers] == [1, 1, 1, 1]
    assert "List, slips and labels have the same order." in live
    assert "hx-get" not in live


def test_all_papers_open_as_one_pdf_when_the_last_is_made(warehouse: Warehouse, client: Client, deliver: Callable[[], int]) -> None:
    batch = print_batch(shipments(warehouse, 2), by=None)
    address = f"/batches/{batch.pk}/papers/"
    reader(client, "shipping.print_shipment")
    render_pending()
    assert address not in client.get(batch_url(batch.pk)).content.decode()
    assert client.get(address)["Location"] == batch_url(batch.pk)

    work_due_labels()
    deliver()
    render_pending()

    assert client.get(batch_url(batch.pk)).content.decode().count(f'href="{address}" target="_blank"') == 1
    page, again = client.get(address), client.get(address)
    assert (page["Content-Type"], page["Content-Disposition"]) == ("application/pdf", f'inline; filename="papers {batch.pk}.pdf"')
    assert sizes_of(page.content) == [(210.0, 297.0)] * 3 + [(100.0, 150.0)] * 2
    batch.refresh_from_db()
    parts = [batch.list_paper, batch.slips_paper, batch.labels_paper]
    assert pages_of(page.content) == [text for part in parts if part for text in pages_of(bytes(part.content or b""))]
    assert again.content == page.content
    assert client.get("/batches/999999/papers/").status_code == 404
    client.force_login(make_staff("clerk"))
    assert client.get(address).status_code == 403


def test_a_batch_says_what_failed_and_prints_again(
    warehouse: Warehouse, client: Client, deliver: Callable[[], int], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REGIA_PRINTER = "laser"
    batch = print_batch(shipments(warehouse, 1), by=None)
    reader(client, "shipping.print_shipment")
    Document.objects.filter(pk=batch.slips_paper_id).update(error="LookupError: no logo")
    page = client.get(batch_url(batch.pk)).content.decode()
    assert ("A paper could not be made yet." in page, "could not be made yet" in page, "/print/" in page) == (True, True, False)
    work_due_labels()
    deliver()
    render_pending()

    put_printer(tmp_path, monkeypatch, says="lp: out of paper")
    assert send_due_batches() == 0
    page = client.get(batch_url(batch.pk)).content.decode()
    assert ("lp: out of paper" in page, "Print again" in page) == (True, True)
    refused = client.post(f"/batches/{batch.pk}/print/", follow=True).content.decode()
    assert "lp: out of paper" in refused

    printed = put_printer(tmp_path, monkeypatch)
    answer = client.post(f"/batches/{batch.pk}/print/", follow=True).content.decode()

    assert "went to the printer again" in answer
    assert "lp: out of paper" not in answer
    assert len(printed()) == 2


def test_a_person_prints_what_is_there(warehouse: Warehouse, client: Client) -> None:
    batch = print_batch(shipments(warehouse, 1), by=None)
    reader(client, "shipping.print_shipment")
    assert "Print the labels that are there" in client.get(batch_url(batch.pk)).content.decode()

    answer = client.post(f"/batches/{batch.pk}/finish/", follow=True)

    assert "has not answered yet" in answer.content.decode()
    assert "Print the labels that are there" not in answer.content.decode()


def test_papers_alone_are_asked_for_by_a_button(warehouse: Warehouse, client: Client, deliver: Callable[[], int]) -> None:
    (shipment,) = shipments(warehouse, 1)
    print_batch([shipment], by=None)
    reader(client, "shipping.print_shipment")
    label, pick_list = Label.objects.get(), PickList.objects.get()
    refused = client.post(f"/labels/{label.pk}/paper/", {"next": "/stock/"})
    assert refused["Location"] == "/stock/"

    work_due_labels()
    deliver()
    addresses = (f"/labels/{label.pk}/paper/", f"/shipments/{shipment}/slip/", f"/pick-lists/{pick_list.pk}/paper/")
    answers = [client.post(each)["Location"] for each in addresses]
    render_pending()

    assert [client.get(each)["Content-Type"] for each in answers] == ["application/pdf"] * 3
    assert [client.get(each).status_code for each in addresses] == [405] * 3


def test_pressing_needs_the_permission(warehouse: Warehouse, client: Client) -> None:
    batch = print_batch(shipments(warehouse, 1), by=None)
    reader(client)
    addresses = (
        f"/batches/{batch.pk}/finish/",
        f"/batches/{batch.pk}/print/",
        "/labels/1/paper/",
        "/shipments/1/slip/",
        "/pick-lists/1/paper/",
    )

    assert [client.post(each).status_code for each in addresses] == [403] * 5


@pytest.mark.parametrize("count", [1, 3])
def test_the_batch_page_costs_the_same_for_any_number(warehouse: Warehouse, client: Client, count: int) -> None:
    batch = print_batch(shipments(warehouse, count), by=None)
    reader(client, "shipping.print_shipment")
    client.get(batch_url(batch.pk))

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/batches/{batch.pk}/live/")

    assert len(queries) == 6
