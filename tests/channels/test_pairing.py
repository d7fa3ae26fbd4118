"""Equal codes bind by themselves; doubles are blocked, never random."""

import pytest

from channels.pairing import Offered, Pair, Wanted, full_gtin, pair_listings

MUG, LID = Offered(1, "MUG", "8001234567896"), Offered(2, "LID", "")


def test_pain_23_the_exact_sku_binds() -> None:
    assert pair_listings([Wanted(7, "MUG")], [MUG, LID], taken=()) == [Pair(7, "exact", 1)]


def test_pain_23_other_letters_are_another_code() -> None:
    assert pair_listings([Wanted(7, "mug")], [MUG], taken=()) == [Pair(7, "missing")]


def test_the_gtin_binds_whatever_its_leading_zeros() -> None:
    assert pair_listings([Wanted(7, "", "08001234567896")], [MUG], taken=()) == [Pair(7, "exact", 1)]


def test_two_listings_with_one_sku_bind_none() -> None:
    assert pair_listings([Wanted(7, "MUG"), Wanted(8, "MUG")], [MUG], taken=()) == [
        Pair(7, "double", rivals=2),
        Pair(8, "double", rivals=2),
    ]


def test_a_sku_and_a_gtin_of_different_variants_bind_none() -> None:
    assert pair_listings([Wanted(7, "LID", "8001234567896")], [MUG, LID], taken=()) == [Pair(7, "double", rivals=2)]


def test_a_variant_that_another_listing_has_is_not_given_twice() -> None:
    assert pair_listings([Wanted(7, "MUG")], [MUG], taken={1}) == [Pair(7, "double", rivals=2)]


def test_two_listings_that_reach_one_variant_by_different_codes_bind_none() -> None:
    pairs = pair_listings([Wanted(7, "MUG"), Wanted(8, "", "8001234567896")], [MUG], taken=())

    assert pairs == [Pair(7, "double", rivals=2), Pair(8, "double", rivals=2)]


def test_a_listing_without_codes_is_for_a_person() -> None:
    assert pair_listings([Wanted(7, "")], [MUG, LID], taken=()) == [Pair(7, "missing")]


@pytest.mark.parametrize(("typed", "full"), [("8001234567896", "08001234567896"), (" 96385074 ", "00000096385074"), ("abc", ""), ("", "")])
def test_gtins_are_compared_at_full_length(typed: str, full: str) -> None:
    assert full_gtin(typed) == full
