"""A channel's body, read by its connector, as plain values for a person or a program."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from channels.contract import ChannelCharge, ChannelEvent, ChannelLine, ChannelOrder, ChannelRefund, ChannelTax
from channels.contract.reasons import sentence

Explained = dict[str, Any]


def explain(facts: ChannelOrder | ChannelRefund | ChannelEvent) -> Explained:
    """Amounts as text with their cents. `total` is the channel's own; `residual` is what its rows do not explain of it."""
    if isinstance(facts, ChannelOrder):
        return _order(facts)
    if isinstance(facts, ChannelRefund):
        return _refund(facts)
    return _event(facts)


def _order(order: ChannelOrder) -> Explained:
    return {
        "kind": "order",
        "number": order.number,
        "external_id": order.external_id,
        "status": order.status,
        "currency": order.currency,
        "total": str(order.declared_total),
        "gift_cards": str(order.gift_cards),
        "total_with_gift_cards": str(order.total),
        "lines": [_line(line) for line in order.lines],
        "discount": str(order.discount_net),
        "shipping": _charges(order.shipping),
        "fees": _charges(order.fees),
        "tax": str(order.tax),
        "payments": [{"method": row.method, "state": row.state, "amount": str(row.amount)} for row in order.payments],
        "refunds": [_refund(refund, order.currency) for refund in order.refunds],
        **_residual(order.residual, order.residual_reason),
        "unknown": list(order.unknown),
        "problems": list(order.problems),
    }


def _line(line: ChannelLine) -> Explained:
    return {
        "external_id": line.external_id,
        "sku": line.sku,
        "title": line.title,
        "quantity": str(line.quantity),
        "net_before_discount": str(line.net_before_discount),
        "discount": str(line.discount_net),
        "net": str(line.net),
        "tax": str(line.tax),
        "taxes": _taxes(line.taxes),
    }


def _taxes(taxes: Iterable[ChannelTax]) -> list[Explained]:
    return [
        {
            "code": tax.code,
            "rate": None if tax.rate is None else str(tax.rate),
            "amount": str(tax.amount),
            "said": str(tax.said),
        }
        for tax in taxes
    ]


def _charges(charges: Sequence[ChannelCharge]) -> list[Explained]:
    return [{"title": row.title, "net": str(row.net), "tax": str(row.tax), "taxes": _taxes(row.taxes)} for row in charges]


def _refund(refund: ChannelRefund, currency: str | None = None) -> Explained:
    return {
        "kind": "refund",
        "number": refund.external_id,
        "order": refund.order_external_id,
        "currency": currency,
        "total": str(refund.amount),
        "lines": [
            {
                "external_id": row.line_external_id,
                "sku": row.sku,
                "title": row.title,
                "quantity": str(row.quantity),
                "net": str(row.net),
                "tax": str(row.tax),
                "restocked": None if row.restocked is None else str(row.restocked),
            }
            for row in refund.lines
        ],
        "charges": _charges(refund.charges),
        **_residual(refund.residual, refund.residual_reason),
        "unknown": list(refund.unknown),
    }


def _event(event: ChannelEvent) -> Explained:
    """A body without state: it names a thing and says nothing of it."""
    return {
        "kind": event.kind,
        "topic": event.topic,
        "number": event.external_id,
        "currency": None,
        "total": None,
        "lines": [],
        **_residual(Decimal("0.00"), ""),
    }


def _residual(residual: Decimal, reason: str) -> Explained:
    return {"residual": str(residual), "residual_reason": sentence(reason) if reason else "", "residual_code": reason}
