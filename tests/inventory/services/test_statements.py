"""The stock's part of an order's statement budget, with the transaction around it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Allotment
from inventory.services.reserving import reserve
from tests.factories.inventory import claim, make_variant, make_warehouse, make_window, put


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lines", [3, 30])
@pytest.mark.parametrize(("is_split", "stock"), [(False, 2), (True, 3)])
def test_the_stock_of_an_order_is_two_statements_and_three_when_split(is_split, stock, lines):
    catania = make_warehouse()
    variants = [make_variant() for _ in range(lines)]
    for variant in variants:
        put(variant, catania, 10, is_split=is_split)
        make_window(variant, ceiling=5)
    windows = dict(Allotment.objects.values_list("variant_id", "window"))
    claims = [claim(variant, 1, line=str(variant.pk), window=windows[variant.pk]) for variant in variants]

    with CaptureQueriesContext(connection) as captured:
        reserve(claims)

    statements = [query["sql"] for query in captured]
    assert (statements[0], statements[-1]) == ("BEGIN", "COMMIT")
    assert len([sql for sql in statements[1:-1] if "core_event" not in sql]) == stock
    assert len([sql for sql in statements if "core_event" in sql]) == 1
