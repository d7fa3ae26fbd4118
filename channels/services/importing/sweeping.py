"""The sweep: whatever waits is worked on, also when no wake-up ever arrived."""

import logging
import time
from datetime import timedelta

from django.db import DatabaseError, InterfaceError

from channels.models import Account, InboxMessage
from channels.services.importing.fetching import Outcome, due_hints, import_order
from channels.services.importing.parking import postpone
from channels.states import AccountState, MessageState
from erp.core.clock import now

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 2.0  # the next sweep is due then: longer ones pile up until every worker sweeps and nothing else is done
SWEEP_ORDERS = 200
GRACE = timedelta(seconds=1)


def sweep_inbox(*, account_id: int | None = None, grace: timedelta = GRACE) -> int:
    """Work on the orders whose hints are due, oldest first, for two seconds; returns how many were brought up to date.

    Hints younger than `grace` are left to their own wake-up, so that both do not fetch the same order.
    """
    deadline = time.monotonic() + SWEEP_SECONDS
    done = 0
    for found_account, external_id in _due(account_id, grace):
        done += _bring_up_to_date(found_account, external_id)
        if time.monotonic() > deadline:
            break
    return done


def _bring_up_to_date(account_id: int, external_id: str) -> bool:
    """An order whose import breaks is postponed ever longer, so that it does not stand before the others at the next sweep."""
    try:
        return import_order(account_id, external_id) in (Outcome.APPLIED, Outcome.UNCHANGED, Outcome.GONE)
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("order %s of account %s could not be imported", external_id, account_id)
        postpone(due_hints(account_id, external_id), f"{type(error).__name__}: {error}")
        return False


def _due(account_id: int | None, grace: timedelta) -> list[tuple[int, str]]:
    open_accounts = Account.objects.filter(state=AccountState.LIVE, orders_paused=False)
    due = InboxMessage.objects.filter(
        account__in=open_accounts, kind__startswith="order", state=MessageState.WAITING, due_at__lte=now(), received_at__lte=now() - grace
    )
    if account_id is not None:
        due = due.filter(account_id=account_id)
    return list(dict.fromkeys(due.order_by("due_at", "pk").values_list("account_id", "external_id")[:SWEEP_ORDERS]))
