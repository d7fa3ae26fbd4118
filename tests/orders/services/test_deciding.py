"""After picking a change in the shop is a decision of the desk."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from erp.core.history import history_of
from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import StockException, StockLevel
from inventory.services.leaving import ship
from orders.models import OrderLine, PendingChange
from orders.services.cancelling import cancel_order
from orders.services.changing import accept_change, dismiss_change
from tests.factories.inventory import mark_picked
from tests.factories.orders import draft, later, line, refund
from tests.orders.services.conftest import books, change, claimed, open_holds, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return User.objects.create_user("anna")


@pytest.fixture
def picked(mug):
    told = draft([line(mug, 2)])
    order = place(told)
    mark_picked(order.reference)
    return order, told


def test_pain_16_after_picking_a_change_becomes_a_card_to_decide(picked, mug):
    order, told = picked

    assert change(order, later(told, lines=(line(mug, 3),))) is True

    assert (order.status, open_holds(order.pk)) == ("held", ["change_to_decide"])
    assert (OrderLine.objects.get().quantity, claimed(order.pk)) == (Decimal(2), Decimal(2))
    assert (Card.objects.get().kind, Card.objects.get().params["changes"]) == ("orders.change_to_decide", "Articolo MUG")
    assert change(order, later(told, lines=(line(mug, 3),))) is False


def test_an_accepted_change_is_applied(picked, mug, staff):
    order, told = picked
    change(order, later(told, lines=(line(mug, 3, net="15.00"),)))

    accept_change(order.pk, by=staff)

    order.refresh_from_db()
    assert (order.status, order.total, claimed(order.pk), open_holds(order.pk)) == ("released", Decimal("24.40"), Decimal(3), [])
    assert (PendingChange.objects.count(), Card.objects.get().closed_at is None) == (0, False)
    assert [entry.verb for entry in history_of(order)] == ["placed", "change_waits", "change_accepted", "changed"]


def test_a_dismissed_change_leaves_the_order_as_it_was_picked(picked, mug, staff):
    order, told = picked
    change(order, later(told, lines=(line(mug, 3),)))

    dismiss_change(f"orders.order:{order.pk}", by=staff)

    order.refresh_from_db()
    assert (order.status, claimed(order.pk), open_holds(order.pk)) == ("released", Decimal(2), [])
    with pytest.raises(Refused, match="no change that waits"), attempt():
        accept_change(order.pk, by=staff)


def test_a_cancel_after_picking_is_a_card_too(picked):
    order, told = picked

    change(order, later(told, first_seen_cancelled=True))

    assert (order.status, open_holds(order.pk), claimed(order.pk)) == ("held", ["change_to_decide"], Decimal(2))


def test_money_is_followed_after_picking(picked):
    order, told = picked

    change(order, later(told, customer_note="Grazie"))

    assert (order.status, order.customer_note) == ("released", "Grazie")


def test_a_restock_in_the_shop_of_a_picked_piece_is_told_at_once_and_counted_once(jar, staff):
    told = draft([line(jar, 2)])
    order = place(told)
    mark_picked(order.reference)

    change(order, later(told, refunds=(refund("r1", "6.10", [("1", 1)]),)))
    assert (order.status, open_holds(order.pk), books(jar)) == (
        "held",
        ["change_to_decide"],
        (Decimal(2), Decimal(5), Decimal(2), Decimal(1)),
    )
    assert StockException.objects.get().cause == "restock_after_pick"

    accept_change(order.pk, by=staff)
    order.refresh_from_db()
    assert (order.status, order.refunded, books(jar)) == ("released", Decimal("6.10"), (Decimal(1), Decimal(5), Decimal(2), Decimal(1)))


def test_refunded_money_is_followed_at_once_the_picked_pieces_wait(picked, mug, staff):
    order, told = picked

    change(order, later(told, refunds=(refund("r1", "6.10", [("1", 1)]),)))
    assert (order.refunded, order.status, claimed(order.pk)) == (Decimal("6.10"), "held", Decimal(2))

    accept_change(order.pk, by=staff)
    order.refresh_from_db()
    assert (order.refunded, order.status, claimed(order.pk)) == (Decimal("6.10"), "released", Decimal(1))


def test_refunded_money_is_told_at_once_while_the_rest_of_the_change_waits(picked, mug, events):
    """Cash of open parcels and the credit note follow the money; a new refund is told once."""
    order, told = picked
    events()

    changed = later(told, lines=(line(mug, 3),), refunds=(refund("r1", "6.10"),))
    change(order, changed)
    assert ("OrderChanged" in events(), PendingChange.objects.count()) == (True, 1)

    change(order, later(changed))
    assert "OrderChanged" not in events()


def test_a_change_that_the_shop_takes_back_needs_no_decision(picked, mug):
    order, told = picked
    change(order, later(told, lines=(line(mug, 3),)))

    change(order, later(told, minutes=10))

    assert (order.status, open_holds(order.pk), PendingChange.objects.count()) == ("released", [], 0)
    assert Card.objects.filter(closed_at=None).count() == 0


def test_pain_04_an_older_change_does_not_replace_the_one_that_waits(picked, mug):
    order, told = picked
    change(order, later(told, minutes=10, lines=(line(mug, 4),)))

    assert change(order, later(told, minutes=5, lines=(line(mug, 3),))) is False
    assert PendingChange.objects.get().differences[0]["new"] == "4"


def test_an_order_deleted_in_the_shop_after_picking_is_a_card_and_its_cancel_frees_the_pieces(picked, staff):
    order, _told = picked

    cancel_order(order.pk, reason="deleted_in_shop", actor="shop:terramare")
    cancel_order(order.pk, reason="deleted_in_shop", actor="shop:terramare")
    order.refresh_from_db()
    assert (order.status, open_holds(order.pk), claimed(order.pk)) == ("held", ["change_to_decide"], Decimal(2))

    accept_change(order.pk, by=staff)
    order.refresh_from_db()
    assert (order.status, claimed(order.pk)) == ("cancelled", Decimal(0))


def test_an_edit_after_the_goods_have_left_is_a_card_too(picked, mug):
    order, told = picked
    ship(order.reference, by=None)

    change(order, later(told, lines=(line(mug, 3),)))

    assert (open_holds(order.pk), OrderLine.objects.get().quantity) == (["change_to_decide"], Decimal(2))


def test_a_refund_after_the_goods_have_left_is_money_and_an_exception_if_the_shop_restocks(picked, mug):
    order, told = picked
    ship(order.reference, by=None)

    change(order, later(told, refunds=(refund("r1", "6.10", [("1", 1)]),)))

    assert (order.refunded, order.status, StockLevel.objects.get().on_hand) == (Decimal("6.10"), "released", Decimal(8))
