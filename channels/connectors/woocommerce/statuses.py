"""The shop's own words for where an order stands. Shops and plugins add more: those are unknown and hold the order."""

from collections.abc import Mapping

from channels.contract import OrderState, Treatment

DRAFTS = ("checkout-draft", "auto-draft", "draft")

STATES: Mapping[str, OrderState] = {
    "pending": "unpaid",
    "on-hold": "waiting",
    "processing": "open",
    "completed": "finished",
    "cancelled": "cancelled",
    "failed": "failed",
    "refunded": "refunded",
    "trash": "trashed",
    **dict.fromkeys(DRAFTS, "draft"),
}

# `pending` lowers no stock: it stays inside the window's ceiling although it is ignored. `live` for an order that is over means that it
# is followed to its end.
TREATMENTS: Mapping[str, Treatment] = {
    "pending": "ignore",
    "on-hold": "wait_for_money",
    "processing": "live",
    "completed": "live",
    "cancelled": "live",
    "failed": "live",
    "refunded": "live",
    "trash": "live",
    **dict.fromkeys(DRAFTS, "ignore"),
}


def state_of(status: str) -> OrderState:
    return STATES.get(status, "unknown")
