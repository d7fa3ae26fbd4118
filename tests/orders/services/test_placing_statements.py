"""The statement budget of placing. The importer adds two: listings -> variants, and the inbox row done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Reservation
from orders.models import Order
from orders.services.placing import place_orders
from tests.factories.crm import anna
from tests.factories.inventory import make_variant, make_warehouse, make_window, put
from tests.factories.orders import bank_transfer, draft, line

pytestmark = pytest.mark.django_db(transaction=True)
KNOWN = 8
WAITS_UNTIL = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def variants():
    shelf = make_warehouse()
    made = [make_variant(f"V{number:02}") for number in range(30)]
    for variant in made:
        put(variant, shelf, 1000)
    return made


@pytest.fixture
def known(variants):
    """The customers are known: each has bought before."""
    place_orders([draft([line(variants[0])], customer=anna(number)) for number in range(1, 51)], actor="shop")


def statements(call: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured.captured_queries]


def lines(variants, count):
    return [line(variant, 1, external_id=str(place)) for place, variant in enumerate(variants[:count], start=1)]


@pytest.mark.parametrize(("orders", "count"), [(1, 3), (1, 30), (50, 3), (50, 30)])
def test_a_known_customer_who_has_paid_costs_eight_statements(variants, known, orders, count):
    drafts = [draft(lines(variants, count), customer=anna(number)) for number in range(1, orders + 1)]

    made = statements(lambda: place_orders(drafts, actor="shop"))

    assert len(made) == KNOWN, "\n".join(statement[:150] for statement in made)
    assert (made[0], made[-1]) == ("BEGIN", "COMMIT")
    assert Order.objects.filter(status="released", external_id__in=[each.external_id for each in drafts]).count() == orders
    assert Reservation.objects.count() == 50 + orders * count


@pytest.mark.parametrize(("orders", "count"), [(1, 3), (1, 30), (50, 3)])
def test_a_split_variant_costs_one_more(known, orders, count):
    shelf = make_warehouse("PA")
    split = [make_variant(f"S{number:02}") for number in range(30)]
    for variant in split:
        put(variant, shelf, 1000, is_split=True)
        make_window(variant, ceiling=500)
    drafts = [draft(lines(split, count), customer=anna(number)) for number in range(1, orders + 1)]

    made = statements(lambda: place_orders(drafts, actor="shop"))

    assert len(made) == KNOWN + 1, "\n".join(statement[:150] for statement in made)


@pytest.mark.parametrize("orders", [1, 50])
def test_a_hold_costs_one_more(variants, known, orders):
    drafts = [
        draft(lines(variants, 3), customer=anna(number), treatment="wait_for_money", payments=(bank_transfer("40.00"),))
        for number in range(1, orders + 1)
    ]

    made = statements(lambda: place_orders(drafts, actor="shop"))

    assert len(made) == KNOWN + 1, "\n".join(statement[:150] for statement in made)


def test_missing_pieces_cost_one_more(variants, known):
    made = statements(lambda: place_orders([draft([line(variants[0], 5000)], customer=anna(1))], actor="shop"))

    assert len(made) == KNOWN + 1, "\n".join(statement[:150] for statement in made)


def test_a_new_address_or_identity_costs_one_more(variants, known):
    moved = replace(anna(1), address=replace(anna(1).address, street="Via Nuova 7"))
    elsewhere = replace(anna(1), source="montagna", external_id="77")

    assert len(statements(lambda: place_orders([draft(lines(variants, 3), customer=moved)], actor="shop"))) == KNOWN + 1
    assert len(statements(lambda: place_orders([draft(lines(variants, 3), customer=elsewhere)], actor="shop"))) == KNOWN + 1


@pytest.mark.parametrize("orders", [1, 50])
def test_new_customers_cost_five_more(variants, orders):
    drafts = [draft(lines(variants, 3), customer=anna(number)) for number in range(1, orders + 1)]

    made = statements(lambda: place_orders(drafts, actor="shop"))

    assert len(made) <= KNOWN + 5, "\n".join(statement[:150] for statement in made)


def test_a_second_placing_costs_five(variants, known):
    told = draft(lines(variants, 3), customer=anna(1))
    place_orders([told], actor="shop")

    made = statements(lambda: place_orders([told], actor="shop"))

    assert len(made) == 5, "\n".join(statement[:150] for statement in made)
