"""The proof finds what is wrong, and nothing else."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from erp.core.models import Card
from inventory.models import Reservation, StockException, StockLevel
from inventory.queries import availabilities, explain_number
from inventory.services.ledger import check_ledger, prove_ledger
from inventory.services.reserving import reserve
from tests.factories.inventory import claim, make_kit, make_variant, make_warehouse, make_window, put


@pytest.fixture
def catania(db):
    return make_warehouse("CT")


@pytest.fixture
def mug(catania):
    mug = make_variant("MUG")
    put(mug, catania, 5)
    reserve([claim(mug, 2)])
    return mug


def test_what_the_services_wrote_is_proved(mug):
    assert check_ledger() == []


def test_planted_corruption_is_found(mug):
    StockLevel.objects.update(on_hand=6, reserved=1)

    assert check_ledger() == [
        "MUG in CT: 6 on hand, but its movements sum to 5.",
        "MUG in CT: 1 reserved, but its reservations sum to 2.",
    ]


def test_a_lost_level_is_found(mug):
    StockLevel.objects.all().delete()

    assert len(check_ledger()) == 2


def test_a_division_that_promises_too_much_is_found_unless_it_is_excepted(mug):
    StockLevel.objects.update(is_split=True)
    make_window(make_kit("PAIR", {mug: 2}), ceiling=2)
    assert check_ledger() == ["MUG: windows may sell 4 and 2 are reserved, but only 5 are on hand."]

    StockException.objects.create(variant=mug, cause="physical_loss", quantity=1, opened_at="2026-11-24T12:00Z")
    assert check_ledger() == []


def test_the_nightly_proof_opens_a_card_and_closes_it(mug):
    StockLevel.objects.update(on_hand=6)
    prove_ledger()
    assert Card.objects.get(closed_at=None).params["count"] == 1

    StockLevel.objects.update(on_hand=5)
    prove_ledger()
    assert Card.objects.filter(closed_at=None).count() == 0


def test_the_command_says_it_in_words_and_in_json(mug):
    out = StringIO()
    call_command("check_ledger", stdout=out)
    assert out.getvalue() == "Every stock number matches its ledger.\n"

    StockLevel.objects.update(on_hand=6)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_ledger", "--json", stdout=out)
    assert json.loads(out.getvalue())["is_proved"] is False


def test_the_database_itself_refuses_more_reserved_than_there_is(mug):
    with pytest.raises(Exception, match="inventory_reserved_within_on_hand"):
        StockLevel.objects.update(reserved=6)


def test_a_short_row_cannot_have_a_place(mug):
    with pytest.raises(Exception, match="inventory_short_has_no_piece"):
        Reservation.objects.update(state="short")


def test_why_this_number(mug, catania):
    milano = make_warehouse("MI", priority=2)
    put(mug, milano, 4, safety=1)
    make_window(mug, "left", 3)
    kit = make_kit("PAIR", {mug: 2})
    make_window(kit, "right", 1)

    found = explain_number(mug.pk)

    assert (found.on_hand, found.reserved, found.safety, found.available, found.units) == (9, 2, 1, 6, 6)
    assert (found.exposed, found.beyond_ceilings) == (5, 2)
    assert [(each.source, each.ceiling, each.waits_for) for each in found.windows] == [("left", 3, "")]
    assert explain_number(kit.pk).units == 3


def test_many_availabilities_are_one_statement(mug, catania, django_assert_num_queries):
    plate = make_variant("PLATE")
    put(plate, catania, 7, safety=2)
    kit = make_kit("SET", {mug: 1, plate: 2})
    empty = make_variant("EMPTY")

    with django_assert_num_queries(1):
        found = availabilities([mug.pk, plate.pk, kit.pk, empty.pk])

    assert found == {mug.pk: 3, plate.pk: 5, kit.pk: 2, empty.pk: 0}
    assert connection.vendor == "postgresql"
