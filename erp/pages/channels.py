"""How a channel's health is said: one word, one tone, one icon. Pure: facts in, words out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext, ngettext

from channels.models import Account
from channels.states import AccountState
from erp.pages import wording
from erp.pages.links import admin_list, admin_row
from erp.pages.queries import ChannelFacts

ORDERS_LATE = timedelta(minutes=15)
WAIT_LATE = timedelta(minutes=1)


@dataclass(frozen=True)
class Verdict:
    tone: str
    icon: str
    word: str

    @property
    def is_fine(self) -> bool:
        return self.tone in {"quiet", "go"}


@dataclass(frozen=True)
class ChannelLine:
    """One channel, ready to be shown."""

    key: str
    name: str
    tile: str
    platform: str
    url: str
    verdict: Verdict
    orders: str
    stock: str
    waiting: str
    lag: str
    is_live: bool


@dataclass(frozen=True)
class Pulse:
    """All channels in one sentence, for the top bar."""

    url: str
    tone: str
    icon: str
    sentence: str
    figure: str
    worst: str


def verdict_of(facts: ChannelFacts, now: datetime) -> Verdict:
    """The worst thing that is true of a channel."""
    account = facts.account
    if account.state != AccountState.LIVE:
        return _not_live(account.state)
    if stopped := _stopped(account):
        return Verdict("hold", "hold", stopped)
    if facts.failures:
        return Verdict("bad", "offline", gettext("Does not answer"))
    if facts.parked:
        return Verdict("wait", "warning", ngettext("%(count)d to look at", "%(count)d to look at", facts.parked) % {"count": facts.parked})
    if facts.orders_at is None or now - facts.orders_at > ORDERS_LATE:
        return Verdict("wait", "waiting", gettext("Not heard from"))
    if facts.oldest_wait and now - facts.oldest_wait > WAIT_LATE:
        return Verdict("wait", "clock", gettext("Running late"))
    if facts.waiting:
        return Verdict(
            "go", "clock", ngettext("%(count)d in the queue", "%(count)d in the queue", facts.waiting) % {"count": facts.waiting}
        )
    return Verdict("quiet", "done", gettext("In sync"))


def _stopped(account: Account) -> str:
    """What a person or the circuit breaker has stopped, if anything."""
    if account.orders_paused:
        return gettext("Orders stopped")
    if account.stock_paused:
        return gettext("Stock stopped")
    return gettext("Numbers wait for you") if account.push_stopped_at else ""


def _not_live(state: str) -> Verdict:
    if state == AccountState.PAUSED:
        return Verdict("hold", "hold", gettext("Paused"))
    return Verdict("quiet", "new", gettext("Being connected"))


def tile_of(connector: str) -> str:
    """The platform in two letters: `Wo`, `Sh`."""
    return connector[:2].capitalize()


def line_of(facts: ChannelFacts, now: datetime) -> ChannelLine:
    account = facts.account
    return ChannelLine(
        key=account.code,
        name=account.name,
        tile=tile_of(account.connector),
        platform=account.connector.capitalize(),
        url=admin_row("channels_account", account.pk),
        verdict=verdict_of(facts, now),
        orders=wording.ago(facts.orders_at, now),
        stock=wording.ago(facts.stock_at, now),
        waiting=wording.quantity(facts.waiting),
        lag=wording.length(now - facts.oldest_wait) if facts.oldest_wait else "\N{EN DASH}",
        is_live=account.state == AccountState.LIVE,
    )


def pulse_of(channels: list[ChannelFacts], now: datetime) -> Pulse:
    started = [facts for facts in channels if facts.account.state in {AccountState.LIVE, AccountState.PAUSED}]
    verdicts = [(facts.account.name, verdict_of(facts, now)) for facts in started]
    live, fine = len(verdicts), sum(verdict.is_fine for _name, verdict in verdicts)
    is_well = fine == live
    sentence = (
        gettext("%(fine)d of %(live)d channels in sync") % {"fine": fine, "live": live} if live else gettext("No channel is live yet")
    )
    return Pulse(
        url=admin_list("channels_account"),
        tone="" if is_well else "wait",
        icon="done" if is_well and live else "sync" if is_well else "warning",
        sentence=sentence,
        figure=gettext("%(fine)d of %(live)d") % {"fine": fine, "live": live},
        worst=_worst(verdicts, now, started),
    )


def _worst(verdicts: list[tuple[str, Verdict]], now: datetime, started: list[ChannelFacts]) -> str:
    """The channel that is worst off; when all are well, how old the oldest confirmation of reading and of writing is."""
    for tone in ("bad", "hold", "wait"):
        for name, verdict in verdicts:
            if verdict.tone == tone:
                return gettext("%(channel)s: %(state)s") % {"channel": name, "state": verdict.word}
    read = [facts.orders_at for facts in started if facts.orders_at]
    told = [facts.stock_at for facts in started if facts.stock_at]
    if not read:
        return gettext("none is live yet")
    if not told:
        return gettext("all read, the last %(age)s") % {"age": wording.ago(min(read), now)}
    return gettext("orders %(orders)s, stock %(numbers)s") % {
        "orders": wording.ago(min(read), now),
        "numbers": wording.ago(min(told), now),
    }
