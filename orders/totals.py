"""How an order's rows add up to the channel's total, and what its payments amount to.

The identity, all terms net: goods before discount - discounts + shipping + fees + tax - gift cards + rounding == total.
Tax is the sum of the tax rows; a row whose tax comes without rows counts by its own `tax`. A discount's tax never counts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from orders.drafts import NewAdjustment, NewLine, NewOrder, NewPayment, NewTax

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
SIGNS = {"discount": -1, "gift_card": -1, "shipping": 1, "fee": 1, "rounding": 1}
TAXED_KINDS = ("shipping", "fee")


@dataclass(frozen=True, slots=True)
class Parts:
    """The terms of the identity; discounts and gift cards are positive."""

    goods: Decimal
    discounts: Decimal
    shipping: Decimal
    fees: Decimal
    tax: Decimal
    gift_cards: Decimal
    rounding: Decimal

    @property
    def sum(self) -> Decimal:
        return self.goods - self.discounts + self.shipping + self.fees + self.tax - self.gift_cards + self.rounding


def numbered(adjustments: Iterable[NewAdjustment]) -> Iterator[tuple[str, NewAdjustment]]:
    """Each adjustment with the target its tax rows name: `shipping:0`, `fee:1`; discounts and the rest have one too, never taxed."""
    seen: Counter[str] = Counter()
    for adjustment in adjustments:
        yield f"{adjustment.kind}:{seen[adjustment.kind]}", adjustment
        seen[adjustment.kind] += 1


def line_target(external_id: str) -> str:
    return f"line:{external_id}"


def completed_taxes(lines: Iterable[NewLine], adjustments: Iterable[NewAdjustment], taxes: Iterable[NewTax]) -> list[NewTax]:
    """The channel's tax rows, and one row without a rate for each row whose tax came without a split."""
    rows = list(taxes)
    split = {row.target for row in rows}
    if "order" in split:
        return rows
    unsplit = [(line_target(line.external_id), line.net, line.tax) for line in lines]
    unsplit += [(target, each.net, each.tax) for target, each in numbered(adjustments) if each.kind in TAXED_KINDS]
    rows += [NewTax(target=target, code="", rate=None, base=net, amount=tax) for target, net, tax in unsplit if tax and target not in split]
    return rows


def parts_of(lines: Iterable[NewLine], adjustments: Iterable[NewAdjustment], taxes: Iterable[NewTax]) -> Parts:
    """The terms of the identity of one order's rows."""
    lines, adjustments = list(lines), list(adjustments)
    by_kind = {kind: sum((each.net for each in adjustments if each.kind == kind), ZERO) for kind in SIGNS}
    return Parts(
        goods=sum((line.net for line in lines), ZERO),
        discounts=by_kind["discount"],
        shipping=by_kind["shipping"],
        fees=by_kind["fee"],
        tax=sum((row.amount for row in completed_taxes(lines, adjustments, taxes)), ZERO),
        gift_cards=by_kind["gift_card"],
        rounding=by_kind["rounding"],
    )


def residual_of(draft: NewOrder) -> Decimal:
    """The channel's total minus everything that explains it; 0.00 when nothing is left over."""
    return draft.total - parts_of(draft.lines, draft.adjustments, draft.taxes).sum


def rounding_row(draft: NewOrder) -> NewAdjustment | None:
    """The visible row that makes the identity exact, with the reason the channel's mapper gave, if it gave one."""
    residual = residual_of(draft)
    if not residual:
        return None
    return NewAdjustment(kind="rounding", title=draft.residual_reason, net=residual, code="" if draft.residual_reason else "unexplained")


@dataclass(frozen=True, slots=True)
class PaymentSummary:
    """What the payments of one document amount to, against what the buyer must pay."""

    status: str
    paid: Decimal
    authorised: Decimal
    awaited: Decimal
    on_delivery: Decimal
    refunded: Decimal
    due: Decimal

    @property
    def is_settled(self) -> bool:
        return self.due <= 0

    @property
    def may_go(self) -> bool:
        """The goods may leave: all is paid, or the rest is collected at the door."""
        return self.due <= self.on_delivery


def summarise_payments(total: Decimal, payments: Iterable[NewPayment], refunded: Decimal = ZERO) -> PaymentSummary:
    """Add up payments by state; `refunded` is what refunds of their own gave back.

    A part given back takes off what is still due first; all of it given back is no payment.
    """
    rows = list(payments)
    amounts = {state: sum((row.amount for row in rows if row.state == state), ZERO) for state in {row.state for row in rows}}
    returned = max(refunded, amounts.get("refunded", ZERO))
    paid = amounts.get("captured", ZERO) + amounts.get("refunded", ZERO)
    summary = PaymentSummary(
        status="",
        paid=paid,
        authorised=amounts.get("authorised", ZERO),
        awaited=amounts.get("pending", ZERO),
        on_delivery=amounts.get("on_delivery", ZERO),
        refunded=returned,
        due=max(total - paid - (returned if returned < total else ZERO), ZERO),
    )
    return replace(summary, status=_status(total, summary, has_failed="failed" in amounts))


def _status(total: Decimal, summary: PaymentSummary, *, has_failed: bool) -> str:
    if summary.refunded > 0:
        return "refunded" if summary.refunded >= max(total, CENT) else "partly_refunded"
    if summary.due <= 0:
        return "paid"
    for status, is_so in (
        ("authorised", summary.authorised > 0),
        ("on_delivery", summary.on_delivery > 0),
        ("partly_paid", summary.paid > 0),
        ("failed", has_failed and not summary.awaited),
    ):
        if is_so:
            return status
    return "awaited"
