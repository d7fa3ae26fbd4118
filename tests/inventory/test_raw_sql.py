"""Each statement written by hand does what the plain ORM form does."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F, Sum

from inventory.allocation import Ceiling, Level
from inventory.locks import lock_ceilings, lock_levels
from inventory.models import Allotment, Reservation, StockLevel
from inventory.queries import availabilities
from inventory.services.reserving import reserve
from inventory.statements import (
    WINDOW_COLUMNS,
    NewReservation,
    ReservationChange,
    StockChanges,
    add_levels,
    save_windows,
    write_changes,
)
from tests.factories.inventory import claim, make_kit, make_variant, make_warehouse, make_window, put

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
D = Decimal


@pytest.fixture
def places(db):
    return [make_warehouse("CT", priority=1), make_warehouse("MI", priority=2, is_active=False)]


@pytest.fixture
def mug(places):
    mug = make_variant("MUG")
    for place in places:
        put(mug, place, 5, safety=1, is_split=True)
    return mug


def test_lock_levels(mug):
    plain = StockLevel.objects.filter(variant=mug).order_by("pk")
    own = (
        "pk",
        "variant_id",
        "warehouse_id",
        "warehouse__priority",
        "on_hand",
        "reserved",
        "is_split",
        "warehouse__is_active",
        "safety_stock",
    )
    expected = [Level(*row) for row in plain.values_list(*own)]

    assert lock_levels([mug.pk, 0]) == {mug.pk: expected, 0: []}
    assert lock_levels([mug.pk], lock=False) == {mug.pk: expected}


def test_lock_ceilings(mug):
    kit = make_kit("PAIR", {mug: 2, make_variant("LID"): 1})
    single, pair = make_window(mug, "left", 3), make_window(kit, "right", 1)
    make_window(make_variant("OTHER"), "left", 7)
    parts = tuple((part.component_id, part.quantity) for part in kit.components.order_by("component_id"))

    assert lock_ceilings([mug.pk]) == {
        single.window: Ceiling(single.window, ((mug.pk, D(1)),), D(3)),
        pair.window: Ceiling(pair.window, parts, D(1)),
    }


def test_write_changes(mug, places):
    window = make_window(mug, "left", 3, is_clean=True, stock_class="exact")
    reserve([claim(mug, 2)])
    row, level = Reservation.objects.get(), StockLevel.objects.get(warehouse=places[0])
    changes = StockChanges()
    changes.on_hand[level.pk], changes.reserved[level.pk] = D(-1), D(-1)
    changes.sold[window.window], changes.restocked[window.window] = D(3), D(1)
    changes.changed[row.pk] = ReservationChange(row.pk, D(1), "reserved")
    changes.added.append(NewReservation("ord_1", "1", mug.pk, places[0].pk, D(1), D(1), "released", created_at=row.created_at))
    StockLevel.objects.filter(pk=level.pk).update(on_hand=F("on_hand") - 1, reserved=F("reserved") - 1)
    plain = StockLevel.objects.values().get(pk=level.pk)
    StockLevel.objects.filter(pk=level.pk).update(on_hand=F("on_hand") + 1, reserved=F("reserved") + 1)

    write_changes(changes, NOW)

    assert StockLevel.objects.values().get(pk=level.pk) == plain
    after = Allotment.objects.get()
    assert (after.ceiling, after.known, after.shown, after.sold_read, after.restocked_read, after.is_clean) == (1, 1, 1, 3, 1, False)
    kept, split_off = Reservation.objects.order_by("pk")
    assert (kept.quantity, kept.state, kept.warehouse_id, kept.closed_at) == (1, "reserved", places[0].pk, None)
    assert (split_off.quantity, split_off.state, split_off.created_at, split_off.closed_at) == (1, "released", row.created_at, NOW)


def test_a_row_that_becomes_short_loses_its_place(mug):
    reserve([claim(mug, 2)])
    row = Reservation.objects.get()
    changes = StockChanges()
    changes.changed[row.pk] = ReservationChange(row.pk, D(2), "short")

    write_changes(changes, NOW)

    row.refresh_from_db()
    assert (row.state, row.warehouse_id, row.is_picked) == ("short", None, False)


def test_nothing_to_write_is_no_statement(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        write_changes(StockChanges(), NOW)


def test_save_windows_writes_every_column_of_the_books(mug):
    row = make_window(mug, "left", 5)
    row.ceiling, row.known, row.fence_kind, row.fence_value, row.fence_opened_at = D("2.500"), None, "number", D(0), NOW
    row.sold_read, row.write_kind, row.write_value, row.is_closing = D(4), "set", D(7), True
    expected = {name: getattr(row, name) for name, _ in WINDOW_COLUMNS}

    save_windows([row])

    assert Allotment.objects.values(*expected).get() == expected
    own = {"id", "variant", "window", "source"}
    assert {field.name for field in Allotment._meta.get_fields()} == own | {name for name, _ in WINDOW_COLUMNS}


def test_add_levels_is_get_or_create(mug, places):
    third, cup = make_warehouse("RM"), make_variant("CUP")

    for _ in range(2):
        add_levels({(mug.pk, third.pk), (cup.pk, third.pk), (mug.pk, places[0].pk)})

    added = StockLevel.objects.filter(warehouse=third).order_by("variant__sku").values_list("variant__sku", "on_hand", "is_split")
    assert list(added) == [("CUP", 0, False), ("MUG", 0, True)]


def test_availabilities(mug, places):
    make_kit("PAIR", {mug: 2})
    put(make_variant("PLATE"), places[0], 7)
    reserve([claim(mug, 1)])
    plain = StockLevel.objects.filter(warehouse__is_active=True).values_list("variant")
    expected = {variant_id: int(total) for variant_id, total in plain.annotate(total=Sum(F("on_hand") - F("reserved") - F("safety_stock")))}
    assert availabilities(expected) == expected


def test_a_movement_table_that_refuses_changes_has_its_trigger(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'inventory_movement'::regclass AND NOT tgisinternal")
        assert cursor.fetchall() == [("inventory_movement_append_only",)]
