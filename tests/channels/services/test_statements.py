"""The statement budget of transaction B, BEGIN and COMMIT counted, claiming and storing apart."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Variant
from channels.locks import new_token, take_leases
from channels.models import Account, Listing, Via
from channels.queries import LISTED, listed_items
from channels.registry import connectors
from channels.services.connections import connect
from channels.services.importing import applying
from channels.services.importing.bodies import Body, read_body
from channels.services.importing.storing import store_states
from erp.core.clock import now
from inventory.models import StockLevel
from orders.models import Order
from tests.factories.channels import MemoryShop, make_listing, raw_of
from tests.factories.inventory import make_kit, make_variant, put

pytestmark = pytest.mark.django_db(transaction=True)


def stored_bodies(account: Account, shop: MemoryShop, numbers: list[str]) -> tuple[str, list[Body]]:
    connector = connect(account)
    bodies = [read_body(connector, raw_of(shop.orders[number])) for number in numbers]
    stored = store_states(account.pk, [body.arrival() for body in bodies], via=Via.POLL, due_at=now())
    token = new_token()
    take_leases(account.pk, numbers, token)
    return token, [body.stored_as(stored[body.external_id]) for body in bodies]


@contextmanager
def counted(number: int) -> Iterator[None]:
    with CaptureQueriesContext(connection) as queries:
        yield
    told = "\n".join(query["sql"][:110] for query in queries.captured_queries)
    assert len(queries) == number, told


@pytest.fixture
def shelf(account: Account, mug: Variant) -> list[str]:
    """Thirty articles, each with its listing and enough pieces."""
    warehouse = StockLevel.objects.get().warehouse
    items = [f"item{number:02}" for number in range(30)]
    for item in items:
        variant = make_variant(item.upper())
        put(variant, warehouse, 1000)
        make_listing(account, item, variant)
    return items


@pytest.mark.parametrize("lines", [3, 30])
def test_a_known_customer_who_paid_takes_ten_statements(account: Account, shop: MemoryShop, shelf: list[str], lines: int) -> None:
    items = dict.fromkeys(shelf[:lines], 1)
    shop.sell("1", items, email="known@example.com")
    applying.write_page(account, *stored_bodies(account, shop, ["1"]))
    shop.sell("2", items, email="known@example.com", shipping="5.00")
    token, bodies = stored_bodies(account, shop, ["2"])

    with counted(10):
        applying.write_page(account, token, bodies)

    assert Order.objects.count() == 2


@pytest.mark.parametrize("lines", [3, 30])
def test_a_new_customer_takes_at_most_sixteen(account: Account, shop: MemoryShop, shelf: list[str], lines: int) -> None:
    shop.sell("1", dict.fromkeys(shelf[:lines], 1), shipping="5.00")
    token, bodies = stored_bodies(account, shop, ["1"])

    with CaptureQueriesContext(connection) as queries:
        applying.write_page(account, token, bodies)

    assert len(queries) <= 16


def test_a_page_of_fifty_takes_as_many_as_one_order(account: Account, shop: MemoryShop, shelf: list[str]) -> None:
    shop.sell("1", dict.fromkeys(shelf[:3], 1), email="known@example.com")
    applying.write_page(account, *stored_bodies(account, shop, ["1"]))
    numbers = [str(number) for number in range(100, 150)]
    for place, number in enumerate(numbers):
        shop.sell(number, dict.fromkeys(shelf[place % 20 : place % 20 + 3], 1), email="known@example.com", shipping="5.00")
    token, bodies = stored_bodies(account, shop, numbers)

    with counted(10):
        applying.write_page(account, token, bodies)

    assert Order.objects.count() == 51


def test_a_split_variant_is_one_statement_more(account: Account, shop: MemoryShop, shelf: list[str]) -> None:
    items = dict.fromkeys(shelf[:3], 1)
    shop.sell("1", items, email="known@example.com")
    applying.write_page(account, *stored_bodies(account, shop, ["1"]))
    StockLevel.objects.update(is_split=True)
    shop.sell("2", items, email="known@example.com", shipping="5.00")
    token, bodies = stored_bodies(account, shop, ["2"])

    with counted(11):
        applying.write_page(account, token, bodies)


def test_the_listings_of_a_page_are_one_statement_like_the_plain_form(account: Account, mug: Variant, listing: Listing) -> None:
    make_listing(account, "pair", make_kit("PAIR", {mug: 2, make_variant("LID"): 1}))
    make_listing(account, "unknown")

    with counted(1):
        found = listed_items(account.pk, ["mug", "pair", "unknown", "never seen"])

    for row in Listing.objects.filter(account=account).select_related("variant").order_by("pk"):
        told = found.pop(row.external_item)
        parts = row.variant.components.order_by("component_id").values_list("component_id", "quantity") if row.variant else ()
        stocked = row.variant is None or row.variant.is_stocked or row.variant.is_kit
        assert (told.variant_id, told.components, told.is_stocked) == (row.variant_id, tuple(parts), stocked)
    assert (found, LISTED.count("SELECT"), {"memory", "woocommerce"} <= set(connectors.codes())) == ({}, 1, True)
