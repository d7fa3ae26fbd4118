"""Refunds: the summary inside an order, and the details that are fetched beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from channels.connectors.woocommerce import vocabulary
from channels.connectors.woocommerce.bodies import Body, identity, meta_of, moment, need, rows, strangers, text
from channels.connectors.woocommerce.lines import Rates, charges_of, taxes_of
from channels.contract import ChannelLine, ChannelRefund, ChannelRefundLine
from channels.contract.amounts import amount, cents


def is_refund(body: Mapping[str, Any]) -> bool:
    return "amount" in body and "status" not in body


def refund_of(body: Body, rates: Rates, order_id: str = "") -> ChannelRefund:
    """One refund from its own body. Its rows are negative there and positive here."""
    own = str(need(body, "id", "refund"))
    paid = abs(cents(amount(need(body, "amount", "refund"), "refund.amount")))
    lines = tuple(_line(row, rates, f"refund.line_items[{index}]") for index, row in enumerate(rows(body, "line_items", "refund")))
    charges = charges_of(body, "shipping_lines", rates, -1, "refund") + charges_of(body, "fee_lines", rates, -1, "refund")
    explained = sum((row.net + row.tax for row in lines), Decimal(0)) + sum((row.net + row.tax for row in charges), Decimal(0))
    left = paid - explained
    return ChannelRefund(
        external_id=own,
        order_external_id=order_id or _order_id(body),
        amount=paid,
        refunded_at=moment(body.get("date_created_gmt")),
        reason=text(body.get("reason")),
        lines=lines,
        charges=charges,
        is_paid_back=body.get("refunded_payment") if isinstance(body.get("refunded_payment"), bool) else None,
        residual=left,
        residual_reason=_reason(left, len(lines) + len(charges)),
        unknown=tuple(strangers(body, vocabulary.REFUND, "refund")),
    )


def refunds_of(order: Body, rates: Rates) -> tuple[ChannelRefund, ...]:
    """Oldest first: the details where they were fetched, else the summary of the order itself."""
    order_id = str(need(order, "id", "order"))
    details = {str(need(body, "id", "refund")): body for body in rows(order, vocabulary.DETAILS_KEY, "order")}
    found = []
    for index, row in enumerate(rows(order, "refunds", "order")):
        own = str(need(row, "id", f"order.refunds[{index}]"))
        if own in details:
            found.append(refund_of(details.pop(own), rates, order_id))
        else:
            found.append(_summary(row, own, order_id, f"order.refunds[{index}]"))
    found += [refund_of(body, rates, order_id) for body in details.values()]
    return tuple(sorted(found, key=lambda refund: (len(refund.external_id), refund.external_id)))


def with_restocks(refunds: Sequence[ChannelRefund], lines: Sequence[ChannelLine]) -> tuple[ChannelRefund, ...]:
    """Say for each refunded line how many pieces came back to the shop's number.

    The shop keeps one sum per order line (`_restock_refunded_items`), so it is given to the refunds from the oldest on. A line that is
    still lowered and has no such sum got nothing back; a line without either is unknown.
    """
    left = {line.external_id: _known_restocks(line) for line in lines}
    found = []
    for refund in refunds:
        rows_now = []
        for row in refund.lines:
            known = left.get(row.line_external_id)
            back = None if known is None else min(known, row.quantity)
            if known is not None and back is not None:
                left[row.line_external_id] = known - back
            rows_now.append(replace(row, restocked=back))
        found.append(replace(refund, lines=tuple(rows_now)))
    return tuple(found)


def refunded_pieces(refunds: Sequence[ChannelRefund]) -> dict[str, Decimal]:
    pieces: dict[str, Decimal] = {}
    for row in (row for refund in refunds for row in refund.lines):
        pieces[row.line_external_id] = pieces.get(row.line_external_id, Decimal(0)) + row.quantity
    return pieces


def _known_restocks(line: ChannelLine) -> Decimal | None:
    if line.restocked is not None:
        return line.restocked
    return Decimal(0) if line.lowered is not None else None


def _line(row: Body, rates: Rates, path: str) -> ChannelRefundLine:
    tax, taxes = taxes_of(row, rates, path, -1)
    return ChannelRefundLine(
        line_external_id=identity(meta_of(row).get("_refunded_item_id")),
        external_item=identity(row.get("variation_id")) or identity(row.get("product_id")),
        sku=text(row.get("sku")),
        title=text(row.get("name")),
        quantity=abs(amount(need(row, "quantity", path), f"{path}.quantity")),
        net=-cents(amount(row.get("total"), f"{path}.total", "0")),
        tax=tax,
        taxes=taxes,
    )


def _summary(row: Body, own: str, order_id: str, path: str) -> ChannelRefund:
    paid = abs(cents(amount(need(row, "total", path), f"{path}.total")))
    return ChannelRefund(
        external_id=own,
        order_external_id=order_id,
        amount=paid,
        refunded_at=None,
        reason=text(row.get("reason")),
        has_details=False,
        residual=paid,
        residual_reason="summary_only",
    )


def _reason(left: Decimal, count: int) -> str:
    if not left:
        return ""
    if not count:
        return "amount_only"
    return "rounding" if abs(left) <= Decimal("0.01") * count else "refund_rows"


def _order_id(body: Body) -> str:
    """`parent_id`, or the order in the link to the parent: a refund alone says no more of its order."""
    if parent := identity(body.get("parent_id")):
        return parent
    links = body.get("_links")
    up = links.get("up") if isinstance(links, dict) else None
    address = str(up[0].get("href", "")) if isinstance(up, list) and up and isinstance(up[0], dict) else ""
    last = address.rstrip("/").rpartition("/")[2]
    return last if last.isdigit() else ""
