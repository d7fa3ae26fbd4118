"""Watching: an order that the shop still calls unpaid may yet be paid, so its pieces stay inside what its window may sell."""

from collections.abc import Iterable
from decimal import Decimal

from erp.core.transactions import atomic
from inventory.locks import lock_levels
from inventory.services.reading import read_unpaid
from orders.models import OrderLine
from orders.queries.watching import unpaid_by_window

ZERO = Decimal(0)


@atomic
def follow_unpaid(lines: Iterable[OrderLine]) -> None:
    """Tell inventory how many pieces the windows of these lines keep, in all, for orders that may still be paid.

    Called when such an order comes, goes or is paid. The levels are locked before the sum is made, so that of two orders at the same
    moment the second counts both.
    """
    concerned = [line for line in lines if line.window and line.variant_id is not None]
    if not concerned:
        return
    windows = {line.window for line in concerned}
    lock_levels({variant_id for line in concerned for variant_id in _parts(line)})
    units = unpaid_by_window(windows)
    read_unpaid({window: units.get(window, ZERO) for window in windows})


def _parts(line: OrderLine) -> list[int]:
    return [variant_id for variant_id, _quantity in line.components] or [line.variant_id or 0]
