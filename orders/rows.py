"""From a draft to values of rows. Pure: nothing here touches the database."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from erp.core.money import unit_price
from orders.drafts import NewLine, NewOrder, NewRefund
from orders.totals import PaymentSummary, completed_taxes, numbered, parts_of, rounding_row
from orders.treatment import Verdict, currency_of

Values = dict[str, Any]
ZERO = Decimal(0)
LINE_FIELDS = (
    "external_id", "position", "variant_id", "components", "external_item", "window", "sku", "title", "quantity", "unit_net", "net", "tax",
    "needs_stock", "needs_shipping", "allows_decimals", "lowered", "refunded", "restocked", "claimed", "counted",
)  # fmt: skip


def facts_of(draft: NewOrder) -> Values:
    """The columns of an order that follow the channel's current state."""
    balance = rounding_row(draft)
    parts = parts_of(draft.lines, (*draft.adjustments, *([balance] if balance else [])), draft.taxes)
    return {
        "external_number": draft.external_number[:120],
        "treatment": str(draft.treatment),
        "channel_status": draft.channel_status[:60],
        "is_test": draft.is_test,
        "channel_updated_at": draft.updated_at,
        "customer_name": draft.customer.name[:250],
        "customer": {name: value for name, value in vars(draft.customer).items() if name not in ("address", "source")},
        "billing": dict(vars(draft.billing)),
        "shipping": dict(vars(draft.shipping)) if draft.shipping else None,
        "customer_note": draft.customer_note,
        "gift_message": draft.gift_message,
        "currency": currency_of(draft),
        "exchange_rate": draft.exchange_rate,
        "buyer_currency": draft.buyer_currency if draft.buyer_total is not None else "",
        "buyer_total": draft.buyer_total if draft.buyer_currency else None,
        "prices_include_tax": draft.prices_include_tax,
        "total": draft.total,
        "goods_net": parts.goods,
        "discount_net": parts.discounts,
        "shipping_net": parts.shipping,
        "fees_net": parts.fees,
        "tax": parts.tax,
        "gift_cards": parts.gift_cards,
        "rounding": parts.rounding,
        "payment_title": next((each.title or each.method for each in draft.payments), "")[:120],
    }


def standing_of(verdict: Verdict) -> Values:
    """The columns of an order that say how it stands."""
    return {"status": str(verdict.status), "is_shippable": verdict.is_shippable, **money_of(verdict.summary)}


def money_of(summary: PaymentSummary) -> Values:
    return {"payment_status": summary.status, "paid": summary.paid, "due": summary.due, "refunded": summary.refunded}


def new_order_values(draft: NewOrder, verdict: Verdict, *, party_id: int, now: datetime) -> Values:
    return {
        "source": draft.source,
        "external_id": draft.external_id,
        "placed_at": draft.placed_at,
        "created_at": now,
        "party": party_id,
        "is_restocked": draft.restocked if draft.first_seen_cancelled else None,
        **facts_of(draft),
        **standing_of(verdict),
    }


def line_values(line: NewLine, position: int) -> Values:
    return {
        "external_id": line.external_id,
        "position": position,
        "variant_id": line.variant_id,
        "components": [[variant_id, str(quantity)] for variant_id, quantity in line.components],
        "external_item": line.external_item[:160],
        "window": line.window or "",
        "sku": line.sku[:120],
        "title": line.title[:500],
        "quantity": line.quantity,
        "unit_net": unit_price(line.net, line.quantity) if line.quantity else ZERO,
        "net": line.net,
        "tax": line.tax,
        "needs_stock": line.needs_stock,
        "needs_shipping": line.needs_shipping,
        "allows_decimals": line.allows_decimals,
        "lowered": line.lowered,
    }


def adjustment_values(draft: NewOrder) -> Iterator[Values]:
    balance = rounding_row(draft)
    for target, each in numbered((*draft.adjustments, *([balance] if balance else []))):
        yield {
            "kind": each.kind,
            "position": int(target.partition(":")[2]),
            "external_id": each.external_id[:120],
            "line_external_id": each.line_external_id or "",
            "code": each.code[:120],
            "title": each.title[:300],
            "net": each.net,
            "tax": each.tax,
        }


def tax_values(draft: NewOrder) -> Iterator[Values]:
    for row in completed_taxes(draft.lines, draft.adjustments, draft.taxes):
        yield {"target": row.target, "code": row.code[:60], "rate": row.rate, "base": row.base, "amount": row.amount}


def payment_values(draft: NewOrder, moment: datetime) -> Iterator[Values]:
    for payment in draft.payments:
        yield {
            "method": payment.method[:60],
            "title": payment.title[:120],
            "state": str(payment.state),
            "amount": payment.amount,
            "external_id": payment.external_id[:160],
            "recorded_at": moment,
            "is_ours": False,
        }


def refunded_pieces(refunds: Iterable[NewRefund]) -> dict[str, tuple[Decimal, Decimal]]:
    """Line -> (pieces refunded, those among them that went back into stock); unknown counts as back in stock."""
    pieces: dict[str, tuple[Decimal, Decimal]] = {}
    for refund in refunds:
        for line in refund.lines:
            refunded, restocked = pieces.get(line.line_external_id, (ZERO, ZERO))
            back = ZERO if line.restock is False else line.quantity
            pieces[line.line_external_id] = (refunded + line.quantity, restocked + back)
    return pieces
