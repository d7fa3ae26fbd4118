"""From an account's row to its connector: address, credentials, settings and the log of calls."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.utils.translation import gettext as _

from channels.contract import Connector, OutsideError, Treatment
from channels.drafting import AccountRules
from channels.models import Account
from channels.registry import connectors, open_connector
from erp.core.exchanges import keep_exchange
from erp.core.http.exchange import Exchange
from erp.core.refusals import Refused
from erp.core.secrets import Credentials


def secret_name(account: Account) -> str:
    return f"channels:{account.code}"


def connect(account: Account, *, log: Callable[[Exchange], None] = keep_exchange) -> Connector:
    """The connector of an account; makes no call. Raises Refused when no connector has the account's platform name."""
    return open_connector(
        account.connector,
        source=account.code,
        base_url=account.base_url,
        credentials=Credentials(secret_name(account)),
        settings=account.settings,
        log=log,
    )


@contextmanager
def told_in_words(account: Account) -> Iterator[None]:
    """Turns an error of the shop into a Refused with the shop's own words, for calls that a person asked for."""
    try:
        yield
    except OutsideError as failure:
        detail = failure.detail or type(failure).__name__
        raise Refused(
            _("“%(account)s” does not do what was asked: “%(detail)s”. Check its keys and its address, then try again.")
            % {"account": account.name, "detail": detail},
            code="shop",
        ) from failure


def rules_of(account: Account) -> AccountRules:
    """How the account treats each status of its shop: the platform's table, overruled by the account's own."""
    defaults: Mapping[str, Treatment] = connectors.get(account.connector).default_statuses()
    return AccountRules(
        source=account.code,
        statuses={**defaults, **account.status_table},
        start_at=account.start_at,
        settings=account.settings,
        own_statuses=frozenset(account.status_table),
    )
