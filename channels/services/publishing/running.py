"""A stock run: the whole account is looked at and told today's numbers. Undoing a run is another run, for the listings that it told.

What was sent before is never sent again: what shops sold since would be written over. So an undone run, too, publishes what is true now.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from channels.models import Account, Answer, Difference, HeldAs, Job, Listing, NumberRequest, StockWrite, Verdict
from channels.queries import newest_writes
from channels.registry import connectors
from channels.services.connections import told_in_words
from channels.services.importing.pulling import pull_orders
from channels.services.jobs import due_lanes
from channels.services.publishing.comparing import compare_account
from channels.services.publishing.fencing import close_fences_of
from channels.services.publishing.judging import judge_differences
from channels.services.publishing.requesting import KIND, request_numbers_of_listings
from channels.services.publishing.sending import publish_lane
from channels.states import JobState
from erp.core.clock import now, speed
from erp.core.events import wake
from erp.core.history import record
from erp.core.queues import STOCK
from erp.core.refusals import Refused
from erp.core.transactions import atomic, forbid_transaction
from inventory.queries import open_fences

ROUNDS = 8
OTHERS_AT_WORK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RunReport:
    """Listings of an account by what became of their number: sent and answered, right already, refused, without answer, still on the way
    (fenced, or a later attempt), waiting for a person."""

    listings: int
    sent: int
    right: int
    refused: int
    unanswered: int
    waiting: int
    held: int

    @property
    def is_done(self) -> bool:
        return not (self.refused or self.unanswered or self.waiting or self.held)


@atomic
def start_run(account_id: int, *, by: AbstractBaseUser | None) -> None:
    """Ask for every number of the account, and wake a worker that looks at the shop first. Raises Refused while no number may leave."""
    account = Account.objects.get(pk=account_id)
    _refuse_silent(account)
    record(account, "stock_published", by=by)
    request_numbers_of_listings(_bound(account_id))
    wake("channels.tasks.publish_account", STOCK, account_id=account_id)


def publish_account(account_id: int) -> RunReport:
    """The same here and now: compare, send, read the orders that close the fences, send what they held up. Calls the shop.

    Raises Refused while no number may leave, and when the shop does not answer at all. What other workers send meanwhile counts too.
    """
    forbid_transaction("publish_account()")
    began = now()
    start_run(account_id, by=None)
    with told_in_words(Account.objects.get(pk=account_id)):
        go_through(account_id)
    return _report(account_id, began)


def go_through(account_id: int) -> None:
    """Raises OutsideError when the shop cannot be read. Stops when nothing moves any more, or after some rounds."""
    compare_account(account_id)
    account = Account.objects.get(pk=account_id)
    for _round in range(ROUNDS):
        for _account_id, lane in [each for each in due_lanes(KIND) if each[0] == account_id]:
            publish_lane(account_id, lane)
        if _waits_for_reading(account):
            _read(account)
        elif Job.objects.filter(account=account, kind=KIND, state=JobState.CLAIMED).exists():
            time.sleep(OTHERS_AT_WORK_SECONDS)
        else:
            return


@atomic
def undo_run(write_id: int, *, by: AbstractBaseUser) -> int:
    """Today's numbers for all listings that got one together with this write; returns how many. Raises Refused as a run does."""
    write = StockWrite.objects.select_related("account").get(pk=write_id)
    _refuse_silent(write.account)
    listings = sorted(set(StockWrite.objects.filter(account=write.account, key=write.key).values_list("listing_id", flat=True)))
    record(write.account, "stock_run_undone", by=by, key=write.key, listings=len(listings))
    request_numbers_of_listings(listings)
    return len(listings)


def _refuse_silent(account: Account) -> None:
    if not account.writes_stock:
        raise Refused(
            _("No number leaves for “%(account)s” now: it is not live, or its stock is paused. Resume it first.")
            % {"account": account.name},
            code="paused",
        )


def _bound(account_id: int) -> list[int]:
    return list(Listing.objects.filter(account_id=account_id, variant__isnull=False, is_present=True).values_list("pk", flat=True))


def _waits_for_reading(account: Account) -> bool:
    """For fences that hold numbers up, and for differences that only the orders can tell."""
    differs = Difference.objects.filter(account=account, verdict=Verdict.OPEN)
    return account.reads_orders and (account.code in dict(open_fences()) or differs.exists())


def _read(account: Account) -> None:
    """A pull that starts after the read lag closes the fences of the numbers just sent; what they held up is asked for again."""
    lag = connectors.get(account.connector).capabilities().read_lag
    time.sleep(max(lag.total_seconds() / max(speed(), 1.0), 0.1) + 0.1)
    pull_orders(account.pk)
    close_fences_of([account.pk])
    judge_differences([account.pk])
    request_numbers_of_listings(_bound(account.pk))


def _report(account_id: int, began: datetime) -> RunReport:
    bound = set(_bound(account_id))
    answers = _last_answers(bound, began)
    requests = dict(NumberRequest.objects.filter(listing__in=bound).values_list("listing_id", "held_as"))
    held = {pk for pk, held_as in requests.items() if held_as in HeldAs.values}
    refused = {pk for pk, answer in answers.items() if answer in (Answer.REJECTED, Answer.CONFLICT)} - held
    unanswered = {pk for pk, answer in answers.items() if answer in (Answer.UNKNOWN, Answer.UNDER_WAY)} - held
    waiting = (set(requests) | {pk for pk, answer in answers.items() if answer == ON_THE_WAY}) - held - refused - unanswered
    sent = set(answers) - held - refused - unanswered - waiting
    right = len(bound) - len(sent) - len(refused) - len(unanswered) - len(waiting) - len(held)
    return RunReport(len(bound), len(sent), right, len(refused), len(unanswered), len(waiting), len(held))


ON_THE_WAY = "on_the_way"


def _last_answers(listing_ids: Collection[int], began: datetime) -> dict[int, str]:
    """What became of the last number of each listing since the run began; a fence's 0 is a number on its way."""
    answers = {}
    for write in [write for write in newest_writes(listing_ids).values() if write.sent_at >= began]:
        is_fence = write.answer == Answer.DONE and write.kind != "add" and write.value != write.wanted
        answers[write.listing_id] = ON_THE_WAY if is_fence else str(write.answer)
    return answers
