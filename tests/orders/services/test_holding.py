"""A hold has a reason and an end; the order goes when the last one ends, once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from erp.core import clock as the_clock
from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import Reservation, StockLevel
from inventory.services.moving import adjust, receive
from orders.drafts import NewHold
from orders.models import Hold
from orders.services.cancelling import cancel_order
from orders.services.changing import change_order
from orders.services.holding import expire_holds, hold_order, release_foreign_currency, release_hold
from orders.tasks import expire_holds as expire_holds_task
from tests.factories.orders import bank_transfer, draft, later, line
from tests.orders.services.conftest import books, open_holds, place, reserved

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return User.objects.create_user("anna")


def test_a_colleague_s_hold_keeps_the_pieces_and_its_release_lets_the_order_go_once(mug, staff, events):
    order = place(draft([line(mug, 2)]))
    events()

    hold_order(order.pk, by=staff, reason="Chiama il cliente")

    order.refresh_from_db()
    hold = Hold.objects.get()
    assert (order.status, hold.kind, hold.reason, hold.placed_by, reserved(mug)) == (
        "held",
        "by_staff",
        "Chiama il cliente",
        staff,
        Decimal(2),
    )
    assert events() == ["OrderHeld"]

    release_hold(order.pk, by=staff)

    order.refresh_from_db()
    assert (order.status, open_holds(order.pk), events()) == ("released", [], ["OrderReleased"])


def test_a_hold_that_keeps_no_stock_frees_it_and_takes_it_again_without_a_second_sale(jar, staff):
    order = place(draft([line(jar, 2)]))

    hold_order(order.pk, by=staff, keeps_stock=False)
    assert books(jar) == (Decimal(0), Decimal(4), Decimal(2), Decimal(0))

    release_hold(order.pk, by=staff)
    assert books(jar) == (Decimal(2), Decimal(4), Decimal(2), Decimal(0))


def test_the_order_goes_only_with_its_last_hold(mug, staff, events):
    order = place(draft([line(mug)], holds=(NewHold("fraud_review"),)))
    hold_order(order.pk, by=staff)
    events()

    release_hold(order.pk, by=staff, kind="by_staff")
    assert (open_holds(order.pk), events()) == (["fraud_review"], [])

    release_hold(order.pk, by=staff)
    assert (open_holds(order.pk), events()) == ([], ["OrderReleased"])


def test_a_hold_runs_out_by_itself(mug, staff, clock):
    order = place(draft([line(mug)]))
    hold_order(order.pk, by=staff, expires_at=the_clock.now() + timedelta(hours=2))
    assert expire_holds() == 0

    clock.advance(2 * 3600)

    assert expire_holds() == 1
    order.refresh_from_db()
    assert (order.status, open_holds(order.pk)) == ("released", [])
    assert expire_holds() == 0


@pytest.mark.parametrize("hours", [-1, 24 * 366])
def test_a_term_in_the_past_or_too_far_is_refused(mug, staff, hours):
    order = place(draft([line(mug)]))

    with pytest.raises(Refused, match="within a year"), attempt():
        hold_order(order.pk, by=staff, expires_at=the_clock.now() + timedelta(hours=hours))

    assert Hold.objects.count() == 0


def test_holding_twice_is_one_hold(mug, staff):
    order = place(draft([line(mug)]))

    hold_order(order.pk, by=staff)
    hold_order(order.pk, by=staff, keeps_stock=False)

    assert [(hold.kind, hold.keeps_stock) for hold in Hold.objects.all()] == [("by_staff", False)]
    assert reserved(mug) == 0


def test_nothing_to_hold_and_nothing_to_release_are_said_in_words(mug, staff):
    order = place(draft([line(mug)], treatment="history"))

    with pytest.raises(Refused, match="not open any more"), attempt():
        hold_order(order.pk, by=staff)
    with pytest.raises(Refused, match="is not held"), attempt():
        release_hold(order.pk, by=staff)


def test_missing_pieces_cannot_be_waved_through(mug, staff):
    order = place(draft([line(mug, 12)]))

    with pytest.raises(Refused, match="waits for something that cannot be waved through"), attempt():
        release_hold(order.pk, by=staff)

    assert open_holds(order.pk) == ["short"]


def test_pain_26_an_unpaid_order_gives_its_pieces_up_when_the_term_ends_and_waits_on(jar, clock, events):
    told = draft([line(jar, 2)], treatment="wait_for_money", payments=(bank_transfer("18.30"),))
    order = place(told)
    events()
    clock.advance(7 * 24 * 3600)

    assert expire_holds() == 1

    order.refresh_from_db()
    assert (order.status, open_holds(order.pk), events()) == ("held", ["awaiting_payment"], [])
    assert books(jar) == (Decimal(0), Decimal(4), Decimal(2), Decimal(0))
    assert [card.kind for card in Card.objects.filter(closed_at=None)] == ["orders.payment_overdue"]
    assert expire_holds() == 0


def test_a_cancel_after_the_term_ended_gives_the_window_a_free_piece(jar, clock):
    told = draft([line(jar, 2)], treatment="wait_for_money", payments=(bank_transfer("18.30"),))
    order = place(told)
    clock.advance(7 * 24 * 3600)
    expire_holds()

    change_order(order.pk, later(told, first_seen_cancelled=True), actor="shop")

    assert books(jar) == (Decimal(0), Decimal(6), Decimal(2), Decimal(2))
    assert Card.objects.filter(closed_at=None).count() == 0


def test_the_channel_s_hold_comes_and_goes_with_it(mug, events):
    told = draft([line(mug)])
    order = place(told)
    events()

    change_order(order.pk, later(told, holds=(NewHold("trashed"),)), actor="shop")
    assert (open_holds(order.pk), reserved(mug), events()) == (["trashed"], Decimal(1), ["OrderHeld", "OrderChanged"])

    change_order(order.pk, later(told, minutes=10), actor="shop")
    assert (open_holds(order.pk), events()) == ([], ["OrderReleased", "OrderChanged"])


def test_a_hold_ended_by_a_colleague_stays_ended_while_its_cause_is_the_same(mug, staff):
    told = draft([line(mug)], currency="USD")
    order = place(told)
    release_foreign_currency(f"orders.order:{order.pk}", by=staff)

    change_order(order.pk, later(told, customer_note="Hi"), actor="shop")
    assert open_holds(order.pk) == []
    assert Card.objects.filter(closed_at=None).count() == 0

    change_order(order.pk, later(told, minutes=10, currency="CHF"), actor="shop")
    assert open_holds(order.pk) == ["foreign_currency"]
    assert [card.params["told"] for card in Card.objects.filter(closed_at=None)] == ["CHF"]


def test_a_term_runs_from_the_first_time_the_cause_was_seen(mug, clock):
    told = draft([line(mug)], treatment="wait_for_money", payments=(bank_transfer("18.30"),))
    order = place(told)
    term = Hold.objects.get().expires_at
    clock.advance(3600)

    change_order(order.pk, later(told, customer_note="Arriva"), actor="shop")

    assert Hold.objects.get().expires_at == term


@pytest.mark.django_db(transaction=True)
def test_pieces_that_come_free_let_a_short_order_go_by_themselves(mug, deliver, events):
    first, second = place(draft([line(mug, 8)])), place(draft([line(mug, 4)]))
    events()

    cancel_order(first.pk, reason="Ripensamento")
    deliver()

    second.refresh_from_db()
    assert (second.status, open_holds(second.pk), reserved(mug)) == ("released", [], Decimal(4))
    assert events() == ["OrderCancelled", "OrderReleased"]
    assert Reservation.objects.filter(state="short").count() == 0


@pytest.mark.django_db(transaction=True)
def test_pieces_that_are_lost_hold_the_newest_order_and_found_again_let_it_go(mug, staff, deliver, events):
    first, second = place(draft([line(mug, 6)])), place(draft([line(mug, 4)]))
    shelf = StockLevel.objects.get().warehouse_id
    events()

    adjust(mug.pk, warehouse_id=shelf, difference=Decimal(-3), reason="Rotti", by=staff, key="a1")
    deliver()
    second.refresh_from_db()
    assert (second.status, open_holds(second.pk), events()) == ("held", ["short"], ["OrderHeld"])

    receive(mug.pk, warehouse_id=shelf, quantity=Decimal(3), by=staff, key="r1")
    deliver()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status, events()) == ("released", "released", ["OrderReleased"])


def test_the_clockwork_ends_holds(mug, staff, clock):
    order = place(draft([line(mug)]))
    hold_order(order.pk, by=staff, expires_at=the_clock.now() + timedelta(minutes=5))
    clock.advance(301)

    expire_holds_task(unknown_keyword=1)

    order.refresh_from_db()
    assert order.status == "released"
