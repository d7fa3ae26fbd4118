"""An account begins: who it is, its keys, and a live test of them."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from channels.contract import AuthExpired, HealthReport
from channels.models import Account
from channels.registry import connectors
from channels.services.connecting.places import keep_locations
from channels.services.connections import connect, secret_name, told_in_words
from channels.services.importing.health import note_answer, note_refused_keys
from channels.states import AccountState
from erp.core.cards import key_of
from erp.core.clock import now
from erp.core.history import record
from erp.core.masterdata import save_master
from erp.core.refusals import Refused
from erp.core.secrets import Credentials, store_secret
from erp.core.transactions import atomic, forbid_transaction

WEBHOOK_SECRET = "webhook_secret"  # noqa: S105  the name of a key
REFUSED_KEYS = "keys_refused"


@atomic
def open_account(
    *,
    code: str,
    name: str,
    connector: str,
    base_url: str,
    keys: Mapping[str, str],
    by: AbstractBaseUser | None,
) -> Account:
    """A new account, in draft: it neither reads nor writes. Raises Refused for a code that exists, an unknown platform, a bad address."""
    account = Account(code=code, name=name, connector=connector, base_url=base_url)
    open_drafted(account, keys=keys, by=by)
    return account


@atomic
def open_drafted(account: Account, *, keys: Mapping[str, str], by: AbstractBaseUser | None) -> None:
    """Store an account that a form has filled in: in draft, with its keys. Raises Refused as `open_account` does."""
    connectors.get(account.connector)
    if Account.objects.filter(code=account.code).exists():
        raise Refused(
            _("There is already an account called “%(code)s”. Choose another short name.") % {"code": account.code}, code="exists"
        )
    _check_address(account.base_url)
    account.base_url = account.base_url.rstrip("/")
    account.state, account.created_at = AccountState.DRAFT, now()
    save_master(account, by=by)
    _store_keys(account, keys)
    record(account, "opened", by=by, platform=account.connector)


@atomic
def enter_keys(account_id: int, *, keys: Mapping[str, str], by: AbstractBaseUser) -> None:
    """New keys for an account; the secret of its webhooks stays, so that news under way is still believed."""
    account = Account.objects.get(pk=account_id)
    _store_keys(account, keys)
    record(account, "keys_entered", by=by, names=sorted(keys))


def check_keys(account_id: int, *, by: AbstractBaseUser | None = None) -> HealthReport:
    """Ask the shop now whether reads and writes will work, and keep its answer with the account. Raises Refused when it does not answer."""
    forbid_transaction("check_keys()")
    account = Account.objects.get(pk=account_id)
    with told_in_words(account):
        report = connect(account).health()
    _keep_report(account, report, by)
    return report


def retry_card(subject: str, *, by: AbstractBaseUser) -> None:
    """The button of the card about refused keys."""
    check_keys(key_of(subject), by=by)


def _check_address(base_url: str) -> None:
    try:
        URLValidator(schemes=["http", "https"])(base_url)
    except ValidationError as problem:
        raise Refused(
            _("“%(address)s” is no web address. Write it as https://shop.example.") % {"address": base_url}, code="address"
        ) from problem


def _store_keys(account: Account, keys: Mapping[str, str]) -> None:
    name = secret_name(account)
    try:
        known = Credentials(name).current()
    except Refused:
        known = {WEBHOOK_SECRET: secrets.token_urlsafe(32)}
    store_secret(name, {**known, **keys})


@atomic
def _keep_report(account: Account, report: HealthReport, by: AbstractBaseUser | None) -> None:
    told = {
        "is_ok": report.is_ok,
        "can_write": report.can_write,
        "version": report.version,
        "timezone": report.timezone,
        "hold_stock_minutes": report.hold_stock_minutes,
        "clock_skew_seconds": report.clock_skew.total_seconds() if report.clock_skew else None,
        "findings": [{**asdict(finding), "params": dict(finding.params)} for finding in report.findings],
    }
    Account.objects.filter(pk=account.pk).update(health=told, health_at=now(), currency=report.currency[:3])
    refused = next((finding for finding in report.findings if finding.code == REFUSED_KEYS), None)
    if refused is not None:
        note_refused_keys(account, AuthExpired(str(refused.params.get("detail", ""))))
    elif report.is_ok:
        note_answer(account)
        keep_locations(account, report.locations)
    record(account, "keys_tested", by=by, is_ok=report.is_ok)
