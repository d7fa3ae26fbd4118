"""Cancels, refunds and edits that cross the way out: one document for each sale that left, to the cent, and each card once."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import translation

from erp.core.delivering import deliver_pending
from erp.core.models import Card, NumberSeries
from erp.core.refusals import Refused
from inventory.services.moving import receive
from inventory.shipping.models import Label, Shipment
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.labelling import request_labels, work_due_labels
from inventory.shipping.services.labelling.claiming import claim_label
from inventory.shipping.services.labelling.recording import record_answer
from inventory.shipping.services.picking import make_pick_list
from orders.drafts import NewOrder, NewPayment
from orders.invoices.models import DocumentDue, Invoice
from orders.invoices.services.configuring import set_invoice_settings
from orders.invoices.services.documenting import document_missing
from orders.invoices.services.issuing import issue_for_card
from orders.models import Order
from orders.services.changing import accept_change, change_order, dismiss_change
from orders.services.fulfilling import ship_what_is_there
from orders.services.holding import release_hold
from orders.services.paying import record_payment
from orders.services.placing import place_order
from tests.attacks.way_out import WayOut, company_customer, is_sound, shipment_of
from tests.factories.carriers import CarrierDesk
from tests.factories.inventory import make_warehouse
from tests.factories.orders import draft, drop_refund, later, line, paid, refund, tell_refund
from tests.factories.shipping import stocked
from tests.factories.users import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]
EURO = Decimal("0.01")


@pytest.fixture
def house(transactional_db: None) -> WayOut:
    house = WayOut()
    set_invoice_settings(by=None, issue="on_shipment", send_by_mail=False)
    return house


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def settle() -> None:
    while deliver_pending():
        pass


def sold(house: WayOut, quantity: int = 2, **fields: object) -> tuple[Order, NewOrder]:
    told = draft([line(house.mug, quantity)], customer=company_customer(), prices_include_tax=True, **fields)
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    settle()
    return order, told


def on_delivery(house: WayOut, *more: object, quantity: int = 1) -> tuple[Order, NewOrder]:
    told = draft([line(house.mug, quantity), *more])  # type: ignore[list-item]
    told = replace(told, payments=(cash(told.total),))
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    settle()
    return order, told


def cash(amount: Decimal) -> NewPayment:
    return NewPayment("cod", "Contrassegno", "on_delivery", amount)


def leave(order: Order) -> None:
    keys = Shipment.objects.open().filter(order_reference=order.reference).values_list("pk", flat=True)
    assert ship_shipments(list(keys), by=None) == []


def cards(kind: str = "") -> list[str]:
    rows = Card.objects.filter(closed_at=None, kind__startswith=kind)
    return sorted(rows.values_list("kind", flat=True))


def documents() -> list[tuple[Decimal, Decimal]]:
    document_missing()
    settle()
    return list(Invoice.objects.order_by("pk").values_list("gross", "credit_due"))


def collected(order: Order) -> list[Decimal | None]:
    rows = Shipment.objects.filter(order_reference=order.reference).exclude(status="cancelled").order_by("pk")
    return list(rows.values_list("cash_to_collect", flat=True))


def labelled(shipment: Shipment) -> Label:
    assert request_labels([shipment.pk], by=None) == []
    work_due_labels()
    return Label.objects.get(parcel__shipment=shipment, status="ready")


@pytest.mark.parametrize("when", ["before the invoice", "after it"])
def test_refunds_around_the_invoice_are_one_card_of_their_sum_however_they_come(house: WayOut, when: str) -> None:
    order, _told = sold(house)
    leave(order)
    if when == "after it":
        settle()

    for name, amount in (("r2", "2.00"), ("r1", "5.00"), ("r2", "2.00"), ("r1", "5.00")):
        tell_refund(order.pk, refund(name, amount))
    settle()

    assert (documents(), cards()) == ([(order.total, Decimal("7.00"))], ["invoices.credit_note_due"])
    drop_refund(order.pk, "r2")
    tell_refund(order.pk, refund("r1", "5.00"))
    assert (documents(), Card.objects.filter(kind="invoices.credit_note_due").count()) == ([(order.total, Decimal("5.00"))], 1)


def test_a_credit_note_that_was_written_is_not_asked_for_again_by_the_same_refund(house: WayOut) -> None:
    order, _told = sold(house)
    leave(order)
    tell_refund(order.pk, refund("r1", "5.00"))
    settle()
    Card.objects.update(closed_at=order.placed_at)

    tell_refund(order.pk, refund("r1", "5.00"))

    assert (documents(), cards()) == ([(order.total, Decimal("5.00"))], [])


@pytest.mark.parametrize("decided", [None, "accepted", "dismissed"])
def test_a_cancel_after_leaving_is_one_invoice_and_its_credit_where_it_is_accepted(house: WayOut, decided: str | None) -> None:
    order, told = sold(house)
    leave(order)
    change_order(order.pk, later(told, first_seen_cancelled=True), actor="shop")
    settle()
    assert documents() == [(order.total, 0)]

    if decided:
        (accept_change if decided == "accepted" else dismiss_change)(order.pk, by=make_user(is_owner=True))

    assert documents() == [(order.total, order.total if decided == "accepted" else 0)]
    assert (cards("invoices."), is_sound()) == (["invoices.credit_note_due"] if decided == "accepted" else [], True)


def test_an_order_that_grows_after_its_invoice_is_a_card_with_the_difference(house: WayOut) -> None:
    order, told = sold(house)
    leave(order)
    settle()
    more = later(told, lines=(line(house.mug, 2), line(house.mug, 1, net="4.00", external_id="2")))
    change_order(order.pk, more, actor="shop")
    accept_change(order.pk, by=make_user(is_owner=True))
    settle()
    leave(order)
    settle()

    assert (documents(), cards()) == ([(order.total, 0)], ["invoices.more_due"])
    assert (Card.objects.get(closed_at=None).amount, is_sound()) == (Decimal("4.88"), True)


def test_an_edit_between_leaving_and_the_invoice_is_decided_first_or_invoiced_as_it_left(house: WayOut) -> None:
    order, told = sold(house)
    leave(order)
    change_order(order.pk, later(told, lines=(line(house.mug, 1, net="5.00"),)), actor="shop")

    assert documents() == [(told.total, 0)]
    accept_change(order.pk, by=make_user(is_owner=True))
    assert documents() == [(told.total, Decimal("6.10"))]


@pytest.mark.parametrize("back", ["the shop takes it back", "dismissed", "another change instead"])
def test_a_cancel_that_is_taken_back_stops_no_parcel(house: WayOut, desk: CarrierDesk, back: str) -> None:
    order, told = sold(house)
    labelled(shipment_of(order))
    leave(order)
    change_order(order.pk, later(told, first_seen_cancelled=True), actor="shop")
    settle()
    assert cards("shipping") == ["shipping.stop_parcel"]

    if back == "dismissed":
        dismiss_change(order.pk, by=make_user(is_owner=True))
    else:
        lines = told.lines if back == "the shop takes it back" else (line(house.mug, 3),)
        change_order(order.pk, later(told, minutes=10, lines=lines), actor="shop")
    settle()

    assert (cards("shipping"), is_sound()) == ([], True)


def test_a_cancel_that_was_accepted_and_is_taken_back_stops_no_parcel(house: WayOut, desk: CarrierDesk) -> None:
    order, told = sold(house)
    labelled(shipment_of(order))
    leave(order)
    change_order(order.pk, later(told, first_seen_cancelled=True), actor="shop")
    accept_change(order.pk, by=make_user(is_owner=True))
    settle()
    assert cards("shipping") == ["shipping.stop_parcel"]

    change_order(order.pk, later(told, minutes=10), actor="shop")
    settle()

    assert (cards("shipping"), documents(), is_sound()) == ([], [(order.total, 0)], True)


@pytest.mark.parametrize(("change", "left"), [("the shop's total", "12.20"), ("paid at the desk", None), ("partly paid", "8.30")])
def test_cash_that_changes_after_the_label_voids_it_and_a_card_asks_for_another(
    house: WayOut, desk: CarrierDesk, change: str, left: str | None
) -> None:
    order, told = on_delivery(house)
    make_pick_list([shipment_of(order).pk], by=None)
    old = labelled(shipment_of(order))
    assert Decimal(old.sent["cash"]) == told.total == Decimal("18.30")

    if change == "the shop's total":
        change_order(order.pk, later(told, adjustments=()), actor="shop")
    else:
        record_payment(order.pk, by=None, amount=None if left is None else Decimal("10.00"))
    settle()
    work_due_labels()
    old.refresh_from_db()
    assert (old.status, cards(), desk.standing()) == ("voided", ["shipping.label_outdated"], [])

    new = labelled(shipment_of(order))
    settle()
    assert (cards(), new.sent["cash"]) == ([], left)


def test_cash_that_changes_while_the_carrier_is_asked_is_not_collected_as_it_was(house: WayOut, desk: CarrierDesk) -> None:
    order, told = on_delivery(house)
    shipment = shipment_of(order)
    assert request_labels([shipment.pk], by=None) == []
    claim = claim_label(Label.objects.get().pk)
    assert claim is not None
    answer = claim.backend.create_parcel(claim.request)
    change_order(order.pk, later(told, adjustments=()), actor="shop")
    settle()

    assert record_answer(claim, answer)
    settle()
    work_due_labels()

    assert (Label.objects.get().status, cards(), desk.standing()) == ("voided", ["shipping.label_outdated"], [])


def test_news_of_an_old_address_leaves_the_new_label_alone(house: WayOut, desk: CarrierDesk) -> None:
    order, told = on_delivery(house)
    change_order(order.pk, later(told, adjustments=()), actor="shop")
    deliver_pending()  # the shipment follows; its own news is still under way
    label = labelled(shipment_of(order))
    settle()

    label.refresh_from_db()
    assert (label.status, label.sent["cash"], cards()) == ("ready", "12.20", [])


def test_cash_over_shipments_and_edits_is_what_the_order_asks_for(house: WayOut) -> None:
    bowl = stocked(make_warehouse("MI", priority=20), 5, "BOWL")
    order, told = on_delivery(house, line(bowl, 1, external_id="2"))
    first, second = Shipment.objects.order_by("pk")
    assert collected(order) == [told.total, None]

    assert ship_shipments([first.pk], by=None) == []
    settle()
    more = later(told, lines=(*told.lines, line(bowl, 1, net="3.00", external_id="3")))
    change_order(order.pk, more, actor="shop")
    accept_change(order.pk, by=make_user(is_owner=True))
    settle()
    assert collected(order) == [told.total, Decimal("3.66")]

    record_payment(order.pk, by=None, amount=told.total, method="carrier")
    change_order(order.pk, later(more, customer_note="x"), actor="shop")
    settle()
    assert (collected(order), sum(filter(None, collected(order)))) == ([told.total, Decimal("3.66")], more.total)
    second.refresh_from_db()
    leave(order)
    settle()
    assert (cards("orders."), is_sound()) == ([], True)


def test_cash_moves_to_the_other_shipment_when_its_own_is_wanted_no_more(house: WayOut) -> None:
    bowl = stocked(make_warehouse("MI", priority=20), 5, "BOWL")
    order, told = on_delivery(house, line(bowl, 1, external_id="2"))

    tell_refund(order.pk, refund("r1", "12.20", [("1", 1)]))
    settle()

    order.refresh_from_db()
    assert (collected(order), order.due) == ([told.total - Decimal("12.20")], told.total - Decimal("12.20"))


def test_a_part_of_a_short_order_follows_its_cash(house: WayOut) -> None:
    order, told = on_delivery(house, quantity=60)
    ship_what_is_there(order.pk, by=None)
    assert collected(order) == [told.total]

    change_order(order.pk, later(told, adjustments=()), actor="shop")
    settle()
    assert collected(order) == [Decimal("12.20")]
    leave(order)
    settle()
    receive(house.mug.pk, warehouse_id=house.warehouse.pk, quantity=Decimal(20), by=None)
    settle()
    assert (collected(order), is_sound()) == ([Decimal("12.20"), None], True)


@pytest.mark.parametrize("change", ["lowered", "refunded in part", "refunded in full"])
def test_cash_under_way_above_what_the_order_asks_for_is_a_card(house: WayOut, change: str) -> None:
    order, told = on_delivery(house)
    leave(order)
    settle()
    if change == "lowered":
        change_order(order.pk, later(told, adjustments=()), actor="shop")
    else:
        tell_refund(order.pk, refund("r1", "6.10" if change == "refunded in part" else "18.30"))
    settle()

    card = Card.objects.get(closed_at=None)
    due = "0.00" if change == "refunded in full" else "12.20"
    assert (card.kind, card.params["collected"], card.params["due"]) == ("orders.cash_differs", "18.30 EUR", f"{due} EUR")
    record_payment(order.pk, by=None)
    assert cards("orders.") == []


def test_more_than_is_due_is_refused_but_for_the_rounding_of_cash(house: WayOut) -> None:
    order, _told = on_delivery(house)

    for much in ("18.33", "183.00"):
        with pytest.raises(Refused, match=f"still asks for €18.30, and €{much} is more"):
            record_payment(order.pk, by=None, amount=Decimal(much))
    order.refresh_from_db()
    assert (order.paid, order.due) == (0, Decimal("18.30"))

    record_payment(order.pk, by=None, amount=order.due + 2 * EURO)
    order.refresh_from_db()
    assert (order.paid, order.due, order.payment_status) == (Decimal("18.32"), 0, "paid")


def test_a_foreign_currency_ships_uses_no_number_and_is_a_card_that_explains_itself(house: WayOut) -> None:
    order, _told = sold(house, currency="USD")
    release_hold(order.pk, by=make_user(is_owner=True))
    settle()
    leave(order)
    settle()

    order.refresh_from_db()
    card = Card.objects.get(closed_at=None)
    assert (order.status, card.kind, documents()) == ("closed", "invoices.not_issued", [])
    assert card.params["told"].startswith(f"Order {order.number} is in USD; invoices are issued in EUR.")
    with pytest.raises(Refused, match="is in USD"):
        issue_for_card(card.subject, by=make_user(is_owner=True))
    home, _told = sold(house)
    leave(home)
    settle()
    assert (Invoice.objects.get().number, list(NumberSeries.objects.values_list("last", flat=True))) == (1, [1])
    assert list(DocumentDue.objects.values_list("kind", "currency")) == [("invoice", "USD")]


def test_a_consumer_s_foreign_currency_is_no_part_of_the_day_s_takings(house: WayOut) -> None:
    told = draft([line(house.mug)], currency="USD")
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    release_hold(order.pk, by=make_user(is_owner=True))
    settle()
    leave(order)
    settle()

    card = Card.objects.get(closed_at=None)
    assert (card.kind, documents(), DocumentDue.objects.count()) == ("invoices.not_documented", [], 0)
    assert card.params["told"] == (f"Order {order.number} is in USD, and the registers are kept in EUR. Enter this one in your accounting.")


def test_a_shop_that_says_paid_after_the_parcel_left_closes_the_matter(house: WayOut) -> None:
    order, told = on_delivery(house)
    leave(order)
    settle()
    change_order(order.pk, later(told, payments=(paid(told.total, "cod"),)), actor="shop")
    settle()

    order.refresh_from_db()
    assert (order.payment_status, order.due, cards("orders."), collected(order)) == ("paid", 0, [], [told.total])
