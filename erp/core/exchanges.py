"""The log of calls to other machines: one row per attempt, secrets removed, long bodies cut."""

from erp.core.http.exchange import Exchange
from erp.core.models import HttpExchange

LOGGED_CHARACTERS = 20_000


def keep_exchange(exchange: Exchange) -> None:
    """What a door's `log` may be: the call and its answer become a row that `prune` forgets after its time."""
    HttpExchange.objects.create(
        at=exchange.at,
        source=exchange.source,
        method=exchange.method,
        url=exchange.url,
        request_headers=exchange.request_headers,
        request_body=exchange.request_body[:LOGGED_CHARACTERS],
        status=exchange.status,
        response_headers=exchange.response_headers,
        response_body=exchange.response_body[:LOGGED_CHARACTERS],
        milliseconds=exchange.milliseconds,
        error=exchange.error,
    )
