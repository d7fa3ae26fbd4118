"""Rows of the stock."""

from inventory.models.places import Bin, Warehouse
from inventory.models.reservations import Reservation, ReservationState
from inventory.models.stock import Cause, Movement, StockLevel
from inventory.models.windows import Allotment, ExceptionCause, Mode, StockException, WindowPolicy

__all__ = [
    "Allotment",
    "Bin",
    "Cause",
    "ExceptionCause",
    "Mode",
    "Movement",
    "Reservation",
    "ReservationState",
    "StockException",
    "StockLevel",
    "Warehouse",
    "WindowPolicy",
]
