"""From an order's rows to the rows of its document: what was paid for each, and at which VAT rate. Pure.

Discounts go off their line (or off all lines by their net), rounding goes to the rate that carries most, gift cards are payments. A rate
that the channel does not name is found from its amounts, among those of the order and the Italian ones.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _

from erp.core.money import CENT, split_pro_rata
from erp.core.refusals import Refused
from orders.invoices.fiscal_totals import HUNDRED, ZERO, Charged, without_vat
from orders.totals import line_target

ITALIAN_RATES = (Decimal(22), Decimal(10), Decimal(5), Decimal(4))
MAX_ROUNDING = Decimal("1.00")
"""More than that is no rounding: something is missing from the order."""
TAXED_KINDS = ("shipping", "fee")
WHOLE_ORDER = "order"


class SoldLine(Protocol):
    external_id: str
    title: str
    sku: str
    quantity: Decimal
    net: Decimal


class SoldAdjustment(Protocol):
    kind: str
    position: int
    line_external_id: str
    title: str
    code: str
    net: Decimal
    tax: Decimal


class SoldTax(Protocol):
    target: str
    rate: Decimal | None
    amount: Decimal


@dataclass(slots=True)
class _Row:
    """One line, shipping or fee on its way to the document; `rates` are those that its tax rows name, None among them if one does not."""

    target: str
    title: str
    quantity: Decimal
    list_net: Decimal
    net: Decimal
    sku: str = ""
    unit: str = ""
    kind: str = "line"
    tax: Decimal = ZERO
    rates: list[Decimal | None] = field(default_factory=list)

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def charged_rows(
    lines: Sequence[SoldLine],
    adjustments: Sequence[SoldAdjustment],
    taxes: Sequence[SoldTax],
    *,
    units: Sequence[str] = (),
    zero_nature: str = "",
) -> list[Charged]:
    """The document's rows; their gross amounts sum to what the order asks for, gift cards not taken off.

    `units` stand beside `lines`. Raises Refused where no VAT rate explains the amounts, or the order itself does not add up.
    """
    rows = _rows(lines, adjustments, units)
    _tax(rows, taxes)
    charged = _at_their_rates(rows, zero_nature)
    return charged + _roundings(adjustments, charged)


def _rows(lines: Sequence[SoldLine], adjustments: Sequence[SoldAdjustment], units: Sequence[str]) -> list[_Row]:
    off = _discounts(lines, [each for each in adjustments if each.kind == "discount"])
    told = [*units, *[""] * (len(lines) - len(units))]
    rows = [
        _Row(line_target(line.external_id), line.title or line.sku, line.quantity, line.net, line.net - less, line.sku, unit)
        for line, unit, less in zip(lines, told, off, strict=True)
    ]
    rows += [
        _Row(f"{each.kind}:{each.position}", each.title, Decimal(1), each.net, each.net, kind=each.kind)
        for each in adjustments
        if each.kind in TAXED_KINDS
    ]
    return rows


def _discounts(lines: Sequence[SoldLine], discounts: Sequence[SoldAdjustment]) -> list[Decimal]:
    """What goes off each line: its own discounts, and its share of those of the whole order."""
    off: dict[str, Decimal] = defaultdict(lambda: ZERO)
    known = {line.external_id for line in lines}
    for each in discounts:
        if each.line_external_id in known:
            off[each.line_external_id] += each.net
    common = sum((each.net for each in discounts if each.line_external_id not in known), ZERO)
    own = [line.net - off[line.external_id] for line in lines]
    shares = split_pro_rata(common, [max(net, ZERO) for net in own]) if common else [ZERO] * len(lines)
    return [off[line.external_id] + share for line, share in zip(lines, shares, strict=True)]


def _tax(rows: Sequence[_Row], taxes: Sequence[SoldTax]) -> None:
    """Put each tax row on its target; one of the whole order on all rows by their net."""
    by_target = {row.target: row for row in rows}
    for tax in taxes:
        if tax.target == WHOLE_ORDER:
            for row, share in zip(rows, split_pro_rata(tax.amount, [max(row.net, ZERO) for row in rows]), strict=True):
                _add_tax(row, share, tax.rate)
        elif tax.target in by_target:
            _add_tax(by_target[tax.target], tax.amount, tax.rate)
        else:
            raise Refused(_("A tax of %(amount)s belongs to no row of the order. Look at the order in the shop.") % {"amount": tax.amount})


def _add_tax(row: _Row, amount: Decimal, rate: Decimal | None) -> None:
    row.tax += amount
    row.rates.append(rate)


def _at_their_rates(rows: Iterable[_Row], zero_nature: str) -> list[Charged]:
    kept = [row for row in rows if row.gross or row.list_net or row.kind == "line"]
    named = {rate for row in kept if (rate := _named(row)) is not None}
    rates = {id(row): _rate_of(row, named) for row in kept if row.gross}
    usual = _heaviest((rates[id(row)], row.gross) for row in kept if row.gross)
    return [_charged(row, rates.get(id(row), _named(row) or usual), zero_nature) for row in kept if row.quantity or row.gross]


def _charged(row: _Row, rate: Decimal, zero_nature: str) -> Charged:
    discounted = row.list_net != row.net
    listed = row.list_net * (HUNDRED + rate) / HUNDRED if discounted else None
    return Charged(
        title=row.title,
        quantity=row.quantity or Decimal(1),
        gross=row.gross,
        rate=rate,
        channel_vat=row.tax,
        nature="" if rate else zero_nature,
        list_gross=listed,
        sku=row.sku,
        unit=row.unit,
        kind=row.kind,
    )


def _named(row: _Row) -> Decimal | None:
    """The rate that the channel names: the sum of those of its tax rows."""
    told = [rate for rate in row.rates if rate is not None]
    return sum(told, Decimal(0)) if row.rates and len(told) == len(row.rates) else None


def _rate_of(row: _Row, named: set[Decimal]) -> Decimal:
    rate = _named(row)
    if rate is not None:
        if not _explains(rate, row):
            raise Refused(
                _("The shop taxed “%(title)s” at %(rate)s %% but put %(tax)s on %(net)s. Correct the tax in the shop, then try again.")
                % {"title": row.title, "rate": rate.normalize(), "tax": row.tax, "net": row.net},
                code="rate",
            )
        return rate
    if not row.tax:
        return Decimal(0)
    fitting = [rate for rate in [*sorted(named, reverse=True), *ITALIAN_RATES] if rate and _explains(rate, row)]
    if not fitting:
        raise Refused(
            _("The shop names no VAT rate for “%(title)s”, and none gives %(tax)s on %(net)s. Add the rate in the shop, then try again.")
            % {"title": row.title, "tax": row.tax, "net": row.net},
            code="rate",
        )
    return min(fitting, key=lambda rate: (_distance(rate, row), rate not in named))


def _explains(rate: Decimal, row: _Row) -> bool:
    """A cent for the rounding of the row and one for that of each piece's price."""
    return _distance(rate, row) <= CENT + CENT / 2 * max(abs(row.quantity), Decimal(1))


def _distance(rate: Decimal, row: _Row) -> Decimal:
    return abs(row.gross - without_vat(row.gross, rate) - row.tax)


def _heaviest(amounts: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """The rate that carries most; 0 where nothing is charged."""
    sums: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for rate, gross in amounts:
        sums[rate] += gross
    return max(sums, key=lambda rate: (sums[rate], rate), default=Decimal(0))


def _roundings(adjustments: Iterable[SoldAdjustment], charged: Sequence[Charged]) -> list[Charged]:
    rate = _heaviest((row.rate, row.gross) for row in charged)
    nature = next((row.nature for row in charged if row.rate == rate), "")
    rows = []
    for each in adjustments:
        gross = each.net + each.tax
        if each.kind != "rounding" or not gross:
            continue
        if abs(gross) > MAX_ROUNDING:
            raise Refused(
                _("%(amount)s of the order are not explained by any of its rows. Find out what they are before it is documented.")
                % {"amount": gross},
                code="unexplained",
            )
        rows.append(Charged(title="", quantity=Decimal(1), gross=gross, rate=rate, nature=nature, kind="rounding"))
    return rows
