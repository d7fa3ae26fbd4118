"""The order as a document, and the rows that hang on it."""

from orders.models.change import PendingChange
from orders.models.edits import OrderEdit
from orders.models.hold import Hold
from orders.models.money import Payment, Refund, RefundLine
from orders.models.order import Order, OrderQuerySet
from orders.models.rows import Adjustment, OrderLine, TaxRow
from orders.models.tag import OrderTag

__all__ = [
    "Adjustment",
    "Hold",
    "Order",
    "OrderEdit",
    "OrderLine",
    "OrderQuerySet",
    "OrderTag",
    "Payment",
    "PendingChange",
    "Refund",
    "RefundLine",
    "TaxRow",
]
