"""A change in the shop that came too late to be applied: kept, held and shown, until a colleague decides."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from erp.core.clock import now
from erp.core.history import record
from inventory.shipping.models import Shipment
from inventory.shipping.services.labelling import let_parcels_go, stop_parcels
from inventory.shipping.states import ShipmentStatus
from orders.drafts import NewHold
from orders.models import Order, PendingChange
from orders.queries.inserting import insert_holds
from orders.services.holding import end_holds, hold_values, open_hold_cards
from orders.states import HoldKind


def keep_change(
    order: Order, *, draft: dict[str, Any] | None, told: Sequence[dict[str, Any]], names: Sequence[str], seen: datetime, actor: str
) -> bool:
    """Keep a change (`draft` None: the order was deleted in the shop); False when this very change waits already or a newer one does.

    From here on the order's pieces stay as they are. The caller holds the order's lock and settles it.
    """
    waiting = PendingChange.objects.filter(order=order).order_by("pk").first()
    if waiting and (waiting.channel_updated_at > seen or (waiting.draft, waiting.channel_updated_at) == (draft, seen)):
        return False
    PendingChange.objects.update_or_create(
        order=order, defaults={"draft": draft, "differences": list(told), "channel_updated_at": seen, "seen_at": now()}
    )
    hold = NewHold(HoldKind.CHANGE_TO_DECIDE, params={"changes": ", ".join(dict.fromkeys(names))[:400]})
    values = [hold_values(order.pk, hold, now())]
    insert_holds(values)
    open_hold_cards({order.pk: (order.total, order.currency)}, values)
    record(order, "change_waits", actor=actor, differences=list(told))
    return True


def stop_what_left(order: Order) -> None:
    """The shop cancelled an order whose parcels have left: a card for each parcel asks to stop it, whatever becomes of the change."""
    stop_parcels(_shipments_that_left(order))


def let_what_left_go_on(order: Order) -> None:
    """The order is not cancelled any more: its parcels are not to be stopped."""
    let_parcels_go(_shipments_that_left(order))


def _shipments_that_left(order: Order) -> list[int]:
    gone = Shipment.objects.filter(order_reference=order.reference, status=ShipmentStatus.SHIPPED, is_elsewhere=False)
    return list(gone.order_by("pk").values_list("pk", flat=True))


def drop_change(order: Order, *, by: Any = None) -> bool:
    """Forget the change that waits: it was decided, or the shop took it back. False when none waited."""
    is_dropped = bool(PendingChange.objects.filter(order=order).delete()[0])
    if is_dropped:
        end_holds(list(order.holds.filter(kind=HoldKind.CHANGE_TO_DECIDE, released_at=None)), by=by)
    return is_dropped
