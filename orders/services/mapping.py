"""Mapping: a line that came without a product gets one, and its order goes on by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from catalog.queries import variants_by_code, variants_by_id
from erp.core.clock import now
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from orders.drafts import NewHold
from orders.locks import lock_order
from orders.models import Order, OrderLine
from orders.queries.inserting import insert_holds
from orders.services.holding import end_holds, hold_values, open_hold_cards, settle_order
from orders.services.stocking import give_back
from orders.states import OPEN_STATUSES, HoldKind
from orders.treatment import holds_of_lines

HOLDS_OF_LINES = (HoldKind.UNMAPPED_LINE, HoldKind.FRACTIONAL)


@dataclass(frozen=True, slots=True)
class MappedItem:
    """What a listing sells. `window` None keeps the line's own; `needs_stock` False is a virtual good."""

    variant_id: int
    components: tuple[tuple[int, Decimal], ...] = ()
    allows_decimals: bool = False
    needs_stock: bool = True
    window: str | None = None


def resume_mapped(source: str, mapping: Mapping[str, MappedItem], *, by: AbstractBaseUser | None = None) -> list[int]:
    """A listing (`external_item`) of an account was mapped: every order that waits for it goes on. Returns their keys.

    Each order in a transaction of its own unless the caller has one, so that a long queue holds no lock for long.
    """
    waiting = OrderLine.objects.filter(order__source=source, external_item__in=mapping, variant=None, needs_stock=True)
    order_ids = sorted(set(waiting.values_list("order_id", flat=True)))
    for order_id in order_ids:
        _map_lines(order_id, mapping, by=by)
    return order_ids


@atomic
def map_line_by_sku(order_id: int, *, position: int, sku: str, by: AbstractBaseUser | None) -> None:
    """The same as `map_line` for the line at `position`, counted from 1, and a product named by its SKU."""
    lines = list(OrderLine.objects.filter(order=order_id).order_by("position", "pk").values_list("pk", flat=True))
    if not 1 <= position <= len(lines):
        raise Refused(_("The order has %(count)d lines. Type the number of one of them.") % {"count": len(lines)}, code="position")
    variant = variants_by_code([sku.strip()]).find(sku.strip())
    if variant is None:
        raise Refused(_("No product has the SKU “%(sku)s”. Look it up in the catalogue.") % {"sku": sku.strip()}, code="sku")
    map_line(lines[position - 1], variant_id=variant.variant_id, by=by)


@atomic
def map_line(line_id: int, *, variant_id: int, by: AbstractBaseUser | None = None) -> None:
    """Give one line its product by hand, where its shop has no listing left to map. Raises Refused when it has one already."""
    line = OrderLine.objects.filter(pk=line_id).order_by("pk").first()
    variant = variants_by_id([variant_id]).get(variant_id)
    if line is None or variant is None:
        raise Refused(_("The line or the product is not there any more. Reload the order and choose again."), code="unknown")
    order = lock_order(line.order_id)
    line.refresh_from_db()
    if line.variant_id is not None:
        raise Refused(_("“%(title)s” has a product already.") % {"title": line.title or line.sku}, code="mapped")
    item = MappedItem(variant_id, variant.components, variant.allows_decimals, variant.takes_stock)
    _give_product(line, item)
    _go_on(order, [line], by=by)


@atomic
def _map_lines(order_id: int, mapping: Mapping[str, MappedItem], *, by: AbstractBaseUser | None) -> None:
    order = lock_order(order_id)
    lines = list(order.lines.filter(external_item__in=mapping, variant=None, needs_stock=True).order_by("pk"))
    for line in lines:
        _give_product(line, mapping[line.external_item])
    if lines:
        _go_on(order, lines, by=by)


def _give_product(line: OrderLine, item: MappedItem) -> None:
    give_back(line)
    line.variant_id, line.needs_stock, line.allows_decimals = item.variant_id, item.needs_stock, item.allows_decimals
    line.components = [[variant_id, str(quantity)] for variant_id, quantity in item.components]
    line.window = line.window if item.window is None else item.window
    line.save()


def _go_on(order: Order, mapped: list[OrderLine], *, by: AbstractBaseUser | None) -> None:
    record(order, "line_mapped", by=by, lines=[line.title or line.sku for line in mapped])
    if order.status in OPEN_STATUSES:
        _follow_holds_of_lines(order)
    settle_order(order)


def _follow_holds_of_lines(order: Order) -> None:
    wanted: dict[str, NewHold] = {str(hold.kind): hold for hold in holds_of_lines(order.lines.order_by("position", "pk"))}
    end_holds(list(order.holds.filter(kind__in=HOLDS_OF_LINES, released_at=None).exclude(kind__in=wanted)), reason="mapped")
    values = [hold_values(order.pk, hold, now()) for hold in wanted.values()]
    if values:
        insert_holds(values)
        open_hold_cards({order.pk: (order.total, order.currency)}, values)
