"""What a number that differed was: explained by orders, or edited by hand. Told once everything before the look is read.

Between the moment before the look and a complete reading that began after it, the window's counters grow by what happened in the shop
around the look. Each of those sales may have lowered the number that we saw, each restock may have raised it. So every number from
(expected - sold) to (expected + put back) is explained; a number outside of that range was written by somebody else.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from channels.models import Account, Answer, Cursor, Difference, StockWrite, Verdict
from channels.queries import newest_writes
from channels.registry import connectors
from channels.services.importing.pulling import ORDERS
from channels.services.importing.waking import wake_pull
from channels.services.publishing.requesting import request_numbers_of_listings
from channels.services.reading import windows_in_open_bodies
from channels.states import AccountState
from erp.core.cards import close_cards, open_card, subject_of
from erp.core.clock import now
from erp.core.history import record
from erp.core.transactions import atomic
from inventory.queries import WindowStanding, standings_of
from inventory.services.allotting import plan_windows
from inventory.services.reading import doubt_numbers, read_hand_edit

CARD = "channels.hand_edit"


def judge_differences(account_ids: Collection[int]) -> None:
    """Tell what can be told by the last complete reading of these accounts."""
    for account in Account.objects.filter(pk__in=account_ids).order_by("pk"):
        _judge(account)


def read_for_differences() -> None:
    """Every second: a difference that no reading has passed yet wants one as soon as the read lag is over."""
    waiting = Difference.objects.filter(verdict=Verdict.OPEN, account__state=AccountState.LIVE, account__orders_paused=False)
    oldest: dict[int, datetime] = {}
    for account_id, seen_at in waiting.values_list("account_id", "seen_at"):
        oldest[account_id] = min(seen_at, oldest.get(account_id, seen_at))
    for account in Account.objects.filter(pk__in=oldest).order_by("pk"):
        wanted = oldest[account.pk] + _lag(account)
        through = _read_through(account)
        if wanted <= now() and (through is None or through < wanted):
            wake_pull(account.pk)


@atomic
def _judge(account: Account) -> None:
    through = _read_through(account)
    if through is None:
        return
    passed = Difference.objects.filter(account=account, verdict=Verdict.OPEN, seen_at__lte=through - _lag(account))
    differences = list(passed.select_related("listing").select_for_update(of=("self",)).order_by("window"))
    if not differences or (blocked := windows_in_open_bodies(account)) is None:
        return
    ready = [each for each in differences if each.window not in blocked]
    standings = standings_of([each.window for each in ready])
    for difference in ready:
        difference.verdict, difference.told_at = _verdict(difference, standings.get(difference.window)), now()
    Difference.objects.bulk_update(ready, ["verdict", "told_at"])
    _put_right(account, [each for each in ready if each.verdict != Verdict.ORDERS and each.window in standings])


def _verdict(difference: Difference, standing: WindowStanding | None) -> Verdict:
    """Counters that are lower than before the look belong to new books of this window: they say nothing about the difference."""
    if standing is None:
        return Verdict.VOID
    sold, restocked = standing.sold_read - difference.sold_read, standing.restocked_read - difference.restocked_read
    if sold < 0 or restocked < 0:
        return Verdict.VOID
    if difference.expected - sold <= difference.seen <= difference.expected + restocked:
        return Verdict.ORDERS
    return Verdict.HAND if difference.is_certain else Verdict.VOID


def _put_right(account: Account, differences: Sequence[Difference]) -> None:
    """Ask for a new number where the shop still shows the one that we saw.

    A shared number that was sent since is right already, or will be once it is answered.
    """
    if not differences:
        return
    split = {target.window for target in plan_windows([each.window for each in differences]) if target.is_split}
    later = _writes_since(differences)
    for difference in differences:
        write = None if difference.window in split else later.get(difference.pk)
        if difference.verdict == Verdict.HAND:
            _tell(account, difference, is_mended=write is not None and is_final(write))
        if write is not None and is_final(write):
            note_put_right([difference.listing_id])
        elif write is None and difference.verdict == Verdict.HAND:
            read_hand_edit(difference.window, difference.seen)
        elif write is None:
            doubt_numbers([difference.window])
    request_numbers_of_listings([each.listing_id for each in differences])


def is_final(write: StockWrite) -> bool:
    """The shop carried out the number that was meant in the end, not a fence's 0 on the way there."""
    return write.answer == Answer.DONE and (write.kind == "add" or write.value == write.wanted)


def _writes_since(differences: Sequence[Difference]) -> dict[int, StockWrite]:
    """The newest write of each difference's listing that was sent after the look."""
    last = newest_writes(each.listing_id for each in differences)
    return {
        each.pk: last[each.listing_id] for each in differences if each.listing_id in last and last[each.listing_id].sent_at >= each.seen_at
    }


def _tell(account: Account, difference: Difference, *, is_mended: bool) -> None:
    listing = difference.listing
    seen, expected = _plain(difference.seen), _plain(difference.expected)
    record(listing, "hand_edit_seen", actor=f"shop:{account.code}", seen=seen, expected=expected)
    if not is_mended:
        open_card(
            CARD,
            subject_of("listing", listing.pk),
            account=account.name,
            variant_id=listing.variant_id,
            title=listing.title or listing.sku,
            seen=seen,
            expected=expected,
            seen_at=difference.seen_at.isoformat(timespec="seconds"),
        )


def note_put_right(listing_ids: Collection[int]) -> None:
    """Our final number stands in the shop again: the differences of these listings are mended, their cards close."""
    open_rows = Difference.objects.filter(listing__in=listing_ids, verdict__in=[Verdict.HAND, Verdict.VOID], put_right_at=None)
    mended = list(open_rows.values_list("listing_id", flat=True))
    if mended:
        open_rows.update(put_right_at=now())
        close_cards(CARD, [subject_of("listing", pk) for pk in mended])


def _read_through(account: Account) -> datetime | None:
    return Cursor.objects.filter(account=account, flow=ORDERS).values_list("read_through", flat=True).first()


def _lag(account: Account) -> timedelta:
    return connectors.get(account.connector).capabilities().read_lag


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
