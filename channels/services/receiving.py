"""The webhook door's work: verify, store, wake. It fetches nothing and decides nothing."""

import hashlib
from collections.abc import Mapping, Sequence

from channels.contract import ChannelEvent, HandshakeReply
from channels.models import Account, Via
from channels.services.connections import connect
from channels.services.importing.storing import Arrival, store_news
from channels.services.importing.waking import wake_order
from channels.states import MessageState

LONGEST_DELIVERY = 120
ACCEPTED = HandshakeReply(200, "")
WORK = ("order.changed", "order.deleted", "product.changed", "product.deleted")


def receive_webhook(account: Account, *, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> HandshakeReply:
    """Store what a shop sent and say what to answer. The same delivery twice, even at the same moment, is one row.

    Raises BadSignature when it was not signed with our secret, ContractBroken when it has no shape that we know; nothing is stored then.
    """
    answer = connect(account).parse_webhook(headers, body, query)
    if isinstance(answer, HandshakeReply):
        return answer
    store_events(account, answer, via=Via.WEBHOOK)
    return ACCEPTED


def store_events(account: Account, events: Sequence[ChannelEvent], *, via: Via) -> None:
    """Keep news as hints and wake the importer for the new ones; the sweep finds them anyway."""
    new = store_news(account.pk, [_arrival(event) for event in events], via=via)
    for external_id in sorted({event.external_id for event in events if event.kind.startswith("order") and event.external_id in new}):
        wake_order(account.pk, external_id)


def _arrival(event: ChannelEvent) -> Arrival:
    has_state = event.payload is not None and not event.kind.endswith(".deleted")
    return Arrival(
        kind=event.kind,
        external_id=event.external_id,
        body=event.payload or "",
        body_hash=hashlib.sha256((event.payload or "").encode()).hexdigest(),
        delivery_id="" if has_state else event.dedupe_key[:LONGEST_DELIVERY],
        updated_at=event.occurred_at,
        state=MessageState.WAITING if event.kind in WORK else MessageState.DROPPED,
    )
