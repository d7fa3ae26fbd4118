"""What a person presses: try a parked message again, read an account now."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from channels.models import Account, InboxMessage
from channels.services.importing.fetching import Outcome, import_order
from channels.services.importing.parking import settle_parked
from channels.services.importing.pulling import request_pull
from channels.services.importing.waking import wake_order
from channels.states import MessageState
from erp.core.cards import key_of, subject_of
from erp.core.clock import now
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic


@atomic
def retry_message(message_id: int, *, by: AbstractBaseUser) -> None:
    """Fetch the order of a message anew; its card comes back if that fails again. Raises Refused when there is nothing to do."""
    message = InboxMessage.objects.select_for_update(of=("self",)).get(pk=message_id)
    if not message.kind.startswith("order"):
        raise Refused(_("Only orders can be read again; this message needs nothing."), code="nothing_to_retry")
    InboxMessage.objects.filter(pk=message.pk).update(state=MessageState.WAITING, due_at=now(), attempts=0, outcome="")
    settle_parked([message.pk])
    record(message, "retried", by=by)


def retry_card(subject: str, *, by: AbstractBaseUser) -> None:
    """The button of a card about a message."""
    message = InboxMessage.objects.get(pk=key_of(subject))
    retry_message(message.pk, by=by)
    wake_order(message.account_id, message.external_id)


def read_now(account_id: int, *, by: AbstractBaseUser) -> None:
    """A person asks for a pull at once. Raises Refused for an account that does not read orders."""
    account = Account.objects.get(pk=account_id)
    if not account.reads_orders:
        raise Refused(_("“%(account)s” reads no orders now. Take it live or resume it first.") % {"account": account.name}, code="paused")
    request_pull(account.pk)


def retry_account_card(subject: str, *, by: AbstractBaseUser) -> None:
    read_now(key_of(subject), by=by)


def import_again(account_id: int, external_id: str, *, by: AbstractBaseUser) -> Outcome:
    """Import one order by its id in the shop, whether or not it was ever seen. Raises Refused when that did not go through now."""
    outcome = import_order(account_id, external_id.strip(), is_asked_for=True)
    if outcome not in (Outcome.APPLIED, Outcome.UNCHANGED, Outcome.GONE):
        raise Refused(
            _("Order %(number)s could not be read now. See what needs you, or try again later.") % {"number": external_id}, code="unread"
        )
    _note_asked_for(account_id, external_id.strip(), outcome, by)
    return outcome


@atomic
def _note_asked_for(account_id: int, external_id: str, outcome: Outcome, by: AbstractBaseUser) -> None:
    record(subject_of("channels.account", account_id), "order_read_again", by=by, external_id=external_id, outcome=outcome.value)
