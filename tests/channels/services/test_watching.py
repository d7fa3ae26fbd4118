"""News about products: what the shop shows is looked at; what we know already is an echo."""

from datetime import timedelta
from decimal import Decimal

import pytest

from channels.contract import Temporary
from channels.models import Account, InboxMessage, Listing, StockWrite
from channels.services.watching import watch_products
from erp.core.clock import now, real_now
from erp.core.models import Event
from inventory.windows import window_key
from tests.factories.channels import MemoryShop

pytestmark = pytest.mark.django_db(transaction=True)


def tell(account: Account, item: str, place: int = 1) -> InboxMessage:
    return InboxMessage.objects.create(
        account=account,
        kind="product.changed",
        external_id=item,
        body_hash=str(place),
        body="",
        via="webhook",
        received_at=now(),
        due_at=now(),
    )


def seen() -> int:
    return Event.objects.filter(name="channels.WindowSeen").count()


def test_another_number_is_news(account: Account, shop: MemoryShop, listing: Listing) -> None:
    message, shop.numbers = tell(account, "mug"), {"mug": 3}

    assert watch_products(account.pk) == 1

    listing.refresh_from_db()
    message.refresh_from_db()
    assert (listing.seen_quantity, message.state, message.outcome, seen()) == (3, "done", "seen", 1)


def test_pain_29_the_number_that_we_saw_last_is_an_echo(account: Account, shop: MemoryShop, listing: Listing) -> None:
    Listing.objects.update(seen_quantity=3, seen_at=now())
    message, shop.numbers = tell(account, "mug"), {"mug": 3}

    assert watch_products(account.pk) == 0

    message.refresh_from_db()
    assert (message.state, message.outcome, seen()) == ("dropped", "echo", 0)


def test_pain_29_the_number_that_we_wrote_is_an_echo(account: Account, shop: MemoryShop, listing: Listing) -> None:
    Listing.objects.update(seen_quantity=8, seen_at=now() - timedelta(minutes=5))
    StockWrite.objects.create(
        account=account, listing=listing, window=window_key(account.code, "mug"), kind="set", value=Decimal(3), wanted=Decimal(3), key="1",
        sent_at=now(), answered_at=now(), leased_until=real_now(), answer="done", shown=Decimal(3),
    )  # fmt: skip
    tell(account, "mug")
    shop.numbers = {"mug": 3}

    assert (watch_products(account.pk), seen()) == (0, 0)


def test_a_product_that_nobody_sells_here_is_nothing(account: Account, shop: MemoryShop) -> None:
    message = tell(account, "unknown")

    assert watch_products(account.pk) == 0

    message.refresh_from_db()
    assert (message.state, shop.calls) == ("dropped", [])


def test_a_shop_that_fails_leaves_the_news_waiting(account: Account, shop: MemoryShop, listing: Listing) -> None:
    message, shop.failures = tell(account, "mug"), [Temporary("502")]

    assert watch_products(account.pk) == 0

    message.refresh_from_db()
    assert (message.state, message.error, message.due_at > message.received_at) == ("waiting", "502", True)


def test_many_pieces_of_news_are_one_call(account: Account, shop: MemoryShop, listing: Listing) -> None:
    for place in range(5):
        tell(account, "mug", place)
    shop.numbers = {"mug": 3}

    watch_products(account.pk)

    assert (shop.calls, InboxMessage.objects.filter(state="waiting").count()) == (["read stock"], 0)
