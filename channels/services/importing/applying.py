"""Bodies become orders, a page in one transaction. When the database refuses the page, its orders are written one by one."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import InterfaceError, OperationalError

from channels.drafting import draft_order
from channels.locks import Applied, finish_messages
from channels.models import Account, LocationMap
from channels.queries import listed_items
from channels.services.connections import rules_of
from channels.services.importing.bodies import Body
from channels.services.importing.parking import at_stake, park_body, settle_parked
from channels.services.meeting import meet_items
from erp.core.cards import open_card, subject_of
from erp.core.clock import now
from erp.core.transactions import atomic
from orders.drafts import NewOrder, Placed
from orders.services.changing import change_order
from orders.services.placing import place_orders

logger = logging.getLogger(__name__)

REPLAYED_STATES = frozenset({"40001", "40P01"})  # serialization failure, deadlock
SINGLE_ATTEMPTS = 3


class LeaseLost(Exception):
    """Our lease ran out and another worker took the order: nothing was written, it is the other's to finish."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """How many bodies were applied, parked, and `lost`: another worker holds the lease of these now and finishes them."""

    applied: int = 0
    parked: int = 0
    lost: int = 0

    def __add__(self, other: "Receipt") -> "Receipt":
        return Receipt(self.applied + other.applied, self.parked + other.parked, self.lost + other.lost)


def apply_bodies(account: Account, token: str, bodies: Sequence[Body]) -> Receipt:
    """Write bodies that could be read and whose leases we hold under `token`. One bad order never holds up another."""
    if not bodies:
        return Receipt()
    try:
        _write_with_replay(account, token, bodies)
    except LeaseLost:
        pass
    except Exception as error:
        if len(bodies) == 1 and not _is_replayable(error):
            return _park(account, token, bodies[0], error)
        logger.warning("a page of %s orders of %s is replayed one by one: %r", len(bodies), account.code, error)
    else:
        return Receipt(applied=len(bodies))
    return sum((_apply_one(account, token, body) for body in bodies), Receipt())


def _apply_one(account: Account, token: str, body: Body) -> Receipt:
    for _attempt in range(SINGLE_ATTEMPTS):
        try:
            write_page(account, token, [body])
        except LeaseLost:
            return Receipt(lost=1)
        except Exception as error:
            if _is_replayable(error):
                continue
            return _park(account, token, body, error)
        return Receipt(applied=1)
    return Receipt(lost=1)


def _write_with_replay(account: Account, token: str, bodies: Sequence[Body]) -> None:
    try:
        write_page(account, token, bodies)
    except OperationalError as error:
        if not _is_replayable(error):
            raise
        write_page(account, token, bodies)


def _is_replayable(error: Exception) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in REPLAYED_STATES


def _park(account: Account, token: str, body: Body, error: Exception) -> Receipt:
    if isinstance(error, OperationalError | InterfaceError):  # the database went away: nothing is wrong with the order
        raise error
    park_body(account, token, body, error)
    return Receipt(parked=1)


@atomic
def write_page(account: Account, token: str, bodies: Sequence[Body]) -> None:
    """All or nothing: the orders, what they do to stock, and their inbox rows. Raises LeaseLost when one is no longer ours."""
    drafts = _drafts(account, bodies)
    actor = f"shop:{account.code}"
    placed = place_orders(drafts, actor=actor)
    for draft, answer in zip(drafts, placed, strict=True):
        if not answer.created:
            change_order(answer.order_id, _with_place(account, draft), actor=actor)
    _tell_of_broken_parts(account, bodies)
    _finish(account, token, bodies, placed)


def _drafts(account: Account, bodies: Sequence[Body]) -> list[NewOrder]:
    rules, received_at = rules_of(account), now()
    orders = [body.order for body in bodies if body.order is not None]
    items = sorted({line.external_item for order in orders for line in order.lines if line.external_item})
    listings = listed_items(account.pk, items)
    if unknown := [item for item in items if item not in listings]:
        meet_items(account, [line for order in orders for line in order.lines if line.external_item in unknown])
        listings |= listed_items(account.pk, unknown)
    return [draft_order(order, rules, listings, received_at=received_at) for order in orders]


def _with_place(account: Account, draft: NewOrder) -> NewOrder:
    """For an order that the shop sent itself: it left our stock if the account has a warehouse of ours on its map."""
    if not draft.is_finished_there:
        return draft
    ours = LocationMap.objects.filter(account=account, is_ours=True, warehouse__isnull=False)
    return replace(draft, left_our_stock=ours.exists())


def _tell_of_broken_parts(account: Account, bodies: Sequence[Body]) -> None:
    for body in bodies:
        if body.order is not None and body.order.problems:
            amount, currency = at_stake(body.order)
            open_card(
                "channels.odd_order",
                subject_of("message", body.message_id),
                amount=amount,
                currency=currency,
                account=account.name,
                number=body.order.number,
                paths=", ".join(body.order.problems),
            )


def _finish(account: Account, token: str, bodies: Sequence[Body], placed: Sequence[Placed]) -> None:
    outcomes = [(body.message_id, "placed" if answer.created else "changed") for body, answer in zip(bodies, placed, strict=True)]
    outcomes += [(hint, "settled") for body in bodies for hint in body.hints]
    applied = [Applied(body.external_id, body.body_hash, body.raw.updated_at) for body in bodies]
    finished = finish_messages(account.pk, token, applied, outcomes, now())
    if finished.leases != len(applied):
        raise LeaseLost
    settle_parked(finished.settled)
