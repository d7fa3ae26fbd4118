"""When a parcel leaves: the carrier's van comes once a working day. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOLIDAYS = frozenset({(1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)})
"""Italy's holidays with a fixed day; Easter Monday moves."""
SATURDAY = 5


def next_pickup(moment: datetime, pickup_at: time, zone: str) -> datetime:
    """The first pickup after the moment, in the moment's own time zone. `pickup_at` is the time on the wall in `zone`."""
    place = ZoneInfo(zone)
    day = moment.astimezone(place).date()
    while True:
        pickup = datetime.combine(day, pickup_at, place)
        if pickup > moment and is_working_day(day):
            return pickup.astimezone(moment.tzinfo)
        day += timedelta(days=1)


def is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY and (day.month, day.day) not in HOLIDAYS and day != easter(day.year) + timedelta(days=1)


def easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus (Meeus, Jones, Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return date(year, month, day + 1)
