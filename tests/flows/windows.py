"""A small shop of our own whose numbers are compared and set, or added to: for the classes that no practice shop has yet.

Its writes may be lost before or after they are carried out, and lost ones may land whenever the test says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Literal, cast

from channels.contract import Capabilities, ItemError, OperationState, StockDone, StockRefused, StockResult, StockTarget, Unknown
from channels.registry import connectors
from tests.factories.channels import MemoryConnector, MemoryShop


class Fault(StrEnum):
    """What becomes of the next write: carried out and answered, or without an answer."""

    NONE = ""
    LOST_BEFORE = "lost before it was carried out"
    LOST_AFTER = "carried out, its answer lost"
    LATE = "lost, and may land late"


@dataclass
class WindowShop(MemoryShop):
    """Sells single pieces while it shows more than 0, and puts pieces of cancelled orders back by itself.

    `refused`: items whose numbers it does not take. `sent`: the calls that came, each with its (item, number or difference).
    """

    fault: Fault = Fault.NONE
    late: list[StockTarget] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    sent: list[list[tuple[str, int | None]]] = field(default_factory=list)
    while_called: Callable[[], None] | None = None

    def take(self, item: str) -> str | None:
        """A buyer takes one piece; the order's number, None where it is sold out."""
        if self.numbers[item] <= 0:
            return None
        self.numbers[item] -= 1
        number = str(len(self.orders) + 1)
        self.sell(number, {item: 1})
        return number

    def put_back(self, number: str) -> None:
        self.numbers[self.orders[number]["lines"][0]["item"]] += 1
        self.change(number, status="cancelled")

    def receive(self, batch: Sequence[StockTarget]) -> StockResult:
        self.sent.append([(each.external_item, each.quantity if each.difference is None else each.difference) for each in batch])
        fault, self.fault = self.fault, Fault.NONE
        if self.while_called:
            self.while_called()
        if fault is Fault.LATE:
            self.late += batch
        taken = [target for target in batch if target.external_item not in self.refused]
        written = {target: fault not in (Fault.LATE, Fault.LOST_BEFORE) and self.carry_out(target) for target in taken}
        if fault:
            return StockResult(unknown=tuple(batch), failure=Unknown("no answer"))
        return StockResult(
            done=tuple(StockDone(each, Decimal(self.numbers[each.external_item])) for each, is_done in written.items() if is_done),
            conflicts=tuple(each for each, is_done in written.items() if not is_done),
            rejected=tuple(StockRefused(each, ItemError("no_such_item", "No such item.")) for each in batch if each not in written),
        )

    def carry_out(self, target: StockTarget) -> bool:
        """False where another number than expected was found."""
        item = target.external_item
        if target.expected is not None and self.numbers[item] != target.expected:
            return False
        self.numbers[item] = self.numbers[item] + target.difference if target.difference is not None else int(target.quantity or 0)
        return True

    def land_late(self) -> None:
        while self.late:
            self.carry_out(self.late.pop(0))


class ExactConnector(MemoryConnector):
    """Compares and sets."""

    code = "memory-exact"
    stock_write: Literal["exact", "relative", "zero"] = "exact"

    @classmethod
    def capabilities(cls) -> Capabilities:
        return replace(super().capabilities(), stock_write=cls.stock_write)

    def publish_stock(self, batch: Sequence[StockTarget], key: str) -> StockResult:
        self._shop.fail_if_told("publish")
        return cast(WindowShop, self._shop).receive(batch)

    def cancel_order(self, external_id: str, reason: str, key: str) -> OperationState:
        shop = cast(WindowShop, self._shop)
        was_there = shop.orders[external_id]["status"] == "cancelled"
        if not was_there:
            shop.put_back(external_id)
        self._lose()
        return OperationState(was_there=was_there)


class RelativeConnector(ExactConnector):
    """Adds a difference in one step."""

    code = "memory-relative"
    stock_write = "relative"


class ZeroConnector(ExactConnector):
    """Writes plain numbers."""

    code = "memory-zero"
    stock_write = "zero"


for _connector in (ExactConnector, RelativeConnector, ZeroConnector):
    if _connector.code not in connectors.codes():
        connectors.register(_connector.code, _connector)
