"""The fiscal rounding rule: what was paid, per VAT rate, becomes taxable amount and tax so that the total is the amount paid. Pure.

Net unit price = gross / (1 + rate) at eight decimals; per rate taxable = gross sum / (1 + rate), half up to the cent; tax = gross sum -
taxable; what the lines' net amounts lack to the taxable amount is `rounding` (Arrotondamento of FatturaPA).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from erp.core.money import UNIT_PRICE_STEP, round_cents

HUNDRED = Decimal(100)
ZERO = Decimal("0.00")
Key = tuple[Decimal, str]


@dataclass(frozen=True, slots=True)
class Charged:
    """One row of the document as it was paid: `gross` after discounts, `list_gross` before them, `rate` in per cent.

    `channel_vat` is the tax that the channel itself put on the row.
    """

    title: str
    quantity: Decimal
    gross: Decimal
    rate: Decimal
    channel_vat: Decimal = ZERO
    nature: str = ""
    list_gross: Decimal | None = None
    sku: str = ""
    unit: str = ""
    kind: str = "line"


@dataclass(frozen=True, slots=True)
class LineTotal:
    """`net` = unit price x quantity, at eight decimals; `list_unit_net` is the unit price before discounts."""

    charged: Charged
    unit_net: Decimal
    list_unit_net: Decimal
    net: Decimal

    @property
    def amount(self) -> Decimal:
        """The net amount as it is printed."""
        return round_cents(self.net)

    @property
    def discount_percent(self) -> Decimal:
        """Of the unit price, at one decimal; 0 without discount."""
        if not self.list_unit_net or self.list_unit_net == self.unit_net:
            return Decimal(0)
        return ((self.list_unit_net - self.unit_net) * HUNDRED / self.list_unit_net).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class RateTotal:
    rate: Decimal
    nature: str
    gross: Decimal
    net: Decimal
    vat: Decimal
    rounding: Decimal
    channel_net: Decimal
    channel_vat: Decimal

    @property
    def is_as_the_channel_said(self) -> bool:
        return self.vat == self.channel_vat


@dataclass(frozen=True, slots=True)
class FiscalTotals:
    lines: tuple[LineTotal, ...]
    rates: tuple[RateTotal, ...]

    @property
    def gross(self) -> Decimal:
        return sum((rate.gross for rate in self.rates), ZERO)

    @property
    def net(self) -> Decimal:
        return sum((rate.net for rate in self.rates), ZERO)

    @property
    def vat(self) -> Decimal:
        return sum((rate.vat for rate in self.rates), ZERO)


def fiscal_totals(rows: Sequence[Charged]) -> FiscalTotals:
    """Lines and rates of a document; rates from the highest to the lowest. Every row has a quantity other than 0."""
    lines = tuple(_line(row) for row in rows)
    keys: list[Key] = sorted({(row.rate, row.nature) for row in rows}, key=lambda key: (-key[0], key[1]))
    return FiscalTotals(
        lines, tuple(_rate(key, [line for line in lines if (line.charged.rate, line.charged.nature) == key]) for key in keys)
    )


def without_vat(gross: Decimal, rate: Decimal) -> Decimal:
    """Unrounded."""
    return gross * HUNDRED / (HUNDRED + rate)


def _line(row: Charged) -> LineTotal:
    unit = _fine(without_vat(row.gross, row.rate) / row.quantity)
    listed = unit if row.list_gross is None else _fine(without_vat(row.list_gross, row.rate) / row.quantity)
    return LineTotal(row, unit, listed, _fine(unit * row.quantity))


def _rate(key: Key, lines: Sequence[LineTotal]) -> RateTotal:
    rate, nature = key
    gross = sum((line.charged.gross for line in lines), ZERO)
    net = round_cents(without_vat(gross, rate))
    channel_vat = sum((line.charged.channel_vat for line in lines), ZERO)
    return RateTotal(
        rate=rate,
        nature=nature,
        gross=gross,
        net=net,
        vat=gross - net,
        rounding=net - sum((line.net for line in lines), Decimal(0)),
        channel_net=gross - channel_vat,
        channel_vat=channel_vat,
    )


def _fine(amount: Decimal) -> Decimal:
    return amount.quantize(UNIT_PRICE_STEP, ROUND_HALF_UP)
