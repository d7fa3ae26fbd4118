"""Goods come, go and change places; what was promised and is not there any more becomes short."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from erp.core.models import Card, Event
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import Bin, Movement, Reservation, StockException, StockLevel
from inventory.services.counting import count
from inventory.services.leaving import ship
from inventory.services.moving import adjust, receive, reverse_movement, set_safety_stock, transfer
from inventory.services.reserving import reserve
from tests.factories.inventory import claim, make_kit, make_variant, make_warehouse, make_window, mark_picked, put

D = Decimal


@pytest.fixture
def anna(db):
    return User.objects.create_user("anna")


@pytest.fixture
def catania(db):
    return make_warehouse("CT", priority=1)


@pytest.fixture
def mug(catania):
    mug = make_variant("MUG")
    put(mug, catania, 5)
    return mug


def level(variant, warehouse):
    row = StockLevel.objects.get(variant=variant, warehouse=warehouse)
    return row.on_hand, row.reserved


def states():
    return list(Reservation.objects.order_by("pk").values_list("reference", "quantity", "state"))


def nothing_changed(mug, catania):
    return level(mug, catania) == (5, 0) and Movement.objects.count() == 1


def test_goods_received_serve_short_orders_first(mug, catania, anna):
    reserve([claim(mug, 7)])

    receive(mug.pk, warehouse_id=catania.pk, quantity=D(3), by=anna, reference="PO-1")

    assert level(mug, catania) == (8, 7)
    assert Movement.objects.filter(cause="receipt", quantity=3, by=anna, reference="PO-1").count() == 1
    assert Event.objects.filter(name="inventory.ShortServed").count() == 1


def test_the_first_goods_in_a_warehouse_make_its_level(mug, anna):
    milano = make_warehouse("MI")

    receive(mug.pk, warehouse_id=milano.pk, quantity=D(3), by=anna)

    assert level(mug, milano) == (3, 0)


def test_a_level_made_later_is_split_like_its_siblings(mug, anna):
    StockLevel.objects.update(is_split=True)
    milano = make_warehouse("MI")

    receive(mug.pk, warehouse_id=milano.pk, quantity=D(3), by=anna)

    assert StockLevel.objects.get(warehouse=milano).is_split


def test_the_same_key_moves_once(mug, catania, anna):
    for _ in range(2):
        receive(mug.pk, warehouse_id=catania.pk, quantity=D(3), by=anna, key="receipt:9")

    assert level(mug, catania) == (8, 0)


def test_movements_cannot_be_changed_or_deleted(mug):
    row = Movement.objects.get()
    for change in (lambda: Movement.objects.update(quantity=6), row.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()

    assert Movement.objects.get().quantity == 5


def test_less_than_promised_turns_the_newest_promises_short(mug, catania, anna):
    for number in (1, 2, 3):
        reserve([claim(mug, 1 if number == 1 else 2, reference=f"ord_{number}")])

    adjust(mug.pk, warehouse_id=catania.pk, difference=D(-3), reason="broken", by=anna, cause="damage")

    assert level(mug, catania) == (2, 2)
    assert states() == [("ord_1", 1, "reserved"), ("ord_2", 1, "reserved"), ("ord_3", 2, "short"), ("ord_2", 1, "short")]
    assert [e.payload for e in Event.objects.filter(name="inventory.TurnedShort").order_by("pk")] == [
        {"reference": "ord_3"},
        {"reference": "ord_2"},
    ]


def test_pieces_of_another_warehouse_serve_what_turned_short(mug, catania, anna):
    milano = make_warehouse("MI", priority=2)
    put(mug, milano, 1)
    reserve([claim(mug, 5)])

    adjust(mug.pk, warehouse_id=catania.pk, difference=D(-2), reason="broken", by=anna, cause="damage")

    assert (level(mug, catania), level(mug, milano)) == ((3, 3), (1, 1))
    assert sorted(states(), key=str) == [("ord_1", 1, "reserved"), ("ord_1", 1, "short"), ("ord_1", 3, "reserved")]


def test_picked_pieces_are_never_taken_away_and_a_card_asks_for_them(mug, catania, anna):
    reserve([claim(mug, 4)])
    mark_picked("ord_1")

    assert count(mug.pk, warehouse_id=catania.pk, counted=D(1), by=anna) == -4

    assert level(mug, catania) == (4, 4)
    card = Card.objects.get()
    assert (card.kind, card.params["quantity"]) == ("inventory.picked_missing", "3")


def test_adjusting_below_what_is_picked_is_refused(mug, catania, anna):
    reserve([claim(mug, 4)])
    mark_picked("ord_1")

    with pytest.raises(Refused, match="3 × “MUG” are picked"), attempt():
        adjust(mug.pk, warehouse_id=catania.pk, difference=D(-4), reason="wrong", by=anna)

    assert level(mug, catania) == (5, 4)


def test_a_loss_of_divided_pieces_is_an_exception_until_the_books_hold(mug, catania, anna):
    StockLevel.objects.update(is_split=True)
    make_window(mug, ceiling=5)

    adjust(mug.pk, warehouse_id=catania.pk, difference=D(-2), reason="broken", by=anna, cause="damage")
    assert list(StockException.objects.values_list("cause", "quantity", "closed_at")) == [("physical_loss", 2, None)]

    receive(mug.pk, warehouse_id=catania.pk, quantity=D(2), by=anna)
    assert StockException.objects.filter(closed_at=None).count() == 0


@pytest.mark.parametrize(
    ("quantity", "words"),
    [(D(-1), "above zero"), (D(0), "above zero"), (D("1.5"), "whole pieces only"), (D(10**9), "more than"), (D("NaN"), "not a quantity")],
)
def test_a_quantity_that_cannot_be_is_refused_in_words(mug, catania, anna, quantity, words):
    with pytest.raises(Refused, match=words), attempt():
        receive(mug.pk, warehouse_id=catania.pk, quantity=quantity, by=anna)

    assert nothing_changed(mug, catania)


def test_metres_may_be_received_in_parts(catania, anna):
    ribbon = make_variant("RIBBON", unit="metre")

    receive(ribbon.pk, warehouse_id=catania.pk, quantity=D("2.505"), by=anna)
    with pytest.raises(Refused, match="three decimals"), attempt():
        receive(ribbon.pk, warehouse_id=catania.pk, quantity=D("0.0005"), by=anna)

    assert level(ribbon, catania) == (D("2.505"), 0)


@pytest.mark.parametrize(
    ("difference", "reason", "words"),
    [(D(-1), " ", "needs a reason"), (D(0), "why not", "changes nothing"), (D(-6), "gone", "Only 5"), (D("0.5"), "half", "whole pieces")],
)
def test_an_adjustment_that_makes_no_sense_is_refused(mug, catania, anna, difference, reason, words):
    with pytest.raises(Refused, match=words), attempt():
        adjust(mug.pk, warehouse_id=catania.pk, difference=difference, reason=reason, by=anna)

    assert nothing_changed(mug, catania)


def test_a_kit_and_a_service_have_no_stock_to_move(mug, catania, anna):
    service = make_variant("ENGRAVING", is_stocked=False)
    for variant, words in ((make_kit("SET", {mug: 2}), "is a kit"), (service, "not kept in stock")):
        with pytest.raises(Refused, match=words), attempt():
            receive(variant.pk, warehouse_id=catania.pk, quantity=D(1), by=anna)


def test_a_transfer_moves_free_pieces_only(mug, catania, anna):
    milano = make_warehouse("MI", priority=2)
    reserve([claim(mug, 3)])
    with pytest.raises(Refused, match="Only 2 × “MUG” are free"), attempt():
        transfer(mug.pk, from_warehouse_id=catania.pk, to_warehouse_id=milano.pk, quantity=D(3), by=anna)

    transfer(mug.pk, from_warehouse_id=catania.pk, to_warehouse_id=milano.pk, quantity=D(2), by=anna, key="t1")
    transfer(mug.pk, from_warehouse_id=catania.pk, to_warehouse_id=milano.pk, quantity=D(2), by=anna, key="t1")

    assert (level(mug, catania), level(mug, milano)) == ((3, 3), (2, 0))


def test_pieces_change_bins_inside_a_warehouse(mug, catania, anna):
    left, right = (Bin.objects.create(warehouse=catania, code=code) for code in ("A-1", "A-2"))
    receive(mug.pk, warehouse_id=catania.pk, quantity=D(2), by=anna, bin_id=left.pk)
    reserve([claim(mug, 7)])

    transfer(
        mug.pk,
        from_warehouse_id=catania.pk,
        to_warehouse_id=catania.pk,
        quantity=D(2),
        by=anna,
        from_bin_id=left.pk,
        to_bin_id=right.pk,
    )

    assert level(mug, catania) == (7, 7)
    assert Event.objects.filter(name="inventory.TurnedShort").count() == 0
    assert count(mug.pk, warehouse_id=catania.pk, counted=D(2), by=anna, bin_id=right.pk) == 0


def test_a_place_in_another_warehouse_and_the_same_place_are_refused(mug, catania, anna):
    milano = make_warehouse("MI")
    other = Bin.objects.create(warehouse=milano, code="A-1")
    with pytest.raises(Refused, match="another warehouse"), attempt():
        receive(mug.pk, warehouse_id=catania.pk, quantity=D(1), by=anna, bin_id=other.pk)
    with pytest.raises(Refused, match="the same place"), attempt():
        transfer(mug.pk, from_warehouse_id=catania.pk, to_warehouse_id=catania.pk, quantity=D(1), by=anna)

    assert nothing_changed(mug, catania)


def test_pain_20_a_reversal_refers_to_the_original_and_happens_once(mug, catania, anna):
    receive(mug.pk, warehouse_id=catania.pk, quantity=D(3), by=anna, key="r1")
    original = Movement.objects.get(key="r1")

    for _ in range(2):
        reverse_movement(original.pk, by=anna, reason="typed twice")

    assert level(mug, catania) == (5, 0)
    assert list(original.reversals.values_list("quantity", "cause")) == [(-3, "reversal")]


def test_a_reversal_of_pieces_that_have_left_is_refused(mug, catania, anna):
    original = Movement.objects.get()
    reserve([claim(mug, 3)])
    ship("ord_1", by=anna)

    with pytest.raises(Refused, match="have left"), attempt():
        reverse_movement(original.pk, by=anna, reason="typed twice")

    assert level(mug, catania) == (2, 0)


def test_shipping_takes_reserved_pieces_off_the_shelf_once(mug, catania, anna):
    reserve([claim(mug, 7)])

    assert (ship("ord_1", by=anna), ship("ord_1", by=anna)) == (1, 0)

    assert level(mug, catania) == (0, 0)
    assert states() == [("ord_1", 5, "fulfilled"), ("ord_1", 2, "short")]


def test_safety_stock_is_set_with_its_history(mug, catania, anna):
    set_safety_stock(mug.pk, warehouse_id=catania.pk, quantity=D(2), by=anna)

    assert StockLevel.objects.get().safety_stock == 2
    with pytest.raises(Refused, match="above zero"), attempt():
        set_safety_stock(mug.pk, warehouse_id=catania.pk, quantity=D(-2), by=anna)
