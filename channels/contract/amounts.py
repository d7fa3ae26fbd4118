"""How connectors read and split amounts: `Decimal` from text, cents rounded half up, nothing through a float."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from channels.contract.errors import ContractBroken

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 10


def amount(value: object, path: str, default: str | None = None) -> Decimal:
    """The number that a channel wrote. None and "" are the default; without one, and for anything else, `ContractBroken` with the path."""
    if value is None or value == "":
        if default is None:
            raise ContractBroken(path, "an amount is missing")
        return Decimal(default)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ContractBroken(path, f"{value!r} is no amount")
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        raise ContractBroken(path, f"{value!r} is no amount") from None
    if not number.is_finite() or abs(number) >= LARGEST:
        raise ContractBroken(path, f"{value!r} is no amount that can be true")
    return number


def cents(number: Decimal) -> Decimal:
    return number.quantize(CENT, rounding=ROUND_HALF_UP)


def spread(total: Decimal, said: Sequence[Decimal]) -> list[Decimal]:
    """Amounts to the cent that add up to `total`, each as near as can be to what was `said`; what is left goes to the largest."""
    shares = [cents(part) for part in said]
    if shares and (left := total - sum(shares)):
        largest = max(range(len(shares)), key=lambda index: abs(said[index]))
        shares[largest] += left
    return shares
