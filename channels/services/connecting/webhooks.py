"""Webhooks: registered by us, looked after, made again when the shop lets them sleep. They only save time."""

from datetime import timedelta
from itertools import pairwise
from statistics import median

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from channels.contract import OutsideError, Subscription
from channels.models import Account, InboxMessage, Via
from channels.registry import connectors
from channels.services.connections import connect, told_in_words
from erp.core.cards import close_card, key_of, open_card, subject_of
from erp.core.clock import now
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic, forbid_transaction

SILENCE_TIMES_USUAL = 6
SHORTEST_SILENCE = timedelta(hours=6)
GAPS_LOOKED_AT = 100


def webhook_url(account: Account) -> str:
    return f"{settings.REGIA_PUBLIC_URL}/webhooks/{account.code}/"


def register_webhooks(account_id: int, *, by: AbstractBaseUser | None = None) -> list[Subscription]:
    """Make what is missing in the shop and wake what sleeps; safe to repeat. Raises Refused with the shop's own words."""
    forbid_transaction("register_webhooks()")
    account = Account.objects.get(pk=account_id)
    if connectors.get(account.connector).capabilities().webhook == "none":
        return []
    try:
        made = connect(account).register_webhooks(webhook_url(account))
    except OutsideError as failure:
        raise Refused(
            _("The shop did not take our webhooks: “%(detail)s”. Orders are read in turn meanwhile.") % {"detail": failure.detail},
            code="webhooks",
        ) from failure
    _note_registered(account, made, by)
    return made


def check_webhooks(account_id: int) -> bool:
    """Whether the shop still sends news; if not, its webhooks are made again and a card says so. Raises Refused when it does not answer."""
    forbid_transaction("check_webhooks()")
    account = Account.objects.get(pk=account_id)
    if connectors.get(account.connector).capabilities().webhook == "none":
        return True
    with told_in_words(account):
        there = connect(account).webhook_status(webhook_url(account))
    told = account.health.get("webhook_topics", [])
    is_well = bool(there) and all(each.is_active for each in there) and {each.topic for each in there} >= set(told)
    if not is_well:
        register_webhooks(account.pk)
        _note_asleep(account)
    _note_silence(account)
    return is_well


def retry_card(subject: str, *, by: AbstractBaseUser) -> None:
    """The button of the cards about webhooks: look again; what is well needs no card."""
    account_id = key_of(subject)
    if check_webhooks(account_id):
        for kind in ("channels.webhooks_asleep", "channels.silent"):
            close_card(kind, subject)


def usual_gap(account: Account) -> timedelta | None:
    """How long this shop is usually silent between two pieces of news; None while we have heard too little to tell."""
    heard = InboxMessage.objects.filter(account=account, via__in=[Via.WEBHOOK, Via.QUEUE]).order_by("-received_at")
    moments = list(heard.values_list("received_at", flat=True)[:GAPS_LOOKED_AT])
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(moments)]
    return timedelta(seconds=median(gaps)) if len(gaps) >= 10 else None


@atomic
def _note_registered(account: Account, made: list[Subscription], by: AbstractBaseUser | None) -> None:
    topics = sorted({each.topic for each in made})
    Account.objects.filter(pk=account.pk).update(health={**account.health, "webhook_topics": topics})
    record(account, "webhooks_registered", by=by, topics=topics)


@atomic
def _note_asleep(account: Account) -> None:
    open_card("channels.webhooks_asleep", subject_of("account", account.pk), account=account.name)
    record(account, "webhooks_made_again")


@atomic
def _note_silence(account: Account) -> None:
    """No news in many times the usual gap: the shop sells nothing, or its news does not reach us."""
    usual = usual_gap(account)
    heard = InboxMessage.objects.filter(account=account, via__in=[Via.WEBHOOK, Via.QUEUE]).order_by("-received_at").first()
    if usual is None or heard is None:
        return
    silence = now() - heard.received_at
    if silence > max(usual * SILENCE_TIMES_USUAL, SHORTEST_SILENCE):
        hours, usually = _hours(silence), _hours(usual)
        open_card("channels.silent", subject_of("account", account.pk), account=account.name, hours=hours, usual=usually)
    else:
        close_card("channels.silent", subject_of("account", account.pk))


def _hours(length: timedelta) -> str:
    return f"{length.total_seconds() / 3600:.1f}"
