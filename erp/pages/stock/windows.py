"""What one shop was told and what it shows, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from django.utils.translation import gettext

from channels.models import Answer, HeldAs, StockWrite
from erp.pages import wording
from erp.pages.channels import Verdict, tile_of
from erp.pages.links import admin_row
from erp.pages.stock.facts import WindowFacts
from erp.pages.stock.history import NOTHING, is_on_the_way, sent_number
from inventory.models import Allotment


@dataclass(frozen=True)
class WindowRow:
    name: str
    tile: str
    mode: str
    ceiling: str
    sent: str
    sent_at: str
    answer: str
    answer_after: str
    seen: str
    seen_at: str
    is_seen_before: bool
    verdict: Verdict
    waits_for: str
    url: str


def window_row(facts: WindowFacts, available: Decimal, is_split: bool, now: datetime, zone: str) -> WindowRow:
    listing, allotment, sent = facts.listing, facts.allotment, facts.sent
    seen, seen_at = _seen(facts)
    return WindowRow(
        name=facts.account.name,
        tile=tile_of(facts.account.connector),
        mode=_mode(allotment, is_split),
        ceiling=wording.quantity(max(allotment.ceiling, Decimal(0))) if allotment else NOTHING,
        sent=_sent(sent),
        sent_at=_sent_at(sent, now, zone),
        answer=sent.get_answer_display() if sent else NOTHING,
        answer_after=wording.short_length(sent.answered_at - sent.sent_at) if sent and sent.answered_at else "",
        seen=wording.quantity(seen) if seen is not None else NOTHING,
        seen_at=wording.moment(seen_at, now, zone) if seen_at else "",
        is_seen_before=bool(seen_at and sent and seen_at < sent.sent_at),
        verdict=_in_the_way(facts) or _verdict(facts, _expected(allotment, available, is_split)),
        waits_for=_waits_for(facts),
        url=admin_row("channels_listing", listing.pk),
    )


def _seen(facts: WindowFacts) -> tuple[Decimal | None, datetime | None]:
    """The newest look at the shop's number: a reading of its listings, or the one that followed our last number."""
    listing, sent = facts.listing, facts.sent
    if sent and sent.read_back_at and (listing.seen_at is None or sent.read_back_at > listing.seen_at):
        return sent.read_back, sent.read_back_at
    return listing.seen_quantity, listing.seen_at


def _in_the_way(facts: WindowFacts) -> Verdict | None:
    if facts.edited:
        return Verdict("wait", "edit", gettext("Edited by hand"))
    if facts.held_as:
        return Verdict("hold", "hold", gettext("Waits for a person"))
    return None


def _mode(allotment: Allotment | None, is_split: bool) -> str:
    if allotment is None:
        return gettext("not published yet")
    how = gettext("divided") if is_split else gettext("shared")
    return f"{how}, {allotment.get_stock_class_display().lower()}"


def _sent(write: StockWrite | None) -> str:
    return NOTHING if write is None else sent_number(write)


def _sent_at(write: StockWrite | None, now: datetime, zone: str) -> str:
    if write is None:
        return ""
    at = wording.moment(write.sent_at, now, zone)
    if is_on_the_way(write):
        return gettext("%(time)s, then %(number)s") % {"time": at, "number": wording.quantity(write.wanted)}
    return at


def _expected(allotment: Allotment | None, available: Decimal, is_split: bool) -> Decimal:
    """What the window should show: its own ceiling when units are divided, else what is available, as whole units."""
    value = allotment.ceiling if allotment and is_split else available
    return max(value, Decimal(0)).to_integral_value(ROUND_FLOOR)


def _verdict(facts: WindowFacts, expected: Decimal) -> Verdict:
    """How the number that the shop shows, as far as we can tell, stands to the one it should show."""
    allotment, sent = facts.allotment, facts.sent
    if sent and sent.answer == Answer.REJECTED:
        return Verdict("bad", "error", gettext("Refused"))
    if allotment and (allotment.write_kind or allotment.fence_kind or (sent and is_on_the_way(sent))):
        return Verdict("go", "clock", gettext("On its way"))
    if allotment is None or allotment.shown is None:
        return Verdict("quiet", "new", gettext("Not read yet"))
    return _compared(allotment.shown - expected)


def _compared(beyond: Decimal) -> Verdict:
    if not beyond:
        return Verdict("quiet", "done", gettext("The same"))
    if beyond > 0:
        return Verdict("wait", "warning", gettext("%(count)s too many") % {"count": wording.quantity(beyond)})
    return Verdict("wait", "warning", gettext("%(count)s too few") % {"count": wording.quantity(-beyond)})


def _waits_for(facts: WindowFacts) -> str:
    """What must happen before this window's number can change again; "" when nothing stands in the way."""
    allotment = facts.allotment
    if facts.held_as:
        return HeldAs(facts.held_as).label.lower()
    if allotment is None:
        return ""
    if allotment.write_kind:
        return gettext("waits for the shop's answer")
    if allotment.standing == "landing":
        return gettext("waits until a number without answer can land no more")
    if allotment.fence_kind:
        return gettext("waits for the orders to be read")
    return gettext("set anew as soon as it may be") if facts.edited else ""
