"""Refunding: money given back, known by the channel's id. Its effects on money and on stock are separate, and each happens once."""

from collections.abc import Iterable
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser

from erp.core.clock import now
from erp.core.events import publish
from erp.core.history import record
from erp.core.transactions import atomic
from orders.drafts import NewRefund, pieces_put_back
from orders.events import OrderRefunded
from orders.locks import lock_order
from orders.models import Order, OrderLine, Refund, RefundLine
from orders.services.holding import settle_order
from orders.services.paying import follow_money

ZERO = Decimal(0)


@atomic
def record_refund(order_id: int, refund: NewRefund, *, by: AbstractBaseUser | None = None, actor: str = "") -> int:
    """Keep a refund and bring money and stock to it; the same id again brings them to what it says now. Returns its key.

    Pieces go back to the window that the shop raised by itself, to what is free where it did not; unknown counts as put back.
    """
    order = lock_order(order_id)
    keep_refunds(order_id, [refund])
    record(order, "refunded", by=by, actor=actor, refund=refund.external_id, amount=refund.amount)
    _settle(order)
    return order.refunds.get(external_id=refund.external_id).pk


@atomic
def delete_refund(order_id: int, external_id: str, *, by: AbstractBaseUser | None = None, actor: str = "") -> None:
    """The shop deleted a refund: its money counts as not given back and its pieces are wanted again. Twice changes nothing."""
    order = lock_order(order_id)
    gone = order.refunds.filter(external_id=external_id, deleted_at=None).update(deleted_at=now())
    if gone:
        count_refunded_pieces([order_id])
        record(order, "refund_deleted", by=by, actor=actor, refund=external_id)
        _settle(order)


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


def _settle(order: Order) -> None:
    follow_money(order)
    settle_order(order)
    publish(OrderRefunded(order.pk))


def _standing(order: Order) -> list[tuple[object, ...]]:
    refunds = order.refunds.order_by("pk")
    return list(refunds.values_list("external_id", "amount", "deleted_at", "lines__line_external_id", "lines__quantity", "lines__restock"))
