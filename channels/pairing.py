"""Which variant a listing is: equal codes bind by themselves, everything else is for a person. Pure.

A code that stands on two listings of one account, or that says two different variants, binds nothing: never at random.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["exact", "missing", "double"]
GTIN_DIGITS = 14


@dataclass(frozen=True, slots=True)
class Wanted:
    """A listing without variant."""

    listing_id: int
    sku: str
    gtin: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A variant of ours that may be sold."""

    variant_id: int
    sku: str
    gtin: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """`rivals`: how many listings or variants share the code, for the card."""

    listing_id: int
    verdict: Verdict
    variant_id: int | None = None
    rivals: int = 0


def pair_listings(
    wanted: Sequence[Wanted], offered: Iterable[Offered], *, taken: Collection[int], others: Sequence[Wanted] = ()
) -> list[Pair]:
    """Pair by exact SKU, then by GTIN. `taken`: variants that another listing of the account has already; `others`: its bound listings."""
    variants = list(offered)
    by_sku = {each.sku: each for each in variants if each.sku}
    by_gtin = {full_gtin(each.gtin): each for each in variants if each.gtin}
    codes = _counted([*wanted, *others])
    first = [_pair(each, by_sku, by_gtin, codes, taken) for each in wanted]
    claims = Counter(pair.variant_id for pair in first if pair.verdict == "exact")
    return [_unless_contested(pair, claims) for pair in first]


def full_gtin(gtin: str) -> str:
    return gtin.strip().zfill(GTIN_DIGITS) if gtin.strip().isdigit() else ""


def _counted(listings: Iterable[Wanted]) -> Counter[str]:
    """How often each SKU stands in the shop. A GTIN may stand twice there: it then binds nothing because both claim one variant."""
    return Counter(each.sku for each in listings if each.sku)


def _pair(wanted: Wanted, by_sku: dict[str, Offered], by_gtin: dict[str, Offered], codes: Counter[str], taken: Collection[int]) -> Pair:
    if codes[wanted.sku] > 1:
        return Pair(wanted.listing_id, "double", rivals=codes[wanted.sku])
    found = {each.variant_id for each in (by_sku.get(wanted.sku), by_gtin.get(full_gtin(wanted.gtin))) if each is not None}
    if not found:
        return Pair(wanted.listing_id, "missing")
    if len(found) > 1 or found & set(taken):
        return Pair(wanted.listing_id, "double", rivals=2)
    return Pair(wanted.listing_id, "exact", variant_id=found.pop())


def _unless_contested(pair: Pair, claims: Counter[int | None]) -> Pair:
    if pair.verdict == "exact" and claims[pair.variant_id] > 1:
        return Pair(pair.listing_id, "double", rivals=claims[pair.variant_id])
    return pair
