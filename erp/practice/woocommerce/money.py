"""The platform's own rounding, as measured on a real shop: six places inside, two outside, half a cent of tax goes down.

Where prices include tax, tax rounds half *down* and net rounds half *up*, so that a line's net and tax add up to its gross.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MICRO = Decimal("0.000001")
HUNDRED = Decimal(100)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Rate:
    """One tax rate of the shop; `percent` is what its owner typed, for instance 22."""

    id: int
    country: str
    state: str
    percent: Decimal
    name: str
    priority: int
    shipping: bool
    tax_class: str

    @property
    def code(self) -> str:
        parts = [self.country, self.state, self.name or "TAX", str(self.priority)]
        return "-".join(part for part in parts if part).upper()


def micro(value: Decimal) -> Decimal:
    return value.quantize(MICRO, ROUND_HALF_UP)


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def tax_cents(value: Decimal, prices_include_tax: bool) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_DOWN if prices_include_tax else ROUND_HALF_UP)


def floor(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), ROUND_DOWN)


def plain(value: Decimal) -> str:
    """Six places without trailing zeros: how amounts are stored (`11.53918`, `0`)."""
    text = f"{micro(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fixed(value: Decimal, places: int = 2) -> str:
    """How amounts are shown (`11.54`); a negative zero does not exist."""
    shown = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{shown if shown else abs(shown):f}"


def tax_inside(gross: Decimal, rates: Sequence[Rate]) -> dict[int, Decimal]:
    """Tax contained in a gross amount, per rate, to six places."""
    together = 1 + sum((rate.percent for rate in rates), ZERO) / HUNDRED
    return {rate.id: micro(gross * rate.percent / HUNDRED / together) for rate in rates}


def tax_on(net: Decimal, rates: Sequence[Rate]) -> dict[int, Decimal]:
    """Tax that comes on top of a net amount, per rate, to six places."""
    return {rate.id: micro(net * rate.percent / HUNDRED) for rate in rates}


def json_number(value: Decimal) -> int | float:
    """How the platform writes a bare number: an integer where it is one, else the shortest float."""
    return int(value) if value == value.to_integral_value() else float(value)


def unit_price(total: Decimal, quantity: int) -> int | float:
    """A line's `price`: total divided by quantity in floating point, all digits shown."""
    if not quantity:
        return 0
    value = float(total) / quantity
    return int(value) if value.is_integer() else value
