"""Which listings are windows: those bound to something that we stock, in accounts whose first stock is settled."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from channels.models import Listing
from channels.registry import connectors
from channels.services.publishing.fitness import close_fitness_cards, tell_fitness
from channels.services.publishing.judging import note_put_right
from channels.services.publishing.requesting import request_numbers_of_listings
from channels.states import AccountState
from erp.core.transactions import atomic
from inventory.services.opening import NewWindow, close_windows, open_windows
from inventory.windows import window_key


def window_of(listing: Listing) -> str:
    """The window's key: several listings that share one number in the shop (a variation on its parent's stock) are one window."""
    return window_key(listing.account.code, listing.stock_item or listing.external_item, listing.location)


def open_windows_of_account(account_id: int) -> None:
    """Every bound listing of an account gets its books and its first number."""
    open_windows_of_listings(Listing.objects.filter(account_id=account_id).values_list("pk", flat=True))


@atomic
def open_windows_of_listings(listing_ids: Collection[int]) -> None:
    """Safe to repeat: books that exist are brought to what the listing is now (another variant, not to be guaranteed)."""
    found = Listing.objects.select_related("account", "variant").filter(pk__in=listing_ids, variant__isnull=False, is_present=True)
    ready = found.filter(account__state__in=[AccountState.LIVE, AccountState.PAUSED], account__stock_ready_at__isnull=False)
    listings = [each for each in ready.order_by("pk") if each.variant is not None and (each.variant.is_stocked or each.variant.is_kit)]
    if not listings:
        return
    open_windows(list({window.window: window for window in map(_new_window, listings)}.values()))
    tell_fitness(listings)
    request_numbers_of_listings([each.pk for each in listings])


@atomic
def close_windows_of_listings(listing_ids: Collection[int]) -> None:
    """Bindings that were taken back: the window is brought to 0 before its books end."""
    listings = list(Listing.objects.select_related("account").filter(pk__in=listing_ids).order_by("pk"))
    close_windows([window_of(each) for each in listings])
    _forget(listings)
    request_numbers_of_listings([each.pk for each in listings])


@atomic
def look_at_windows(listing_ids: Collection[int]) -> None:
    """The shop sells these listings otherwise than before: bring their books to what they are now, and decide their numbers again.

    A listing that is gone from the shop can sell nothing any more: its units are free at once.
    """
    listings = list(Listing.objects.select_related("account").filter(pk__in=listing_ids, variant__isnull=False).order_by("pk"))
    gone = [each for each in listings if not each.is_present]
    if gone:
        close_windows([window_of(each) for each in gone], is_gone=True)
        _forget(gone)
    open_windows_of_listings([each.pk for each in listings if each.is_present])


def _forget(listings: Sequence[Listing]) -> None:
    """What waits for a person about the numbers of these listings needs nobody any more."""
    pks = [each.pk for each in listings]
    close_fitness_cards(pks)
    note_put_right(pks)


def _new_window(listing: Listing) -> NewWindow:
    stock_class = connectors.get(listing.account.connector).capabilities().stock_write
    assert listing.variant_id is not None
    seen: Decimal | None = listing.seen_quantity
    return NewWindow(window_of(listing), listing.account.code, listing.variant_id, stock_class, seen, listing.can_split)
