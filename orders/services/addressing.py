"""Addressing: an order whose address its carrier would refuse waits, and goes on by itself when the address or the carrier is another."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from crm.places import AddressFault
from erp.core.clock import now
from inventory.shipping.drafts import NewShipment
from inventory.shipping.services.checking import address_faults
from orders.drafts import NewHold
from orders.models import Hold, Order
from orders.queries.inserting import insert_holds
from orders.services.holding import end_holds, hold_values, settle_order
from orders.states import HoldKind, OrderStatus


def follow_addresses(orders: Sequence[Order], drafts: Sequence[NewShipment]) -> None:
    """Bring the holds of open orders, locked, to what is wrong with their addresses now; `drafts` is what they ship.

    A hold that a colleague ended stays ended while the same is wrong. One statement where all addresses are right and no order is held.
    """
    if not drafts:
        return
    found = address_faults(drafts)
    told = {draft.order_reference for draft in drafts}
    wanted = [order for order in orders if order.reference in told]
    if not found and not any(order.status == OrderStatus.HELD for order in wanted):
        return
    holds: dict[int, list[Hold]] = {order.pk: [] for order in wanted}
    for hold in Hold.objects.filter(order__in=holds, kind=HoldKind.ADDRESS).order_by("pk"):
        holds[hold.order_id].append(hold)
    for order in wanted:
        _follow(order, holds[order.pk], found.get(order.reference, ()))


def held_for_address(limit: int) -> list[int]:
    """The oldest orders whose address waits to be corrected."""
    holds = Hold.objects.filter(kind=HoldKind.ADDRESS, released_at=None).order_by("order_id")
    return list(holds.values_list("order_id", flat=True)[:limit])


def _follow(order: Order, holds: Sequence[Hold], faults: Sequence[AddressFault]) -> None:
    open_ones = [hold for hold in holds if hold.released_at is None]
    if not faults:
        if open_ones:
            end_holds(open_ones, reason="corrected")
            settle_order(order)
        return
    params = _params(faults)
    if not any((hold in open_ones or hold.released_by_id) and hold.params == params for hold in holds):
        insert_holds([hold_values(order.pk, NewHold(HoldKind.ADDRESS, params=params), now())])
        settle_order(order)


def _params(faults: Sequence[AddressFault]) -> Mapping[str, Any]:
    return {"faults": [asdict(fault) for fault in faults]}
