"""Rewriting an order's rows to what the channel says now; its values are taken as they are, nothing is recomputed from old ones."""

from dataclasses import replace
from decimal import Decimal

from orders.drafts import NewLine, NewOrder
from orders.models import Adjustment, Order, OrderLine, TaxRow
from orders.rows import Values, adjustment_values, line_values, tax_values
from orders.services.stocking import give_back


def rewrite_facts(order: Order, facts: Values) -> None:
    for name, value in facts.items():
        setattr(order, name, value)
    order.save(update_fields=list(facts))


def rewrite_money(order: Order, draft: NewOrder) -> None:
    """Adjustments and tax rows anew: no share of an old discount or tax survives an edit."""
    order.adjustments.all().delete()
    order.taxes.all().delete()
    Adjustment.objects.bulk_create(Adjustment(order=order, **values) for values in adjustment_values(draft))
    TaxRow.objects.bulk_create(TaxRow(order=order, **values) for values in tax_values(draft))


def rewrite_lines(order: Order, draft: NewOrder) -> None:
    """Lines by their id in the shop: changed, added, and those that are gone set to nothing, so that their pieces can be given back."""
    kept = {line.external_id: line for line in order.lines.order_by("pk")}
    for position, told in enumerate(draft.lines):
        values = line_values(told, position)
        line = kept.pop(told.external_id, None)
        if line is None:
            OrderLine.objects.create(order=order, **values)
            continue
        if line.variant_id != values["variant_id"]:
            give_back(line)
        for name, value in values.items():
            setattr(line, name, value)
        line.save()
    for line in kept.values():
        line.quantity, line.net, line.tax, line.lowered = 0, 0, 0, 0
        line.save()


def drop_empty_lines(order: Order, draft: NewOrder) -> None:
    """Lines that are gone in the shop go here too, once their pieces are given back."""
    order.lines.exclude(external_id__in=[line.external_id for line in draft.lines]).filter(claimed=0).delete()


def with_known_products(order: Order, draft: NewOrder) -> tuple[NewLine, ...]:
    """The draft's lines; one that comes without product keeps the product which a colleague gave it here."""
    kept = {line.external_id: line for line in order.lines.exclude(variant=None)}
    return tuple(_with_product(line, kept.get(line.external_id)) for line in draft.lines)


def _with_product(told: NewLine, kept: OrderLine | None) -> NewLine:
    if told.variant_id is not None or kept is None or not told.needs_stock:
        return told
    return replace(
        told,
        variant_id=kept.variant_id,
        components=tuple((variant_id, Decimal(quantity)) for variant_id, quantity in kept.components),
        window=kept.window or None,
        allows_decimals=kept.allows_decimals,
    )
