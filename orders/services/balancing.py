"""Balancing: what the channel's rows leave unexplained is shown to staff, and the card goes when they explain it."""

from erp.core.cards import close_card, open_card
from orders.cards import UNEXPLAINED_CENTS, subject_of
from orders.drafts import NewOrder
from orders.totals import rounding_row
from orders.treatment import currency_of


def show_unexplained(order_id: int, draft: NewOrder) -> bool:
    """Whether the total has a difference for which the channel's mapper gave no reason; if so, a card shows it."""
    row = rounding_row(draft)
    if row is None or not row.code:
        return False
    currency = currency_of(draft)
    open_card(
        UNEXPLAINED_CENTS,
        subject_of(order_id),
        amount=draft.total,
        currency=currency,
        number=str(order_id),
        residual=f"{row.net} {currency}",
    )
    return True


def follow_unexplained(order_id: int, draft: NewOrder) -> None:
    """The same after a change, which may also have explained it."""
    if not show_unexplained(order_id, draft):
        close_card(UNEXPLAINED_CENTS, subject_of(order_id))
