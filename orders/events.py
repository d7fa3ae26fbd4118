"""What happened to orders. Each carries the order's key and nothing else; read the rest when you hear it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderPlaced:
    order_id: int


@dataclass(frozen=True)
class OrderReleased:
    """The last hold went, or there was none: the order may ship."""

    order_id: int


@dataclass(frozen=True)
class OrderHeld:
    order_id: int


@dataclass(frozen=True)
class OrderChanged:
    order_id: int


@dataclass(frozen=True)
class OrderCancelled:
    order_id: int


@dataclass(frozen=True)
class OrderPaid:
    order_id: int


@dataclass(frozen=True)
class OrderFulfilled:
    """Everything of it that is shipped has left."""

    order_id: int
