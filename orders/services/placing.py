"""Placing: an order comes in, exactly once, with its money as facts and its pieces reserved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.services.parties import resolve_parties
from erp.core.clock import now
from erp.core.events import publish
from erp.core.history import record
from erp.core.transactions import atomic
from orders.accepting import check_draft
from orders.cards import subject_of
from orders.drafts import NewOrder, Placed
from orders.events import OrderHeld, OrderPaid, OrderPlaced, OrderReleased
from orders.locks import lock_orders
from orders.models import Adjustment, Order, OrderLine, Payment, TaxRow
from orders.queries.inserting import NewRows, insert_holds_of_new_orders, insert_orders
from orders.rows import LINE_FIELDS, adjustment_values, line_values, new_order_values, payment_values, tax_values
from orders.services.balancing import show_unexplained
from orders.services.holding import hold_values, open_hold_cards, settle_order
from orders.services.refunding import keep_refunds
from orders.services.stocking import claim_first, count_seen_cancelled, first_claim
from orders.services.watching import follow_unpaid
from orders.states import LIVELY, HoldKind, OrderStatus, Treatment
from orders.treatment import Verdict, currency_of, judge

Key = tuple[str, str]


@dataclass(slots=True)
class _Arrival:
    """An order that comes in, with its lines and what they claim; `order_id` is 0 until this call has made it."""

    draft: NewOrder
    verdict: Verdict
    lines: list[OrderLine]
    order_id: int = 0

    def was_made(self, order_id: int) -> None:
        self.order_id = order_id
        for line in self.lines:
            line.order_id = order_id


def place_order(draft: NewOrder, *, actor: str) -> Placed:
    """Place one order; see `place_orders`."""
    return place_orders([draft], actor=actor)[0]


@atomic
def place_orders(drafts: Sequence[NewOrder], *, actor: str) -> list[Placed]:
    """Place orders that are not here yet; the answers stand in the order of `drafts`.

    The second placing of an order returns the first one, untouched. The number of statements depends neither on the number of orders nor
    of their lines. A paid order without stock is held as short, never refused. Raises Refused for an order that no row can hold; then
    nothing of the list is written.
    """
    if not drafts:
        return []
    for draft in drafts:
        check_draft(draft)
    moment = now()
    told = {(draft.source, draft.external_id): _arrive(draft, moment) for draft in drafts}
    keys = sorted(told)
    parties = _parties([told[key].draft for key in keys])
    made = insert_orders([_rows(told[key], party_id=party_id, now=moment) for key, party_id in zip(keys, parties, strict=True)])
    known = made | _lock_known([key for key in keys if key not in made])
    for key, order_id in made.items():
        told[key].was_made(order_id)
    if made:
        _fill([told[key] for key in keys if key in made], moment=moment, actor=actor)
    return [Placed(known[draft.source, draft.external_id], (draft.source, draft.external_id) in made) for draft in drafts]


def _arrive(draft: NewOrder, moment: datetime) -> _Arrival:
    lines = [first_claim(OrderLine(**line_values(line, position)), draft) for position, line in enumerate(draft.lines)]
    return _Arrival(draft, judge(draft, now=moment), lines)


def _parties(drafts: Sequence[NewOrder]) -> list[int]:
    """The party of each draft: the one it names, or the one that its customer is."""
    looked_for = iter(resolve_parties([draft.customer for draft in drafts if draft.party_id is None]))
    return [draft.party_id or next(looked_for) for draft in drafts]


def _fill(arrivals: list[_Arrival], *, moment: datetime, actor: str) -> None:
    lines = [line for each in arrivals for line in each.lines]
    over = {each.order_id for each in arrivals if _was_sold_and_restocked(each.draft)}
    if over:
        count_seen_cancelled(line for line in lines if line.order_id in over)
    watched = {each.order_id for each in arrivals if Treatment(each.draft.treatment) is Treatment.IGNORE and not each.draft.is_test}
    follow_unpaid(line for line in lines if line.order_id in watched)
    short = claim_first(lines)
    held = _hold(arrivals, short, moment)
    statuses = {each.order_id: OrderStatus.HELD if each.order_id in held else each.verdict.status for each in arrivals}
    statuses |= _catch_up(arrivals)
    for arrival in arrivals:
        _tell(arrival, statuses[arrival.order_id], actor=actor)


def _lock_known(keys: list[Key]) -> dict[Key, int]:
    """Lock the orders that were here already, before any stock is locked: their page goes on to change them."""
    if not keys:
        return {}
    sources, external_ids = {source for source, _id in keys}, {external_id for _source, external_id in keys}
    rows = Order.objects.select_for_update(of=("self",)).filter(source__in=sources, external_id__in=external_ids).order_by("pk")
    return {(source, external_id): pk for source, external_id, pk in rows.values_list("source", "external_id", "pk")}


def _rows(arrival: _Arrival, *, party_id: int, now: datetime) -> NewRows:
    draft = arrival.draft
    return NewRows(
        new_order_values(draft, arrival.verdict, party_id=party_id, now=now),
        {
            OrderLine: [{name: getattr(line, name) for name in LINE_FIELDS} for line in arrival.lines],
            Adjustment: list(adjustment_values(draft)),
            TaxRow: list(tax_values(draft)),
            Payment: list(payment_values(draft, now)),
        },
    )


def _hold(arrivals: list[_Arrival], short: set[int], moment: datetime) -> set[int]:
    """Open the holds that the drafts bring, and those for missing pieces. Returns the keys of the orders that are held."""
    rows = [hold_values(each.order_id, hold, moment) for each in arrivals for hold in each.verdict.holds]
    rows += [
        hold_values(each.order_id, HoldKind.SHORT, moment)
        for each in arrivals
        if each.order_id in short and each.verdict.status != OrderStatus.CANCELLED
    ]
    if not rows:
        return set()
    insert_holds_of_new_orders(rows)
    open_hold_cards({each.order_id: (each.draft.total, currency_of(each.draft)) for each in arrivals}, rows)
    return {row["order"] for row in rows}


def _catch_up(arrivals: list[_Arrival]) -> dict[int, OrderStatus]:
    """What happened before we first saw the order: it was cancelled, or part of it refunded. Returns the statuses that follow.

    Rare, and so not part of the statement budget.
    """
    late = [each for each in arrivals if each.draft.refunds or each.verdict.status == OrderStatus.CANCELLED or _frees_stock(each)]
    if not late:
        return {}
    for each in late:
        keep_refunds(each.order_id, each.draft.refunds or ())
    orders = lock_orders(each.order_id for each in late)
    for order in orders:
        settle_order(order)
    return {order.pk: OrderStatus(order.status) for order in orders}


def _was_sold_and_restocked(draft: NewOrder) -> bool:
    return draft.first_seen_cancelled and draft.restocked and draft.treatment in LIVELY and not draft.is_test


def _frees_stock(arrival: _Arrival) -> bool:
    return any(not hold.keeps_stock for hold in arrival.verdict.holds)


def _tell(arrival: _Arrival, status: OrderStatus, *, actor: str) -> None:
    draft = arrival.draft
    record(subject_of(arrival.order_id), "placed", actor=actor, number=draft.external_number, total=draft.total, currency=draft.currency)
    show_unexplained(arrival.order_id, draft)
    publish(OrderPlaced(arrival.order_id))
    if draft.is_test or draft.treatment not in LIVELY or draft.first_seen_cancelled:
        return
    if arrival.verdict.summary.is_settled:
        publish(OrderPaid(arrival.order_id))
    if status == OrderStatus.HELD:
        publish(OrderHeld(arrival.order_id))
    elif status == OrderStatus.RELEASED:
        publish(OrderReleased(arrival.order_id))
