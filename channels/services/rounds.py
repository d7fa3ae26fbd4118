"""Rounds over all accounts: one account that fails never holds up the next."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import models

from channels.contract import OutsideError
from channels.models import Account
from channels.services.connecting.webhooks import check_webhooks
from channels.services.importing.pulling import pull_orders
from channels.services.importing.waking import wake_pull
from channels.services.matching import match_listings
from channels.services.publishing.comparing import compare_account
from channels.services.watching import watch_products
from channels.states import AccountState
from erp.core.refusals import Refused

logger = logging.getLogger(__name__)


def poll_all() -> None:
    """Wake one pull per account, so that a slow shop holds up none of the others."""
    for account_id in _reading():
        wake_pull(account_id)


def reread_all(back: timedelta) -> None:
    """Read so much further back than usual: what a pull could not see at its time is found here."""
    _each(_reading(), lambda account_id: pull_orders(account_id, back=back))


def check_all_webhooks() -> None:
    _each(_live(), check_webhooks)


def match_all() -> None:
    _each(_live(), match_listings)


def compare_all() -> None:
    """Every listing's number in the shop against ours."""
    _each(_live(), compare_account)


def watch_all() -> None:
    _each(_live(), watch_products)


def _reading() -> list[int]:
    return list(_accounts().filter(orders_paused=False).values_list("pk", flat=True))


def _live() -> list[int]:
    return list(_accounts().values_list("pk", flat=True))


def _accounts() -> models.QuerySet[Account]:
    return Account.objects.filter(state=AccountState.LIVE).order_by("pk")


def _each(account_ids: list[int], act: Callable[[int], object]) -> None:
    for account_id in account_ids:
        try:
            act(account_id)
        except (OutsideError, Refused) as failure:
            logger.warning("account %s: %s: %s", account_id, type(failure).__name__, failure)
