"""What is for sale of a variant, and what each window shows of it: values in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

ZERO = Decimal(0)
Parts = tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Quantities:
    """A stocked variant in all active warehouses together. `short`: pieces that documents wait for."""

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    safety: Decimal = ZERO
    short: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        """What a person at the counter may still promise."""
        return self.on_hand - self.reserved

    @property
    def for_windows(self) -> Decimal:
        """What windows may show; negative where the safety stock is not there."""
        return self.available - self.safety

    @property
    def to_divide(self) -> Decimal:
        """What can belong to windows: pieces that documents wait for do not."""
        return max(self.for_windows - self.short, ZERO)


@dataclass(frozen=True, slots=True)
class Policy:
    """`mode` is share, split or auto. Auto divides at or under `threshold` and shares again above `threshold` + `margin`."""

    mode: str
    threshold: int = 0
    margin: int = 0


def whole_units(quantity: Decimal) -> int:
    """Windows show whole units only, and nothing below none: 2.9 is 2, -1 is 0."""
    return max(int(quantity.to_integral_value(ROUND_FLOOR)), 0)


def kit_units(parts: Parts, pieces: Mapping[int, Decimal]) -> int:
    """Whole kits that can be made: the minimum over the components. A kit without components can not be made."""
    return min((whole_units(pieces.get(variant_id, ZERO) / per_unit) for variant_id, per_unit in parts), default=0)


def wants_split(policy: Policy, units: Decimal, *, is_split: bool) -> bool:
    """Whether the units should be divided among the windows now. `is_split`: they are, so auto waits for the margin."""
    if policy.mode == "auto":
        return units <= policy.threshold + (policy.margin if is_split else 0)
    return policy.mode == "split"
