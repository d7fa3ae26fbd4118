"""The statuses of an order and of its payments, and the moves allowed between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderStatus(TextChoices):
    HELD = "held", _("Held")
    RELEASED = "released", _("To ship")
    CANCELLED = "cancelled", _("Cancelled")
    CLOSED = "closed", _("Closed")


ORDER_MOVES: dict[str, frozenset[str]] = {
    # a shop may revive a cancelled order, and an order that was only watched may come to life
    "held": frozenset({"released", "cancelled", "closed"}),
    "released": frozenset({"held", "cancelled", "closed"}),
    "cancelled": frozenset({"held", "released", "closed"}),
    "closed": frozenset({"held", "released", "cancelled"}),
}
OPEN_STATUSES = (OrderStatus.HELD, OrderStatus.RELEASED)


class Treatment(TextChoices):
    LIVE = "live", _("Reserve and go")
    WAIT_FOR_MONEY = "wait_for_money", _("Reserve and wait for money")
    HISTORY = "history", _("History")
    IGNORE = "ignore", _("Not an order yet")


class Elsewhere(TextChoices):
    """Out of whose stock an order went that was not shipped here."""

    OURS = "ours", _("From our stock")
    THEIRS = "theirs", _("From another's stock")


LIVELY = (Treatment.LIVE, Treatment.WAIT_FOR_MONEY)


class PaymentState(TextChoices):
    CAPTURED = "captured", _("Paid")
    AUTHORISED = "authorised", _("Authorised, not captured")
    ON_DELIVERY = "on_delivery", _("To collect on delivery")
    PENDING = "pending", _("Awaited")
    FAILED = "failed", _("Failed")
    REFUNDED = "refunded", _("Paid back")
    VOIDED = "voided", _("Voided")


class PaymentStatus(TextChoices):
    """The order's payments in one word."""

    PAID = "paid", _("Paid")
    PARTLY_PAID = "partly_paid", _("Partly paid")
    AUTHORISED = "authorised", _("Authorised, not captured")
    ON_DELIVERY = "on_delivery", _("Cash on delivery")
    AWAITED = "awaited", _("Awaiting payment")
    FAILED = "failed", _("Payment failed")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")


class HoldKind(TextChoices):
    """Why an order waits. The comment says what takes the hold away by itself."""

    SHORT = "short", _("Not enough stock")  # a piece comes back or arrives
    AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")  # the money comes, or the term ends
    AWAITING_CAPTURE = "awaiting_capture", _("Payment authorised, not captured")  # the capture
    UNMAPPED_LINE = "unmapped_line", _("A line has no product")  # the listing is mapped
    FRACTIONAL = "fractional", _("Part of a piece was ordered")  # the channel's quantity becomes whole
    UNKNOWN_STATUS = "unknown_status", _("Unknown status in the shop")  # the status table learns it
    UNKNOWN_CURRENCY = "unknown_currency", _("Unknown currency")
    FOREIGN_CURRENCY = "foreign_currency", _("Foreign currency")
    TOTAL_UNEXPLAINED = "total_unexplained", _("The rows do not explain the total")  # an edit in the shop explains it
    TRACKED_ELSEWHERE = "tracked_elsewhere", _("The shop shows a parcel that is not ours")  # the shop finishes the order or drops it
    FRAUD_REVIEW = "fraud_review", _("Fraud review in the shop")  # the shop ends its review
    TRASHED = "trashed", _("In the shop's trash")  # the shop restores or deletes it
    CHANGE_TO_DECIDE = "change_to_decide", _("Changed after picking")
    ADDRESS = "address", _("Address to correct")  # the address, or what its carrier asks of it, is changed
    REFUNDED = "refunded", _("Paid back before it left")  # the refund is taken back
    BY_STAFF = "by_staff", _("Held by a colleague")  # a colleague, or the term ends


# ended by nobody: the order goes on when the cause is gone
HELD_BY_CAUSE = frozenset({HoldKind.SHORT, HoldKind.UNMAPPED_LINE, HoldKind.FRACTIONAL, HoldKind.UNKNOWN_CURRENCY})
KINDS_WITH_CARD = frozenset(
    {
        HoldKind.UNMAPPED_LINE,
        HoldKind.FRACTIONAL,
        HoldKind.UNKNOWN_STATUS,
        HoldKind.UNKNOWN_CURRENCY,
        HoldKind.FOREIGN_CURRENCY,
        HoldKind.TOTAL_UNEXPLAINED,
        HoldKind.TRACKED_ELSEWHERE,
        HoldKind.CHANGE_TO_DECIDE,
        HoldKind.REFUNDED,
    }
)
