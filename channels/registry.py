"""Which connectors there are: one line for each."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings as site

from channels.connectors.woocommerce.connector import WooCommerceConnector
from channels.contract import Connection, Connector, Secrets
from erp.core.http.buckets import RedisBucket, redis_at
from erp.core.http.exchange import Exchange
from erp.core.registry import Registry

CALLS_PER_SECOND = 20.0
CALLS_AT_ONCE = 40

connectors: Registry[type[Connector]] = Registry("connector")
connectors.register(WooCommerceConnector.code, WooCommerceConnector)


def open_connector(
    code: str,
    *,
    source: str,
    base_url: str,
    credentials: Secrets,
    settings: Mapping[str, Any],
    log: Callable[[Exchange], None] | None = None,
) -> Connector:
    """The connector of one account, with the rate bucket that all processes share for it. Refused for an unknown code.

    The account's settings `calls_per_second` and `calls_at_once` bound the bucket.
    """
    rate = float(settings.get("calls_per_second", CALLS_PER_SECOND))
    burst = int(settings.get("calls_at_once", CALLS_AT_ONCE))
    limiter = RedisBucket(redis_at(site.REDIS_URL), source, rate, burst)
    return connectors.get(code)(Connection(source, base_url, credentials, settings, log, limiter))
