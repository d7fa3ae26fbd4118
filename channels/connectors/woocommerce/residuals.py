"""Does the shop's total equal the sum of its own rows? What does not is shown, with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from channels.connectors.woocommerce.bodies import Body, need
from channels.contract import ChannelCharge, ChannelLine
from channels.contract.amounts import amount, cents

ZERO = Decimal("0.00")
HALF_CENT = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Settled:
    """`total` = `declared` + the gift cards that it leaves out; parts + `residual` == `total`."""

    declared: Decimal
    total: Decimal
    tax: Decimal
    residual: Decimal
    reason: str


def settle_total(
    order: Body, lines: Sequence[ChannelLine], shipping: Sequence[ChannelCharge], fees: Sequence[ChannelCharge], gift_cards: Decimal
) -> Settled:
    """Compare the declared total with the rows, once as it is and once with the gift cards added back; the nearer one holds."""
    declared = cents(amount(need(order, "total", "order"), "order.total"))
    rows: list[ChannelLine | ChannelCharge] = [*lines, *shipping, *fees]
    tax = sum((row.tax for row in rows), ZERO)
    parts = sum((row.net for row in rows), ZERO) + tax
    total = min(declared, declared + gift_cards, key=lambda candidate: abs(candidate - parts))
    residual = total - parts
    return Settled(declared, total, tax, residual, _reason(order, residual, shipping, fees, tax, len(rows)))


def _reason(
    order: Body, residual: Decimal, shipping: Sequence[ChannelCharge], fees: Sequence[ChannelCharge], tax: Decimal, count: int
) -> str:
    """Each row's net and tax are rounded once and the total once: so many half cents may differ without anything being wrong."""
    if not residual:
        return ""
    if abs(residual) <= HALF_CENT * (2 * count + 1):
        return "rounding"
    shipped = sum((row.net + row.tax for row in shipping), ZERO)
    charged = sum((row.net + row.tax for row in fees), ZERO)
    said = cents(amount(order.get("total_tax"), "order.total_tax", "0"))
    candidates = {-(shipped + charged): "rows_without_charges", -charged: "rows_without_fees", -shipped: "rows_without_shipping"}
    if residual in candidates:
        return candidates[residual]
    if residual == said - tax:
        return "tax_not_in_rows"
    return "rows_missing" if residual > 0 else "total_too_small"
