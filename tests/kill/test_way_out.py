"""A worker or a page that dies in the middle of printing, shipping or issuing: nothing of it is there, and the same again does it once."""

from functools import partial

import pytest

from erp.core.delivering import deliver_pending
from erp.core.models import Document, Event, NumberSeries, Receipt
from erp.core.receipts import run_together
from inventory.models import Movement, Reservation
from inventory.shipping.models import Label, PickList, PrintBatch, Shipment
from inventory.shipping.services.dispatching import ship_shipments
from orders.invoices.models import DocumentDue, Invoice, InvoiceRate
from orders.invoices.services.documenting import document_missing
from orders.invoices.services.issuing import issue_invoice
from orders.models import Order
from orders.services.fulfilling import open_missing
from orders.services.printing import UNDO_PRINT, print_orders
from tests.attacks.way_out import WayOut, is_sound
from tests.factories.carriers import make_carrier
from tests.kill.dying import killed_at, let_leases_end

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]
SHIPPING = "inventory.shipping.services"
ISSUING = "orders.invoices.services.issuing"


@pytest.fixture
def house(transactional_db: None) -> WayOut:
    return WayOut()


def press(order_ids: list[int]) -> Receipt:
    rows = [(key, str(key)) for key in order_ids]
    return run_together("orders.print", rows, partial(print_orders, by=None), by=None, undo=UNDO_PRINT, key="1:form")


@pytest.mark.parametrize(
    ("place", "after"),
    [
        (f"{SHIPPING}.picking._send_to_bins", True),
        (f"{SHIPPING}.printing.batching.request_labels", True),
        (f"{SHIPPING}.printing.batching._ask_for_papers", True),
        ("orders.services.printing.print_batch", True),
        ("erp.core.transactions._write_collected", True),
    ],
)
def test_a_page_killed_while_it_prints_leaves_nothing_and_the_same_form_prints_once(house: WayOut, place: str, after: bool) -> None:
    make_carrier("bus", "manual").services.create(code="std", name="Standard")
    orders = [house.order().pk for _each in range(3)]

    killed_at(place, partial(press, orders), after=after)

    assert [model.objects.count() for model in (Receipt, PrintBatch, PickList, Label, Document)] == [0] * 5  # type: ignore[attr-defined]
    assert (set(Shipment.objects.values_list("status", flat=True)), Reservation.objects.filter(is_picked=True).count()) == ({"ready"}, 0)
    assert [row["id"] for row in press(orders).done] == orders
    assert (press(orders).pk, PrintBatch.objects.count(), PickList.objects.count()) == (Receipt.objects.get().pk, 1, 1)
    assert is_sound()


@pytest.mark.parametrize(
    ("place", "after"),
    [
        (f"{SHIPPING}.dispatching.ship_pieces", True),
        ("inventory.services.leaving.write_changes", True),
        (f"{SHIPPING}.dispatching._leave", True),
        ("erp.core.transactions._write_collected", True),
    ],
)
def test_a_page_killed_between_pieces_and_parcels_has_shipped_nothing(house: WayOut, place: str, after: bool) -> None:
    shipments = [house.shipment(2).pk for _each in range(3)]

    killed_at(place, partial(ship_shipments, shipments, by=None), after=after)

    assert (house.stock, Movement.objects.filter(cause="shipment").count()) == ((50, 6), 0)
    assert set(Shipment.objects.values_list("status", flat=True)) == {"ready"}
    assert ship_shipments(shipments, by=None) == []
    assert ship_shipments(shipments, by=None) != []
    assert (is_sound(), house.stock, Movement.objects.filter(cause="shipment").count()) == (True, (44, 0), 3)
    assert set(Order.objects.values_list("status", flat=True)) == {"closed"}


def test_a_worker_killed_between_shipped_and_closed_is_followed_by_the_sweep(house: WayOut) -> None:
    order = house.order()
    assert ship_shipments(Shipment.objects.values_list("pk", flat=True), by=None) == []

    killed_at("orders.services.fulfilling._close_whole", deliver_pending)
    assert Order.objects.get().status == "released"
    open_missing()
    let_leases_end()
    deliver_pending()

    order.refresh_from_db()
    assert (order.status, DocumentDue.objects.count(), is_sound()) == ("closed", 1, True)


@pytest.mark.parametrize(
    ("place", "after"),
    [
        (f"{ISSUING}._take", False),
        (f"{ISSUING}.take_numbers", True),
        (f"{ISSUING}._rates", True),
        (f"{ISSUING}._end_dues", True),
        ("erp.core.transactions._write_collected", True),
    ],
)
def test_an_issuer_killed_between_number_and_commit_leaves_no_gap(house: WayOut, place: str, after: bool) -> None:
    first, second = house.business().pk, house.business().pk

    killed_at(place, partial(issue_invoice, first), after=after)

    assert (Invoice.objects.count(), InvoiceRate.objects.count(), NumberSeries.objects.filter(last__gt=0).count()) == (0, 0, 0)
    issue_invoice(second)
    issue_invoice(first)
    issue_invoice(first)
    assert list(Invoice.objects.order_by("number").values_list("number", "order_id")) == [(1, second), (2, first)]
    assert (NumberSeries.objects.get().last, Event.objects.filter(name__endswith="InvoiceIssued").count()) == (2, 2)


def test_a_worker_killed_while_it_documents_is_followed_by_the_sweep(house: WayOut) -> None:
    order = house.business()
    assert ship_shipments(Shipment.objects.values_list("pk", flat=True), by=None) == []

    killed_at("orders.invoices.services.documenting.issue_drafts", deliver_pending, after=True)
    assert Invoice.objects.count() == DocumentDue.objects.count() == 0
    let_leases_end()
    deliver_pending()
    document_missing()

    assert Invoice.objects.filter(order=order).count() + DocumentDue.objects.filter(order=order).count() == 1
