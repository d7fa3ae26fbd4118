"""The shop's catalogue against ours."""

import pytest

from catalog.models import Variant
from channels.events import ListingBound
from channels.models import Account, Listing
from channels.services.matching import (
    MatchReport,
    bind_listing,
    ignore_listing,
    ignore_listings,
    match_listings,
    release_listing,
    suggest_variants,
)
from erp.core.events import name_of
from erp.core.history import history_of
from erp.core.models import Card, Event
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from tests.factories.channels import MemoryShop, listing_of, make_listing
from tests.factories.inventory import make_variant
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db


def open_cards() -> list[tuple[str, str]]:
    return sorted(Card.objects.filter(closed_at=None).values_list("kind", "subject"))


def test_pain_23_exact_codes_bind_and_the_rest_are_cards(account: Account, shop: MemoryShop, mug: Variant) -> None:
    shop.listings = [listing_of("mug"), listing_of("a", "TWICE"), listing_of("b", "TWICE"), listing_of("new", "NEW")]
    make_variant("TWICE")

    report = match_listings(account.pk)

    assert report == MatchReport(seen=4, gone=0, bound=1, missing=1, double=2)
    rows = {row.external_item: row for row in Listing.objects.all()}
    assert {item: (row.binding, row.variant_id) for item, row in rows.items()} == {
        "mug": ("exact", mug.pk),
        "a": ("double", None),
        "b": ("double", None),
        "new": ("missing", None),
    }
    assert open_cards() == sorted(
        [
            ("channels.double_listing", f"listing:{rows['a'].pk}"),
            ("channels.double_listing", f"listing:{rows['b'].pk}"),
            ("channels.unbound_listing", f"listing:{rows['new'].pk}"),
        ]
    )


def test_reading_again_changes_nothing(account: Account, shop: MemoryShop, mug: Variant) -> None:
    shop.listings = [listing_of("mug"), listing_of("new", "NEW")]
    match_listings(account.pk)
    told = Event.objects.count()

    assert match_listings(account.pk) == MatchReport(seen=2, gone=0, bound=0, missing=1, double=0)
    assert (Listing.objects.count(), Event.objects.count(), len(open_cards())) == (2, told, 1)


def test_a_product_made_later_is_bound_at_the_next_reading(account: Account, shop: MemoryShop) -> None:
    shop.listings = [listing_of("new", "NEW")]
    match_listings(account.pk)
    variant = make_variant("NEW")

    match_listings(account.pk)

    assert (Listing.objects.get().variant_id, open_cards()) == (variant.pk, [])


def test_pain_23_what_the_shop_deletes_stays_here(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.listings = [listing_of("lid", "LID")]

    report = match_listings(account.pk)

    row = Listing.objects.get(external_item="mug")
    assert (report.gone, row.is_present, row.variant_id) == (0, True, listing.variant_id)  # never seen at a reading: nothing is concluded
    Listing.objects.filter(pk=listing.pk).update(seen_at="2026-11-01T00:00:00Z")
    assert match_listings(account.pk).gone == 1
    row.refresh_from_db()
    assert (row.is_present, row.variant_id) == (False, listing.variant_id)


def test_what_cannot_be_guaranteed_is_a_card_until_it_is_mended(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.listings = [listing_of("mug", cannot_split="backorders_allowed")]
    match_listings(account.pk)
    row = Listing.objects.get()
    assert (row.can_split, row.split_reason, open_cards()) == (
        False,
        "backorders_allowed",
        [("channels.cannot_split", f"listing:{row.pk}")],
    )

    shop.listings = [listing_of("mug")]
    match_listings(account.pk)

    assert (Listing.objects.get().can_split, open_cards()) == (True, [])


def test_a_number_that_the_shop_changed_is_news_once(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.listings = [listing_of("mug", quantity=4)]
    match_listings(account.pk)
    match_listings(account.pk)

    seen = Event.objects.filter(name="channels.WindowSeen").values_list("payload", flat=True)
    assert (list(seen), Listing.objects.get().seen_quantity) == ([{"listing_id": listing.pk}], 4)


def test_a_person_binds_and_the_history_says_who(account: Account, mug: Variant) -> None:
    row, anna = make_listing(account, "cup"), make_user()

    bind_listing(row.pk, variant_id=mug.pk, by=anna)

    row.refresh_from_db()
    assert (row.variant_id, row.binding) == (mug.pk, "manual")
    assert list(history_of(row).values_list("verb", "by")) == [("bound", anna.pk)]
    assert list(Event.objects.values_list("name", "payload")) == [(name_of(ListingBound), {"listing_id": row.pk})]


def test_a_bound_listing_is_not_bound_to_another(account: Account, listing: Listing) -> None:
    other = make_variant("OTHER")

    with pytest.raises(Refused), attempt():
        bind_listing(listing.pk, variant_id=other.pk, by=make_user())

    listing.refresh_from_db()
    assert listing.variant_id != other.pk


def test_what_a_person_released_does_not_bind_itself_again(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.listings = [listing_of("mug")]
    release_listing(listing.pk, by=make_user())

    match_listings(account.pk)

    listing.refresh_from_db()
    assert (listing.variant_id, listing.binding) == (None, "released")


def test_what_is_not_ours_asks_no_more(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.listings = [listing_of("mug"), listing_of("new", "NEW"), listing_of("old", "OLD")]
    match_listings(account.pk)
    new, old = (Listing.objects.get(external_item=item) for item in ("new", "old"))

    ignore_listing(new.pk, by=make_user())
    assert ignore_listings([old.pk, listing.pk], by=make_user()) == 1
    match_listings(account.pk)

    assert (open_cards(), Listing.objects.filter(binding="ignored").count()) == ([], 2)
    with pytest.raises(Refused), attempt():
        ignore_listing(listing.pk, by=make_user())


def test_suggestions_are_for_people_only(account: Account, mug: Variant) -> None:
    row = make_listing(account, "x", sku="mug", title="Tazza grande")
    big = make_variant("TG", title="Tazza grande blu")
    make_variant("TP", title="Tazza piccola")

    assert suggest_variants(row.pk) == [mug, big]
    row.refresh_from_db()
    assert row.variant_id is None
    assert suggest_variants(make_listing(account, "y", mug, title="Tazza grande").pk) == []
