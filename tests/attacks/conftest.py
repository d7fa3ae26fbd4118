"""A merchant with a thousand mugs and a shop whose bodies the test writes itself; and a house with all that the way out needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.models import Variant
from channels.models import Account
from tests.attacks.bodies import open_bodies
from tests.attacks.way_out import WayOut
from tests.factories.carriers import CarrierDesk, open_desk
from tests.factories.channels import MemoryShop, make_listing, shops
from tests.factories.inventory import make_variant, make_warehouse, put


@pytest.fixture
def mug(db: None) -> Variant:
    variant = make_variant("MUG")
    put(variant, make_warehouse(), 1000)
    return variant


@pytest.fixture
def account(mug: Variant) -> Account:
    account, _shop = open_bodies()
    make_listing(account, "7", mug, sku="MUG")
    return account


@pytest.fixture
def shop(account: Account) -> MemoryShop:
    return shops[account.code]


@pytest.fixture
def house(transactional_db: None) -> WayOut:
    return WayOut()


@pytest.fixture
def desk(tmp_path: Path, house: WayOut) -> Iterator[CarrierDesk]:
    desk = open_desk(tmp_path)
    with desk.site:
        yield desk
