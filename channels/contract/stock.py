"""Stock numbers that are sent, and what came of each."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from channels.contract.errors import OutsideError


@dataclass(frozen=True, slots=True)
class StockTarget:
    """One number to send: `quantity` absolute, with `expected` where the channel compares, or a `difference` where it adds."""

    external_item: str
    quantity: int | None
    sku: str = ""
    external_parent: str = ""
    location: str = ""
    expected: int | None = None
    difference: int | None = None


@dataclass(frozen=True, slots=True)
class ItemError:
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class StockDone:
    """Written, and `quantity` is what the channel's answer says that it shows now (None when it does not say)."""

    target: StockTarget
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class StockRefused:
    target: StockTarget
    error: ItemError


@dataclass(frozen=True, slots=True)
class StockResult:
    """Each target is in exactly one of these.

    `unknown` were sent and have no clear answer: they may land until `Capabilities.settle` is over, and are never repeated by the
    connector. `unsent` were surely not written and may be sent again. `failure` says why there are unknown or unsent ones.
    """

    done: tuple[StockDone, ...] = ()
    conflicts: tuple[StockTarget, ...] = ()
    rejected: tuple[StockRefused, ...] = ()
    unknown: tuple[StockTarget, ...] = ()
    unsent: tuple[StockTarget, ...] = ()
    failure: OutsideError | None = None


@dataclass(frozen=True, slots=True)
class StockReading:
    """What the channel shows now. `is_found` False: the item is gone there."""

    external_item: str
    quantity: Decimal | None
    manages_stock: bool
    allows_backorders: bool
    seen_at: datetime
    is_found: bool = True
    location: str = ""
