"""Listings that the shop sells without stock: their number cannot be guaranteed, and a card says why."""

from collections.abc import Collection, Sequence

from channels.contract import StockReading
from channels.models import Listing
from erp.core.cards import close_cards, open_card, subject_of

NOT_TRACKED, BEYOND_STOCK = "stock_not_tracked", "backorders_allowed"
MENDABLE = (NOT_TRACKED, BEYOND_STOCK)
CARD, CARD_WITHOUT_BUTTON = "channels.cannot_split", "channels.shop_cannot_split"


def note_fitness(listing: Listing, reading: StockReading) -> bool:
    """Keep on the listing (not saved) what this look says about how the shop sells it; True when that changed.

    What a look at one item cannot see (stock on the parent, switched off in the whole shop) stays as it was.
    """
    if not reading.is_found or listing.stock_item or listing.split_reason not in ("", *MENDABLE):
        return False
    reason = ""
    if not reading.manages_stock:
        reason = NOT_TRACKED
    elif reading.allows_backorders:
        reason = BEYOND_STOCK
    changed = reason != listing.split_reason
    listing.split_reason, listing.can_split = reason, not reason
    return changed


def tell_fitness(listings: Sequence[Listing]) -> None:
    """Open a card for each that cannot be guaranteed, with the button where one write mends it; close those of the others."""
    close_fitness_cards([each.pk for each in listings if each.can_split])
    for listing in listings:
        if not listing.can_split:
            kind = CARD if listing.split_reason in MENDABLE else CARD_WITHOUT_BUTTON
            open_card(
                kind,
                subject_of("listing", listing.pk),
                account=listing.account.name,
                title=listing.title or listing.sku,
                reason_code=listing.split_reason,
            )


def close_fitness_cards(listing_ids: Collection[int]) -> None:
    if listing_ids:
        for kind in (CARD, CARD_WITHOUT_BUTTON):
            close_cards(kind, [subject_of("listing", pk) for pk in listing_ids])
