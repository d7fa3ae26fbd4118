"""The shop's catalogue against ours: read, paired by exact code, the rest decided by people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from catalog.models import Variant
from channels.contract import Budget, ChannelListing, Connector, Cursor
from channels.events import ListingBound, ListingReleased, WindowSeen
from channels.models import Account, Binding, Listing
from channels.queries import numbers_written_since_seen
from channels.services.connections import connect, told_in_words
from channels.services.meeting import close_listing_cards, pair_unbound
from channels.services.publishing.fitness import tell_fitness
from erp.core.clock import now
from erp.core.events import publish
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic, forbid_transaction

PAGE_LISTINGS = 100
SEEN_FIELDS = [
    "external_parent",
    "sku",
    "gtin",
    "title",
    "stock_item",
    "location",
    "seen_quantity",
    "seen_at",
    "can_split",
    "split_reason",
    "is_present",
]


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What a reading of the shop's catalogue found."""

    seen: int
    gone: int
    bound: int
    missing: int
    double: int


def match_listings(account_id: int, *, by: AbstractBaseUser | None = None) -> MatchReport:
    """Read all listings of the shop and pair those without variant. Reads only: nothing is written in the shop.

    Raises Refused when the shop fails; what was read until then stays. A listing that the shop no longer has stays here, not present.
    """
    forbid_transaction("match_listings()")
    account = Account.objects.get(pk=account_id)
    started_at = now()
    with told_in_words(account):
        seen = _read_all(account, connect(account))
    return _conclude(account, started_at, seen, by)


def _read_all(account: Account, connector: Connector) -> int:
    cursor: Cursor | None = None
    seen = 0
    while True:
        page = connector.pull_listings(cursor, Budget(PAGE_LISTINGS))
        keep_listings(account, page.listings)
        seen += len(page.listings)
        if not page.more:
            return seen
        cursor = page.cursor


@atomic
def keep_listings(account: Account, listings: Sequence[ChannelListing]) -> None:
    """Write what the shop says of its items; a number that changed since we last looked is news."""
    known = {
        row.external_item: row
        for row in Listing.objects.select_for_update(of=("self",))
        .filter(account=account, external_item__in=[each.external_item for each in listings])
        .order_by("pk")
    }
    rows = [_row(account, each) for each in sorted(listings, key=lambda each: each.external_item)]
    Listing.objects.bulk_create(rows, update_conflicts=True, unique_fields=["account", "external_item"], update_fields=SEEN_FIELDS)
    written = numbers_written_since_seen([row.pk for row in known.values()])
    for row in rows:
        before = known.get(row.external_item)
        if before is not None:
            _tell_of_changes(before, row, written.get(before.pk, before.seen_quantity))


def _row(account: Account, listing: ChannelListing) -> Listing:
    return Listing(
        account=account,
        external_item=listing.external_item,
        external_parent=listing.external_parent,
        sku=listing.sku.strip()[:120],
        gtin=listing.gtin.strip()[:14],
        title=listing.title[:300],
        stock_item="" if listing.stock_item == listing.external_item else listing.stock_item,
        location=listing.location,
        seen_quantity=listing.quantity,
        seen_at=listing.seen_at or now(),
        can_split=not listing.cannot_split,
        split_reason=listing.cannot_split,
        is_present=True,
    )


def _tell_of_changes(before: Listing, row: Listing, number: Decimal | None) -> None:
    if before.variant_id is None:
        return
    if number != row.seen_quantity or before.can_split != row.can_split:
        publish(WindowSeen(before.pk))
    if before.can_split != row.can_split:
        row.pk = before.pk
        tell_fitness([row])


@atomic
def _conclude(account: Account, started_at: datetime, seen: int, by: AbstractBaseUser | None) -> MatchReport:
    unseen = Listing.objects.filter(account=account, is_present=True, seen_at__lt=started_at)
    gone = unseen.update(is_present=False) if seen else 0
    verdicts = [pair.verdict for pair in pair_unbound(account)]
    unfit = Listing.objects.select_related("account").filter(account=account, variant__isnull=False, is_present=True, can_split=False)
    tell_fitness(list(unfit.order_by("pk")))
    report = MatchReport(seen, gone, verdicts.count("exact"), verdicts.count("missing"), verdicts.count("double"))
    record(account, "matched", by=by, seen=seen, bound=report.bound, missing=report.missing, double=report.double)
    return report


@atomic
def bind_listing(listing_id: int, *, variant_id: int, by: AbstractBaseUser) -> None:
    """A person says which variant a listing is; orders that waited for it go on. Raises Refused when it is bound to another one."""
    listing = Listing.objects.select_for_update(of=("self",)).get(pk=listing_id)
    if listing.variant_id == variant_id:
        return
    if listing.variant_id is not None:
        raise Refused(
            _("“%(listing)s” is bound to another product already. Release it first, then bind it.") % {"listing": listing.title},
            code="bound",
        )
    variant = Variant.objects.get(pk=variant_id)
    Listing.objects.filter(pk=listing.pk).update(variant=variant, binding=Binding.MANUAL, bound_at=now())
    close_listing_cards([listing.pk])
    record(listing, "bound", by=by, sku=variant.sku)
    publish(ListingBound(listing.pk))


@atomic
def bind_to_sku(listing_id: int, *, sku: str, by: AbstractBaseUser) -> None:
    """The same by a product's SKU as a person types it. Raises Refused when no product has it."""
    variant = Variant.objects.filter(sku__iexact=sku.strip()).order_by("pk").first()
    if variant is None:
        raise Refused(_("No product has the SKU “%(sku)s”. Check it, or make the product first.") % {"sku": sku}, code="unknown")
    bind_listing(listing_id, variant_id=variant.pk, by=by)


@atomic
def ignore_listing(listing_id: int, *, by: AbstractBaseUser) -> None:
    """A person says that a listing is not ours: it needs no product, and no card asks again. Raises Refused when it is bound."""
    listing = Listing.objects.select_for_update(of=("self",)).get(pk=listing_id)
    if listing.variant_id is not None:
        raise Refused(_("“%(listing)s” is bound to a product. Release it first.") % {"listing": listing.title}, code="bound")
    Listing.objects.filter(pk=listing.pk).update(binding=Binding.IGNORED)
    close_listing_cards([listing.pk])
    record(listing, "ignored", by=by)


@atomic
def ignore_listings(listing_ids: Sequence[int], *, by: AbstractBaseUser) -> int:
    """Many at once; those that are bound stay as they are. Returns how many are left alone from now on."""
    listings = list(Listing.objects.select_for_update(of=("self",)).filter(pk__in=listing_ids, variant=None).order_by("pk"))
    Listing.objects.filter(pk__in=[listing.pk for listing in listings]).update(binding=Binding.IGNORED)
    close_listing_cards([listing.pk for listing in listings])
    for listing in listings:
        record(listing, "ignored", by=by)
    return len(listings)


@atomic
def release_listing(listing_id: int, *, by: AbstractBaseUser) -> None:
    """A person takes a wrong binding back; orders that came in with it keep the product they have."""
    listing = Listing.objects.select_for_update(of=("self",)).get(pk=listing_id)
    if listing.variant_id is None:
        raise Refused(_("“%(listing)s” is bound to no product.") % {"listing": listing.title}, code="unbound")
    Listing.objects.filter(pk=listing.pk).update(variant=None, binding=Binding.RELEASED, bound_at=None)
    record(listing, "released", by=by, variant_id=listing.variant_id)
    publish(ListingReleased(listing.pk, listing.variant_id))


def suggest_variants(listing_id: int) -> list[Variant]:
    """Up to five variants that a person may mean: the same SKU in other letters, or words of the title. Never bound by itself."""
    listing = Listing.objects.get(pk=listing_id)
    if listing.variant_id is not None:
        return []
    alike = list(Variant.objects.filter(sku__iexact=listing.sku).order_by("pk")[:1]) if listing.sku else []
    words = [word for word in listing.title.split() if len(word) > 2]
    titled = Variant.objects.exclude(pk__in=[each.pk for each in alike])
    for word in words[:4]:
        titled = titled.filter(title__icontains=word)
    return alike + (list(titled.order_by("sort_title", "pk")[: 5 - len(alike)]) if words else [])
