"""Selling by ourselves, over the counter or by phone: what no window may still sell."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from catalog.models import State, Variant
from catalog.queries import SoldVariant, variants_by_id
from crm.people import Person, PostalAddress
from erp.core.clock import now
from erp.core.events import publish
from erp.core.history import record
from erp.core.money import round_cents
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.quantities import check_quantity
from inventory.services.leaving import ship
from orders.cards import subject_of
from orders.drafts import NewLine, NewOrder, NewPayment, NewTax
from orders.events import OrderFulfilled
from orders.models.order import reference_of
from orders.sales import AT_THE_COUNTER, Article, Sale, SaleLine, draft_of, price_sale
from orders.services.placing import place_order
from orders.services.stocking import short_orders
from orders.totals import ZERO, line_target

COUNTER = "counter"
HUNDRED = Decimal(100)


@atomic
def sell_over_counter(
    lines: Sequence[tuple[int, Decimal]], party_id: int, *, by: AbstractBaseUser | None, key: str = "", method: str = "cash"
) -> int:
    """Sell (variant, quantity) pairs to a party at the list price and return the order's key; the same `key` sells once.

    Takes only pieces that no window may still sell. Raises Refused, and sells nothing, when there are not enough.
    """
    moment = now()
    key = key or uuid4().hex
    sold = _lines(lines)
    taxes = tuple(NewTax(line_target(line.external_id), "", rate, line.net, line.tax) for line, rate in sold)
    total = sum((line.net + line.tax for line, _rate in sold), ZERO)
    draft = NewOrder(
        source=COUNTER,
        external_id=key,
        external_number="",
        placed_at=moment,
        updated_at=moment,
        currency="EUR",
        customer=Person(source=COUNTER),
        party_id=party_id,
        billing=PostalAddress(),
        total=total,
        lines=tuple(line for line, _rate in sold),
        taxes=taxes,
        payments=(NewPayment(method, "", "captured", total),),
        prices_include_tax=True,
    )
    placed = place_order(draft, actor=str(by) if by else COUNTER)
    if placed.created and short_orders([placed.order_id]):
        raise Refused(
            _("There are not enough free pieces for this sale. Sell fewer, or take them from a shop's share first."), code="short"
        )
    return placed.order_id


@atomic
def take_order(sale: Sale, *, by: AbstractBaseUser | None) -> int:
    """Make the order of a sale and return its key; the same sale (`kind` and `key`) is made once.

    Over the counter the goods leave the stock at once and the order is closed. Raises Refused, and sells nothing, when pieces are missing
    and the customer does not wait for them, or when a line cannot be sold.
    """
    _check(sale)
    articles = articles_of(sale.lines)
    for line, article in zip(sale.lines, articles, strict=True):
        check_quantity(line.quantity, allows_decimals=article.variant.allows_decimals)
    priced = price_sale(list(zip(sale.lines, articles, strict=True)), sale.shipping_gross)
    placed = place_order(draft_of(sale, priced, now=now()), actor=str(by) if by else sale.kind)
    if not placed.created:
        return placed.order_id
    if short_orders([placed.order_id]) and not (sale.may_wait and sale.kind == "phone"):
        raise Refused(
            _("There are not enough pieces for this order. Lower the quantities, or let the customer wait for them."), code="short"
        )
    if sale.kind == "counter":
        ship(reference_of(placed.order_id), by=by)
        record(subject_of(placed.order_id), "handed_over", by=by)
        publish(OrderFulfilled(placed.order_id))
    return placed.order_id


def articles_of(lines: Sequence[SaleLine]) -> list[Article]:
    """The article of each line, in the same order. Two statements; raises Refused when one is not sold any more."""
    variants = variants_by_id(line.variant_id for line in lines)
    rows = Variant.objects.filter(pk__in=variants, state=State.ACTIVE).values_list("pk", "list_price", "product__tax_category__rate")
    prices = {pk: (price, rate) for pk, price, rate in rows}
    if any(line.variant_id not in prices for line in lines):
        raise Refused(_("A product of this sale is not there any more. Look at the lines and try again."), code="unknown")
    return [Article(variants[line.variant_id], *prices[line.variant_id]) for line in lines]


def _check(sale: Sale) -> None:
    if not sale.lines:
        raise Refused(_("This order has no lines yet. Add an article."), code="empty")
    if sale.kind == "counter" and sale.payment not in AT_THE_COUNTER:
        raise Refused(_("Over the counter goods are paid in cash or by card. Choose one, or take a phone order."), code="payment")
    if sale.kind == "phone" and (sale.shipping is None or sale.shipping.is_empty):
        raise Refused(_("A phone order needs an address to ship to. Type one, or sell over the counter."), code="address")
    if sale.shipping_gross < 0 or any(line.price is not None and line.price < 0 for line in sale.lines):
        raise Refused(_("A price cannot be negative. Type zero or more."), code="price")


def _lines(wanted: Sequence[tuple[int, Decimal]]) -> list[tuple[NewLine, Decimal]]:
    variants = variants_by_id(variant_id for variant_id, _quantity in wanted)
    prices = {
        row["pk"]: (row["list_price"], row["product__tax_category__rate"])
        for row in Variant.objects.filter(pk__in=variants).values("pk", "list_price", "product__tax_category__rate")
    }
    if not wanted or len(variants) < len({variant_id for variant_id, _quantity in wanted}):
        raise Refused(_("A product of this sale is not there any more. Look at the lines and try again."), code="unknown")
    return [
        _line(position, variants[variant_id], quantity, *prices[variant_id])
        for position, (variant_id, quantity) in enumerate(wanted, start=1)
    ]


def _line(position: int, variant: SoldVariant, quantity: Decimal, price: Decimal, rate: Decimal) -> tuple[NewLine, Decimal]:
    if quantity <= 0 or (quantity % 1 and not variant.allows_decimals):
        raise Refused(
            _("%(quantity)s × %(sku)s cannot be sold. Correct the quantity.") % {"quantity": quantity, "sku": variant.sku}, code="quantity"
        )
    gross = round_cents(price * quantity)
    net = round_cents(gross * HUNDRED / (HUNDRED + rate))
    line = NewLine(
        external_id=str(position),
        variant_id=variant.variant_id,
        sku=variant.sku,
        title=variant.title,
        quantity=quantity,
        net=net,
        tax=gross - net,
        components=variant.components,
        needs_stock=variant.takes_stock,
        needs_shipping=variant.takes_stock,
        allows_decimals=variant.allows_decimals,
    )
    return line, rate
