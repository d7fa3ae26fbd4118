"""Refunding: money given back, known by the channel's id, each once.

Its effect on money and its effect on stock are separate: `follow_money` and `settle_order` bring them about from what is written here.
"""

from collections.abc import Iterable
from decimal import Decimal

from erp.core.clock import now
from orders.drafts import NewRefund, pieces_put_back
from orders.models import Order, OrderLine, Refund, RefundLine

ZERO = Decimal(0)


def follow_refunds(order: Order, told: Iterable[NewRefund]) -> bool:
    """Make the refunds those that the channel tells, and delete the others. True if anything changed. The caller settles the order."""
    told = list(told)
    before = _standing(order)
    names = [refund.external_id for refund in told]
    order.refunds.filter(deleted_at=None).exclude(external_id__in=names).update(deleted_at=now())
    keep_refunds(order.pk, told)
    return _standing(order) != before


def keep_refunds(order_id: int, refunds: Iterable[NewRefund]) -> None:
    """Write refunds and their lines, each once by its id, and count the refunded pieces on the order's lines."""
    for refund in sorted(refunds, key=lambda each: each.external_id):
        row, _created = Refund.objects.update_or_create(
            order_id=order_id,
            external_id=refund.external_id,
            defaults={"amount": refund.amount, "reason": refund.reason[:500], "refunded_at": refund.refunded_at, "deleted_at": None},
        )
        row.lines.all().delete()
        RefundLine.objects.bulk_create(
            RefundLine(
                refund=row, line_external_id=line.line_external_id, quantity=line.quantity, net=line.net, tax=line.tax, restock=line.restock
            )
            for line in refund.lines
        )
    count_refunded_pieces([order_id])


def count_refunded_pieces(order_ids: Iterable[int]) -> None:
    """Write on each line how many of its pieces are refunded, and how many of those went back into stock."""
    lines = list(OrderLine.objects.filter(order__in=list(order_ids)))
    rows = RefundLine.objects.filter(refund__order__in=list(order_ids), refund__deleted_at=None).select_related("refund")
    refunded: dict[tuple[int, str], Decimal] = {}
    restocked: dict[tuple[int, str], Decimal] = {}
    for row in rows:
        key = (row.refund.order_id, row.line_external_id)
        refunded[key] = refunded.get(key, ZERO) + row.quantity
        restocked[key] = restocked.get(key, ZERO) + pieces_put_back(row.quantity, row.restock)
    for line in lines:
        key = (line.order_id, line.external_id)
        line.refunded, line.restocked = refunded.get(key, ZERO), restocked.get(key, ZERO)
    OrderLine.objects.bulk_update(lines, ["refunded", "restocked"])


def _standing(order: Order) -> list[tuple[object, ...]]:
    refunds = order.refunds.order_by("pk")
    return list(refunds.values_list("external_id", "amount", "deleted_at", "lines__line_external_id", "lines__quantity", "lines__restock"))
