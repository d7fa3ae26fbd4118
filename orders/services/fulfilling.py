"""Fulfilling: what an order may send becomes shipments, and what has left is noted on its lines until nothing is left."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from erp.core.cards import close_card, open_card
from erp.core.events import publish
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.shipping.drafts import NewShipment
from inventory.shipping.models import Shipment
from inventory.shipping.services.cancelling import cancel_shipments
from inventory.shipping.services.holding import hold_shipments, resume_shipments
from inventory.shipping.services.opening import open_shipments
from orders.cards import CASH_DIFFERS, subject_of
from orders.events import OrderFulfilled
from orders.locks import lock_order, lock_orders
from orders.models import Hold, Order, OrderLine
from orders.models.order import order_of
from orders.queries.left import orders_not_followed, pieces_that_left, references_of, shipments_not_noted
from orders.queries.shipping import cash_under_way, shipment_drafts
from orders.services.addressing import follow_addresses, held_for_address
from orders.services.holding import settle_order
from orders.states import OPEN_STATUSES, HoldKind, OrderStatus, PaymentStatus

ZERO = Decimal(0)
THOUSANDTH = Decimal("0.001")
PAGE = 50
AT_ONCE = 2000


@atomic
def open_for_orders(order_ids: Iterable[int]) -> list[int]:
    """Open the shipments of those among the orders that may go, or bring the open ones to what the orders say now; returns their keys."""
    return _open(lock_orders(order_ids))


@atomic
def follow_orders(order_ids: Iterable[int]) -> None:
    """Bring the shipments of orders to how these stand now: opened, held, resumed or cancelled. Safe to repeat, in any order."""
    orders = lock_orders(order_ids)
    _open(orders)
    held = [order for order in orders if order.status == OrderStatus.HELD]
    _hold(held)
    over = [order.reference for order in orders if order.status in (OrderStatus.CANCELLED, OrderStatus.CLOSED)]
    if over:
        cancel_shipments(over)
    _compare_cash(orders)


@atomic
def ship_what_is_there(order_id: int, *, by: AbstractBaseUser | None) -> list[int]:
    """Send what is reserved of an order that waits for missing pieces alone; the rest follows when it is there. Returns the shipments.

    Raises Refused where something else holds the order, or where nothing of it is reserved.
    """
    order = lock_order(order_id)
    names = {"number": order.number}
    kinds = set(order.holds.filter(released_at=None).values_list("kind", flat=True))
    if order.status != OrderStatus.HELD or HoldKind.SHORT not in kinds:
        raise Refused(_("Order %(number)s does not wait for missing pieces, so there is no part of it to send.") % names, code="not_short")
    if kinds != {HoldKind.SHORT}:
        raise Refused(_("Order %(number)s is held for another reason too. Release that hold first.") % names, code="held")
    opened = open_shipments(shipment_drafts([order], is_partial=True))
    if not opened:
        raise Refused(_("Nothing of order %(number)s is in stock yet. Wait for the goods.") % names, code="nothing_there")
    resume_shipments([order.reference], by=by)
    record(order, "part_released", by=by, shipments=[str(each) for each in opened])
    return opened


@atomic
def follow_shipped(shipment_ids: Iterable[int]) -> None:
    """Note on the order lines what has left; an order of which nothing is left to send is closed. Safe to repeat."""
    keys = [order_id for reference in references_of(shipment_ids) if (order_id := order_of(reference)) is not None]
    orders = lock_orders(keys)
    for order in _note_what_left(orders):
        record(order, "shipped")
    done = _close_whole(orders)
    for order in orders:
        if order.pk not in done:
            settle_order(order)


def open_missing() -> int:
    """The sweep for news that was lost: orders that may go get their shipments, the others none, and what has left is noted.

    Addresses that wait are looked at again, too: their carrier may ask for less now.
    Returns how many orders or shipments were behind. A page of them in one transaction; when one breaks, the others go on one by one and
    the last error is raised at the end.
    """
    late, unnoted = orders_not_followed(AT_ONCE), shipments_not_noted(AT_ONCE)
    errors = [*_in_pages(follow_orders, late), *_in_pages(follow_shipped, unnoted), *_in_pages(follow_orders, held_for_address(AT_ONCE))]
    if errors:
        raise errors[-1]
    return len(late) + len(unnoted)


def _in_pages(service: Callable[[Sequence[int]], None], keys: Sequence[int]) -> list[Exception]:
    errors: list[Exception] = []
    for start in range(0, len(keys), PAGE):
        page = keys[start : start + PAGE]
        try:
            service(page)
        except Exception as error:  # one bad order must not hold up the rest of its page
            errors += [error] if len(page) == 1 else _one_by_one(service, page)
    return errors


def _one_by_one(service: Callable[[Sequence[int]], None], keys: Sequence[int]) -> list[Exception]:
    return [error for key in keys for error in _in_pages(service, [key])]


def _compare_cash(orders: Sequence[Order]) -> None:
    """Parcels that have left collect what their labels say: a card where the order asks for less now."""
    unpaid = [order for order in orders if order.due > 0 or order.refunded > order.paid]
    under_way = cash_under_way(unpaid)
    for order in unpaid:
        collected = under_way.get(order.pk, ZERO)
        due = ZERO if order.payment_status == PaymentStatus.REFUNDED else order.due
        if collected > due:
            amounts = {"collected": f"{collected} {order.currency}", "due": f"{due:.2f} {order.currency}"}
            open_card(CASH_DIFFERS, subject_of(order.pk), amount=collected - due, currency=order.currency, number=order.number, **amounts)
        elif collected:
            close_card(CASH_DIFFERS, subject_of(order.pk))


def _open(orders: Sequence[Order]) -> list[int]:
    going = [order for order in orders if order.status in OPEN_STATUSES and order.is_shippable and not order.is_test]
    drafts = dict(zip((order.pk for order in going), shipment_drafts(going) if going else (), strict=True))
    follow_addresses(going, list(drafts.values()))
    released = [order for order in going if order.status == OrderStatus.RELEASED]
    opened = open_shipments([drafts[order.pk] for order in released])
    if opened:
        resume_shipments(order.reference for order in released)
    return opened + _follow_partial([order for order in going if order.status == OrderStatus.HELD], drafts)


def _follow_partial(held: Sequence[Order], drafts: Mapping[int, NewShipment]) -> list[int]:
    """What a colleague sends of an order that is short follows the order's address and amounts like any other shipment."""
    if not held:
        return []
    partial = Shipment.objects.open().filter(order_reference__in=[order.reference for order in held], is_partial=True)
    references = set(partial.values_list("order_reference", flat=True))
    return open_shipments([replace(drafts[order.pk], is_partial=True) for order in held if order.reference in references])


def _hold(orders: Sequence[Order]) -> None:
    """An order that waits only for pieces holds the shipments that were opened whole, not those that a colleague sends without them."""
    if not orders:
        return
    holds = Hold.objects.filter(order__in=[order.pk for order in orders], released_at=None)
    others = set(holds.exclude(kind=HoldKind.SHORT).values_list("order_id", flat=True))
    short = [order.reference for order in orders if order.pk not in others]
    hold_shipments(order.reference for order in orders if order.pk in others)
    hold_shipments(short, spares_partial=True)
    resume_shipments(short, only_partial=True)


def _note_what_left(orders: Sequence[Order]) -> list[Order]:
    """Note on the lines what has left; returns the orders of which a line changed.

    A unit of a kit has left when all its components have.
    """
    left = pieces_that_left(order.reference for order in orders)
    by_key = {order.pk: order for order in orders}
    changed = []
    for line in OrderLine.objects.filter(order__in=by_key, needs_shipping=True).order_by("pk"):
        pieces = left.get(by_key[line.order_id].reference)
        units = _units(line, pieces) if pieces else ZERO
        if units > line.shipped:
            line.shipped = units
            changed.append(line)
    OrderLine.objects.bulk_update(changed, ["shipped"])
    return [by_key[key] for key in sorted({line.order_id for line in changed})]


def _close_whole(orders: Sequence[Order]) -> set[int]:
    """Close, all at once, the orders that nothing held and of which everything has left: the usual case. Returns those."""
    lines = OrderLine.objects.filter(order=OuterRef("pk"), needs_shipping=True)
    whole = (
        Order.objects.filter(pk__in=[order.pk for order in orders], status=OrderStatus.RELEASED)
        .filter(Exists(lines.filter(shipped__gt=0)))
        .exclude(Exists(lines.filter(quantity__gt=F("refunded") + F("shipped"))))
        .exclude(Exists(Hold.objects.filter(order=OuterRef("pk"), released_at=None)))
    )
    done = set(whole.values_list("pk", flat=True))
    if done:
        Order.objects.filter(pk__in=done).update(status=OrderStatus.CLOSED)
    for order_id in sorted(done):
        publish(OrderFulfilled(order_id))
    return done


def _units(line: OrderLine, pieces: dict[tuple[str, int], Decimal]) -> Decimal:
    if not line.needs_stock or line.variant_id is None:
        return line.quantity
    parts = line.components or [[line.variant_id, 1]]
    return min((pieces.get((line.external_id, variant), ZERO) / Decimal(each)).quantize(THOUSANDTH) for variant, each in parts)
