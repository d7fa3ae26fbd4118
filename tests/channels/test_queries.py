"""Reads in SQL say what the plain form says, and cost one statement."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from channels.models import Account, Listing, StockWrite
from channels.queries import Intention, intentions_of, listings_fallen_since, newest_writes, numbers_written_since_seen
from erp.core.clock import now
from inventory.models import Reservation
from inventory.services.reserving import release, reserve
from tests.factories.channels import make_listing
from tests.factories.inventory import claim, make_kit, make_variant, make_warehouse, put

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listings(account: Account) -> list[Listing]:
    """Three with numbers sent to two of them, the third seen only."""
    shelf, moment = make_warehouse(), now()
    made = []
    for number in range(3):
        variant = make_variant(f"SKU-{number}")
        put(variant, shelf, 20)
        made.append(make_listing(account, variant.sku, variant, seen_quantity=7, seen_at=moment - timedelta(minutes=30)))
    for minutes, listing, wanted, answer in ((60, 0, 9, "done"), (20, 0, 8, "done"), (10, 0, 5, "rejected"), (40, 1, 4, "done")):
        at = moment - timedelta(minutes=minutes)
        StockWrite.objects.create(
            account=account, listing=made[listing], window=f"w{listing}", kind="set", value=wanted, wanted=wanted, key=str(minutes),
            sent_at=at, answered_at=at, leased_until=at, answer=answer, is_fall=minutes == 20,
        )  # fmt: skip
    return made


def test_the_newest_write_of_each_listing(listings: list[Listing], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    plain = {
        listing.pk: StockWrite.objects.filter(listing=listing).order_by("-sent_at", "-pk").first()
        for listing in listings
        if StockWrite.objects.filter(listing=listing).exists()
    }

    with django_assert_num_queries(1):
        assert newest_writes(listing.pk for listing in listings) == plain


def test_the_last_answer_counts_only_where_it_is_younger_than_the_last_look(listings: list[Listing]) -> None:
    assert numbers_written_since_seen([listing.pk for listing in listings]) == {listings[0].pk: Decimal(8)}


def test_what_a_listing_is_meant_to_show_and_what_was_sold_since(
    account: Account, listings: list[Listing], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second, third = listings
    kit = make_listing(account, "KIT", make_kit("KIT", {first.variant: 2, second.variant: 1}), seen_quantity=3)
    reserve([claim(first.variant, 5, reference="ord_1"), claim(second.variant, 1, reference="ord_2")])
    reserve([claim(first.variant, 9, reference="ord_3"), claim(third.variant, 2, reference="ord_4")])
    release("ord_3", to_window=False)
    Reservation.objects.filter(reference="ord_2").update(created_at=now() - timedelta(minutes=50))
    unbound = make_listing(account, "unbound")

    with django_assert_num_queries(1):
        found = intentions_of([each.pk for each in (first, second, third, kit, unbound)])

    assert sorted(found, key=lambda each: each.listing_id) == [
        Intention(first.pk, first.variant_id, Decimal(5), Decimal(5), was_sent=True),
        Intention(second.pk, second.variant_id, Decimal(4), Decimal(0), was_sent=True),
        Intention(third.pk, third.variant_id, Decimal(7), Decimal(2), was_sent=False),
        Intention(kit.pk, kit.variant_id, Decimal(3), Decimal(2), was_sent=False),
    ]


def test_listings_that_fell_and_did_not_come_back(account: Account, listings: list[Listing]) -> None:
    """The first fell 20 minutes ago; its later number of 5 brought it back."""
    assert listings_fallen_since(account.pk, now() - timedelta(hours=1)) == 0

    StockWrite.objects.filter(wanted=5).update(wanted=0)

    assert listings_fallen_since(account.pk, now() - timedelta(hours=1)) == 1
    assert listings_fallen_since(account.pk, now() - timedelta(minutes=15)) == 0
