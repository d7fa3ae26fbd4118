"""What is given back before it left does not leave by itself, and a sale that never left has no document."""

from decimal import Decimal

import pytest

from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import StockLevel
from inventory.services.ledger import check_ledger
from inventory.shipping.models import Shipment
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.picking import make_pick_list
from orders.drafts import NewOrder
from orders.invoices.models import DocumentDue, Invoice
from orders.invoices.services.configuring import set_invoice_settings
from orders.invoices.services.documenting import document_missing
from orders.invoices.services.issuing import issue_invoice
from orders.models import Order
from orders.services.cancelling import cancel_order
from orders.services.changing import change_order
from orders.services.holding import release_hold
from orders.services.placing import place_order
from tests.factories.crm import make_company
from tests.factories.inventory import make_warehouse
from tests.factories.orders import draft, drop_refund, later, line, refund, tell_refund
from tests.factories.shipping import quantities, stocked
from tests.factories.users import make_user
from tests.orders.invoices.conftest import business
from tests.orders.services.conftest import open_holds

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]
WHOLE = "36.60"


@pytest.fixture(autouse=True)
def house(db):
    make_company(partita_iva="00743110157", email="ordini@bottega.example")
    set_invoice_settings(by=None, issue="on_shipment", send_by_mail=False)


@pytest.fixture
def told() -> NewOrder:
    catania = make_warehouse("CT")
    lines = [line(stocked(catania, 20, sku), 1, external_id=sku, net="15.00") for sku in ("MUG", "JAR")]
    return draft(lines, customer=business(), prices_include_tax=True, adjustments=())


@pytest.fixture
def order(told, deliver) -> Order:
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    settle(deliver)
    return order


def settle(deliver) -> None:
    while deliver():
        pass


def cards() -> list[str]:
    return sorted(Card.objects.filter(closed_at=None).values_list("kind", flat=True))


def send(order: Order) -> list[str]:
    """All open shipments are handed over; the sentences of those that were not."""
    keys = Shipment.objects.open().filter(order_reference=order.reference).values_list("pk", flat=True)
    return [refusal.sentence for refusal in ship_shipments(list(keys), by=None)]


def documents() -> list[tuple]:
    document_missing()
    return [*Invoice.objects.values_list("gross", "credit_due"), *DocumentDue.objects.values_list("kind", "gross")]


def test_money_given_back_in_full_holds_the_order_with_a_card(order, deliver):
    tell_refund(order.pk, refund("r1", WHOLE))
    settle(deliver)

    order.refresh_from_db()
    assert (order.status, open_holds(order.pk), cards()) == ("held", ["refunded"], ["orders.refunded"])
    assert [sentence.startswith("Shipment") for sentence in send(order)] == [True]
    assert (documents(), set(StockLevel.objects.values_list("reserved", flat=True))) == ([], {1})


def test_pieces_and_money_given_back_in_full_close_the_order_without_a_document(order, deliver):
    tell_refund(order.pk, refund("r1", WHOLE, [("MUG", 1), ("JAR", 1)], restock=True))
    settle(deliver)

    order.refresh_from_db()
    assert (order.status, cards(), documents(), documents()) == ("closed", [], [], [])
    assert set(Shipment.objects.values_list("status", flat=True)) == {"cancelled"}
    with pytest.raises(Refused, match="Nothing of it left, and all of its money was given back"), attempt():
        issue_invoice(order.pk)


def test_a_colleague_may_send_it_all_the_same_and_is_not_asked_again(order, told, deliver):
    tell_refund(order.pk, refund("r1", WHOLE))
    release_hold(order.pk, by=make_user(is_owner=True))
    settle(deliver)
    assert (open_holds(order.pk), cards()) == ([], [])
    change_order(order.pk, later(told, refunds=(refund("r1", WHOLE),), customer_note="x"), actor="shop")
    settle(deliver)

    assert (open_holds(order.pk), send(order)) == ([], [])
    settle(deliver)
    assert (documents(), cards()) == ([(Decimal(WHOLE), Decimal(WHOLE))], ["invoices.credit_note_due"])


def test_a_colleague_may_cancel_it_and_nothing_is_documented(order, deliver):
    tell_refund(order.pk, refund("r1", WHOLE))
    settle(deliver)
    cancel_order(order.pk, by=make_user(is_owner=True))
    settle(deliver)

    assert (cards(), documents(), set(Shipment.objects.values_list("status", flat=True))) == ([], [], {"cancelled"})


def test_a_refund_taken_back_lets_the_order_go(order, deliver):
    tell_refund(order.pk, refund("r1", WHOLE))
    settle(deliver)
    drop_refund(order.pk, "r1")
    settle(deliver)

    assert (open_holds(order.pk), cards(), send(order)) == ([], [], [])
    settle(deliver)
    assert documents() == [(Decimal(WHOLE), Decimal(0))]


@pytest.mark.parametrize("pieces", [(), (("MUG", 1), ("JAR", 1))])
def test_an_order_first_seen_refunded_does_not_leave(told, deliver, pieces):
    order_id = place_order(later(told, refunds=(refund("r1", WHOLE, pieces),)), actor="shop").order_id
    settle(deliver)

    order = Order.objects.get(pk=order_id)
    assert (order.status, open_holds(order_id)) == (("closed", []) if pieces else ("held", ["refunded"]))
    assert (documents(), Shipment.objects.workable().count()) == ([], 0)


def test_what_is_in_a_picker_s_hands_is_held_too(order, deliver):
    make_pick_list(list(Shipment.objects.values_list("pk", flat=True)), by=None)
    tell_refund(order.pk, refund("r1", WHOLE))
    settle(deliver)

    assert (Shipment.objects.get().is_held, open_holds(order.pk), len(send(order))) == (True, ["refunded"], 1)


def test_the_rest_of_an_order_that_left_in_part_does_not_follow_by_itself(told, deliver):
    milan = make_warehouse("MI", priority=20)
    lines = (*told.lines, line(stocked(milan, 5, "BOWL"), 1, external_id="BOWL"))
    order = Order.objects.get(pk=place_order(draft(lines, customer=business(), adjustments=()), actor="shop").order_id)
    settle(deliver)
    first, second = Shipment.objects.order_by("pk")
    assert ship_shipments([first.pk], by=None) == []
    tell_refund(order.pk, refund("r1", str(order.total)))
    settle(deliver)

    second.refresh_from_db()
    assert (second.is_held, open_holds(order.pk), documents()) == (True, ["refunded"], [])


def test_a_refunded_line_does_not_leave_and_the_document_shows_what_a_credit_note_takes_back(order, deliver):
    """DESIGN section 5: an invoice has the order's gross, and what was refunded is a credit note of exactly that much."""
    tell_refund(order.pk, refund("r1", "18.30", [("JAR", 1)], restock=True))
    settle(deliver)
    shipment = Shipment.objects.get()
    assert (quantities(shipment), send(order)) == ({"MUG": 1}, [])
    settle(deliver)

    assert (documents(), cards()) == ([(Decimal(WHOLE), Decimal("18.30"))], ["invoices.credit_note_due"])
    assert (check_ledger(), dict(StockLevel.objects.values_list("variant__sku", "on_hand"))) == ([], {"MUG": 19, "JAR": 20})


def test_shipping_money_that_is_kept_is_documented_although_nothing_left(told, deliver):
    kept = draft(told.lines, customer=business(), prices_include_tax=True)
    order = Order.objects.get(pk=place_order(kept, actor="shop").order_id)
    tell_refund(order.pk, refund("r1", WHOLE, [("MUG", 1), ("JAR", 1)]))
    settle(deliver)

    assert documents() == [(Decimal("42.70"), Decimal(WHOLE))]

    tell_refund(order.pk, refund("r2", "6.10"))
    settle(deliver)
    assert documents() == [(Decimal("42.70"), Decimal("42.70"))]


def test_what_was_due_for_kept_money_ends_when_that_is_given_back_too(told, deliver):
    order = Order.objects.get(pk=place_order(draft(told.lines), actor="shop").order_id)
    tell_refund(order.pk, refund("r1", WHOLE, [("MUG", 1), ("JAR", 1)]))
    settle(deliver)
    assert documents() == [("corrispettivi", Decimal("42.70"))]

    tell_refund(order.pk, refund("r2", "6.10"))
    settle(deliver)
    assert DocumentDue.objects.get().ended_by == "refunded"
