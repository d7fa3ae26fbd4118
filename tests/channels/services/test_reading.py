"""When a fence may close: everything that happened in the shop before the answer is surely read."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from catalog.models import Variant
from channels.contract import Temporary
from channels.locks import new_token, take_leases
from channels.models import Account, Cursor, InboxMessage, Listing, OrderLease
from channels.services.importing.pulling import pull_orders
from channels.services.importing.sweeping import sweep_inbox
from channels.services.matching import bind_listing
from channels.services.publishing.fencing import close_fences_of
from channels.services.reading import windows_in_open_bodies
from erp.core.clock import now
from inventory.models import Allotment
from inventory.windows import window_key
from tests.factories.channels import MemoryShop, make_listing
from tests.factories.inventory import make_kit, make_variant, make_window
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timedelta(minutes=10)
NO_GRACE = timedelta(0)


@pytest.fixture
def lid(account: Account, mug: Variant) -> Variant:
    variant = make_variant("LID")
    make_listing(account, "lid", variant)
    return variant


@pytest.fixture
def fence(account: Account, listing: Listing, mug: Variant) -> Callable[..., bool]:
    """The mug's window was brought to 0; is its fence open still, once all that is read may close it?"""
    window = window_key(account.code, "mug")

    def is_open(answered_at: datetime) -> bool:
        Allotment.objects.all().delete()
        make_window(mug, account.code, window=window, fence_kind="number", fence_value=0, fence_opened_at=answered_at)
        close_fences_of([account.pk])
        return Allotment.objects.get().fence_kind != ""

    return is_open


def windows(account: Account, *items: str) -> set[str]:
    return {window_key(account.code, item) for item in items}


def test_nothing_is_read_before_the_first_pull(fence: Callable[..., bool]) -> None:
    assert fence(now() - LONG_AGO) is True


def test_a_complete_pull_that_started_later_closes_it(account: Account, shop: MemoryShop, fence: Callable[..., bool]) -> None:
    pull_orders(account.pk)

    assert (fence(now() - LONG_AGO), fence(now())) == (False, True)


def test_the_read_lag_is_added_to_the_moment_of_the_answer(account: Account, shop: MemoryShop, fence: Callable[..., bool]) -> None:
    pull_orders(account.pk)
    read_through = Cursor.objects.get().read_through
    assert read_through is not None

    assert (fence(read_through - timedelta(seconds=1)), fence(read_through - timedelta(seconds=3))) == (True, False)


def test_a_pull_cut_off_in_the_middle_proves_nothing(
    account: Account, shop: MemoryShop, fence: Callable[..., bool], settings: object
) -> None:
    settings.REGIA_PAGE_ORDERS = 1  # type: ignore[attr-defined]
    shop.sell("1", {"mug": 1})
    shop.sell("2", {"mug": 1})
    shop.failures = []
    pages = []
    shop.before_page = lambda: pages.append(1) or (shop.failures.append(Temporary("gone")) if len(pages) == 1 else None)

    pull_orders(account.pk)

    assert (len(pages), Cursor.objects.get().read_through) == (1, None)
    assert fence(now() - LONG_AGO) is True


def test_a_parked_body_keeps_open_what_it_names_and_nothing_else(
    account: Account, shop: MemoryShop, lid: Variant, fence: Callable[..., bool]
) -> None:
    shop.sell("1", {"mug": 99999999999999})
    pull_orders(account.pk)

    assert windows_in_open_bodies(account) == windows(account, "mug")
    assert fence(now() - LONG_AGO) is True


def test_a_body_that_cannot_be_read_keeps_the_whole_account_open(
    account: Account, shop: MemoryShop, lid: Variant, fence: Callable[..., bool]
) -> None:
    shop.sell("1", {"lid": 1}, placed="soon")
    pull_orders(account.pk)

    assert windows_in_open_bodies(account) is None
    assert fence(now() - LONG_AGO) is True


def test_a_body_leased_elsewhere_keeps_open_what_it_names(account: Account, shop: MemoryShop, listing: Listing, lid: Variant) -> None:
    shop.sell("1", {"mug": 1})
    take_leases(account.pk, ["1"], new_token())
    pull_orders(account.pk)
    assert windows_in_open_bodies(account) == windows(account, "mug")

    OrderLease.objects.update(token="")
    assert sweep_inbox(grace=NO_GRACE) == 1

    assert windows_in_open_bodies(account) == set()


def test_an_edit_not_yet_taken_in_keeps_open_what_the_order_named_before(
    account: Account, shop: MemoryShop, listing: Listing, lid: Variant
) -> None:
    """The mug was taken off the order: the shop put it back, and only the old lines say so."""
    shop.sell("1", {"mug": 1})
    pull_orders(account.pk)
    shop.change("1", lines=[{"id": "1-lid", "item": "lid", "sku": "LID", "quantity": "1"}])
    take_leases(account.pk, ["1"], new_token())
    pull_orders(account.pk)

    assert InboxMessage.objects.get(state="waiting").items == ["lid"]
    assert windows_in_open_bodies(account) == windows(account, "mug", "lid")


def test_a_line_without_product_keeps_open_what_its_order_names(
    account: Account, shop: MemoryShop, listing: Listing, lid: Variant, deliver: Callable[[], int]
) -> None:
    shop.sell("1", {"mug": 1, "cup": 1})
    pull_orders(account.pk)
    assert windows_in_open_bodies(account) == windows(account, "mug", "cup")

    bind_listing(Listing.objects.get(external_item="cup").pk, variant_id=make_variant("CUP").pk, by=make_user())
    deliver()

    assert windows_in_open_bodies(account) == set()


def test_a_kit_is_sold_by_its_own_window(account: Account, shop: MemoryShop, listing: Listing, mug: Variant) -> None:
    make_listing(account, "pair", make_kit("PAIR", {mug: 2}))
    shop.sell("1", {"pair": 99999999999999})
    pull_orders(account.pk)

    assert windows_in_open_bodies(account) == windows(account, "pair")


def test_a_hint_alone_keeps_nothing_open(account: Account, shop: MemoryShop, listing: Listing) -> None:
    """A webhook is no body: what it speaks of was in the pull, or happened after it."""
    pull_orders(account.pk)
    InboxMessage.objects.create(
        account=account, kind="order.changed", external_id="9", body_hash="x", body="", via="webhook", received_at=now(), due_at=now()
    )

    assert windows_in_open_bodies(account) == set()
