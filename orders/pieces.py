"""Which pieces an order line wants, what its window has sold by it, and the steps from what was told to what is true now. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

from orders.drafts import NewOrder
from orders.states import Elsewhere, OrderStatus, Treatment

ZERO = Decimal(0)


class OrderOfLine(Protocol):
    status: str
    treatment: str
    is_test: bool
    is_restocked: bool | None
    shipped_elsewhere: str


class Line(Protocol):
    """What the rules read of an `OrderLine`."""

    external_id: str
    quantity: Decimal
    refunded: Decimal
    restocked: Decimal
    lowered: Decimal | None
    claimed: Decimal
    counted: Decimal
    shipped: Decimal
    window: str

    @property
    def is_stockable(self) -> bool: ...
    @property
    def order(self) -> OrderOfLine: ...


@dataclass(frozen=True, slots=True)
class LineStanding:
    """`claimed`: pieces reserved, short or gone for the line. `counted`: pieces that its window has sold by it and not put back.

    `gone`: those of the claimed pieces that have left and can be given back no more.
    """

    claimed: Decimal
    counted: Decimal
    gone: Decimal = field(default=ZERO, compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """A claim before or after the releases, or a release. `counts`: the window's number moved by itself, so its books move too."""

    phase: Literal["before", "release", "after"]
    quantity: Decimal
    counts: bool


def target_of(line: Line, *, gives_up: bool) -> LineStanding:
    """What inventory should know of a line. `gives_up`: a hold of the order keeps no stock.

    What has left stays claimed: closing an order by itself takes nothing back, only a restock in the shop does. What is cancelled here
    stays claimed until the shop, which raises its number by itself, was told and read: its window could sell the piece twice otherwise.
    """
    order = line.order
    is_cancelled = order.status == OrderStatus.CANCELLED
    waits_for_shop = is_cancelled and order.is_restocked is None and bool(line.window)
    if order.is_test or waits_for_shop or (order.treatment == Treatment.HISTORY and not line.claimed):
        return LineStanding(line.claimed, line.counted)
    if order.shipped_elsewhere == Elsewhere.THEIRS and not is_cancelled:
        return LineStanding(ZERO, line.counted)
    if order.treatment == Treatment.HISTORY and not is_cancelled:
        counted = min(_counted(line, is_cancelled=False), line.counted) if line.window else ZERO
        return LineStanding(max(line.claimed - (line.counted - counted), ZERO), counted)
    if not line.is_stockable or order.treatment == Treatment.IGNORE:
        return LineStanding(ZERO, line.lowered or ZERO if line.claimed else ZERO)
    wanted = ZERO if gives_up or is_cancelled else max(line.quantity - line.refunded, ZERO)
    return LineStanding(wanted, _counted(line, is_cancelled=is_cancelled) if line.window else ZERO)


def standing_of(line: Line, target: LineStanding) -> LineStanding:
    """How a line stands on its way to `target`. What has left counts as claimed as far as it is wanted again: it is not claimed twice."""
    claimed = max(line.claimed, min(line.shipped, target.claimed))
    return LineStanding(claimed, line.counted, min(line.shipped, claimed))


def _counted(line: Line, *, is_cancelled: bool) -> Decimal:
    if is_cancelled and line.order.is_restocked:
        return ZERO
    if line.lowered is not None:
        return line.lowered
    return max(line.quantity - line.restocked, ZERO)


def pieces_sold_at_first(line: Line, draft: NewOrder) -> Decimal:
    """What the window had sold by this line before anything was put back: the most that it was ever down for it."""
    if draft.first_seen_cancelled or line.lowered is None:
        return line.quantity
    back = sum(
        (row.put_back for refund in draft.refunds or () for row in refund.lines if row.line_external_id == line.external_id),
        ZERO,
    )
    return min(line.lowered + back, line.quantity)


def steps_to(standing: LineStanding, target: LineStanding) -> Iterator[Step]:
    """From one standing to the other, pieces and window books both exact.

    A sale of the window claims with it, a restock gives back to it; the rest goes to or comes from what is free. A restock of pieces that
    we no longer hold is first claimed from what is free.
    """
    sold = target.counted - standing.counted
    if sold >= 0:
        rest = target.claimed - standing.claimed - sold
        yield from _some(Step("before" if standing.claimed - standing.gone < -rest else "after", sold, True))
        yield from _some(Step("release", -rest, False) if rest < 0 else Step("after", rest, False))
        return
    back = -sold
    missing = max(back - standing.claimed, ZERO)
    rest = target.claimed - (standing.claimed + missing - back)
    yield from _some(Step("before", missing, False))
    yield from _some(Step("release", back, True))
    yield from _some(Step("release", -rest, False) if rest < 0 else Step("after", rest, False))


def _some(step: Step) -> Iterator[Step]:
    if step.quantity > 0:
        yield step
