"""Whether an account answers: noted on its reading position and shown on a card, which closes when it answers again."""

from datetime import datetime

from django.db.models import F

from channels.contract import AuthExpired, Forbidden, OutsideError
from channels.models import Account, Cursor
from erp.core.cards import close_cards, open_card, subject_of
from erp.core.clock import now
from erp.core.transactions import atomic

FAILURES_BEFORE_A_CARD = 3


def is_answering(account: Account) -> bool:
    """Whether the account's last pull went well. While it did not, one order that cannot be fetched says nothing about that order."""
    return not Cursor.objects.filter(account=account, failures__gt=0).exists()


@atomic
def note_refused_keys(account: Account, failure: OutsideError) -> None:
    open_card("channels.keys_refused", subject_of("account", account.pk), account=account.name, detail=failure.detail[:300])


@atomic
def note_failure(account: Account, flow: str, failure: OutsideError) -> None:
    """One more pull failed; after the third in a row, or at once when the keys are refused, people hear of it."""
    Cursor.objects.filter(account=account, flow=flow).update(failures=F("failures") + 1, error=failure.detail[:2000])
    cursor = Cursor.objects.get(account=account, flow=flow)
    if isinstance(failure, AuthExpired | Forbidden):
        note_refused_keys(account, failure)
    elif cursor.failures >= FAILURES_BEFORE_A_CARD:
        open_card(
            "channels.unreachable",
            subject_of("account", account.pk),
            account=account.name,
            since=_since(cursor),
            detail=failure.detail[:300],
        )


def note_answer(account: Account) -> None:
    """It answers again: the cards about silence and keys close."""
    for kind in ("channels.unreachable", "channels.keys_refused"):
        close_cards(kind, [subject_of("account", account.pk)])


def _since(cursor: Cursor) -> str:
    moment: datetime = cursor.confirmed_at or now()
    return moment.isoformat(timespec="minutes")
