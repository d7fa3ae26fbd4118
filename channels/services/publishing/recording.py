"""What became of numbers that were sent: books and rows in one transaction, and what must happen next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from channels.contract import Capabilities, ItemError, StockResult, StockTarget
from channels.models import Account, Answer, StockWrite
from channels.services.publishing.judging import is_final, note_put_right
from channels.services.publishing.requesting import request_numbers_of_listings
from erp.core.cards import close_cards, open_card, subject_of
from erp.core.clock import now, real_now
from erp.core.transactions import atomic
from inventory.services.allotting import record_answers, record_lost, record_refused

REFUSED = (Answer.CONFLICT, Answer.REJECTED, Answer.UNSENT)
UNSENT_PAUSE = timedelta(seconds=0.5)  # the lane's own pause is never shorter
REJECTED_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one target got. `settles_at`: from when on a write without answer cannot land, real time."""

    answer: Answer
    shown: Decimal | None = None
    error: ItemError | None = None


@atomic
def record_result(
    account: Account, writes: Sequence[StockWrite], targets: Sequence[StockTarget], result: StockResult, capabilities: Capabilities
) -> None:
    """Answers of one batch; `writes` and `targets` stand in the same order. A target that the result forgot is unknown."""
    outcomes = _outcomes(result)
    answers = _still_awaited({write: outcomes.get(target, Outcome(Answer.UNKNOWN)) for write, target in zip(writes, targets, strict=True)})
    if not answers:
        return
    moment = now()
    _keep(answers, moment, "" if result.failure is None else str(result.failure))
    _book(answers, moment, capabilities)
    note_put_right([write.listing_id for write in answers if is_final(write)])
    _go_on(account, answers, capabilities)


@atomic
def record_without_answer(writes: Sequence[StockWrite], capabilities: Capabilities) -> None:
    """Writes whose worker died between call and record: they may have been sent, and land until the settle time after the lease."""
    answers = _still_awaited(dict.fromkeys(writes, Outcome(Answer.UNKNOWN)))
    _keep(answers, now(), "")
    for write in answers:
        record_lost([write.window], settles_at=write.leased_until + capabilities.settle)


def _still_awaited(answers: dict[StockWrite, Outcome]) -> dict[StockWrite, Outcome]:
    """Only the writes that no other worker has concluded: a worker that was thought dead brings no answer to what was sent since."""
    rows = StockWrite.objects.select_for_update(of=("self",)).filter(pk__in=[write.pk for write in answers], answer=Answer.UNDER_WAY)
    awaited = set(rows.order_by("pk").values_list("pk", flat=True))
    return {write: outcome for write, outcome in answers.items() if write.pk in awaited}


def _outcomes(result: StockResult) -> dict[StockTarget, Outcome]:
    outcomes = {each.target: Outcome(Answer.DONE, each.quantity) for each in result.done}
    outcomes |= {target: Outcome(Answer.CONFLICT) for target in result.conflicts}
    outcomes |= {each.target: Outcome(Answer.REJECTED, None, each.error) for each in result.rejected}
    outcomes |= {target: Outcome(Answer.UNKNOWN) for target in result.unknown}
    return outcomes | {target: Outcome(Answer.UNSENT) for target in result.unsent}


def _keep(answers: Mapping[StockWrite, Outcome], moment: datetime, failure: str) -> None:
    for write, outcome in answers.items():
        write.answer, write.answered_at, write.shown = outcome.answer, moment, outcome.shown
        refusal = f"{outcome.error.code}: {outcome.error.message}" if outcome.error else ""
        write.error = refusal or (failure if outcome.answer in (Answer.UNKNOWN, Answer.UNSENT) else "")
    StockWrite.objects.bulk_update(list(answers), ["answer", "answered_at", "shown", "error"])


def _book(answers: Mapping[StockWrite, Outcome], moment: datetime, capabilities: Capabilities) -> None:
    """The books of windows: done, surely not done, or not known until the settle time is over (real time)."""
    record_answers(_windows(answers, (Answer.DONE,)), at=moment)
    record_refused(_windows(answers, REFUSED))
    record_lost(_windows(answers, (Answer.UNKNOWN,)), settles_at=real_now() + capabilities.settle)


def _go_on(account: Account, answers: Mapping[StockWrite, Outcome], capabilities: Capabilities) -> None:
    """Refused numbers are looked at again; fences wait for a reading that the sweep asks for once the read lag is over."""
    for answer, wait in ((Answer.UNSENT, UNSENT_PAUSE), (Answer.CONFLICT, capabilities.read_lag), (Answer.REJECTED, REJECTED_PAUSE)):
        request_numbers_of_listings([write.listing_id for write, outcome in answers.items() if outcome.answer == answer], wait=wait)
    _tell_of_refusals(account, answers)


def _tell_of_refusals(account: Account, answers: Mapping[StockWrite, Outcome]) -> None:
    fine = [subject_of("listing", write.listing_id) for write, outcome in answers.items() if outcome.answer == Answer.DONE]
    if fine:
        close_cards("channels.number_refused", fine)
    for write, outcome in answers.items():
        if outcome.error is not None:
            listing = write.listing
            open_card(
                "channels.number_refused",
                subject_of("listing", write.listing_id),
                account=account.name,
                title=listing.title or listing.sku,
                number=int(write.value),
                error=outcome.error.message or outcome.error.code,
            )


def _windows(answers: Mapping[StockWrite, Outcome], wanted: Iterable[Answer]) -> list[str]:
    return [write.window for write, outcome in answers.items() if outcome.answer in wanted]
