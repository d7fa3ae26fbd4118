"""The board of Today as words and shapes: facts in, what the templates print out. No database."""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from erp.core.money import format_money
from erp.pages import wording
from erp.pages.queries import Amount
from erp.pages.today.queries import DayFigures, OrderFigures

BAR_WIDTH = 5
HOUR_WIDTH = 13
CHART_HEIGHT = 90
LABEL_EVERY = 3
LABEL_SHIFT = 8


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    height: int
    is_today: bool


@dataclass(frozen=True)
class Tick:
    x: int
    label: str


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    ticks: list[Tick]
    sentence: str
    today: int
    week_ago: int


def money(amount: Amount) -> str:
    return format_money(amount.total, amount.currency, wording.language())


def headline(orders: OrderFigures) -> str:
    """What waits, in at most two sentences."""
    ship, held = orders.to_ship.count, orders.held.count
    sentences = []
    if ship:
        sentences.append(ngettext("%(count)d order is to be shipped.", "%(count)d orders are to be shipped.", ship) % {"count": ship})
    if held:
        sentences.append(ngettext("%(count)d is stopped.", "%(count)d are stopped.", held) % {"count": held})
    return " ".join(sentences) or gettext("Nothing waits to be shipped.")


def chart(day: DayFigures) -> Chart:
    """Two bars an hour; both lie in the same scale, so that they can be compared."""
    top = max([*day.today, *day.week_ago, 1])
    bars = [
        _bar(hour, count, top, is_today)
        for is_today, counts in ((False, day.week_ago), (True, day.today))
        for hour, count in enumerate(counts)
        if count
    ]
    ticks = [Tick(hour * HOUR_WIDTH + LABEL_SHIFT, f"{hour:02d}") for hour in range(0, len(day.today), LABEL_EVERY)]
    today, week_ago = sum(day.today), sum(day.week_ago)
    sentence = gettext("Orders per hour: today %(today)d, on the same day last week %(week_ago)d.") % {"today": today, "week_ago": week_ago}
    return Chart(bars, ticks, sentence, today, week_ago)


def _bar(hour: int, count: int, top: int, is_today: bool) -> Bar:
    height = max(2, round(count / top * CHART_HEIGHT))
    return Bar(hour * HOUR_WIDTH + (BAR_WIDTH + 1 if is_today else 0), CHART_HEIGHT - height + 6, height, is_today)
