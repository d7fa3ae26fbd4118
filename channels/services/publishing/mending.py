"""The one click that makes a shop sell an item from counted stock only."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from channels.contract import StockReading
from channels.models import Listing
from channels.services.connections import connect, told_in_words
from channels.services.publishing.fitness import MENDABLE, note_fitness
from channels.services.publishing.windows import open_windows_of_listings, window_of
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic, forbid_transaction
from inventory.services.reading import doubt_numbers


def mend_listing(listing_id: int, *, by: AbstractBaseUser) -> None:
    """Switch stock management on and orders beyond it off in the shop, then give it its number.

    The shop may show 0 in between. Raises Refused when nothing of that is wrong, when one write cannot mend it, or when the shop does not
    do it; nothing is changed here then.
    """
    forbid_transaction("mend_listing()")
    listing = Listing.objects.select_related("account").get(pk=listing_id)
    if listing.split_reason not in MENDABLE:
        _refuse(listing)
    with told_in_words(listing.account):
        reading = connect(listing.account).mend_listing(listing.external_item, listing.external_parent)
    _note(listing, reading, by)


def mend_card(subject: str, *, by: AbstractBaseUser) -> None:
    """The button of the card."""
    mend_listing(int(subject.partition(":")[2]), by=by)


def _refuse(listing: Listing) -> None:
    if listing.can_split:
        raise Refused(_("“%(title)s” is sold from counted stock already.") % {"title": listing.title}, code="settled")
    raise Refused(
        _("This cannot be put right for “%(title)s” alone. Do in the shop what the card says; it is seen at the next reading.")
        % {"title": listing.title},
        code="shop",
    )


@atomic
def _note(listing: Listing, reading: StockReading, by: AbstractBaseUser) -> None:
    """What the mending itself did to the number is known to be ours: the window is set anew."""
    note_fitness(listing, reading)
    listing.seen_quantity, listing.seen_at, listing.is_present = reading.quantity, reading.seen_at, reading.is_found
    listing.save(update_fields=["seen_quantity", "seen_at", "is_present", "can_split", "split_reason"])
    record(listing, "mended", by=by)
    open_windows_of_listings([listing.pk])
    doubt_numbers([window_of(listing)])
