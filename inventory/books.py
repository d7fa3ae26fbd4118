"""What the books of a window hold, and the guards of the rules that change them (`inventory.protocol`). Pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Guard(StrEnum):
    """Each is a rule that an oversell was found without."""

    LOWER_ONLY_TO_ZERO = "a plain window is lowered to 0 and to no other number"
    LEAVE_THROUGH_A_FENCE = "units leave a window only when all that happened before the answer is read"
    RAISE_FROM_A_FENCED_ZERO = "a plain window is raised only from a fenced 0"
    COUNT_WHEN_SENT = "a raise counts from the moment it is sent"
    NEVER_REPEAT_A_DIFFERENCE = "a difference whose answer was lost is not sent again"
    SETTLE_FIRST = "after a lost answer nothing is concluded while the write may still land"
    YES_LESS_WHAT_WAS_READ = "a yes makes the number what was set, less what was read since it was sent"
    COUNT_RESTOCKS = "a piece that the shop put back is in the ceiling again"
    COUNT_SEEN_CANCELLED = "an order first seen cancelled is a sale and a restock"
    COUNT_UNPAID = "a fenced 0 still has the unpaid orders"


ALL_GUARDS = frozenset(Guard)


class StockClass(StrEnum):
    """What a platform's write can do: compare and set, add a difference, set a plain number; the orders of the last are read too late."""

    EXACT = "exact"
    RELATIVE = "relative"
    ZERO = "zero"
    BEST_EFFORT = "best_effort"


class WriteKind(StrEnum):
    SET = "set"
    ADD = "add"
    CAS = "cas"


class Standing(StrEnum):
    """CERTAIN: the ceiling is a bound. LANDING: a write without answer may still land. UNKNOWN: none can, but the number is not known."""

    CERTAIN = "certain"
    LANDING = "landing"
    UNKNOWN = "unknown"


class FenceKind(StrEnum):
    """NUMBER: closing leaves the number set, what was put back since, and what is unpaid. DIFFERENCE: closing takes it off the ceiling."""

    NUMBER = "number"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class Write:
    """`value` is the number to set, or the difference to add; `expected` only for compare-and-set."""

    kind: WriteKind
    value: Decimal
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Fence:
    kind: FenceKind
    value: Decimal


@dataclass(frozen=True, slots=True)
class Book:
    """One window's books. The counters only grow; what was read since a write is their difference to `_at_send`.

    `known`: the number that an exact window surely has once all that we have read is counted, None when it must be set anew.
    `shown`: the number that the shop shows as far as we can tell; never proof, it only says whether a shared number needs a write.
    `held`: units of unpaid orders that the shop keeps without lowering its number. `is_clean`: a fenced 0, nothing put back since.
    """

    stock_class: StockClass
    ceiling: Decimal
    sold_read: Decimal = ZERO
    restocked_read: Decimal = ZERO
    held: Decimal = ZERO
    known: Decimal | None = None
    shown: Decimal | None = None
    is_clean: bool = False
    standing: Standing = Standing.UNKNOWN
    write: Write | None = None
    sold_at_send: Decimal = ZERO
    restocked_at_send: Decimal = ZERO
    fence: Fence | None = None

    @property
    def exposure(self) -> Decimal:
        return max(self.ceiling, ZERO)

    @property
    def sold_since(self) -> Decimal:
        return self.sold_read - self.sold_at_send

    @property
    def restocked_since(self) -> Decimal:
        return self.restocked_read - self.restocked_at_send
