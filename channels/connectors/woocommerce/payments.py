"""Where the money is: gift cards, the one payment method, and whether the order is a test."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from channels.connectors.woocommerce.bodies import Body, meta_of, moment, rows, text
from channels.contract import ChannelPayment, PaymentState
from channels.contract.amounts import amount, cents

CASH_ON_DELIVERY = ("cod",)
TEST_MARKS: Mapping[str, str] = {"_wcpay_mode": "test", "_ppcp_paypal_payment_mode": "sandbox"}
NOT_CAPTURED: Mapping[str, str] = {
    "_stripe_charge_captured": "no",
    "_intention_status": "requires_capture",
    "_ppcp_paypal_captured": "false",
}


def gift_cards_of(order: Body) -> tuple[ChannelPayment, ...]:
    """Gift cards are payments; their code is kept as the payment's id. A card that pays nothing, or less, is none."""
    cards = []
    for index, row in enumerate(rows(order, "gift_cards", "order")):
        paid = cents(amount(row.get("amount"), f"order.gift_cards[{index}].amount", "0"))
        if paid > 0:
            code, paid_at = text(row.get("code")), moment(order.get("date_paid_gmt"))
            cards.append(ChannelPayment(method="gift_card", title="", state="captured", amount=paid, paid_at=paid_at, external_id=code))
    return tuple(cards)


def payments_of(
    order: Body, gift_cards: Sequence[ChannelPayment], total: Decimal, settings: Mapping[str, Any]
) -> tuple[ChannelPayment, ...]:
    """The gift cards and, for what they leave, the order's one payment method."""
    rest = total - sum((card.amount for card in gift_cards), Decimal(0))
    if rest <= 0:
        return tuple(gift_cards)
    method = text(order.get("payment_method"))
    payment = ChannelPayment(
        method=method,
        title=text(order.get("payment_method_title")),
        state=_state(order, method, settings),
        amount=rest,
        paid_at=moment(order.get("date_paid_gmt")),
        external_id=text(order.get("transaction_id")),
    )
    return (*gift_cards, payment)


def is_test(meta: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    marks = settings.get("test_marks") or TEST_MARKS
    return any(str(meta.get(key, "")) == value for key, value in marks.items())


def _state(order: Body, method: str, settings: Mapping[str, Any]) -> PaymentState:
    """`date_paid` is the shop's word for money taken. Cash on delivery has it only once somebody says that it came in."""
    meta = meta_of(order)
    if any(str(meta.get(key, "")) == value for key, value in NOT_CAPTURED.items()):
        return "authorised"
    if order.get("date_paid_gmt") or order.get("date_paid"):
        return "captured"
    if order.get("status") == "failed":
        return "failed"
    return "on_delivery" if method in settings.get("cash_on_delivery", CASH_ON_DELIVERY) else "pending"
