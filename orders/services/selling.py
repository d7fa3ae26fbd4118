"""Selling by ourselves, over the counter or by phone: what no window may still sell."""

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from catalog.models import State, Variant
from catalog.queries import variants_by_id
from erp.core.clock import now
from erp.core.events import publish
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.quantities import check_quantity
from inventory.services.leaving import ship
from orders.cards import subject_of
from orders.events import OrderFulfilled
from orders.models.order import reference_of
from orders.sales import AT_THE_COUNTER, Article, Sale, SaleLine, draft_of, price_sale
from orders.services.placing import place_order
from orders.services.stocking import short_orders


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
