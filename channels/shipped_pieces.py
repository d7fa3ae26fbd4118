"""What left with a shipment in the words of the order: lines and pieces, kits whole. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

Component = tuple[int, Decimal]
ZERO = Decimal(0)


def pieces_by_line(
    rows: Iterable[tuple[str, int, Decimal]], components: Mapping[str, Sequence[Component]] | None = None
) -> dict[str, Decimal]:
    """`rows`: (line of the order, variant, pieces). A line with components counts as many kits as are complete in this shipment."""
    by_line: dict[str, dict[int, Decimal]] = {}
    for line, variant_id, quantity in rows:
        pieces = by_line.setdefault(line, {})
        pieces[variant_id] = pieces.get(variant_id, ZERO) + quantity
    told = {line: _units(pieces, (components or {}).get(line, ())) for line, pieces in by_line.items()}
    return {line: units for line, units in told.items() if units}


def _units(pieces: Mapping[int, Decimal], parts: Sequence[Component]) -> Decimal:
    if not parts:
        return sum(pieces.values(), ZERO)
    return min((pieces.get(variant_id, ZERO) / each).to_integral_value(ROUND_FLOOR) for variant_id, each in parts)
