"""Orders as a shop tells them: plain, paid, complete; a test names only what it is about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from catalog.models import Variant
from erp.core.clock import now
from erp.core.events import publish
from erp.core.transactions import atomic
from inventory.windows import window_key
from orders.drafts import NewAdjustment, NewLine, NewOrder, NewPayment, NewRefund, NewRefundLine, NewTax
from orders.events import OrderChanged
from orders.locks import lock_order
from orders.models import Order
from orders.sales import Sale, SaleKind, SaleLine
from orders.services.holding import settle_order
from orders.services.paying import follow_money
from orders.services.refunding import count_refunded_pieces, keep_refunds
from orders.totals import parts_of
from tests.factories.crm import HOME, anna, person

SOURCE = "terramare"
START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
RATE = Decimal(22)
_numbers = count(500_001)


def line(variant: Variant | None = None, quantity: float = 1, *, net: str = "10.00", external_id: str = "1", **fields: Any) -> NewLine:
    """A line sold by the window of the variant in SOURCE, its tax at 22 % to the cent; a kit brings its components."""
    amount = Decimal(net)
    item = variant.sku if variant else "unknown-item"
    told: dict[str, Any] = {
        "external_id": external_id,
        "variant_id": variant.pk if variant else None,
        "sku": item,
        "title": f"Articolo {item}",
        "quantity": Decimal(str(quantity)),
        "net": amount,
        "tax": (amount * RATE / 100).quantize(Decimal("0.01")),
        "window": window_key(SOURCE, item),
        "external_item": item,
        "components": components_of(variant),
    }
    return NewLine(**{**told, **fields})


def components_of(variant: Variant | None) -> tuple[tuple[int, Decimal], ...]:
    if variant is None or not variant.is_kit:
        return ()
    return tuple((part.component_id, part.quantity) for part in variant.components.order_by("component_id"))


def draft(lines: Sequence[NewLine] = (), **fields: Any) -> NewOrder:
    """A paid order with shipping; its total is what its rows add up to, unless it is given."""
    told: dict[str, Any] = {
        "source": SOURCE,
        "external_id": str(next(_numbers)),
        "placed_at": START,
        "updated_at": START,
        "currency": "EUR",
        "customer": anna(),
        "billing": HOME,
        "shipping": HOME,
        "lines": tuple(lines),
        "adjustments": (NewAdjustment("shipping", "Corriere", Decimal("5.00"), Decimal("1.10")),),
        **fields,
    }
    told.setdefault("external_number", told["external_id"])
    told.setdefault("taxes", taxes_of(told["lines"], told["adjustments"]))
    told.setdefault("total", parts_of(told["lines"], told["adjustments"], told["taxes"]).sum)
    told.setdefault("payments", (paid(told["total"]),))
    return NewOrder(**told)


def taxes_of(lines: Sequence[NewLine], adjustments: Sequence[NewAdjustment]) -> tuple[NewTax, ...]:
    shipping = [each for each in adjustments if each.kind == "shipping"]
    return tuple(NewTax(f"line:{each.external_id}", "IVA 22", RATE, each.net, each.tax) for each in lines if each.tax) + tuple(
        NewTax(f"shipping:{place}", "IVA 22", RATE, each.net, each.tax) for place, each in enumerate(shipping) if each.tax
    )


def later(order: NewOrder, *, minutes: int = 5, **fields: Any) -> NewOrder:
    """The same order some minutes later, with what changed; rows, total and payment follow unless they are given."""
    if "lines" in fields or "adjustments" in fields:
        lines, adjustments = fields.get("lines", order.lines), fields.get("adjustments", order.adjustments)
        fields.setdefault("taxes", taxes_of(lines, adjustments))
        fields.setdefault("total", parts_of(lines, adjustments, fields["taxes"]).sum)
        fields.setdefault("payments", tuple(replace(each, amount=fields["total"]) for each in order.payments))
    return replace(order, updated_at=order.updated_at + timedelta(minutes=minutes), **fields)


def paid(amount: Decimal | str, method: str = "stripe") -> NewPayment:
    return NewPayment(method, "Carta", "captured", Decimal(amount), "ch_1")


def bank_transfer(amount: Decimal | str) -> NewPayment:
    return NewPayment("bacs", "Bonifico", "pending", Decimal(amount))


def refund(
    external_id: str, amount: str, pieces: Sequence[tuple[str, int]] = (), *, restock: bool | None = None, at: datetime = START
) -> NewRefund:
    """`pieces` are (line, quantity)."""
    lines = tuple(NewRefundLine(name, Decimal(quantity), restock=restock) for name, quantity in pieces)
    return NewRefund(external_id, Decimal(amount), at, "", lines)


def sale(*lines: tuple[Variant, float], kind: SaleKind = "counter", **fields: Any) -> Sale:
    """A sale of our own at list prices, paid in cash; one by phone goes to HOME."""
    told: dict[str, Any] = {
        "kind": kind,
        "key": f"sale-{next(_numbers)}",
        "lines": tuple(SaleLine(variant.pk, Decimal(str(quantity))) for variant, quantity in lines),
        "payment": "cash",
        "customer": person(kind),
        "shipping": HOME if kind == "phone" else None,
        **fields,
    }
    return Sale(**told)


@atomic
def tell_refund(order_id: int, told: NewRefund) -> None:
    """The shop tells of one refund more, or tells one anew; all else of the order stays as it was."""
    order = lock_order(order_id)
    keep_refunds(order_id, [told])
    _follow_refunds(order)


@atomic
def drop_refund(order_id: int, external_id: str) -> None:
    """The shop deleted a refund; all else of the order stays as it was."""
    order = lock_order(order_id)
    order.refunds.filter(external_id=external_id, deleted_at=None).update(deleted_at=now())
    count_refunded_pieces([order_id])
    _follow_refunds(order)


def _follow_refunds(order: Order) -> None:
    follow_money(order)
    settle_order(order)
    publish(OrderChanged(order.pk))
