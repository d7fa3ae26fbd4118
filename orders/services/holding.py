"""Holding: why an order waits, and the moment when nothing holds it any more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from erp.core.cards import close_card, key_of, open_card
from erp.core.clock import now
from erp.core.events import publish
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.states import move
from erp.core.transactions import atomic
from inventory.shipping.services.holding import hold_shipments
from orders.cards import PAYMENT_OVERDUE, code_of, subject_of
from orders.drafts import NewHold
from orders.events import OrderChanged, OrderFulfilled, OrderHeld, OrderReleased
from orders.locks import lock_order, lock_orders
from orders.models import Hold, Order
from orders.queries.inserting import insert_holds
from orders.services.stocking import converge_stock, short_orders
from orders.services.watching import follow_unpaid
from orders.states import HELD_BY_CAUSE, KINDS_WITH_CARD, LIVELY, OPEN_STATUSES, HoldKind, OrderStatus, PaymentStatus, Treatment
from orders.treatment import FOLLOWING_KINDS, status_of

MAX_HOLD_DAYS = 365


def hold_values(order_id: int, hold: NewHold | HoldKind, moment: datetime) -> dict[str, Any]:
    """The row of a hold that nobody of the staff placed, for `insert_holds`."""
    hold = NewHold(hold) if isinstance(hold, HoldKind) else hold
    return {
        "order": order_id,
        "kind": str(hold.kind),
        "params": dict(hold.params),
        "reason": "",
        "keeps_stock": hold.keeps_stock,
        "placed_at": moment,
        "expires_at": hold.expires_at,
        "release_reason": "",
    }


def open_hold_cards(orders: Mapping[int, tuple[Decimal, str]], rows: Iterable[Mapping[str, Any]]) -> None:
    """Show the holds that a person must end; `orders` gives each order's money at stake."""
    for row in rows:
        if row["kind"] in KINDS_WITH_CARD:
            amount, currency = orders[row["order"]]
            open_card(
                code_of(row["kind"]), subject_of(row["order"]), amount=amount, currency=currency, number=str(row["order"]), **row["params"]
            )


@atomic
def hold_order(
    order_id: int, *, by: AbstractBaseUser | None, reason: str = "", keeps_stock: bool = True, expires_at: datetime | None = None
) -> None:
    """Keep an order from being shipped, from this moment until somebody releases it or the term ends. The same hold twice is one.

    Raises Refused unless the order is open.
    """
    order = lock_order(order_id)
    moment = now()
    if order.status not in OPEN_STATUSES:
        raise Refused(_("Order %(number)s is not open any more, so there is nothing to hold.") % {"number": order.number}, code="not_open")
    if expires_at and not moment < expires_at <= moment + timedelta(days=MAX_HOLD_DAYS):
        raise Refused(_("The hold must end in the future and within a year. Choose another day."), code="term")
    same = {"reason": reason[:500], "keeps_stock": keeps_stock, "expires_at": expires_at}
    if order.holds.filter(kind=HoldKind.BY_STAFF, released_at=None, **same).exists():
        return
    insert_holds(
        [
            hold_values(order_id, NewHold(HoldKind.BY_STAFF, keeps_stock, expires_at), moment)
            | {"reason": reason[:500], "placed_by": by.pk if by else None}
        ]
    )
    record(order, "held", by=by, reason=reason, keeps_stock=keeps_stock, until=expires_at)
    hold_shipments([order.reference], by=by)  # not by the event alone: a parcel must not leave before that is heard
    settle_order(order)


@atomic
def release_hold(order_id: int, *, by: AbstractBaseUser | None, kind: str = "", reason: str = "") -> None:
    """End one kind of hold by hand, or all that a colleague may end.

    Raises Refused when there is none, or when its cause can only go by itself (missing pieces, a line without a product).
    """
    order = lock_order(order_id)
    holds = list(order.holds.filter(released_at=None, **({"kind": kind} if kind else {})).order_by("pk"))
    endable = [hold for hold in holds if hold.kind not in HELD_BY_CAUSE]
    if not endable:
        raise Refused(_nothing_to_release(order, holds), code="nothing_to_release")
    end_holds(endable, reason=reason, by=by)
    record(order, "hold_released", by=by, reason=reason, kinds=[hold.kind for hold in endable])
    settle_order(order)
    _let_part_go_on(order)


def release_foreign_currency(subject: str, *, by: AbstractBaseUser) -> None:
    """The button of the card: a colleague checked the order and its currency."""
    release_hold(key_of(subject), by=by, kind=HoldKind.FOREIGN_CURRENCY)


def release_unexplained_total(subject: str, *, by: AbstractBaseUser) -> None:
    """The button of the card: a colleague looked at what was paid."""
    release_hold(key_of(subject), by=by, kind=HoldKind.TOTAL_UNEXPLAINED)


def follow_holds(order: Order, wanted: Iterable[NewHold]) -> None:
    """Make the open holds that the channel's state causes exactly those in `wanted`. The caller holds the order's lock and settles it.

    A hold that a colleague ended stays ended while its cause is told in the same words.
    """
    rows = list(order.holds.filter(kind__in=FOLLOWING_KINDS).order_by("pk"))
    ended = [(hold.kind, hold.params) for hold in rows if hold.released_by_id]
    wished = {str(hold.kind): hold for hold in wanted if (str(hold.kind), dict(hold.params)) not in ended}
    end_holds([hold for hold in rows if hold.released_at is None and hold.kind not in wished])
    moment = now()
    open_rows = {hold.kind: hold for hold in rows if hold.released_at is None and hold.kind in wished}
    values = [hold_values(order.pk, _with_first_term(hold, open_rows.get(kind)), moment) for kind, hold in wished.items()]
    if values:
        insert_holds(values)
        open_hold_cards({order.pk: (order.total, order.currency)}, values)


@atomic
def follow_stock(order_ids: Iterable[int]) -> None:
    """Pieces came or went: each order is held as short exactly while pieces are missing for it."""
    for order in lock_orders(order_ids):
        settle_order(order)


def settle_order(order: Order) -> None:
    """Bring stock, the hold for missing pieces and the status in line with everything else; publish when the order may go or must wait.

    The caller holds the order's lock. A closed or cancelled order only gives its pieces back; one of which something is to be shipped
    after all is open again. An order that has left whole is not held by anything.
    """
    goods = _look_for_goods(order)
    converge_stock([order.pk])
    if order.treatment == Treatment.IGNORE:
        follow_unpaid(order.lines.order_by("pk"))
    if order.status in OPEN_STATUSES and goods.has_all_left:
        move(order, OrderStatus.CLOSED)
        publish(OrderFulfilled(order.pk))
    if order.status not in OPEN_STATUSES:
        end_holds(list(order.holds.filter(released_at=None).exclude(kind=HoldKind.CHANGE_TO_DECIDE)))
        return
    _settle_short(order)
    _settle_refunded(order, goods)
    to = status_of(has_holds=order.holds.filter(released_at=None).exists(), is_shippable=goods.is_any_left)
    if to == order.status:
        return
    move(order, to)
    if to == OrderStatus.RELEASED:
        publish(OrderReleased(order.pk))
    elif to == OrderStatus.HELD:
        publish(OrderHeld(order.pk))


def expire_holds() -> int:
    """End what ran out: a colleague's hold goes, an unpaid order gives its pieces up and waits on. Returns how many ran out.

    Each order in a transaction of its own.
    """
    moment = now()
    due = list(
        Hold.objects.filter(released_at=None, expires_at__lte=moment)
        .order_by("order_id", "pk")
        .values_list("order_id", flat=True)
        .distinct()
    )
    return sum(_expire_of_one(order_id, moment) for order_id in due)


@atomic
def _expire_of_one(order_id: int, moment: datetime) -> int:
    order = lock_order(order_id)
    holds = list(order.holds.filter(released_at=None, expires_at__lte=moment).order_by("pk"))
    unpaid = [hold for hold in holds if hold.kind == HoldKind.AWAITING_PAYMENT]
    end_holds([hold for hold in holds if hold.kind != HoldKind.AWAITING_PAYMENT], reason="expired")
    for hold in unpaid:
        Hold.objects.filter(pk=hold.pk).update(keeps_stock=False, expires_at=None)
        open_card(PAYMENT_OVERDUE, subject_of(order_id), amount=order.due, currency=order.currency, number=order.number)
    if holds:
        record(order, "hold_expired", kinds=[hold.kind for hold in holds])
    settle_order(order)
    _let_part_go_on(order)
    return len(holds)


def _let_part_go_on(order: Order) -> None:
    """Publish that the order changed, where only missing pieces hold it still.

    Its status does not change then, so no other event says that what a colleague sends without those pieces may go on.
    """
    if set(order.holds.filter(released_at=None).values_list("kind", flat=True)) == {HoldKind.SHORT}:
        publish(OrderChanged(order.pk))


@dataclass(frozen=True, slots=True)
class _Goods:
    """`is_any_left`: some goods of the order are still to be sent. `has_any_left`: some have left the house."""

    is_any_left: bool
    has_any_left: bool

    @property
    def has_all_left(self) -> bool:
        return self.has_any_left and not self.is_any_left


def _look_for_goods(order: Order) -> _Goods:
    """What of the order is still to be sent. One that was closed because nothing was is open again when something is."""
    lines = order.lines.filter(needs_shipping=True)
    found = lines.aggregate(
        wanted=Count("pk", filter=Q(quantity__gt=F("refunded"))),
        left=Count("pk", filter=Q(quantity__gt=F("refunded") + F("shipped"))),
        gone=Count("pk", filter=Q(shipped__gt=0)),
    )
    if order.is_shippable != bool(found["wanted"]):
        order.is_shippable = bool(found["wanted"])
        order.save(update_fields=["is_shippable"])
    is_ours_to_send = order.treatment in LIVELY and not order.is_test and not order.shipped_elsewhere
    if found["left"] and order.status == OrderStatus.CLOSED and is_ours_to_send:
        move(order, OrderStatus.HELD)
    return _Goods(bool(found["left"]), bool(found["gone"]))


def _settle_short(order: Order) -> None:
    is_short = order.pk in short_orders([order.pk])
    open_short = list(order.holds.filter(kind=HoldKind.SHORT, released_at=None))
    if is_short and not open_short:
        insert_holds([hold_values(order.pk, HoldKind.SHORT, now())])
    elif open_short and not is_short:
        end_holds(open_short)


def _settle_refunded(order: Order, goods: _Goods) -> None:
    """An order paid back in full is held, unless a colleague let it go although this very amount had been paid back."""
    holds = list(order.holds.filter(kind=HoldKind.REFUNDED).order_by("pk"))
    is_open = [hold for hold in holds if hold.released_at is None]
    if order.payment_status != PaymentStatus.REFUNDED or not goods.is_any_left:
        end_holds(is_open)
        return
    params = {"paid_back": str(order.refunded)}
    if not is_open and not any(hold.released_by_id and hold.params == params for hold in holds):
        values = [hold_values(order.pk, NewHold(HoldKind.REFUNDED, params=params), now())]
        insert_holds(values)
        open_hold_cards({order.pk: (order.refunded, order.currency)}, values)


def end_holds(holds: list[Hold], *, reason: str = "", by: AbstractBaseUser | None = None) -> None:
    if not holds:
        return
    Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(released_at=now(), release_reason=reason[:500], released_by=by)
    for hold in holds:
        if hold.kind in KINDS_WITH_CARD:
            close_card(code_of(hold.kind), subject_of(hold.order_id))
        if hold.kind == HoldKind.AWAITING_PAYMENT:
            close_card(PAYMENT_OVERDUE, subject_of(hold.order_id))


def _with_first_term(hold: NewHold, open_row: Hold | None) -> NewHold:
    """The hold with the term of the one that is open: a term runs from when the cause was first seen, and once over it stays over."""
    if open_row is None:
        return hold
    return NewHold(hold.kind, open_row.keeps_stock, open_row.expires_at, hold.params)


def _nothing_to_release(order: Order, holds: list[Hold]) -> str:
    if not holds:
        return _("Order %(number)s is not held.") % {"number": order.number}
    reasons = ", ".join(str(hold.get_kind_display()) for hold in holds)
    return _(
        "Order %(number)s waits for something that cannot be waved through: %(reasons)s. It goes on by itself when that is settled."
    ) % {
        "number": order.number,
        "reasons": reasons,
    }
