"""The circuit breaker on meaning: numbers that would show a good part of a shop as sold out, although no sale explains it, ask a person.

What is counted. A listing *falls* when its final number is to be 0, nothing of its article is left to sell anywhere, the last number that
it was meant to show is above 0, and the pieces that documents took since that number was sent do not make up for it. So neither a fence's
0 (its final number is another), nor a slice of 0 in a division, nor an article that was sold out by sales is a fall. Counted are the falls
sent within a day, or since a person last allowed some, and those among all numbers of the account that wait. On the first day the numbers
that the rehearsal showed as 0 are no falls: a person looked at them before going live.

What happens above the limit (`stop_percent` of the account's listings, and more than `stop_least`). Nothing of what tripped it is sent
any more: falls and raises of this account wait, marked on their requests. Everything that a sale lowers goes as ever: a number brought
down to something else than 0, a 0 that sales explain, and of a shared number that would fall, as many as were sold since. A change that
began with a fence's 0 is finished, so that no window is left at 0 by the stop itself.

How it ends. A person allows the run (the card's button): all that waits goes, and counting begins anew. Or the cause is mended, for
example a wrong count is corrected: as soon as fewer falls wait than the limit allows, the stop is lifted by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from channels.models import Account, HeldAs, Listing, NumberRequest, StockWrite
from channels.queries import intentions_of, listings_fallen_since, newest_writes
from channels.services.publishing.requesting import ask_lanes, lane_of
from erp.core.cards import close_card, open_card, subject_of
from erp.core.clock import now
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.queries import WindowStanding, availabilities, standings_of
from inventory.services.allotting import Target

WINDOW = timedelta(days=1)
NEVER = 100
EXAMPLES = 3
CARD = "channels.push_stopped"


@dataclass(slots=True)
class Sifted:
    """What may be sent. `floors`: shared numbers that are lowered no further for now. `falls`: listings among `going` that fall.
    `held`: listings whose number waits for a person."""

    going: list[Target]
    floors: dict[str, int] = field(default_factory=dict)
    falls: set[int] = field(default_factory=set)
    held: dict[int, HeldAs] = field(default_factory=dict)


def sift(by_window: Mapping[str, Listing], targets: Sequence[Target], allowed: Collection[int]) -> Sifted:
    """Part what goes from what waits, for windows of one account; stops it when this is too much. `allowed`: what a person let go.

    Reads the account as it came with the listings; takes its lock only to stop it, before any stock is locked.
    """
    falling = [by_window[each.window].pk for each in targets if each.write and each.wanted == 0]
    falls = falls_without_sale([pk for pk in falling if pk not in allowed])
    account = next((listing.account for listing in by_window.values()), None)
    if account is None or not (account.push_stopped_at or (falls and _stop_if_too_many(account, falls))):
        return Sifted(list(targets), falls=set(falls))
    return _hold(by_window, targets, allowed, falls)


def falls_without_sale(listing_ids: Collection[int]) -> dict[int, int]:
    """Those of the listings that fall: each with the number that sales alone would leave it. Two statements, none for no listing."""
    if not listing_ids:
        return {}
    meant = [each for each in intentions_of(list(listing_ids)) if each.number > each.sold]
    left = availabilities({each.variant_id for each in meant}) if meant else {}
    fallen = {each.listing_id: each for each in meant if not left.get(each.variant_id)}
    rehearsed = _rehearsed_zeros([pk for pk, each in fallen.items() if not each.was_sent])
    return {pk: int(each.number - each.sold) for pk, each in fallen.items() if pk not in rehearsed}


@atomic
def allow_push(account_id: int, *, by: AbstractBaseUser) -> None:
    """A person looked at what waits and lets all of it go; counting begins anew. Raises Refused when nothing is stopped."""
    account = Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account_id)
    if account.push_stopped_at is None:
        raise Refused(_("The numbers of “%(account)s” are not stopped; nothing waits.") % {"account": account.name}, code="settled")
    waiting = NumberRequest.objects.filter(listing__account=account)
    record(account, "push_allowed", by=by, falls=waiting.filter(held_as=HeldAs.FALL).count())
    waiting.update(is_allowed=True)
    Account.objects.filter(pk=account.pk).update(push_confirmed_at=now())
    _end_stop(account)


def allow_card(subject: str, *, by: AbstractBaseUser) -> None:
    """The button of the card."""
    allow_push(int(subject.partition(":")[2]), by=by)


@atomic
def follow_stop(account_id: int) -> None:
    """Tell how many numbers wait now; where few enough fall since the cause was mended, all go on. Nothing when none is stopped."""
    stopped = Account.objects.filter(pk=account_id, push_stopped_at__isnull=False).order_by("pk")
    account = stopped.select_for_update(of=("self",), no_key=True).first()
    if account is None:
        return
    counted = _count(account, {})
    if _is_too_many(account, counted):
        _tell(account, counted)
        return
    record(account, "push_resumed")
    _end_stop(account)


@dataclass(frozen=True, slots=True)
class Counted:
    """Falls sent lately, falls that wait (listing ids), and how many listings the account has."""

    sent: int
    waiting: set[int]
    listings: int

    @property
    def falls(self) -> int:
        return self.sent + len(self.waiting)


def _count(account: Account, falls: Mapping[int, int]) -> Counted:
    requests = NumberRequest.objects.filter(listing__account=account, is_allowed=False)
    waiting = set(falls) | set(falls_without_sale(set(requests.values_list("listing_id", flat=True)) - set(falls)))
    listings = Listing.objects.filter(account=account, variant__isnull=False, is_present=True).count()
    return Counted(listings_fallen_since(account.pk, _counted_from(account)), waiting, listings)


def _counted_from(account: Account) -> datetime:
    day_ago = now() - WINDOW
    return max(day_ago, account.push_confirmed_at or day_ago)


def _is_too_many(account: Account, counted: Counted) -> bool:
    if account.stop_percent >= NEVER:
        return False
    return counted.falls > max(counted.listings * account.stop_percent // 100, account.stop_least)


def _stop_if_too_many(account: Account, falls: Mapping[int, int]) -> bool:
    counted = _count(account, falls)
    if not _is_too_many(account, counted):
        return False
    if Account.objects.filter(pk=account.pk, push_stopped_at=None).update(push_stopped_at=now()):
        record(account, "push_stopped", falls=counted.falls, listings=counted.listings)
    _tell(account, counted)
    return True


def _tell(account: Account, counted: Counted) -> None:
    titles = list(Listing.objects.filter(pk__in=counted.waiting).order_by("title", "pk").values_list("title", flat=True)[:EXAMPLES])
    open_card(
        CARD,
        subject_of("account", account.pk),
        account=account.name,
        falls=counted.falls,
        listings=counted.listings,
        sent=counted.sent,
        percent=account.stop_percent,
        examples=", ".join(titles),
    )


def _end_stop(account: Account) -> None:
    """Requests are locked after the account, as in `sift`, and in the order of their listings."""
    moment = now()
    Account.objects.filter(pk=account.pk).update(push_stopped_at=None)
    held = NumberRequest.objects.filter(listing__account=account).exclude(held_as="")
    lanes = {(account.pk, lane_of(location)) for location in held.values_list("listing__location", flat=True)}
    pks = list(held.select_for_update(of=("self",)).order_by("listing_id").values_list("pk", flat=True))
    NumberRequest.objects.filter(pk__in=pks).update(held_as="", due_at=moment)
    ask_lanes(sorted(lanes), due_at=moment)
    close_card(CARD, subject_of("account", account.pk))


def _hold(by_window: Mapping[str, Listing], targets: Sequence[Target], allowed: Collection[int], falls: Mapping[int, int]) -> Sifted:
    sifted = Sifted([])
    standings = standings_of([target.window for target in targets])
    last = newest_writes(listing.pk for listing in by_window.values())
    for target in targets:
        listing = by_window[target.window]
        if target.write is None or listing.pk in allowed:
            sifted.going.append(target)
        elif listing.pk in falls:
            sifted.held[listing.pk] = HeldAs.FALL
            if not target.is_split:
                sifted.going.append(target)
                sifted.floors[target.window] = falls[listing.pk]
        else:
            _part_raise(sifted, target, listing, standings.get(target.window), last.get(listing.pk))
    return sifted


def _part_raise(sifted: Sifted, target: Target, listing: Listing, standing: WindowStanding | None, last: StockWrite | None) -> None:
    """What only lowers goes. What a fence's 0 began is finished, up to the number that was meant then."""
    begun = int(last.wanted) if last is not None and last.value == 0 else 0
    reach = max(_current(target, standing, last), begun)
    if target.wanted <= reach:
        sifted.going.append(target)
        return
    sifted.held[listing.pk] = HeldAs.RAISE
    if target.is_split and begun:
        sifted.going.append(replace(target, wanted=begun))


def _current(target: Target, standing: WindowStanding | None, last: StockWrite | None) -> int:
    """The number that the window has now; where nobody can tell, the last one that it was meant to have."""
    if standing is None:
        return 0
    if target.is_split:
        return max(int(standing.ceiling), 0)
    if standing.shown is None:
        return int(last.wanted) if last is not None else 0
    return int(standing.shown)


def _rehearsed_zeros(listing_ids: Sequence[int]) -> set[int]:
    """Listings, none of which was ever sent a number, whose 0 stood in the rehearsal of their account."""
    if not listing_ids:
        return set()
    accounts = Account.objects.filter(listings__in=listing_ids).distinct().order_by("pk")
    plans = [account.rehearsal.get("stock", []) for account in accounts]
    return {int(row["listing"]) for plan in plans for row in plan if row.get("regia") == "0"}
