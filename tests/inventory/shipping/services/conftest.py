"""What the tests of the shipping services share."""

import pytest

from catalog.models import Variant
from inventory.models import Warehouse
from tests.factories.inventory import make_warehouse
from tests.factories.shipping import stocked


@pytest.fixture
def catania() -> Warehouse:
    return make_warehouse("CT")


@pytest.fixture
def mug(catania: Warehouse) -> Variant:
    return stocked(catania, sku="MUG")


@pytest.fixture
def plate(catania: Warehouse) -> Variant:
    return stocked(catania, sku="PLATE")
