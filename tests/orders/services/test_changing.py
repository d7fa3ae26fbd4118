"""An order follows its channel: before picking applied, after it a decision."""

from dataclasses import replace
from decimal import Decimal

import pytest

from erp.core.history import history_of
from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import Allotment, StockException, StockLevel
from orders.drafts import NewAdjustment
from orders.models import Adjustment, OrderLine, TaxRow
from orders.services.changing import change_order
from tests.factories.crm import HOME
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.factories.orders import draft, later, line, paid, refund
from tests.orders.services.conftest import books, change, claimed, open_holds, place, reserved

pytestmark = pytest.mark.django_db


def test_pain_16_a_line_grows_and_its_pieces_with_it(jar, events):
    told = draft([line(jar, 2, net="20.00")])
    order = place(told)
    events()

    changed = change(order, later(told, lines=(line(jar, 3, net="30.00"),)))

    assert (changed, order.total, order.status, events()) == (True, Decimal("42.70"), "released", ["OrderChanged"])
    assert books(jar) == (Decimal(3), Decimal(3), Decimal(3), Decimal(0))


def test_pain_16_a_line_shrinks_and_the_shop_has_put_the_piece_back(jar):
    told = draft([line(jar, 3, net="30.00")])
    order = place(told)

    change(order, later(told, lines=(line(jar, 1, net="10.00"),)))

    assert books(jar) == (Decimal(1), Decimal(5), Decimal(3), Decimal(2))


def test_a_piece_that_the_shop_did_not_put_back_is_free(jar):
    told = draft([line(jar, 3, net="30.00", lowered=Decimal(3))])
    order = place(told)

    change(order, later(told, lines=(line(jar, 1, net="10.00", lowered=Decimal(3)),)))

    assert books(jar) == (Decimal(1), Decimal(3), Decimal(3), Decimal(0))


def test_pain_16_lines_come_and_go(mug, jar):
    told = draft([line(mug, 2, external_id="1")])
    order = place(told)

    change(order, later(told, lines=(line(jar, 4, external_id="2"),)))

    assert [(row.external_id, row.quantity) for row in OrderLine.objects.all()] == [("2", Decimal(4))]
    assert (reserved(mug), reserved(jar)) == (Decimal(0), Decimal(4))


def test_pain_15_discounts_and_taxes_are_the_channel_s_current_ones(mug):
    cut = NewAdjustment("discount", "SALE", Decimal("4.00"), Decimal("0.88"), line_external_id="1", code="SALE")
    shipping = NewAdjustment("shipping", "Corriere", Decimal("5.00"), Decimal("1.10"))
    told = draft([line(mug, 4, net="40.00", tax=Decimal("7.92"))], adjustments=(cut, shipping))
    order = place(told)

    half = replace(cut, net=Decimal("2.00"), tax=Decimal("0.44"))
    change(order, later(told, lines=(line(mug, 2, net="20.00", tax=Decimal("3.96")),), adjustments=(half, shipping)))

    assert [(row.kind, row.net) for row in Adjustment.objects.order_by("pk")] == [("discount", Decimal(2)), ("shipping", Decimal(5))]
    assert [row.amount for row in TaxRow.objects.order_by("pk")] == [Decimal("3.96"), Decimal("1.10")]
    assert (order.total, order.discount_net, order.rounding) == (Decimal("28.06"), Decimal(2), Decimal(0))


def test_a_new_address_is_followed(mug):
    told = draft([line(mug)])
    order = place(told)

    change(order, later(told, shipping=replace(HOME, street="Via Nuova 7")))

    assert order.shipping["street"] == "Via Nuova 7"
    assert [entry.verb for entry in history_of(order)] == ["placed", "changed"]


def test_the_same_state_again_changes_nothing(jar, events):
    told = draft([line(jar, 2)])
    order = place(told)
    events()

    assert change(order, later(told)) is False
    assert (events(), history_of(order).count(), books(jar)) == ([], 1, (Decimal(2), Decimal(4), Decimal(2), Decimal(0)))


def test_pain_04_an_older_state_is_passed_over(mug):
    told = draft([line(mug, 2)])
    order = place(told)
    change(order, later(told, minutes=10, lines=(line(mug, 5),)))

    assert change(order, later(told, minutes=5, lines=(line(mug, 3),))) is False
    assert (OrderLine.objects.get().quantity, reserved(mug)) == (Decimal(5), Decimal(5))


def test_a_state_of_the_same_second_is_applied(mug):
    told = draft([line(mug, 2)])
    order = place(told)

    assert change(order, later(told, minutes=0, lines=(line(mug, 3),))) is True


def test_more_than_there_is_is_short_and_less_again_lets_it_go(mug, events):
    told = draft([line(mug, 2)])
    order = place(told)
    events()

    change(order, later(told, lines=(line(mug, 12),)))
    assert (order.status, open_holds(order.pk), events()) == ("held", ["short"], ["OrderHeld", "OrderChanged"])

    change(order, later(told, minutes=10, lines=(line(mug, 3),)))
    assert (order.status, open_holds(order.pk), events()) == ("released", [], ["OrderReleased", "OrderChanged"])
    assert reserved(mug) == 3


def test_a_cancel_in_the_shop_gives_the_pieces_back_to_the_window(jar, events):
    told = draft([line(jar, 2)])
    order = place(told)
    events()

    change(order, later(told, first_seen_cancelled=True))

    assert (order.status, events()) == ("cancelled", ["OrderCancelled", "OrderChanged"])
    assert books(jar) == (Decimal(0), Decimal(6), Decimal(2), Decimal(2))
    assert change(order, later(told, minutes=6, first_seen_cancelled=True)) is False
    assert books(jar) == (Decimal(0), Decimal(6), Decimal(2), Decimal(2))


def test_a_revived_order_is_a_sale_again(jar):
    told = draft([line(jar, 2)])
    order = place(told)
    change(order, later(told, first_seen_cancelled=True))

    change(order, later(told, minutes=10))

    assert (order.status, books(jar)) == ("released", (Decimal(2), Decimal(4), Decimal(4), Decimal(2)))


def test_an_order_that_was_only_watched_comes_to_life(jar, events):
    told = draft([line(jar, 2, lowered=Decimal(0))], treatment="ignore", payments=())
    order = place(told)
    assert (order.status, reserved(jar)) == ("closed", Decimal(0))
    events()

    lively = (line(jar, 2, lowered=Decimal(2)),)
    change(order, later(told, treatment="live", lines=lively, payments=(paid("18.30"),)))

    assert (order.status, books(jar)) == ("released", (Decimal(2), Decimal(4), Decimal(2), Decimal(0)))
    assert events() == ["OrderPaid", "OrderReleased", "OrderChanged"]


def test_a_live_order_that_the_shop_takes_back_to_unpaid_frees_its_pieces(jar):
    told = draft([line(jar, 2, lowered=Decimal(2))])
    order = place(told)

    change(order, later(told, treatment="ignore", lines=(line(jar, 2, lowered=Decimal(0)),)))

    assert (order.status, books(jar)) == ("closed", (Decimal(0), Decimal(6), Decimal(2), Decimal(2)))


def test_history_reopened_in_the_shop_takes_its_pieces_from_what_is_free(jar):
    told = draft([line(jar, 2, lowered=Decimal(2))], treatment="history")
    order = place(told)

    change(order, later(told, treatment="live"))

    assert (order.status, books(jar)) == ("released", (Decimal(2), Decimal(6), Decimal(0), Decimal(0)))


def test_a_line_that_becomes_another_product_gives_the_first_one_back(mug, jar):
    told = draft([line(mug, 2)])
    order = place(told)

    change(order, later(told, lines=(line(jar, 2),)))

    assert (reserved(mug), books(jar)) == (Decimal(0), (Decimal(2), Decimal(4), Decimal(2), Decimal(0)))
    assert order.status == "released"


def test_a_quantity_that_becomes_whole_lets_the_order_go(mug):
    told = draft([line(mug, 1.5)])
    order = place(told)

    change(order, later(told, lines=(line(mug, 2),)))

    assert (order.status, open_holds(order.pk), reserved(mug)) == ("released", [], Decimal(2))
    assert Card.objects.get().closed_at is not None


def test_an_impossible_change_is_refused_and_leaves_everything(mug):
    told = draft([line(mug, 2)])
    order = place(told)

    with pytest.raises(Refused), attempt():
        change_order(order.pk, later(told, lines=(line(mug, -3),)), actor="shop")

    order.refresh_from_db()
    assert (OrderLine.objects.get().quantity, reserved(mug), order.channel_updated_at) == (Decimal(2), Decimal(2), told.updated_at)


def test_two_warehouses_keep_one_order(mug):
    put(mug, make_warehouse("PA"), 5)
    told = draft([line(mug, 2)])
    order = place(told)

    change(order, later(told, lines=(line(mug, 14),)))

    assert (order.status, claimed(order.pk)) == ("released", Decimal(14))


def test_a_line_mapped_by_hand_keeps_its_product_when_the_shop_tells_the_order_again(mug):
    unknown = make_variant("NEW")
    put(unknown, make_warehouse("PA"), 5)
    told = draft([line(None, 2)])
    order = place(told)
    OrderLine.objects.update(variant=unknown)

    change(order, later(told, customer_note="Grazie"))

    assert (OrderLine.objects.get().variant_id, reserved(unknown), order.status) == (unknown.pk, Decimal(2), "released")


def test_a_watched_order_that_is_cancelled_may_have_been_a_sale_and_a_restock(jar):
    told = draft([line(jar, 2)], treatment="ignore", payments=())
    order = place(told)

    change(order, later(told, treatment="live", first_seen_cancelled=True))

    assert (order.status, books(jar)) == ("cancelled", (Decimal(0), Decimal(6), Decimal(2), Decimal(2)))


def test_a_watched_order_that_surely_never_lowered_the_number_was_no_sale(jar):
    told = draft([line(jar, 2)], treatment="ignore", payments=())
    order = place(told)

    change(order, later(told, treatment="history", first_seen_cancelled=True))

    assert (order.status, books(jar)) == ("cancelled", (Decimal(0), Decimal(6), Decimal(0), Decimal(0)))


def test_finished_in_the_shop_its_pieces_have_left_and_it_is_never_shipped_again(jar, events):
    told = draft([line(jar, 2)])
    order = place(told)
    events()

    change(order, later(told, treatment="history"))

    level = StockLevel.objects.get()
    assert (order.status, level.on_hand, level.reserved, events()) == ("closed", Decimal(8), Decimal(0), ["OrderChanged"])
    assert change(order, later(told, minutes=6, treatment="history")) is False
    assert StockLevel.objects.get().on_hand == 8


def test_a_restock_in_the_shop_of_a_piece_that_is_gone_is_an_exception_on_record(jar):
    told = draft([line(jar, 2)])
    order = place(told)
    gone = later(told, treatment="history")
    change(order, gone)

    change(order, later(gone, refunds=(refund("r1", "6.10", [("1", 1)]),)))

    assert [(each.cause, each.quantity, each.reference) for each in StockException.objects.all()] == [
        ("restock_after_pick", Decimal(1), order.reference)
    ]
    window = Allotment.objects.get()
    assert (window.sold_read, window.restocked_read, StockLevel.objects.get().on_hand) == (Decimal(2), Decimal(1), Decimal(8))


def test_pieces_kept_for_orders_still_payable_stay_inside_the_ceiling(jar):
    told = draft([line(jar, 2, lowered=Decimal(0))], treatment="ignore", payments=())
    other = draft([line(jar, 1)], treatment="ignore", payments=())
    order, _other = place(told), place(other)
    assert (Allotment.objects.get().held, books(jar)) == (Decimal(3), (Decimal(0), Decimal(6), Decimal(0), Decimal(0)))

    change(order, later(told, treatment="live", lines=(line(jar, 2, lowered=Decimal(2)),), payments=(paid("18.30"),)))
    assert (Allotment.objects.get().held, books(jar)) == (Decimal(1), (Decimal(2), Decimal(4), Decimal(2), Decimal(0)))

    change(_other, later(other, treatment="live", first_seen_cancelled=True))
    assert (Allotment.objects.get().held, _other.status) == (Decimal(0), "cancelled")
