"""Money comes, by the channel or by a colleague, and sets free what waited for it."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from erp.core.history import history_of
from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from orders.drafts import NewPayment
from orders.models import Order, Payment
from orders.services.changing import change_order
from orders.services.holding import expire_holds
from orders.services.paying import record_overdue_payment, record_payment
from orders.services.placing import place_order
from tests.factories.orders import bank_transfer, draft, later, line, paid
from tests.orders.services.conftest import books, open_holds

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return User.objects.create_user("anna")


@pytest.fixture
def unpaid(jar):
    told = draft([line(jar, 2)], treatment="wait_for_money", payments=(bank_transfer("18.30"),))
    return Order.objects.get(pk=place_order(told, actor="shop").order_id), told


def test_pain_26_money_recorded_by_a_colleague_releases_the_hold_by_itself(unpaid, staff, events):
    order, _told = unpaid
    events()

    record_payment(order.pk, by=staff)

    order.refresh_from_db()
    assert (order.status, order.payment_status, order.due, open_holds(order.pk)) == ("released", "paid", Decimal(0), [])
    assert [(row.method, row.state, row.amount, row.is_ours) for row in Payment.objects.all()] == [
        ("bacs", "captured", Decimal("18.30"), True)
    ]
    assert events() == ["OrderPaid", "OrderReleased"]


def test_pain_26_money_told_by_the_shop_does_the_same(unpaid, events):
    order, told = unpaid
    events()

    change_order(
        order.pk, later(told, treatment="live", payments=(NewPayment("bacs", "Bonifico", "captured", Decimal("18.30")),)), actor="shop"
    )

    order.refresh_from_db()
    assert (order.status, order.payment_status, open_holds(order.pk)) == ("released", "paid", [])
    assert events() == ["OrderPaid", "OrderReleased", "OrderChanged"]


def test_what_a_colleague_recorded_stays_until_the_shop_has_it_and_never_counts_twice(unpaid, staff):
    order, told = unpaid
    record_payment(order.pk, by=staff)

    change_order(order.pk, later(told, customer_note="Pagato ieri"), actor="shop")
    order.refresh_from_db()
    assert (order.paid, order.status, open_holds(order.pk)) == (Decimal("18.30"), "released", [])

    change_order(order.pk, later(told, minutes=10, treatment="live", payments=(paid("18.30", "bacs"),)), actor="shop")
    order.refresh_from_db()
    assert (order.paid, [(row.is_ours, row.state) for row in Payment.objects.all()]) == (Decimal("18.30"), [(False, "captured")])


def test_part_of_the_money_is_not_enough(unpaid, staff):
    order, _told = unpaid

    record_payment(order.pk, by=staff, amount=Decimal("10.00"), method="cash", external_id="till-1")
    record_payment(order.pk, by=staff, amount=Decimal("10.00"), method="cash", external_id="till-1")

    order.refresh_from_db()
    assert (order.status, order.payment_status, order.due) == ("held", "partly_paid", Decimal("8.30"))


@pytest.mark.parametrize("amount", ["0", "-5", "99999999999"])
def test_no_amount_is_refused(unpaid, staff, amount):
    order, _told = unpaid

    with pytest.raises(Refused, match="more than nothing"), attempt():
        record_payment(order.pk, by=staff, amount=Decimal(amount))

    assert Payment.objects.get().state == "pending"


def test_a_paid_order_takes_no_more(jar, staff):
    placed = place_order(draft([line(jar)]), actor="shop")

    with pytest.raises(Refused, match="is paid already"), attempt():
        record_payment(placed.order_id, by=staff)


def test_a_captured_authorisation_lets_the_order_go(jar, events):
    told = draft([line(jar)], payments=(NewPayment("stripe", "Carta", "authorised", Decimal("18.30"), "pi_1"),))
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    events()

    change_order(order.pk, later(told, payments=(NewPayment("stripe", "Carta", "captured", Decimal("18.30"), "pi_1"),)), actor="shop")

    order.refresh_from_db()
    assert (order.status, open_holds(order.pk), Payment.objects.count()) == ("released", [], 1)


def test_money_after_the_term_takes_free_pieces_and_is_an_exception_on_record(unpaid, staff, clock):
    order, _told = unpaid
    clock.advance(7 * 24 * 3600)
    expire_holds()

    record_overdue_payment(f"orders.order:{order.pk}", by=staff)

    order.refresh_from_db()
    assert order.status == "released"
    assert [card.kind for card in Card.objects.filter(closed_at=None)] == ["orders.paid_after_expiry"]
    assert "paid_after_expiry" in [entry.verb for entry in history_of(order)]


def test_money_after_the_shop_let_the_order_expire_revives_it_as_an_exception(unpaid, jar):
    order, told = unpaid
    change_order(order.pk, later(told, first_seen_cancelled=True, payments=()), actor="shop")

    change_order(order.pk, later(told, minutes=10, treatment="live", payments=(paid("18.30"),)), actor="shop")

    order.refresh_from_db()
    assert (order.status, books(jar)) == ("released", (Decimal(2), Decimal(4), Decimal(4), Decimal(2)))
    assert [card.kind for card in Card.objects.filter(closed_at=None)] == ["orders.paid_after_expiry"]


def test_a_cancelled_order_takes_no_money(unpaid, staff):
    order, told = unpaid
    change_order(order.pk, later(told, first_seen_cancelled=True), actor="shop")

    with pytest.raises(Refused, match="is cancelled"), attempt():
        record_payment(order.pk, by=staff)
