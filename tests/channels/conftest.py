"""A live account on a shop in memory, with ten mugs on our shelf and a listing for them."""

import pytest

from catalog.models import Variant
from channels.models import Account, Listing
from tests.factories.channels import MemoryShop, make_account, make_listing, shops
from tests.factories.inventory import make_variant, make_warehouse, put


@pytest.fixture
def account(db: None) -> Account:
    return make_account()


@pytest.fixture
def shop(account: Account) -> MemoryShop:
    return shops[account.code]


@pytest.fixture
def mug(db: None) -> Variant:
    variant = make_variant("MUG")
    put(variant, make_warehouse(), 10)
    return variant


@pytest.fixture
def listing(account: Account, mug: Variant) -> Listing:
    return make_listing(account, "mug", mug)
