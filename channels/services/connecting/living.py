"""Going live, pausing, going on. One switch for an account, one for each of its flows, one for all stock."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from channels.models import Account, FirstStock, LocationMap
from channels.services.connecting.webhooks import register_webhooks
from channels.services.importing.waking import wake_pull
from channels.states import ACCOUNT_MOVES, AccountState
from erp.core.clock import now
from erp.core.history import record
from erp.core.refusals import Conflict, Refused
from erp.core.transactions import atomic, forbid_transaction


@atomic
def choose_first_stock(account_id: int, *, first_stock: str, by: AbstractBaseUser) -> None:
    """Whose numbers count on the first day: Regia's are written into the shop, or the shop's are taken over here."""
    account = Account.objects.select_for_update(of=("self",)).get(pk=account_id)
    if account.live_since is not None:
        raise Refused(_("“%(account)s” has been live; its first stock is settled.") % {"account": account.name}, code="live")
    Account.objects.filter(pk=account.pk).update(first_stock=FirstStock(first_stock))
    record(account, "first_stock_chosen", by=by, first_stock=first_stock)


def choose_regias_stock(account_id: int, *, by: AbstractBaseUser) -> None:
    choose_first_stock(account_id, first_stock=FirstStock.REGIA, by=by)


def choose_shops_stock(account_id: int, *, by: AbstractBaseUser) -> None:
    choose_first_stock(account_id, first_stock=FirstStock.SHOP, by=by)


def go_live(account_id: int, *, by: AbstractBaseUser, start_at: datetime | None = None) -> None:
    """From now on orders come in; stock goes out once the first reading is complete and the first stock is settled.

    Raises Refused when something is missing; nothing is changed then. Webhooks are made afterwards: if the shop refuses them, orders are
    read in turn and the refusal says so.
    """
    forbid_transaction("go_live()")
    _begin(account_id, by=by, start_at=start_at)
    wake_pull(account_id)
    register_webhooks(account_id, by=by)


@atomic
def _begin(account_id: int, *, by: AbstractBaseUser, start_at: datetime | None) -> None:
    account = Account.objects.select_for_update(of=("self",)).get(pk=account_id)
    _refuse_unready(account)
    moment = now()
    Account.objects.filter(pk=account.pk).update(start_at=start_at or account.start_at or moment, live_since=moment, stock_paused=True)
    _move(account, AccountState.LIVE)
    record(account, "went_live", by=by, first_stock=account.first_stock)


def _refuse_unready(account: Account) -> None:
    if account.rehearsed_at is None:
        raise Refused(
            _("“%(account)s” was not rehearsed yet. Rehearse it, look at the plan, then go live.") % {"account": account.name},
            code="unready",
        )
    if not account.first_stock:
        raise Refused(_("Say first whose stock counts: Regia's numbers or the shop's count."), code="unready")
    unmapped = LocationMap.objects.filter(account=account, is_ours=True, warehouse=None).order_by("pk").first()
    if unmapped is not None:
        raise Refused(
            _("Choose the warehouse of “%(place)s” first, or say that it is not ours.") % {"place": unmapped.name}, code="unready"
        )


@atomic
def pause_account(account_id: int, *, by: AbstractBaseUser) -> None:
    """Nothing is read and nothing is written until it goes on; news that arrives meanwhile is kept."""
    account = Account.objects.select_for_update(of=("self",)).get(pk=account_id)
    _move(account, AccountState.PAUSED)
    record(account, "paused", by=by)


@atomic
def resume_account(account_id: int, *, by: AbstractBaseUser) -> None:
    """Go on where it stopped: what happened in the shop meanwhile is read first."""
    account = Account.objects.select_for_update(of=("self",)).get(pk=account_id)
    if account.state != AccountState.PAUSED:
        raise Refused(_("“%(account)s” is not paused.") % {"account": account.name}, code="move")
    _move(account, AccountState.LIVE)
    record(account, "resumed", by=by)


@atomic
def pause_flow(account_id: int, *, flow: str, by: AbstractBaseUser) -> None:
    _switch_flow(account_id, flow, is_paused=True, by=by)


@atomic
def resume_flow(account_id: int, *, flow: str, by: AbstractBaseUser) -> None:
    """Raises Refused for stock while the first stock is not settled: numbers written before that would be wrong."""
    _switch_flow(account_id, flow, is_paused=False, by=by)


@atomic
def stop_all_stock(*, by: AbstractBaseUser) -> int:
    """The one switch: no number leaves for any shop. Returns how many accounts it stopped."""
    stopped = list(Account.objects.select_for_update(of=("self",)).filter(stock_paused=False).order_by("pk"))
    Account.objects.filter(pk__in=[account.pk for account in stopped]).update(stock_paused=True)
    for account in stopped:
        record(account, "stock_stopped", by=by)
    return len(stopped)


def _switch_flow(account_id: int, flow: str, *, is_paused: bool, by: AbstractBaseUser) -> None:
    account = Account.objects.select_for_update(of=("self",)).get(pk=account_id)
    if flow == "stock" and not is_paused and account.first_stock and account.stock_ready_at is None:
        raise Refused(
            _("The first stock of “%(account)s” is not settled yet: its orders are still being read.") % {"account": account.name},
            code="unready",
        )
    Account.objects.filter(pk=account.pk).update(**{{"orders": "orders_paused", "stock": "stock_paused"}[flow]: is_paused})
    record(account, f"{flow}_{'paused' if is_paused else 'resumed'}", by=by)


def _move(account: Account, to: AccountState) -> None:
    if to not in ACCOUNT_MOVES[account.state]:
        raise Refused(
            _("“%(account)s” cannot go from “%(old)s” to “%(new)s”.")
            % {"account": account.name, "old": account.get_state_display(), "new": to.label},
            code="move",
        )
    if not Account.objects.filter(pk=account.pk, state=account.state).update(state=to):
        raise Conflict(account)
