"""Orders hear of pieces that came or went and of parcels that left, and tell shipping how they stand: news in, one service call out."""

from erp.core.events import handles
from inventory.events import ShortServed, TurnedShort
from inventory.shipping.events import ShipmentShipped
from orders.events import OrderCancelled, OrderChanged, OrderHeld, OrderReleased
from orders.models.order import order_of
from orders.services.fulfilling import follow_orders, follow_shipped
from orders.services.holding import follow_stock


@handles(ShortServed)
def let_served_orders_go(events: list[ShortServed]) -> None:
    follow_stock(_orders(events))


@handles(TurnedShort)
def hold_orders_turned_short(events: list[TurnedShort]) -> None:
    follow_stock(_orders(events))


@handles(OrderReleased)
def open_shipments_of_released_orders(events: list[OrderReleased]) -> None:
    follow_orders(event.order_id for event in events)


@handles(OrderHeld)
def hold_shipments_of_held_orders(events: list[OrderHeld]) -> None:
    follow_orders(event.order_id for event in events)


@handles(OrderChanged)
def bring_shipments_to_changed_orders(events: list[OrderChanged]) -> None:
    follow_orders(event.order_id for event in events)


@handles(OrderCancelled)
def cancel_shipments_of_cancelled_orders(events: list[OrderCancelled]) -> None:
    follow_orders(event.order_id for event in events)


@handles(ShipmentShipped)
def note_what_has_left(events: list[ShipmentShipped]) -> None:
    follow_shipped(event.shipment_id for event in events)


def _orders(events: list[ShortServed] | list[TurnedShort]) -> list[int]:
    return [order_id for event in events if (order_id := order_of(event.reference)) is not None]
