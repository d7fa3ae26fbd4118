"""The statuses of what channels owns, and the moves allowed between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AccountState(TextChoices):
    DRAFT = "draft", _("Being connected")
    REHEARSED = "rehearsed", _("Rehearsed")
    LIVE = "live", _("Live")
    PAUSED = "paused", _("Paused")


ACCOUNT_MOVES: dict[str, set[str]] = {
    AccountState.DRAFT: {AccountState.REHEARSED},
    AccountState.REHEARSED: {AccountState.REHEARSED, AccountState.LIVE, AccountState.DRAFT},
    AccountState.LIVE: {AccountState.PAUSED},
    AccountState.PAUSED: {AccountState.LIVE},
}


class MessageState(TextChoices):
    """`waiting` rows are work; `parked` rows need a person; the others are finished."""

    WAITING = "waiting", _("Waiting")
    PARKED = "parked", _("Needs attention")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Nothing to do")


OPEN_MESSAGES = (MessageState.WAITING, MessageState.PARKED)


class JobState(TextChoices):
    """A job that is done is gone: what it did stands in the rows that it wrote."""

    READY = "ready", _("Ready")
    CLAIMED = "claimed", _("Under way")
    RETRY = "retry", _("Waiting to try again")
    PARKED = "parked", _("Needs attention")


class PushState(TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Under way")
    UNKNOWN = "unknown", _("No answer")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused by the shop")


PUSH_MOVES: dict[str, frozenset[str]] = {
    "waiting": frozenset({"sending", "done"}),
    "sending": frozenset({"sending", "waiting", "unknown", "done", "refused"}),
    "unknown": frozenset({"sending", "done"}),
    "done": frozenset({"waiting"}),  # a parcel that gets its number afterwards, or turns out to have been the last
    "refused": frozenset({"waiting", "done"}),
}
OPEN_PUSHES = (PushState.WAITING, PushState.SENDING, PushState.UNKNOWN)
