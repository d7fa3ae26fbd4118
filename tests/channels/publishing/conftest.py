"""A live account on a small shop that takes plain numbers, and goods of ours that it sells."""

from collections.abc import Callable

import pytest

from catalog.models import Variant
from channels.models import Account, Listing
from channels.services.publishing.windows import open_windows_of_listings
from erp.core.clock import now
from inventory.models import Warehouse, WindowPolicy
from tests.clocks import ClockHand
from tests.factories.channels import make_account, make_listing, shops
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.flows.windows import WindowShop, ZeroConnector


@pytest.fixture
def account(db: None, clock: ClockHand) -> Account:
    account = make_account("terramare", connector=ZeroConnector.code, stock_ready_at=now())
    shops[account.code] = WindowShop()
    return account


@pytest.fixture
def shop(account: Account) -> WindowShop:
    return shops[account.code]  # type: ignore[return-value]


@pytest.fixture
def shelf(db: None) -> Warehouse:
    return make_warehouse()


@pytest.fixture
def sell_in_shop(account: Account, shelf: Warehouse) -> Callable[..., Listing]:
    """A variant of ours with pieces on the shelf, listed in a shop with its window open; the shop shows `seen` of it."""

    def list_it(item: str, pieces: int = 10, *, seen: int = 0, variant: Variant | None = None, of: Account | None = None) -> Listing:
        if variant is None:
            variant = make_variant(item.upper())
            put(variant, shelf, pieces)
        owner = of or account
        shops[owner.code].numbers[item] = seen
        listing = make_listing(owner, item, variant, seen_quantity=seen, seen_at=now())
        open_windows_of_listings([listing.pk])
        return listing

    return list_it


@pytest.fixture
def shared(db: None) -> WindowPolicy:
    return WindowPolicy.objects.create(mode="share")


@pytest.fixture
def split(db: None) -> WindowPolicy:
    return WindowPolicy.objects.create(mode="split")
