"""The way out: handing over, invoices and their papers, fifty orders to the printer, two hundred labels for a label printer."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time as clock_time
from pathlib import Path
from statistics import median
from typing import Any

from django.contrib.auth.models import User

from channels.models import Account
from channels.services.importing.applying import write_page
from crm.models import Company, Party
from crm.services.company import set_company
from erp.core.documents import render_document
from erp.core.masterdata import save_master
from erp.core.models import Document
from erp.core.secrets import store_secret
from erp.practice.bench.dataset import SOURCE
from erp.practice.bench.orders import PAGE, Intake, next_number
from erp.practice.bench.timing import run_for, statements
from erp.practice.carrier import Carrier as PracticeCarrier
from erp.practice.carrier import CarrierStore, serve
from inventory.shipping.models import Carrier, CarrierService, Shipment, ShippingRule
from inventory.shipping.services.dispatching import ship_shipment, ship_shipments
from inventory.shipping.services.labelling import labels_of, work_due_labels, zpl_of
from inventory.shipping.services.printing import batch_progress, print_batch, settle_due_batches
from inventory.shipping.states import ShipmentStatus
from orders.invoices.models import Invoice
from orders.invoices.services.handing_over import print_invoices
from orders.invoices.services.issuing import issue_invoice, issue_invoices
from orders.models import Order
from orders.models.order import reference_of
from orders.services.fulfilling import open_for_orders

OPERATIONS = 1_000
BATCH, BATCHES = 50, 4
CARRIER = "bench"
CODICE_FISCALE = "RSSMRA80A01H501U"


def leaving(account: Account) -> dict[str, Any]:
    """Every figure of the way out; each counts its rows afterwards."""
    owner = _merchant()
    orders = _placed(account, OPERATIONS + 2 * PAGE + BATCH * BATCHES)
    shipments = _opened(orders)
    figures = _ship(shipments[:OPERATIONS], shipments[OPERATIONS : OPERATIONS + PAGE], owner)
    figures |= _invoice(orders[:OPERATIONS], orders[OPERATIONS : OPERATIONS + PAGE], owner)
    with _carrier(owner):
        figures |= _print(shipments[-BATCH * BATCHES :], owner)
    return figures


def _merchant() -> User:
    owner = User.objects.get(username="bench")
    if not Company.objects.exists():
        set_company(
            by=owner, name="Bench S.r.l.", street="Via Roma 1", postcode="48018", city="Faenza", province="RA", partita_iva="01114601006"
        )
    return owner


def _placed(account: Account, count: int) -> list[int]:
    pages = Intake(account, next_number()).pages(count // PAGE, PAGE)
    for page in pages:
        write_page(account, *page)
    keys = [body.external_id for _token, bodies in pages for body in bodies]
    orders = list(Order.objects.filter(source=SOURCE, external_id__in=keys).order_by("pk").values_list("pk", flat=True))
    Party.objects.filter(orders__in=orders).update(codice_fiscale=CODICE_FISCALE)  # an invoice needs one, these shops do not ask for it
    return orders


def _opened(orders: list[int]) -> list[int]:
    for start in range(0, len(orders), PAGE):
        open_for_orders(orders[start : start + PAGE])
    references = [reference_of(key) for key in orders]
    return list(Shipment.objects.filter(order_reference__in=references).order_by("pk").values_list("pk", flat=True))


def _ship(shipments: list[int], page: list[int], owner: User) -> dict[str, Any]:
    """One shipment in a transaction of its own, as a packer hands it over; the statements of a page of fifty."""
    run = run_for(lambda n: ship_shipment(shipments[n], by=owner), operations=len(shipments), seconds=float("inf"))
    with statements() as found:
        ship_shipments(page, by=owner)
    gone = Shipment.objects.filter(pk__in=[*shipments, *page], status=ShipmentStatus.SHIPPED).count()
    _insist(gone == len(shipments) + len(page), f"{len(shipments) + len(page)} shipments were handed over, {gone} have left")
    return {"ship_per_s": round(run.per_second, 1), "ship_p99_ms": round(run.percentile_ms(99), 1), "ship_page_sql": len(found)}


def _invoice(orders: list[int], page: list[int], owner: User) -> dict[str, Any]:
    """As they are issued when orders leave, a page at a time; and one by one, as the button on an order does."""
    alone, many = orders[: len(orders) // 2], orders[len(orders) // 2 :]
    run = run_for(lambda n: issue_invoice(alone[n], by=owner), operations=len(alone), seconds=float("inf"))
    pages = [many[start : start + PAGE] for start in range(0, len(many), PAGE)]
    paged = run_for(lambda n: issue_invoices(pages[n], by=owner), operations=len(pages), seconds=float("inf"))
    with statements() as found:
        issue_invoices(page, by=owner)
    invoices = list(Invoice.objects.filter(order__in=[*orders, *page]).order_by("number"))
    _insist(len(invoices) == len(orders) + len(page), f"{len(orders) + len(page)} invoices were issued, {len(invoices)} are here")
    numbers = [invoice.number for invoice in invoices]
    _insist(numbers == list(range(numbers[0], numbers[0] + len(numbers))), "the invoices' numbers have a gap")
    asked = dict(Order.objects.filter(pk__in=[*orders, *page]).values_list("pk", "total"))
    _insist(all(invoice.gross == asked[invoice.order_id] for invoice in invoices), "an invoice differs from its order")
    print_invoices([invoice.pk for invoice in invoices])
    papers = list(Document.objects.filter(content=None, error="").order_by("pk").values_list("pk", flat=True))
    drawn = run_for(lambda n: render_document(papers[n]), operations=len(papers), seconds=10.0)
    return {
        "invoice_per_s": round(paged.per_second * PAGE, 1),
        "invoice_single_per_s": round(run.per_second, 1),
        "invoice_page_sql": len(found),
        "pdf_per_s": round(drawn.per_second, 1),
    }


def _print(shipments: list[int], owner: User) -> dict[str, Any]:
    """Seconds from the press to the last paper, all in one process: a worker for labels and one for papers share this work in the house."""
    seconds = []
    for start in range(0, len(shipments), BATCH):
        began = time.perf_counter()
        batch = print_batch(shipments[start : start + BATCH], by=owner)
        while work_due_labels():
            pass
        settle_due_batches()
        for key in (
            Document.objects.filter(content=None, error="", requested_at__gte=batch.made_at).order_by("pk").values_list("pk", flat=True)
        ):
            render_document(key)
        seconds.append(time.perf_counter() - began)
        done = batch_progress(batch.pk)
        _insist(done.done == BATCH and done.is_complete, f"{done.done} of {BATCH} shipments have their papers")
    began = time.perf_counter()
    text = zpl_of(labels_of(shipments))
    took = time.perf_counter() - began
    _insist(text.count("^XZ") == len(shipments), f"{text.count('^XZ')} labels for {len(shipments)} shipments")
    return {"print_50_s": round(median(seconds), 2), "zpl_200_s": round(took, 2)}


@contextmanager
def _carrier(owner: User) -> Iterator[None]:
    """A practice carrier in this process, and the rule that chooses it."""
    with tempfile.TemporaryDirectory() as folder:
        desk = PracticeCarrier(CarrierStore(Path(folder) / "parcels.sqlite3"))
        user, password = desk.store.add_account("Bench")
        with serve(desk) as running:
            store_secret(f"carrier:{CARRIER}", {"userID": user, "password": password})
            known = Carrier.objects.filter(code=CARRIER).order_by("pk").first()
            carrier = known or Carrier(code=CARRIER, name="Bench", backend="practice", pickup_at=clock_time(17, 30))
            carrier.settings = {"base_url": running.url}
            save_master(carrier, by=owner)
            if known is None:
                service = CarrierService(carrier=carrier, code="STANDARD", name="Standard")
                save_master(service, by=owner)
                save_master(ShippingRule(priority=1, service=service), by=owner)
            yield


def _insist(holds: bool, sentence: str) -> None:
    if not holds:
        raise RuntimeError(sentence)
