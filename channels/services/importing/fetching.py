"""One order alone: leased, fetched, compared, applied. A webhook is a hint and nothing more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from channels.contract import AuthExpired, ContractBroken, Forbidden, NotFound, OutsideError, RateLimited
from channels.locks import Applied, Lease, finish_messages, new_token, release_leases, take_leases
from channels.models import Account, InboxMessage, Via
from channels.services.connections import connect
from channels.services.importing.applying import apply_bodies
from channels.services.importing.bodies import Body, is_unnamed, read_body
from channels.services.importing.health import is_answering, note_refused_keys
from channels.services.importing.parking import MAX_ATTEMPTS, park_hints, park_unreadable, postpone, settle_parked
from channels.services.importing.storing import store_states
from channels.states import MessageState
from erp.core.clock import now
from erp.core.transactions import atomic, forbid_transaction
from orders.models import Order
from orders.services.cancelling import cancel_order

KEYS_PAUSE = timedelta(minutes=5)
HANDOVER = timedelta(seconds=20)
ROUNDS = 5


class Outcome(Enum):
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    GONE = "gone"
    PARKED = "parked"
    POSTPONED = "postponed"
    BUSY = "busy"
    NOTHING = "nothing"


def import_order(account_id: int, external_id: str, *, is_asked_for: bool = False) -> Outcome:
    """Bring one order to the state that the shop has now, and again while new hints for it arrive. Safe to call at any time, by anybody.

    Does nothing when no hint is due, unless a person asks for the order.
    """
    forbid_transaction("import_order()")
    account = Account.objects.get(pk=account_id)
    outcome = Outcome.NOTHING
    for round_ in range(ROUNDS if account.reads_orders else 0):
        latest = _import_once(account, external_id, is_asked_for=is_asked_for and not round_)
        if outcome is Outcome.NOTHING or latest not in (Outcome.NOTHING, Outcome.BUSY, Outcome.UNCHANGED):
            outcome = latest
        if latest not in (Outcome.APPLIED, Outcome.UNCHANGED):
            break
    return outcome


@dataclass(frozen=True, slots=True)
class _Fetch:
    account: Account
    external_id: str
    token: str
    lease: Lease
    hints: tuple[int, ...]


def _import_once(account: Account, external_id: str, *, is_asked_for: bool) -> Outcome:
    if not is_asked_for and not due_hints(account.pk, external_id):
        return Outcome.NOTHING
    token = new_token()
    lease = take_leases(account.pk, [external_id], token).get(external_id)
    if lease is None:
        return Outcome.BUSY
    try:
        hints = due_hints(account.pk, external_id)
        return _fetch(_Fetch(account, external_id, token, lease, hints)) if hints or is_asked_for else Outcome.NOTHING
    finally:
        release_leases(account.pk, token)


def due_hints(account_id: int, external_id: str) -> tuple[int, ...]:
    """The rows that ask for an order now."""
    due = InboxMessage.objects.filter(
        account_id=account_id, external_id=external_id, kind__startswith="order", state=MessageState.WAITING, due_at__lte=now()
    )
    return tuple(due.order_by("pk").values_list("pk", flat=True))


def _fetch(fetch: _Fetch) -> Outcome:
    if is_unnamed(fetch.external_id):
        return _gone(fetch)
    connector = connect(fetch.account)
    try:
        body = read_body(connector, connector.get_order(fetch.external_id), fetch.hints)
    except NotFound:
        return _gone(fetch)
    except OutsideError as failure:
        return _failed(fetch, failure)
    if body.order is not None and body.body_hash == fetch.lease.applied_hash:
        return _unchanged(fetch, body)
    stored = store_states(fetch.account.pk, [body.arrival()], via=Via.FETCH, due_at=now() + HANDOVER)
    body = body.stored_as(stored[body.external_id])
    if body.order is None:
        park_unreadable(fetch.account, fetch.token, body)
        return Outcome.PARKED
    receipt = apply_bodies(fetch.account, fetch.token, [body])
    return Outcome.APPLIED if receipt.applied else Outcome.PARKED if receipt.parked else Outcome.BUSY


def _unchanged(fetch: _Fetch, body: Body) -> Outcome:
    applied = Applied(body.external_id, body.body_hash, body.raw.updated_at)
    finished = finish_messages(fetch.account.pk, fetch.token, [applied], [(hint, "unchanged") for hint in fetch.hints], now())
    settle_parked(finished.settled)
    return Outcome.UNCHANGED


@atomic
def _gone(fetch: _Fetch) -> Outcome:
    """The shop deleted the order for good, so ours is cancelled. Its pieces are free for everybody, not given back to the shop's number."""
    order = Order.objects.filter(source=fetch.account.code, external_id=fetch.external_id).order_by("pk").first()
    if order is not None:
        cancel_order(order.pk, reason="deleted_in_shop", restocked=False, actor=f"shop:{fetch.account.code}")
    finished = finish_messages(
        fetch.account.pk, fetch.token, [Applied(fetch.external_id, "", None)], [(hint, "gone") for hint in fetch.hints], now()
    )
    settle_parked(finished.settled)
    return Outcome.GONE


def _failed(fetch: _Fetch, failure: OutsideError) -> Outcome:
    if isinstance(failure, AuthExpired | Forbidden):
        note_refused_keys(fetch.account, failure)
        postpone(fetch.hints, failure.detail, wait=KEYS_PAUSE, counts=False)
    elif isinstance(failure, RateLimited):
        postpone(fetch.hints, failure.detail, wait=failure.wait, counts=False)
    elif fetch.hints and (isinstance(failure, ContractBroken) or _attempts(fetch.hints) >= MAX_ATTEMPTS):
        park_hints(fetch.account, fetch.hints, fetch.external_id, str(failure))
        return Outcome.PARKED
    else:
        postpone(fetch.hints, failure.detail, counts=is_answering(fetch.account))
    return Outcome.POSTPONED


def _attempts(hints: Sequence[int]) -> int:
    return max(InboxMessage.objects.filter(pk__in=hints).values_list("attempts", flat=True), default=0)
