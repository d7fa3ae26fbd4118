"""Why an order waits, in words: what kind, since when, by whom, until when, and whether a person may end it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from erp.pages import wording
from erp.pages.access import person_of
from erp.pages.order.faults import faults_of, sentences_of
from inventory.models import StockException
from orders.models import Hold
from orders.states import HELD_BY_CAUSE, HoldKind

DETAILS = ("titles", "changes", "status", "told")


@dataclass(frozen=True)
class HoldLine:
    kind: str
    title: str
    detail: str
    since: str
    until: str
    keeps_stock: bool
    tone: str
    may_be_released: bool


def hold_lines(holds: Iterable[Hold], exceptions: Iterable[StockException], now: datetime, zone: str) -> list[HoldLine]:
    """`exceptions`: why pieces are missing, where the promise of a divided article excepts it."""
    causes = [str(each.get_cause_display()) for each in exceptions]
    return [_line(hold, causes if hold.kind == HoldKind.SHORT else [], now, zone) for hold in holds]


def _line(hold: Hold, causes: list[str], now: datetime, zone: str) -> HoldLine:
    title = str(hold.get_kind_display())
    if hold.kind == HoldKind.BY_STAFF and hold.placed_by:
        title = gettext("Held by %(name)s") % {"name": person_of(hold.placed_by)}
    told = [str(hold.params[name]) for name in DETAILS if hold.params.get(name)]
    return HoldLine(
        kind=hold.kind,
        title=title,
        detail=hold.reason or ", ".join([*told, *causes]) or sentences_of(faults_of([hold])).rstrip("."),
        since=wording.since(hold.placed_at, now),
        until=wording.moment(hold.expires_at, now, zone) if hold.expires_at else "",
        keeps_stock=hold.keeps_stock,
        tone="wait" if hold.kind in (HoldKind.SHORT, HoldKind.AWAITING_PAYMENT, HoldKind.AWAITING_CAPTURE) else "hold",
        may_be_released=hold.kind not in HELD_BY_CAUSE and hold.kind != HoldKind.CHANGE_TO_DECIDE,
    )
