"""Items seen for the first time, in the catalogue of a shop or only on an order, and the pairing of those that have no variant."""

from collections.abc import Sequence

from django.db.models import F, Q, Value
from django.db.models.functions import LPad

from catalog.models import State, Variant
from channels.contract import ChannelLine
from channels.events import ListingBound
from channels.models import Account, Binding, Listing
from channels.pairing import Offered, Pair, Wanted, full_gtin, pair_listings
from erp.core.cards import close_cards, open_card, subject_of
from erp.core.clock import now
from erp.core.events import publish
from erp.core.transactions import atomic

UNBOUND = (Binding.UNSEEN, Binding.MISSING, Binding.DOUBLE)


@atomic
def meet_items(account: Account, lines: Sequence[ChannelLine]) -> None:
    """Items that only an order told us of become listings, bound at once when their code is exact; the order goes on in any case."""
    items = {line.external_item: line for line in lines}
    Listing.objects.bulk_create(
        [
            Listing(account=account, external_item=item, external_parent=line.external_parent, sku=line.sku[:120], title=line.title[:300])
            for item, line in sorted(items.items())
        ],
        ignore_conflicts=True,
    )
    pair_unbound(account, items=sorted(items))


@atomic
def pair_unbound(account: Account, *, items: Sequence[str] | None = None) -> list[Pair]:
    """Bind listings of an account whose SKU or GTIN equals one of ours; the others get a card. `items` None is all of them."""
    unbound = Listing.objects.select_for_update(of=("self",)).filter(account=account, binding__in=UNBOUND, is_present=True).order_by("pk")
    listings = {each.pk: each for each in (unbound if items is None else unbound.filter(external_item__in=items))}
    if not listings:
        return []
    wanted = [Wanted(each.pk, each.sku, each.gtin) for each in listings.values()]
    offered = _offered(wanted)
    taken = Listing.objects.filter(account=account, variant_id__in=[each.variant_id for each in offered]).values_list(
        "variant_id", flat=True
    )
    pairs = pair_listings(wanted, offered, taken=set(taken), others=_rivals(account, wanted))
    _write(account, listings, pairs)
    return pairs


def _offered(wanted: Sequence[Wanted]) -> list[Offered]:
    skus = {each.sku for each in wanted if each.sku}
    gtins = {full_gtin(each.gtin) for each in wanted} - {""}
    variants = Variant.objects.filter(state=State.ACTIVE).annotate(full=LPad(F("gtin"), 14, Value("0")))
    found = variants.filter(Q(sku__in=skus) | Q(full__in=gtins)).order_by("pk")
    return [Offered(pk, sku, gtin or "") for pk, sku, gtin in found.values_list("pk", "sku", "gtin")]


def _rivals(account: Account, wanted: Sequence[Wanted]) -> list[Wanted]:
    """Listings beside the wanted ones that carry the same SKUs."""
    same = Listing.objects.filter(account=account, is_present=True, sku__in={each.sku for each in wanted if each.sku})
    rows = same.exclude(pk__in=[each.listing_id for each in wanted]).exclude(binding=Binding.IGNORED).order_by("pk")
    return [Wanted(pk, sku) for pk, sku in rows.values_list("pk", "sku")]


def _write(account: Account, listings: dict[int, Listing], pairs: Sequence[Pair]) -> None:
    for pair in pairs:
        listing = listings[pair.listing_id]
        listing.binding, listing.variant_id = Binding(pair.verdict), pair.variant_id
        listing.bound_at = now() if pair.verdict == "exact" else None
    Listing.objects.bulk_update(list(listings.values()), ["binding", "variant", "bound_at"], batch_size=500)
    for pair in pairs:
        if pair.verdict == "exact":
            publish(ListingBound(pair.listing_id))
        else:
            _open_card(account, listings[pair.listing_id], pair)
    close_listing_cards([pair.listing_id for pair in pairs if pair.verdict == "exact"])


def _open_card(account: Account, listing: Listing, pair: Pair) -> None:
    kind = "channels.double_listing" if pair.verdict == "double" else "channels.unbound_listing"
    title = listing.title or listing.external_item
    open_card(
        kind, subject_of("listing", listing.pk), account=account.name, title=title, sku=listing.sku or listing.gtin, count=pair.rivals
    )


def close_listing_cards(listing_ids: Sequence[int]) -> None:
    if listing_ids:
        for kind in ("channels.unbound_listing", "channels.double_listing"):
            close_cards(kind, [subject_of("listing", pk) for pk in listing_ids])
