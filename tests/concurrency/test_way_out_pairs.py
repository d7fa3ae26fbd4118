"""Two buttons that belong to one thing, pressed at one moment by two people: one of them wins, and the thing is whole."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from erp.core.delivering import deliver_pending
from erp.core.models import Document, Receipt
from erp.core.receipts import run_bulk, undo_receipt
from erp.core.refusals import Refused
from inventory.models import Movement
from inventory.services.ledger import check_ledger
from inventory.shipping.models import Label, PrintBatch, Shipment
from inventory.shipping.services.dispatching import ship_shipment
from inventory.shipping.services.labelling import void_label, work_due_labels
from inventory.shipping.services.printing import finish_batch, paper_of_label, print_batch
from orders.models import Order
from orders.services.cancelling import cancel_order
from orders.services.holding import hold_order
from orders.services.taking_back import UNDO_RELEASE, release_holds
from tests.attacks.way_out import WayOut, is_sound
from tests.concurrency.processes import together
from tests.factories.carriers import CarrierDesk, open_desk
from tests.factories.users import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 6


@pytest.fixture
def house(transactional_db: None) -> WayOut:
    return WayOut()


@pytest.fixture
def desk(tmp_path: Path, house: WayOut) -> Iterator[CarrierDesk]:
    desk = open_desk(tmp_path)
    with desk.site:
        yield desk


def tried(service, *args, **named) -> str:
    """What is said: nothing when it was done, else the sentence."""
    try:
        service(*args, **named)
    except Refused as refusal:
        return str(refusal)
    return ""


def test_an_order_that_is_shipped_and_cancelled_at_one_moment_is_one_of_them(house: WayOut):
    owner = make_user(is_owner=True)
    for _round in range(ROUNDS):
        order = house.order()
        shipment = Shipment.objects.get(order_reference=order.reference)

        said = together([partial(tried, ship_shipment, shipment.pk, by=owner), partial(tried, cancel_order, order.pk, by=owner)])

        assert [bool(each) for each in said] in ([True, False], [False, True]), said
        assert all(each.endswith(".") for each in said if each)
        deliver_pending()
        order.refresh_from_db()
        shipment.refresh_from_db()
        assert (shipment.status, order.status) == (("shipped", "closed") if said[1] else ("cancelled", "cancelled"))
    left = Shipment.objects.filter(status="shipped").count()
    assert (Movement.objects.filter(cause="shipment").count(), check_ledger()) == (left, [])


def test_a_label_that_is_voided_and_printed_at_one_moment_is_void(house: WayOut, desk: CarrierDesk):
    for _round in range(ROUNDS):
        print_batch([house.shipment().pk], by=None)
        work_due_labels()
        label = Label.objects.latest("pk")

        said = together([partial(tried, void_label, label.pk, by=None), partial(tried, paper_of_label, label.pk, by=None)])

        assert (said[0], said[1][-1:] in ("", ".")) == ("", True)
        work_due_labels()
        label.refresh_from_db()
        assert (label.status, tried(paper_of_label, label.pk, by=None) != "") == ("voided", True)
    assert (desk.standing(), is_sound()) == ([], True)


def test_a_batch_that_is_finished_while_the_carrier_answers_tells_every_label_once(house: WayOut, desk: CarrierDesk):
    """Each shipment's label is among those that are printed, or among those that the person is told to print later; never both."""
    for _round in range(ROUNDS):
        batch = print_batch([house.shipment().pk for _each in range(4)], by=None)
        desk.control.add_fault("latency", ms=5)

        finish = partial(tried, finish_batch, batch.pk, by=None)
        said = together([finish, work_due_labels, work_due_labels, deliver_pending, finish])
        deliver_pending()
        work_due_labels()
        deliver_pending()

        assert said[0] == "" or said[4] == ""
        batch = PrintBatch.objects.get(pk=batch.pk)
        stream = bytes(Document.objects.get(pk=batch.zpl_paper_id).content or b"").decode() if batch.zpl_paper_id else ""
        told = {row["shipment"] for row in batch.refused}
        labels = Label.objects.filter(parcel__shipment__print_rows__batch=batch).select_related("parcel")
        assert {label.parcel.shipment_id: label.tracking_number in stream for label in labels} == {
            label.parcel.shipment_id: label.parcel.shipment_id not in told for label in labels
        }
        assert (batch.status, {label.status for label in labels}) == ("ready", {"ready"})
    assert len(desk.standing()) == len(set(desk.standing())) == 4 * ROUNDS
    assert is_sound()


def test_a_release_that_is_undone_while_the_orders_leave_holds_what_is_still_here(house: WayOut):
    owner = make_user(is_owner=True)
    orders = [house.order() for _each in range(8)]
    for order in orders:
        hold_order(order.pk, by=owner, reason="x")
    rows = [(order.pk, order.number) for order in orders]
    receipt = run_bulk("orders.release", rows, partial(release_holds, by=owner), by=owner, undo=UNDO_RELEASE, key="1:form")
    deliver_pending()
    shipments = list(Shipment.objects.order_by("-pk").values_list("pk", flat=True))

    together([partial(undo_receipt, receipt.pk, by=owner), partial(undo_receipt, receipt.pk, by=owner), partial(ship_each, shipments)])
    deliver_pending()

    assert Receipt.objects.filter(key=f"undo:{receipt.pk}").count() == 1
    gone = set(Shipment.objects.filter(status="shipped").values_list("order_reference", flat=True))
    assert {order.reference: order.status for order in Order.objects.all()} == {
        order.reference: "closed" if order.reference in gone else "held" for order in orders
    }
    assert (Movement.objects.filter(cause="shipment").count(), check_ledger()) == (len(gone), [])


def ship_each(shipment_ids) -> str:
    return "".join(tried(ship_shipment, key, by=None) for key in shipment_ids)
