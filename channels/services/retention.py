"""Raw bodies are kept for the months that the account says, then their text goes; that they came, when and what became of them stays."""

from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser

from channels.models import Account, InboxMessage
from channels.states import OPEN_MESSAGES
from erp.core.clock import now
from erp.core.history import record
from erp.core.transactions import atomic

DAYS_OF_A_MONTH = 30
ROWS_AT_ONCE = 1000


def forget_old_bodies() -> int:
    """Empty the bodies that are older than their account keeps them; returns how many. What still waits for anybody is left alone."""
    return sum(_forget(account) for account in Account.objects.order_by("pk"))


def _forget(account: Account) -> int:
    before = now() - timedelta(days=DAYS_OF_A_MONTH * account.body_months)
    old = InboxMessage.objects.filter(account=account, received_at__lt=before).exclude(body="").exclude(state__in=OPEN_MESSAGES)
    forgotten = 0
    while chosen := list(old.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        forgotten += InboxMessage.objects.filter(pk__in=chosen).update(body="")
    return forgotten


@atomic
def redact_order(account_id: int, external_id: str, *, by: AbstractBaseUser) -> int:
    """On request: empty every body of one order now. Returns how many."""
    account = Account.objects.get(pk=account_id)
    redacted = InboxMessage.objects.filter(account=account, external_id=external_id).exclude(body="").update(body="")
    record(account, "bodies_redacted", by=by, external_id=external_id, bodies=redacted)
    return redacted
