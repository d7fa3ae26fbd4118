"""Promising pieces: who gets what, from which warehouse, and what is short."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.core.models import Event
from inventory.models import Allotment, Reservation, StockLevel
from inventory.services.reserving import Claim, change, release, reserve, serve_short
from tests.factories.inventory import claim, make_kit, make_variant, make_warehouse, make_window, put


def reserved(variant):
    return [(level.warehouse.code, level.reserved) for level in StockLevel.objects.filter(variant=variant).order_by("warehouse__code")]


def rows(**wanted):
    found = Reservation.objects.filter(**wanted).order_by("pk")
    return [(row.variant.sku, row.warehouse and row.warehouse.code, row.quantity, row.state) for row in found]


@pytest.fixture
def catania(db):
    return make_warehouse("CT", priority=1)


@pytest.fixture
def milano(db):
    return make_warehouse("MI", priority=2)


@pytest.fixture
def mug(catania):
    mug = make_variant("MUG")
    put(mug, catania, 5)
    return mug


def test_a_claim_takes_what_is_there_and_tells_the_news(mug):
    allocations = reserve([claim(mug, 2)])

    assert [(each.variant_id, each.quantity, each.is_short) for each in allocations] == [(mug.pk, 2, False)]
    assert reserved(mug) == [("CT", 2)]
    assert rows() == [("MUG", "CT", 2, "reserved")]
    assert list(Event.objects.values_list("name", "payload")) == [("inventory.StockChanged", {"variant_id": mug.pk})]


def test_what_is_missing_is_short_and_never_an_error(mug):
    allocations = reserve([claim(mug, 7)])

    assert [(each.quantity, each.is_short) for each in allocations] == [(5, False), (2, True)]
    assert rows() == [("MUG", "CT", 5, "reserved"), ("MUG", None, 2, "short")]


def test_a_variant_that_never_had_stock_is_short(catania):
    spoon = make_variant("SPOON")

    assert [(each.quantity, each.is_short) for each in reserve([claim(spoon, 1)])] == [(1, True)]


def test_claims_are_served_in_the_order_given(mug):
    allocations = reserve([claim(mug, 4, reference="ord_1"), claim(mug, 4, reference="ord_2")])

    assert [(each.reference, each.quantity, each.is_short) for each in allocations] == [
        ("ord_1", 4, False),
        ("ord_2", 1, False),
        ("ord_2", 3, True),
    ]


def test_the_first_warehouse_by_priority_that_has_all_lines_is_chosen(mug, catania, milano):
    plate = make_variant("PLATE")
    put(plate, milano, 5)
    put(mug, milano, 5)

    reserve([claim(mug, 1, line="1"), claim(plate, 1, line="2")])

    assert rows() == [("MUG", "MI", 1, "reserved"), ("PLATE", "MI", 1, "reserved")]


def test_without_one_for_all_each_line_goes_to_the_first_that_has_it_whole(mug, catania, milano):
    plate = make_variant("PLATE")
    put(plate, milano, 5)

    reserve([claim(mug, 1, line="1"), claim(plate, 1, line="2")])

    assert rows() == [("MUG", "CT", 1, "reserved"), ("PLATE", "MI", 1, "reserved")]


def test_a_line_that_no_warehouse_has_whole_is_spread_by_priority(mug, milano):
    put(mug, milano, 3)

    reserve([claim(mug, 7)])

    assert rows() == [("MUG", "CT", 5, "reserved"), ("MUG", "MI", 2, "reserved")]


def test_an_inactive_warehouse_gives_nothing(catania):
    shed, cup = make_warehouse("OLD", is_active=False), make_variant("CUP")
    put(cup, shed, 5)

    assert [each.is_short for each in reserve([claim(cup, 1)])] == [True]


def test_a_kit_reserves_its_components(mug, catania):
    plate = make_variant("PLATE")
    put(plate, catania, 2)
    kit = make_kit("SET", {mug: 2, plate: 1})

    reserve([claim(kit, 2)])

    assert rows() == [("MUG", "CT", 4, "reserved"), ("PLATE", "CT", 2, "reserved")]
    assert list(Reservation.objects.order_by("pk").values_list("per_unit", flat=True)) == [2, 1]


def test_a_sale_of_a_window_lowers_its_ceiling_and_counts_it(mug):
    window = make_window(mug, ceiling=5, stock_class="exact")

    reserve([claim(mug, 2, window=window.window)])

    window.refresh_from_db()
    assert (window.ceiling, window.known, window.shown, window.sold_read) == (3, 3, 3, 2)


def test_a_split_window_sells_from_its_own_ceiling(catania):
    vase = make_variant("VASE")
    put(vase, catania, 3, is_split=True)
    left, right = make_window(vase, "left", 1), make_window(vase, "right", 2)

    allocations = reserve([claim(vase, 2, window=left.window)])

    assert [(each.quantity, each.is_short) for each in allocations] == [(1, False), (1, True)]
    assert list(Allotment.objects.order_by("pk").values_list("ceiling", flat=True)) == [-1, 2]
    assert right.ceiling == 2


def test_the_counter_takes_only_what_is_beyond_all_ceilings(catania):
    vase = make_variant("VASE")
    put(vase, catania, 3, is_split=True)
    make_window(vase, "left", 2)

    assert [(each.quantity, each.is_short) for each in reserve([claim(vase, 2)])] == [(1, False), (1, True)]


def test_units_of_a_kit_in_a_window_are_not_free_for_its_component(catania):
    screw = make_variant("SCREW")
    put(screw, catania, 10, is_split=True)
    kit = make_kit("BOX", {screw: 4})
    window = make_window(kit, "left", 2)

    assert [(each.quantity, each.is_short) for each in reserve([claim(screw, 3)])] == [(2, False), (1, True)]
    assert [(each.quantity, each.is_short) for each in reserve([claim(kit, 2, reference="ord_2", window=window.window)])] == [(8, False)]


def test_releasing_to_free_stock_serves_the_oldest_short_order_first(mug):
    reserve([claim(mug, 5, reference="ord_1"), claim(mug, 1, reference="ord_2"), claim(mug, 1, reference="ord_3")])

    assert release("ord_1", units=Decimal(1), to_window=False) == 1

    assert rows(reference="ord_2") == [("MUG", "CT", 1, "reserved")]
    assert rows(reference="ord_3") == [("MUG", None, 1, "short")]
    assert reserved(mug) == [("CT", 5)]
    assert list(Event.objects.filter(name="inventory.ShortServed").values_list("payload", flat=True)) == [{"reference": "ord_2"}]


def test_pain_20_releasing_twice_is_a_no_op(mug):
    window = make_window(mug, ceiling=5)
    reserve([claim(mug, 2, window=window.window)])

    assert release("ord_1", to_window=True) == 2
    assert release("ord_1", to_window=True) == 0

    window.refresh_from_db()
    assert reserved(mug) == [("CT", 0)]
    assert (window.ceiling, window.sold_read, window.restocked_read, window.is_clean) == (5, 2, 2, False)
    assert rows() == [("MUG", "CT", 2, "released")]


def test_a_restocked_piece_is_the_windows_again_unless_its_ceiling_is_negative(catania):
    vase = make_variant("VASE")
    put(vase, catania, 1, is_split=True)
    window = make_window(vase, "left", 1)
    reserve([claim(vase, 1, reference="ord_1", window=window.window)])
    reserve([claim(vase, 1, reference="ord_2", window=window.window)])

    release("ord_1", to_window=True)

    window.refresh_from_db()
    assert window.ceiling == 0
    assert rows(reference="ord_2") == [("VASE", "CT", 1, "reserved")]


def test_a_restocked_piece_that_the_shop_can_sell_serves_nobody_else(catania):
    vase = make_variant("VASE")
    put(vase, catania, 1, is_split=True)
    window = make_window(vase, "left", 1)
    reserve([claim(vase, 1, reference="ord_1", window=window.window)])
    reserve([claim(vase, 1, reference="ord_2")])

    release("ord_1", to_window=True)

    window.refresh_from_db()
    assert window.ceiling == 1
    assert rows(reference="ord_2") == [("VASE", None, 1, "short")]


def test_a_line_grows_and_shrinks(mug):
    window = make_window(mug, ceiling=5)
    reserve([claim(mug, 2, window=window.window)])

    change(claim(mug, 3, window=window.window), to_window=True)
    assert reserved(mug) == [("CT", 3)]
    change(claim(mug, 1, window=window.window), to_window=True)

    window.refresh_from_db()
    assert reserved(mug) == [("CT", 1)]
    assert (window.ceiling, window.sold_read, window.restocked_read) == (4, 3, 2)


def test_shrinking_a_line_gives_up_short_pieces_first(mug):
    reserve([claim(mug, 7)])

    release("ord_1", units=Decimal(3), to_window=False)

    assert reserved(mug) == [("CT", 4)]
    assert rows(state="short") == []


def test_a_kit_is_released_by_units(mug, catania):
    plate = make_variant("PLATE")
    put(plate, catania, 2)
    kit = make_kit("SET", {mug: 2, plate: 1})
    window = make_window(kit, "left", 2)
    reserve([claim(kit, 2, window=window.window)])

    assert release("ord_1", units=Decimal(1), to_window=True) == 1

    window.refresh_from_db()
    assert (reserved(mug), reserved(plate), window.ceiling) == ([("CT", 2)], [("CT", 1)], 1)


def test_serving_short_orders_gives_them_what_came_in_the_meantime(mug, milano):
    reserve([claim(mug, 7)])
    put(mug, milano, 1)

    serve_short([mug.pk])

    assert rows(state="reserved") == [("MUG", "CT", 5, "reserved"), ("MUG", "MI", 1, "reserved")]
    assert rows(state="short") == [("MUG", None, 1, "short")]


@pytest.mark.parametrize("orders", [1, 50])
@pytest.mark.parametrize(("is_split", "statements"), [(False, 2), (True, 3)])
def test_two_statements_for_any_number_of_claims_and_three_when_split(mug, catania, is_split, statements, orders):
    variants = [make_variant() for _ in range(3)]
    for variant in variants:
        put(variant, catania, 1000, is_split=is_split)
        make_window(variant, ceiling=1000)
    windows = dict(Allotment.objects.values_list("variant_id", "window"))
    claims = [claim(v, 1, reference=f"ord_{n}", line=str(v.pk), window=windows[v.pk]) for n in range(orders) for v in variants]

    with CaptureQueriesContext(
        connection,
    ) as captured:
        reserve(claims)

    stock = [query["sql"] for query in captured if "core_event" not in query["sql"]]
    assert len(stock) == statements


def test_nothing_claimed_is_no_statement(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert reserve([]) == []


def test_a_claim_says_its_parts():
    assert Claim("ord_1", "1", 7, Decimal(1)).parts == ((7, Decimal(1)),)
