"""Rows about what happened to a variant's numbers: sent, read back, seen to differ, excepted. Facts in, words out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from channels.models import Answer, Difference, StockWrite, Verdict
from erp.pages import channels, wording
from erp.pages.channels import tile_of
from inventory.models import StockException

NOTHING = "\N{EN DASH}"
TONES = {
    Answer.DONE: ("quiet", "done"),
    Answer.UNDER_WAY: ("go", "clock"),
    Answer.REJECTED: ("bad", "error"),
    Answer.CONFLICT: ("wait", "warning"),
    Answer.UNSENT: ("wait", "waiting"),
    Answer.UNKNOWN: ("wait", "offline"),
}


@dataclass(frozen=True)
class SentRow:
    at: str
    shop: str
    tile: str
    number: str
    verdict: channels.Verdict
    after: str
    read_back: str
    is_read_back_other: bool
    note: str


@dataclass(frozen=True)
class IncidentRow:
    """An exception to the promise, or a number that somebody else wrote. `is_open`: not mended yet."""

    at: str
    what: str
    how_much: str
    where: str
    mended: str
    is_open: bool


def sent_row(write: StockWrite, now: datetime, zone: str) -> SentRow:
    is_other = write.read_back is not None and write.kind != "add" and write.read_back != write.value
    return SentRow(
        at=wording.moment(write.sent_at, now, zone),
        shop=write.account.name,
        tile=tile_of(write.account.connector),
        number=sent_number(write),
        verdict=channels.Verdict(*TONES[Answer(write.answer)], write.get_answer_display()),
        after=wording.short_length(write.answered_at - write.sent_at) if write.answered_at else "",
        read_back=wording.quantity(write.read_back) if write.read_back is not None else NOTHING,
        is_read_back_other=is_other,
        note=_note(write),
    )


def _note(write: StockWrite) -> str:
    if write.error:
        return write.error[:200]
    if is_on_the_way(write):
        return gettext("a 0 on the way, then %(number)s") % {"number": wording.quantity(write.wanted)}
    return gettext("no sale explains it") if write.is_fall else ""


def sent_number(write: StockWrite) -> str:
    """The number as it was sent; a difference keeps its sign."""
    return wording.signed(write.value) if write.kind == "add" else wording.quantity(write.value)


def is_on_the_way(write: StockWrite) -> bool:
    """A fence's 0, sent so that the number that is wanted can follow."""
    return write.kind != "add" and write.value != write.wanted


def incident_rows(
    exceptions: Sequence[StockException], differences: Sequence[Difference], shops: Mapping[str, str], now: datetime, zone: str
) -> list[IncidentRow]:
    """Open ones first, then the newest; a hand edit of a divided number is told once, as the exception that it is.

    `shops`: the names of the shops by source.
    """
    told = [(each.closed_at is None, each.opened_at, _exception(each, shops, now, zone)) for each in exceptions]
    excepted = {each.window for each in exceptions if each.cause == "hand_edited"}
    told += [
        (each.put_right_at is None and each.verdict == Verdict.HAND, each.seen_at, _difference(each, now, zone))
        for each in differences
        if each.window not in excepted
    ]
    return [row for _open, _at, row in sorted(told, key=lambda row: row[:2], reverse=True)]


def _exception(each: StockException, shops: Mapping[str, str], now: datetime, zone: str) -> IncidentRow:
    source = each.window.partition("|")[0]
    return IncidentRow(
        at=wording.moment(each.opened_at, now, zone),
        what=each.get_cause_display(),
        how_much=gettext("%(count)s beyond") % {"count": wording.quantity(each.quantity)},
        where=shops.get(source, source) or each.reference or gettext("in the warehouse"),
        mended=wording.moment(each.closed_at, now, zone) if each.closed_at else "",
        is_open=each.closed_at is None,
    )


def _difference(each: Difference, now: datetime, zone: str) -> IncidentRow:
    said = {"seen": wording.quantity(each.seen), "expected": wording.quantity(each.expected)}
    return IncidentRow(
        at=wording.moment(each.seen_at, now, zone),
        what=each.get_verdict_display(),
        how_much=gettext("%(seen)s instead of %(expected)s") % said,
        where=each.account.name,
        mended=wording.moment(each.put_right_at, now, zone) if each.put_right_at else "",
        is_open=each.put_right_at is None and each.verdict != Verdict.VOID,
    )
