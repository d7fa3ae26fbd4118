"""What the order desk must look at, in words. A card of a hold has the hold's kind as its code and goes with it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from erp.core import cards
from erp.core.cards import CardKind, key_of, register
from erp.core.models import Card
from orders.states import HoldKind


def subject_of(order_id: int) -> str:
    return cards.subject_of("orders.order", order_id)


def code_of(kind: str) -> str:
    return f"orders.{kind}"


def _link(card: Card) -> str:
    return reverse("order", args=[key_of(card.subject)])


register(
    CardKind(
        code=code_of(HoldKind.UNMAPPED_LINE),
        title=_("Order %(number)s sells something without a product here: %(titles)s"),
        cause=_("The shop's listing is not linked to a product. Link it once and every order that waits for it goes on by itself."),
        action=_("Link the product"),
        link=_link,
        severity="hold",
    )
)
register(
    CardKind(
        code=code_of(HoldKind.FRACTIONAL),
        title=_("Order %(number)s asks for part of a piece: %(titles)s"),
        cause=_("The product is only sold in whole pieces. Correct the quantity in the shop, or let the product be sold in parts."),
        link=_link,
        severity="hold",
    )
)
register(
    CardKind(
        code=code_of(HoldKind.UNKNOWN_STATUS),
        title=_("Order %(number)s has a status that nobody has explained yet: %(status)s"),
        cause=_("The account's status table does not say what to do with it. Add the status to the table and the order goes on by itself."),
        link=_link,
        severity="hold",
    )
)
register(
    CardKind(
        code=code_of(HoldKind.UNKNOWN_CURRENCY),
        title=_("Order %(number)s is in a currency that does not exist: %(told)s"),
        cause=_("No amount of it can be trusted. Correct the currency in the shop, or cancel the order there."),
        link=_link,
        severity="bad",
    )
)
register(
    CardKind(
        code=code_of(HoldKind.FOREIGN_CURRENCY),
        title=_("Order %(number)s is in a foreign currency: %(told)s"),
        cause=_("Your books are in euro and no exchange rate was fixed. Check the order, then release its hold or cancel it in the shop."),
        action=_("Release hold"),
        retry="orders.services.holding.release_foreign_currency",
        link=_link,
        severity="hold",
        permission="orders.release_hold",
    )
)
register(
    CardKind(
        code=code_of(HoldKind.TOTAL_UNEXPLAINED),
        title=_("Order %(number)s: its rows do not explain its total"),
        cause=_(
            "%(told)s of the total stand in none of its rows. Correct the order in the shop, and it goes on by itself; or check what was "
            "paid and release its hold."
        ),
        action=_("Release hold"),
        retry="orders.services.holding.release_unexplained_total",
        link=_link,
        severity="bad",
        permission="orders.release_hold",
    )
)
register(
    CardKind(
        code=code_of(HoldKind.TRACKED_ELSEWHERE),
        title=_("Order %(number)s has a parcel in the shop that did not leave from here: %(told)s"),
        cause=_(
            "The shop does not say which goods are in it. If nothing is left to send, say so: the order is closed and its pieces leave the "
            "stock. If it was only noted, release the hold on the order's page, and the order is sent from here."
        ),
        action=_("All was sent elsewhere"),
        retry="orders.services.leaving.record_sent_elsewhere",
        link=_link,
        severity="bad",
        permission="orders.release_hold",
    )
)
register(
    CardKind(
        code=code_of(HoldKind.CHANGE_TO_DECIDE),
        title=_("Order %(number)s was changed in the shop after its goods were picked: %(changes)s"),
        cause=_("Nothing was applied. Accept the change and put the goods right, or keep the order as it was."),
        action=_("Accept change"),
        retry="orders.services.changing.accept_change",
        link=_link,
        severity="bad",
        permission="orders.decide_change",
    )
)
register(
    CardKind(
        code=code_of(HoldKind.REFUNDED),
        title=_("Order %(number)s was paid back in full and has not left"),
        cause=_("It does not leave by itself. Cancel it, or release its hold to send it all the same."),
        link=_link,
        severity="hold",
    )
)
PAYMENT_OVERDUE = register(
    CardKind(
        code="orders.payment_overdue",
        title=_("Order %(number)s was not paid in time"),
        cause=_("Its pieces are free again and it still waits. Cancel it in the shop, or record the payment if the money has come."),
        action=_("Record payment"),
        retry="orders.services.paying.record_overdue_payment",
        link=_link,
        severity="wait",
        permission="orders.record_payment",
    )
).code
PAID_AFTER_EXPIRY = register(
    CardKind(
        code="orders.paid_after_expiry",
        title=_("Order %(number)s was paid after its stock had been given up"),
        cause=_("The money came after the term. If the pieces are gone, the order is held as short: order them, or pay the buyer back."),
        link=_link,
        severity="bad",
    )
).code
CASH_DIFFERS = register(
    CardKind(
        code="orders.cash_differs",
        title=_("The carrier collects %(collected)s for order %(number)s, which asks for %(due)s"),
        cause=_("The amount was changed after the parcel had left. Ask the carrier to change it, or settle the rest with the buyer."),
        link=_link,
        severity="bad",
    )
).code
UNEXPLAINED_CENTS = register(
    CardKind(
        code="orders.unexplained_cents",
        title=_("Order %(number)s does not add up by %(residual)s"),
        cause=_("The shop's total differs from its own rows and gives no reason. The difference stands in a rounding row of its own."),
        link=_link,
        severity="wait",
    )
).code
