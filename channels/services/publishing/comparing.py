"""What a shop shows against what it should show: looked at when it has news, and of every listing once an hour.

A number that differs is no verdict. The shop may have sold a piece whose order we have not read, or put one back; our own number may be
under way. So a difference is only written down, with the window's counters of the moment before we looked, and told later (`judging`).
Numbers of windows that are busy with our own writes are not compared at all: that echo is known.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser

from channels.contract import StockReading
from channels.events import WindowSeen
from channels.models import Account, Answer, Difference, Listing, StockWrite
from channels.queries import newest_writes, numbers_written_since_seen
from channels.services.connections import connect, told_in_words
from channels.services.publishing.fitness import note_fitness
from channels.services.publishing.requesting import request_numbers_of_listings
from channels.services.publishing.windows import window_of
from erp.core.clock import now
from erp.core.events import publish
from erp.core.history import record
from erp.core.transactions import atomic, forbid_transaction
from inventory.queries import WindowStanding, standings_of
from inventory.services.allotting import plan_windows
from inventory.services.reading import doubt_numbers

LISTINGS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Before:
    """What we knew just before the shop was asked. `written`: last numbers of ours for listings without books, where younger than our
    last look; `last_writes`: the newest write of each listing."""

    standings: Mapping[str, WindowStanding]
    last_writes: Mapping[int, int]
    written: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many listings were looked at, and how many showed another number than they should."""

    looked_at: int
    differing: int


def compare_now(account_id: int, *, by: AbstractBaseUser) -> Comparison:
    """A person asks for a look at every number. Raises Refused, in the shop's words, when it fails."""
    account = Account.objects.get(pk=account_id)
    with told_in_words(account):
        comparison = compare_account(account_id)
    _record(account, comparison, by)
    return comparison


@atomic
def _record(account: Account, comparison: Comparison, by: AbstractBaseUser) -> None:
    record(account, "numbers_compared", by=by, looked_at=comparison.looked_at, differing=comparison.differing)


def compare_account(account_id: int) -> Comparison:
    """Look at every bound listing of an account. Raises OutsideError when the shop fails; what was read until then stays."""
    forbid_transaction("compare_account()")
    account = Account.objects.get(pk=account_id)
    bound = Listing.objects.filter(account=account, variant__isnull=False, is_present=True).order_by("external_parent", "pk")
    looked_at = differing = 0
    for listings in _chunks(list(bound)):
        differing += len(compare_listings(account, listings))
        looked_at += len(listings)
    return Comparison(looked_at, differing)


def compare_listings(account: Account, listings: Sequence[Listing]) -> set[int]:
    """Ask the shop for these listings, keep what it shows, and return those that are news to us. Raises OutsideError."""
    forbid_transaction("compare_listings()")
    if not listings:
        return set()
    for listing in listings:
        listing.account = account
    before = _look_back(listings)
    readings = connect(account).read_stock([(each.external_item, each.external_parent) for each in listings])
    return _note(account, list(zip(listings, readings, strict=True)), before)


def _look_back(listings: Sequence[Listing]) -> Before:
    pks = [each.pk for each in listings]
    return Before(standings_of([window_of(each) for each in listings]), _newest_writes(pks), numbers_written_since_seen(pks))


def _newest_writes(listing_ids: Sequence[int]) -> dict[int, int]:
    return {listing_id: write.pk for listing_id, write in newest_writes(listing_ids).items()}


@atomic
def _note(account: Account, seen: Sequence[tuple[Listing, StockReading]], before: Before) -> set[int]:
    writes = _newest_writes([listing.pk for listing, _ in seen])
    undisturbed = [(listing, reading) for listing, reading in seen if writes.get(listing.pk) == before.last_writes.get(listing.pk)]
    news = {listing.pk for listing, reading in seen if _is_news(listing, reading, before)}
    _keep_differences(account, undisturbed, before)
    _keep_read_backs(undisturbed, before)
    for listing, reading in seen:
        is_gone = listing.is_present != reading.is_found
        if note_fitness(listing, reading) or is_gone or (listing.pk in news and window_of(listing) not in before.standings):
            publish(WindowSeen(listing.pk))
        listing.seen_quantity, listing.seen_at, listing.is_present = reading.quantity, reading.seen_at, reading.is_found
    Listing.objects.bulk_update([listing for listing, _ in seen], ["seen_quantity", "seen_at", "is_present", "can_split", "split_reason"])
    return news


def _is_news(listing: Listing, reading: StockReading, before: Before) -> bool:
    """Whether the shop shows another number than the one that we know.

    We know it from the books, else from what our last write left there, else from the last look.
    """
    if listing.variant_id is None:
        return False
    standing = before.standings.get(window_of(listing))
    known = before.written.get(listing.pk, listing.seen_quantity)
    if standing is not None and standing.shown is not None:
        known = standing.shown
    return known != reading.quantity or listing.is_present != reading.is_found


def _keep_differences(account: Account, seen: Iterable[tuple[Listing, StockReading]], before: Before) -> None:
    found: dict[str, Difference] = {}
    for listing, reading in seen:
        standing = before.standings.get(window_of(listing))
        if standing is None or listing.variant_id is None or not reading.is_found or reading.quantity is None:
            continue
        if standing.is_busy or standing.is_closing or standing.shown is None or standing.shown == reading.quantity:
            continue
        found[standing.window] = _difference(account, listing, reading.quantity, standing, standing.shown)
    Difference.objects.bulk_create([found[window] for window in sorted(found)], ignore_conflicts=True)
    _lower_at_once(found)


def _difference(account: Account, listing: Listing, number: Decimal, standing: WindowStanding, expected: Decimal) -> Difference:
    return Difference(
        account=account,
        listing=listing,
        window=standing.window,
        seen=number,
        expected=expected,
        seen_at=now(),
        sold_read=standing.sold_read,
        restocked_read=standing.restocked_read,
        is_certain=standing.is_certain,
    )


def _lower_at_once(found: Mapping[str, Difference]) -> None:
    """A shared window that shows too much is set anew now: lowering is safe whatever the orders say.

    One that shows too little waits for the orders, because a sale that we have not read must not be written over (PAIN 17); one of a
    division waits too, because changing its number costs a time of showing nothing.
    """
    higher = [window for window, each in found.items() if each.seen > each.expected]
    shared = [target.window for target in plan_windows(higher) if not target.is_split] if higher else []
    if shared:
        doubt_numbers(shared)
        request_numbers_of_listings([found[window].listing_id for window in shared])


def _keep_read_backs(seen: Iterable[tuple[Listing, StockReading]], before: Before) -> None:
    """The first look after an answer is that write's read-back."""
    numbers = {before.last_writes[each.pk]: reading for each, reading in seen if each.pk in before.last_writes and reading.is_found}
    newest = StockWrite.objects.filter(pk__in=numbers, answer=Answer.DONE, read_back_at=None)
    unread = [write for write in newest if write.answered_at is not None and write.answered_at <= numbers[write.pk].seen_at]
    for write in unread:
        write.read_back, write.read_back_at = numbers[write.pk].quantity, numbers[write.pk].seen_at
    StockWrite.objects.bulk_update(unread, ["read_back", "read_back_at"])


def _chunks(listings: list[Listing]) -> Iterator[list[Listing]]:
    for start in range(0, len(listings), LISTINGS_AT_ONCE):
        yield listings[start : start + LISTINGS_AT_ONCE]
