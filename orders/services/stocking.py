"""The one place where orders speak to inventory: which pieces each line wants, and what its window has sold and put back.

Each line keeps what inventory was told (`claimed`, `counted`), so that a second telling changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Greatest

from inventory.allocation import Allocation
from inventory.models import Reservation, ReservationState
from inventory.services.reading import read_restocks_of_gone, read_seen_cancelled
from inventory.services.reserving import Claim, Release, release_lines, reserve
from inventory.shipping.services.elsewhere import record_shipped_elsewhere
from orders.drafts import NewOrder
from orders.models import Hold, Order, OrderLine
from orders.models.order import order_of, reference_of
from orders.pieces import LineStanding, Step, pieces_sold_at_first, standing_of, steps_to, target_of
from orders.states import LIVELY, HoldKind, Treatment

ZERO = Decimal(0)
LineKey = tuple[str, str]


def first_claim(line: OrderLine, draft: NewOrder) -> OrderLine:
    """Note on a line that is not written yet what it claims, and what its window has sold through it.

    The pieces of a historical order were sold before our books began.
    """
    is_over = draft.first_seen_cancelled and draft.restocked
    wants = draft.treatment in LIVELY and not draft.is_test and not is_over and line.is_stockable
    is_sold = wants or (Treatment(draft.treatment) is Treatment.HISTORY and not draft.first_seen_cancelled)
    line.claimed = line.quantity if wants else ZERO
    line.counted = pieces_sold_at_first(line, draft) if is_sold and line.window and line.is_stockable else ZERO
    return line


def claim_first(lines: Iterable[OrderLine]) -> set[int]:
    """Claim what `first_claim` noted, for all orders at once; the keys of the orders that are short."""
    claims = []
    for line in lines:
        sold = min(line.counted, line.claimed)
        if sold:
            claims.append(_claim(line, sold, counts=True))
        if line.claimed > sold:
            claims.append(_claim(line, line.claimed - sold, counts=False))
    if not claims:
        return set()
    return {order_id for each in reserve(claims) if each.is_short and (order_id := order_of(each.reference)) is not None}


def converge_stock(order_ids: Sequence[int]) -> None:
    """Bring claims and windows to what the orders, their lines, refunds and holds say now. Safe to repeat.

    An order of which a late change waits for a decision stays as it is.
    """
    changed: list[OrderLine] = []
    steps: list[tuple[OrderLine, Step]] = []
    undecided = Hold.objects.filter(order__in=order_ids, kind=HoldKind.CHANGE_TO_DECIDE, released_at=None).values("order")
    lines = OrderLine.objects.filter(order__in=order_ids).exclude(order__in=undecided).select_related("order").order_by("order_id", "pk")
    for line in lines.annotate(gives_up=Exists(Hold.objects.filter(order=OuterRef("order"), released_at=None, keeps_stock=False))):
        target = target_of(line, gives_up=line.gives_up)
        if target != LineStanding(line.claimed, line.counted):
            steps += [(line, step) for step in steps_to(standing_of(line, target), target)]
            line.claimed, line.counted = target.claimed, target.counted
            changed.append(line)
    _take(steps)
    OrderLine.objects.bulk_update(changed, ["claimed", "counted"])


def give_back(line: OrderLine) -> None:
    """Undo all that inventory was told of a line, before the line gets another product: first the window's sale, then the pieces."""
    _take([(line, step) for step in steps_to(LineStanding(line.claimed, line.counted), LineStanding(ZERO, ZERO))])
    line.claimed = line.counted = ZERO


def count_seen_cancelled(lines: Iterable[OrderLine]) -> None:
    """For orders that were cancelled before we reserved anything for them: each of their windows has sold the pieces and put them back."""
    units: dict[str, Decimal] = {}
    for line in lines:
        if line.window and line.is_stockable and not line.claimed and not line.counted:
            units[line.window] = units.get(line.window, ZERO) + line.quantity
    units = {window: quantity for window, quantity in units.items() if quantity}
    if units:
        read_seen_cancelled(units)


def count_restocks_of_picked(order: Order, counted: Mapping[str, Decimal]) -> None:
    """The shop put back pieces that are in a picker's hand: an exception, told at once. `counted`: sold by now, by line."""
    for line in order.lines.exclude(window="").order_by("pk"):
        back = line.counted - counted.get(line.external_id, ZERO)
        if back > 0:
            read_restocks_of_gone({line.window: back}, reference=order.reference)
            line.counted -= back
            line.lowered = line.counted
            line.save(update_fields=["counted", "lowered"])


def let_goods_leave(order: Order, *, is_ours: bool) -> None:
    """The shop's own staff, or somebody for them, shipped the order: nothing of it is sent from here any more.

    Out of our stock (`is_ours`) what is reserved has left, otherwise it is free again; what is missing is wanted no more.
    """
    unserved = _short_units(Reservation.objects.filter(reference=order.reference, state=ReservationState.SHORT))
    record_shipped_elsewhere([order.reference], is_ours=is_ours)
    order.lines.filter(needs_shipping=True).update(shipped=Greatest(F("shipped"), F("quantity") - F("refunded")))
    for line in order.lines.filter(external_id__in=[name for _reference, name in unserved]).order_by("pk"):
        line.claimed = max(line.claimed - unserved[_key(line)], ZERO)
        line.save(update_fields=["claimed"])


def short_orders(order_ids: Iterable[int]) -> set[int]:
    """Those among the orders for which pieces are missing now."""
    references = {reference_of(order_id): order_id for order_id in order_ids}
    rows = Reservation.objects.filter(reference__in=references, state=ReservationState.SHORT).values_list("reference", flat=True)
    return {references[reference] for reference in rows.distinct()}


def goods_are_in_hand(order: Order) -> bool:
    """A picker has something of it in hand."""
    return Reservation.objects.filter(reference=order.reference, state=ReservationState.RESERVED, is_picked=True).exists()


def goods_are_gone(order: Order) -> bool:
    """Something of it has left."""
    return Reservation.objects.filter(reference=order.reference, state=ReservationState.FULFILLED).exists()


def _take(steps: Sequence[tuple[OrderLine, Step]]) -> None:
    """In this order: claim what must be there to be given back, give back, claim what is wanted anew."""
    before = reserve([_claim(line, step.quantity, counts=step.counts) for line, step in steps if step.phase == "before"])
    _give_back([(line, step) for line, step in steps if step.phase == "release"], _short_units(each for each in before if each.is_short))
    reserve([_claim(line, step.quantity, counts=step.counts) for line, step in steps if step.phase == "after"])


def _give_back(steps: Sequence[tuple[OrderLine, Step]], short: Mapping[LineKey, Decimal]) -> None:
    """What the shop put back goes to its window, as far as we have the pieces; `short` is what was claimed for that and is missing.

    A restock of pieces that are gone is an exception to the promise: inventory keeps it with its cause and lowers the window at once.
    """
    restocks = {_key(line): (line, step.quantity) for line, step in steps if step.counts}
    unbacked = {key: min(short.get(key, ZERO), quantity) for key, (_line, quantity) in restocks.items()}
    release_lines([_release(key, quantity) for key, quantity in unbacked.items()])
    given = release_lines([_restock(line, quantity - unbacked[key]) for key, (line, quantity) in restocks.items()])
    release_lines([_release(_key(line), step.quantity) for line, step in steps if not step.counts])
    for key, (line, quantity) in restocks.items():
        if gone := quantity - given.get(key, ZERO):
            read_restocks_of_gone({line.window: gone}, reference=key[0])


def _release(key: LineKey, units: Decimal) -> Release:
    return Release(key[0], to_window=False, line=key[1], units=units)


def _restock(line: OrderLine, units: Decimal) -> Release:
    reference, name = _key(line)
    return Release(reference, to_window=True, line=name, units=units, restocked_at=line.order.channel_updated_at)


def _short_units(missing: Iterable[Allocation | Reservation]) -> dict[LineKey, Decimal]:
    """Units of each line that are missing; of a kit, of the part that is missing most."""
    pieces: dict[tuple[LineKey, int], Decimal] = {}
    for each in missing:
        key = ((each.reference, each.line), each.variant_id)
        pieces[key] = pieces.get(key, ZERO) + each.quantity / each.per_unit
    units: dict[LineKey, Decimal] = {}
    for (line, _variant_id), quantity in pieces.items():
        units[line] = max(units.get(line, ZERO), quantity)
    return units


def _key(line: OrderLine) -> LineKey:
    return reference_of(line.order_id), line.external_id


def _claim(line: OrderLine, quantity: Decimal, *, counts: bool) -> Claim:
    """`counts`: the claim is also the reading of a sale by the line's window."""
    if line.variant_id is None:
        raise ValueError(f"line {line.external_id} of order {line.order_id} has no product to claim")
    return Claim(
        reference=reference_of(line.order_id),
        line=line.external_id,
        variant_id=line.variant_id,
        quantity=quantity,
        window=line.window or None,
        components=tuple((variant_id, Decimal(each)) for variant_id, each in line.components),
        is_sale=counts,
    )
