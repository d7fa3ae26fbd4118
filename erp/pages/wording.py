"""How times, amounts and quantities are said to the reader, in the reader's language."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext

from erp.core.money import CENT, format_money

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MINUS = "\N{MINUS SIGN}"


def language() -> str:
    """The reader's language as Babel names it."""
    return (get_language() or "it").replace("-", "_")


def quantity(value: Decimal | int) -> str:
    """A quantity without idle decimals: `12`, `1.5` in English, `1,5` in Italian."""
    said: str = format_decimal(value, format="#,##0.###", locale=language())
    return said.replace("-", MINUS)


def less(value: Decimal | int) -> str:
    """A quantity that is taken away, with its sign: `−26`; zero has none."""
    return quantity(-value) if value else quantity(0)


def signed(value: Decimal | int) -> str:
    """A movement, with its sign in both directions."""
    return f"+{quantity(value)}" if value > 0 else quantity(value)


def amount(value: Decimal) -> str:
    """A sum of money without its currency, to the cent: `1.234,56`, `−6,90`."""
    said: str = format_decimal(value.quantize(CENT, ROUND_HALF_UP), format="#,##0.00", locale=language())
    return said.replace("-", MINUS)


def money(value: Decimal, currency: str) -> str:
    """A sum of money with its currency: `1.234,56 €`."""
    return format_money(value, currency, language()).replace("-", MINUS)


def country(code: str) -> str:
    """The country's name; a code that no country has stays as it is."""
    name: str = Locale.parse(language()).territories.get(code.upper(), code)
    return name


def length(span: timedelta) -> str:
    """How long something took or lasts, in the largest two units that matter."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < MINUTE:
        return gettext("%(count)d s") % {"count": seconds}
    if seconds < HOUR:
        return gettext("%(count)d min") % {"count": seconds // MINUTE}
    if seconds < DAY:
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        if not minutes or hours >= 6:
            return gettext("%(count)d h") % {"count": hours}
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    days = seconds // DAY
    return gettext("1 day") if days == 1 else gettext("%(count)d days") % {"count": days}


def short_length(span: timedelta) -> str:
    """Seconds with a tenth, for answers of a shop: `0,4 s`."""
    seconds = span.total_seconds()
    if seconds >= 10:
        return length(span)
    return gettext("%(seconds)s s") % {"seconds": format_decimal(round(seconds, 1), format="0.0", locale=language())}


def ago(moment: datetime | None, now: datetime) -> str:
    """`4 s ago`; `never` when it has not happened."""
    if moment is None:
        return gettext("never")
    return gettext("%(length)s ago") % {"length": length(now - moment)}


def since(moment: datetime, now: datetime) -> str:
    """`for 18 h`: how long a thing has been waiting."""
    return gettext("for %(length)s") % {"length": length(now - moment)}


def moment(value: datetime | None, now: datetime, zone: str) -> str:
    """A clock time when it was today, day and time otherwise, a dash when it never was."""
    if value is None:
        return "\N{EN DASH}"
    here = value.astimezone(ZoneInfo(zone))
    if here.date() == now.astimezone(ZoneInfo(zone)).date():
        return here.strftime("%H:%M:%S")
    if here.year == now.year:
        return here.strftime("%d/%m %H:%M")
    return here.strftime("%d/%m/%Y %H:%M")


def day(value: datetime, zone: str) -> str:
    """`24/11/2026`."""
    return value.astimezone(ZoneInfo(zone)).strftime("%d/%m/%Y")


def full_day(day: date) -> str:
    """`martedì 24 novembre 2026`; English puts the day before the month too, as its short dates do."""
    said: str = format_date(day, format="full", locale="en_GB" if language() == "en" else language())
    return said


def long_day(now: datetime, zone: str) -> str:
    """`martedì 24 novembre 2026, 14:52`."""
    here = now.astimezone(ZoneInfo(zone))
    return f"{full_day(here)}, {here:%H:%M}"
