"""The history of an order in sentences, newest first; steps that only a technician asks for are folded. Pure.

Every verb that orders, shipping and invoices record has its sentence in `sentences`; the tests compare the two.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from erp.core.models import HistoryEntry
from erp.pages import wording
from erp.pages.access import person_of
from erp.pages.order.sentences import SENTENCES, TECHNICAL
from orders.models import Payment, Refund
from orders.states import PaymentState

SHOP = "shop:"
SYSTEM = ("", "system")


@dataclass(frozen=True)
class Told:
    """One thing that happened: the sentence, when, and whether it is a technical step."""

    sentence: SafeString
    at: str
    moment: datetime
    is_technical: bool


def timeline(
    entries: Iterable[HistoryEntry],
    shops: Mapping[str, str],
    now: datetime,
    zone: str,
    *,
    payments: Iterable[Payment] = (),
    refunds: Iterable[Refund] = (),
) -> tuple[list[Told], list[Told]]:
    """What happened to an order, and the technical steps apart, each newest first. `shops`: the accounts' names by code.

    Money that came with the order, or had gone back by then, is told after its arrival.
    """
    rows = list(entries)
    first = min((entry.at for entry in rows), default=now)
    told = [_taken(payment, first, now, zone) for payment in payments if payment.state == PaymentState.CAPTURED and not payment.is_ours]
    told += [each for refund in refunds for each in _given_back(refund, shops, first, now, zone)]
    told += [_told(entry, shops, now, zone) for entry in rows]
    told.sort(key=lambda each: each.moment, reverse=True)
    return [each for each in told if not each.is_technical], [each for each in told if each.is_technical]


def _told(entry: HistoryEntry, shops: Mapping[str, str], now: datetime, zone: str) -> Told:
    who = _bold(_actor(entry, shops))
    sentence = SENTENCES.get((entry.subject_kind, entry.verb))
    text = sentence(who, entry.details) if sentence else _unknown(who, entry.verb)
    is_technical = sentence is None or (entry.subject_kind, entry.verb) in TECHNICAL
    return Told(text, wording.moment(entry.at, now, zone), entry.at, is_technical)


def _taken(payment: Payment, first: datetime, now: datetime, zone: str) -> Told:
    moment = max(payment.recorded_at, first)
    text = format_html(
        gettext("{who} took {amount}."),
        who=_bold(payment.title or payment.method),
        amount=wording.money(payment.amount, payment.order.currency),
    )
    return Told(text, wording.moment(moment, now, zone), moment, is_technical=False)


def _given_back(refund: Refund, shops: Mapping[str, str], first: datetime, now: datetime, zone: str) -> Iterator[Told]:
    """A refund, and that the shop deleted it."""
    names = {
        "who": _bold(shops.get(refund.order.source, refund.order.source)),
        "amount": wording.money(refund.amount, refund.order.currency),
        "reason": refund.reason,
    }
    words = gettext("{who} gave {amount} back: {reason}.") if refund.reason else gettext("{who} gave {amount} back.")
    at = max(refund.refunded_at, first)
    yield Told(format_html(words, **names), wording.moment(at, now, zone), at, is_technical=False)
    if refund.deleted_at:
        at = max(refund.deleted_at, first)
        text = format_html(gettext("{who} took the refund of {amount} back."), **names)
        yield Told(text, wording.moment(at, now, zone), at, is_technical=False)


def _actor(entry: HistoryEntry, shops: Mapping[str, str]) -> str:
    if entry.by is not None:
        return person_of(entry.by)
    if entry.actor.startswith(SHOP):
        code = entry.actor.removeprefix(SHOP)
        return shops.get(code, code)
    return gettext("Regia") if entry.actor in SYSTEM else entry.actor


def _bold(name: str) -> SafeString:
    return format_html("<b>{}</b>", name)


def _unknown(who: SafeString, verb: str) -> SafeString:
    return format_html(gettext("{who} noted a step: {step}."), who=who, step=verb.replace("_", " "))


def days_of(told: Sequence[Told], zone: str, now: datetime) -> str:
    """The day of the oldest entry, for the foot of the list."""
    return wording.day(told[-1].moment, zone) if told else wording.day(now, zone)
