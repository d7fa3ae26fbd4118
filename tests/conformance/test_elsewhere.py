"""PAINS.md row 20 and issue 6: what the shop sends by itself is followed, and what is cancelled here is cancelled there, once."""

import pytest
from django.contrib.auth.models import User

from channels.models import CancelPush, LocationMap
from channels.services.notifying.retrying import retry_uncancelled
from erp.core.delivering import deliver_pending
from erp.core.history import history_of
from erp.core.models import Card
from inventory.models import Allotment, StockLevel
from inventory.services.ledger import check_ledger
from inventory.shipping.models import Shipment
from inventory.shipping.services.picking import make_pick_list
from orders.models import Hold, Order
from orders.services.cancelling import cancel_order
from orders.services.changing import accept_change
from tests.flows.house import PracticeAccount, Wheels, let_answers_settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def sold(shop: PracticeAccount, wheels: Wheels) -> int:
    """Two cups, read, with their shipment open; the order's number in the shop."""
    wheels.settle()
    number: int = shop.sell({"TAZZA": 2})["order_id"]
    wheels.settle(2)
    return number


def stock() -> tuple[int, int]:
    level = StockLevel.objects.get(variant__sku="TAZZA")
    return int(level.on_hand), int(level.reserved)


def counters(shop: PracticeAccount) -> tuple[int, int]:
    """Pieces that the window sold and put back, as far as we have read."""
    window = Allotment.objects.get(window=f"terramare|{shop.items['TAZZA']}|")
    return int(window.sold_read), int(window.restocked_read)


def put_back_there(shop: PracticeAccount, number: int) -> int:
    """Pieces that the shop has put back for the order, by its own ledger."""
    sql = "SELECT COALESCE(SUM(change), 0) AS pieces FROM stock_events WHERE order_id = ? AND change > 0"
    return int(shop.store.rows(sql, number)[0]["pieces"])


def test_what_the_shop_sent_itself_is_never_sent_again(shop: PracticeAccount, wheels: Wheels, sold: int) -> None:
    shop.staff("ship_order", order_id=sold, number="PT1")

    wheels.settle(3)

    order, shipment = Order.objects.get(), Shipment.objects.get()
    assert (order.status, order.shipped_elsewhere, order.treatment) == ("closed", "ours", "live")
    assert (shipment.status, shipment.is_elsewhere, stock()) == ("shipped", True, (18, 0))
    assert [each[1] for each in shop.parcels(sold)] == ["PT1"]
    assert ([entry.verb for entry in history_of(order)].count("shipped_elsewhere"), check_ledger()) == (1, [])
    shop.staff("write_meta", order_id=sold, key="note", value="x")
    wheels.settle(2)
    order.refresh_from_db()
    assert (order.status, stock(), shop.letters(sold)) == ("closed", (18, 0), [])


def test_what_left_another_s_warehouse_leaves_our_stock_alone(shop: PracticeAccount, wheels: Wheels, sold: int) -> None:
    LocationMap.objects.update(is_ours=False)
    shop.staff("ship_order", order_id=sold)

    wheels.settle(3)

    order = Order.objects.get()
    assert (order.status, order.shipped_elsewhere, stock(), counters(shop)) == ("closed", "theirs", (20, 0), (2, 0))
    shop.staff("write_meta", order_id=sold, key="note", value="x")
    wheels.settle(2)
    order.refresh_from_db()
    assert (order.status, stock(), check_ledger()) == ("closed", (20, 0), [])


def test_an_order_first_seen_completed_is_still_ours_to_send(shop: PracticeAccount, wheels: Wheels) -> None:
    """Cash on delivery that counts as paid is completed at once: nobody has sent it."""
    wheels.settle()
    number = shop.sell({"TAZZA": 1})["order_id"]
    shop.staff("set_order_status", order_id=number, status="completed")

    wheels.settle(3)

    order = Order.objects.get()
    assert (order.status, order.shipped_elsewhere, stock(), Shipment.objects.get().status) == ("released", "", (20, 1), "ready")


def test_a_shop_that_completes_orders_by_itself_says_so_in_its_status_table(shop: PracticeAccount, wheels: Wheels, sold: int) -> None:
    shop.account.status_table = {"completed": "live"}
    shop.account.save()
    shop.staff("set_order_status", order_id=sold, status="completed")

    wheels.settle(3)

    assert (Order.objects.get().status, stock(), Shipment.objects.get().status) == ("released", (20, 2), "ready")


def test_pain_16_sent_there_while_a_picker_has_it_in_hand_is_decided_by_a_colleague(
    shop: PracticeAccount, wheels: Wheels, sold: int, owner: User
) -> None:
    make_pick_list([Shipment.objects.get().pk], by=owner)
    shop.staff("ship_order", order_id=sold)
    wheels.settle(2)
    order = Order.objects.get()
    assert (order.status, Hold.objects.get(released_at=None).kind, stock()) == ("held", "change_to_decide", (20, 2))

    accept_change(order.pk, by=owner)
    wheels.settle(2)

    order.refresh_from_db()
    assert (order.status, order.shipped_elsewhere, stock(), check_ledger()) == ("closed", "ours", (18, 0), [])


def test_pain_20_a_cancel_from_here_is_one_cancel_there_and_its_pieces_go_back_to_the_window(
    shop: PracticeAccount, wheels: Wheels, sold: int, owner: User
) -> None:
    cancel_order(Order.objects.get().pk, by=owner, reason="Ripensamento")
    assert (Order.objects.get().status, stock()) == ("cancelled", (20, 2))

    wheels.settle(4)

    order, push = Order.objects.get(), CancelPush.objects.get()
    assert (shop.status(sold), put_back_there(shop, sold), shop.shows("TAZZA")) == ("cancelled", 2, 20)
    assert (order.status, order.is_restocked, stock(), counters(shop)) == ("cancelled", True, (20, 0), (2, 2))
    assert (push.state, push.reason, Shipment.objects.get().status) == ("done", "Ripensamento", "cancelled")
    assert check_ledger() == []


@pytest.mark.parametrize("kind", ["timeout_after", "timeout_before"])
def test_pain_20_a_cancel_whose_answer_was_lost_is_asked_for(
    shop: PracticeAccount, wheels: Wheels, sold: int, owner: User, kind: str
) -> None:
    shop.fault(kind, count=1, methods=["PUT"], seconds=0)
    cancel_order(Order.objects.get().pk, by=owner)
    wheels.settle(1)
    assert CancelPush.objects.get().state == "unknown"

    let_answers_settle()
    wheels.settle(4)

    assert (shop.status(sold), put_back_there(shop, sold), shop.shows("TAZZA")) == ("cancelled", 2, 20)
    assert (CancelPush.objects.get().state, stock(), counters(shop)) == ("done", (20, 0), (2, 2))


def test_a_change_in_the_shop_does_not_revive_what_was_cancelled_here(
    shop: PracticeAccount, wheels: Wheels, sold: int, owner: User
) -> None:
    shop.staff("write_meta", order_id=sold, key="note", value="x")
    cancel_order(Order.objects.get().pk, by=owner)

    wheels.settle(4)

    assert (Order.objects.get().status, shop.status(sold), stock()) == ("cancelled", "cancelled", (20, 0))


def test_what_the_shop_sent_before_our_cancel_reached_it_was_sent(shop: PracticeAccount, wheels: Wheels, sold: int, owner: User) -> None:
    cancel_order(Order.objects.get().pk, by=owner)
    deliver_pending()
    shop.staff("ship_order", order_id=sold)

    wheels.settle(4)

    order = Order.objects.get()
    assert (order.status, order.shipped_elsewhere, shop.status(sold), stock()) == ("closed", "ours", "completed", (18, 0))
    assert (CancelPush.objects.get().answer, Card.objects.filter(kind="channels.untold_cancel", closed_at=None).count()) == ("settled", 0)


def test_a_cancel_that_the_shop_refuses_is_a_card_with_a_retry_that_works(
    shop: PracticeAccount, wheels: Wheels, sold: int, owner: User
) -> None:
    with shop.store.write() as change:  # completed without the news of it: nothing moves its modified date
        change.db.execute("UPDATE orders SET status = 'completed', doc = json_set(doc, '$.status', 'completed') WHERE id = ?", (sold,))
    order = Order.objects.get()
    Order.objects.update(channel_status="completed")
    cancel_order(order.pk, by=owner)
    wheels.settle(2)
    card = Card.objects.get(kind="channels.untold_cancel", closed_at=None)
    assert (CancelPush.objects.get().state, stock()) == ("refused", (20, 2))

    shop.staff("set_order_status", order_id=sold, status="processing")
    wheels.settle(1)
    retry_uncancelled(card.subject, by=owner)
    wheels.settle(4)

    assert (shop.status(sold), stock(), CancelPush.objects.get().state) == ("cancelled", (20, 0), "done")
    assert Card.objects.filter(kind="channels.untold_cancel", closed_at=None).count() == 0
