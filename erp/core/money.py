"""Money: `Decimal`, rounded once, half up, at the place the law names. Currency travels with the amount."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_currency

CENT = Decimal("0.01")
UNIT_PRICE_STEP = Decimal("0.00000001")
MAX_AMOUNT = Decimal("9999999999.99")


def round_cents(amount: Decimal) -> Decimal:
    """Half up to two decimals, away from zero at the half, as the Italian fiscal rules round."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def unit_price(total: Decimal, quantity: Decimal) -> Decimal:
    """A derived price per unit at 8 decimals; the line's total stays the fact."""
    return (total / quantity).quantize(UNIT_PRICE_STEP, ROUND_HALF_UP)


def split_pro_rata(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Divide an amount in cents by weights; the parts sum to it exactly, the largest remainders get the odd cents."""
    total = sum(weights, Decimal(0))
    if not weights:
        return []
    if not total:
        weights, total = [Decimal(1)] * len(weights), Decimal(len(weights))
    cents = int(round_cents(amount) / CENT)
    sign = -1 if cents < 0 else 1
    shares = [abs(cents) * weight / total for weight in weights]
    whole = [int(share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (whole[i] - shares[i], i))
    for i in by_remainder[: abs(cents) - sum(whole)]:
        whole[i] += 1
    return [sign * part * CENT for part in whole]


def format_money(amount: Decimal, currency: str, language: str) -> str:
    """As the reader writes it: `1.234,56 €` in Italian."""
    return format_currency(amount, currency, locale=language.replace("-", "_"))
