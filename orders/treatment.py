"""How an order as it stands is treated: what holds it up, what status that gives, and which pieces it wants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Protocol

from babel.numbers import list_currencies

from orders.drafts import NewHold, NewOrder
from orders.states import LIVELY, HoldKind, OrderStatus, PaymentStatus, Treatment
from orders.totals import PaymentSummary, summarise_payments

COMPANY_CURRENCY = "EUR"
UNPAID_DAYS = 7
NO_CURRENCY = "XXX"
NOTHING = Decimal("0.00")
MAX_QUANTITY = Decimal(1_000_000)


class SoldLine(Protocol):
    """What the rules read of a `NewLine` or an `OrderLine`."""

    @property
    def title(self) -> str: ...
    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def variant_id(self) -> int | None: ...
    @property
    def needs_stock(self) -> bool: ...
    @property
    def allows_decimals(self) -> bool: ...


# holds that follow from what the channel says: they come and go with it
FOLLOWING_KINDS = frozenset(
    {
        HoldKind.AWAITING_PAYMENT,
        HoldKind.AWAITING_CAPTURE,
        HoldKind.UNMAPPED_LINE,
        HoldKind.FRACTIONAL,
        HoldKind.UNKNOWN_STATUS,
        HoldKind.UNKNOWN_CURRENCY,
        HoldKind.FOREIGN_CURRENCY,
        HoldKind.TOTAL_UNEXPLAINED,
        HoldKind.TRACKED_ELSEWHERE,
        HoldKind.FRAUD_REVIEW,
        HoldKind.TRASHED,
    }
)


class SentLine(Protocol):
    @property
    def needs_shipping(self) -> bool: ...
    @property
    def shipped(self) -> Decimal: ...


class PaidOrder(Protocol):
    @property
    def payment_status(self) -> str: ...
    @property
    def shipped_elsewhere(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a draft alone, before stock is asked."""

    status: OrderStatus
    holds: tuple[NewHold, ...]
    summary: PaymentSummary
    is_shippable: bool


def judge(draft: NewOrder, *, now: datetime, payments: PaymentSummary | None = None) -> Verdict:
    """The verdict on an order as the channel tells it; `payments` where we know more about its money than the channel."""
    refunded = sum((refund.amount for refund in draft.refunds or ()), NOTHING)
    summary = payments or summarise_payments(draft.total, draft.payments, refunded)
    is_shippable = any(line.needs_shipping for line in draft.lines)
    if draft.first_seen_cancelled:
        return Verdict(OrderStatus.CANCELLED, (), summary, is_shippable)
    if draft.is_test or draft.treatment not in LIVELY:
        return Verdict(OrderStatus.CLOSED, (), summary, is_shippable)
    holds = _holds(draft, summary, now, is_shippable=is_shippable)
    return Verdict(status_of(has_holds=bool(holds), is_shippable=is_shippable), holds, summary, is_shippable)


def status_of(*, has_holds: bool, is_shippable: bool) -> OrderStatus:
    """Of a live order: held, to ship, or closed because nothing of it is shipped."""
    if has_holds:
        return OrderStatus.HELD
    return OrderStatus.RELEASED if is_shippable else OrderStatus.CLOSED


def currency_of(draft: NewOrder) -> str:
    """A code that the column takes; the raw word stays in the hold."""
    code = draft.currency.strip().upper()
    return code if len(code) == len(NO_CURRENCY) and code.isascii() and code.isalpha() else NO_CURRENCY


@cache
def _iso_currencies() -> frozenset[str]:
    return frozenset(list_currencies("en")) - {NO_CURRENCY}


def is_known_currency(code: str) -> bool:
    return code in _iso_currencies()


def _holds(draft: NewOrder, summary: PaymentSummary, now: datetime, *, is_shippable: bool) -> tuple[NewHold, ...]:
    holds = {hold.kind: hold for hold in (*_holds_of_money(draft, summary, now, is_shippable), *holds_of_lines(draft.lines))}
    # what the mapper says in its own words goes before what we derive; money that has come needs no hold
    holds |= {hold.kind: hold for hold in draft.holds if not (hold.kind == HoldKind.AWAITING_PAYMENT and summary.is_settled)}
    return tuple(holds[kind] for kind in sorted(holds))


def _holds_of_money(draft: NewOrder, summary: PaymentSummary, now: datetime, is_shippable: bool) -> Iterable[NewHold]:
    currency = currency_of(draft)
    if not is_known_currency(currency):
        yield NewHold(HoldKind.UNKNOWN_CURRENCY, params={"told": draft.currency[:40]})
    elif currency != COMPANY_CURRENCY:
        yield NewHold(HoldKind.FOREIGN_CURRENCY, params={"told": currency})
    if summary.may_go and (summary.is_settled or is_shippable):
        return
    if summary.authorised and summary.due <= summary.authorised + summary.on_delivery:
        yield NewHold(HoldKind.AWAITING_CAPTURE, params={"amount": str(summary.authorised)})
    elif Treatment(draft.treatment) is Treatment.WAIT_FOR_MONEY or not is_shippable:
        expires_at = now + timedelta(days=UNPAID_DAYS)
        yield NewHold(HoldKind.AWAITING_PAYMENT, expires_at=expires_at, params={"amount": str(summary.due)})


def holds_of_lines(lines: Iterable[SoldLine]) -> Iterable[NewHold]:
    """What the lines of a draft, or of an order that we have, hold up."""
    lines = list(lines)
    unmapped = [line.title or line.sku for line in lines if line.needs_stock and line.variant_id is None]
    if unmapped:
        yield NewHold(HoldKind.UNMAPPED_LINE, params={"titles": ", ".join(unmapped)[:400]})
    broken = [line.title or line.sku for line in lines if is_fractional(line)]
    if broken:
        yield NewHold(HoldKind.FRACTIONAL, params={"titles": ", ".join(broken)[:400]})


def is_given_back(order: PaidOrder, lines: Iterable[SentLine]) -> bool:
    """All of its money went back before anything of it left: nothing was sold in the end."""
    goods = [line for line in lines if line.needs_shipping]
    went_back = order.payment_status == PaymentStatus.REFUNDED and not order.shipped_elsewhere
    return went_back and bool(goods) and not any(line.shipped for line in goods)


def is_fractional(line: SoldLine) -> bool:
    """Part of a piece of something that is only sold whole."""
    return line.needs_stock and not line.allows_decimals and line.quantity % 1 != 0
