"""An account on a shop in memory, with ten mugs."""

import pytest

from catalog.models import Variant
from channels.models import Account
from tests.factories.channels import MemoryShop, make_account, make_listing, shops
from tests.factories.inventory import make_variant, make_warehouse, put


@pytest.fixture
def pace() -> float:
    return 1.0


@pytest.fixture
def mug(transactional_db: None) -> Variant:
    variant = make_variant("MUG")
    put(variant, make_warehouse(), 10)
    return variant


@pytest.fixture
def account(mug: Variant) -> Account:
    account = make_account()
    make_listing(account, "mug", mug)
    return account


@pytest.fixture
def shop(account: Account) -> MemoryShop:
    return shops[account.code]
