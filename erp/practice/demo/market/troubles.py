"""A bad day: which faults are switched on in a practice shop, and how often each strikes."""

from typing import Any

from erp.practice.carrier import CarrierControl
from erp.practice.woocommerce import Control

ORDERS = r"/orders"
STOCK = r"/batch$"
TROUBLES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("webhook_duplicate", {"count": 5, "probability": 0.25, "times": 3, "path": "order"}),
    ("webhook_late", {"count": 4, "probability": 0.25, "seconds": 4, "path": "order"}),
    ("webhook_reorder", {"count": 3, "probability": 0.25, "path": "order.updated"}),
    ("webhook_lost", {"count": 5, "probability": 0.25, "path": "order"}),
    ("rate_limited", {"count": 3, "probability": 0.1, "retry_after": 1, "path": ORDERS}),
    ("server_error", {"count": 3, "probability": 0.1, "status": 503, "path": ORDERS}),
    ("html_answer", {"count": 2, "probability": 0.1, "status": 200, "path": ORDERS}),
    ("rate_limited", {"count": 2, "probability": 0.2, "retry_after": 1, "path": STOCK}),
    ("server_error", {"count": 2, "probability": 0.2, "status": 500, "path": STOCK}),
    ("timeout_before", {"count": 1, "probability": 0.2, "seconds": 2, "path": STOCK}),
    ("timeout_after", {"count": 2, "probability": 0.2, "seconds": 2, "path": STOCK}),
    ("late_write", {"count": 1, "probability": 0.2, "seconds": 2, "delay": 3, "path": STOCK}),
)


def begin_troubles(control: Control, *, seed: int) -> None:
    """From now on, each fault strikes until it is used up."""
    control.seed_faults(seed)
    for kind, rule in TROUBLES:
        control.add_fault(kind, **rule)


def end_troubles(control: Control) -> None:
    """What has not struck until now never will."""
    control.clear_faults()


def trouble_the_carrier(van: CarrierControl) -> None:
    """The carrier loses a reply after it made the parcel, and is away for a moment."""
    van.add_fault("timeout_after", count=2, methods=["POST"], path="/spedizioni$", seconds=2)
    van.add_fault("server_error", count=2, methods=["POST"], path="/spedizioni$", status=503)
