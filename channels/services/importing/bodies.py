"""An order's raw body, what it says, and the inbox rows that it settles."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from channels.contract import ChannelOrder, Connector, ContractBroken, RawOrder
from channels.drafting import items_of
from channels.services.importing.storing import ORDER, Arrival

UNNAMED = "?"
logger = logging.getLogger(__name__)

OLDEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Body:
    """One order as read. `order` is None when it could not be read; `broken` then says why. `message_id` is its own row once stored,
    `hints` the rows that asked for it."""

    raw: RawOrder
    body_hash: str
    order: ChannelOrder | None
    broken: ContractBroken | None = None
    message_id: int = 0
    hints: tuple[int, ...] = ()

    @property
    def external_id(self) -> str:
        return self.raw.external_id

    @property
    def items(self) -> tuple[str, ...] | None:
        return None if self.order is None else tuple(items_of(self.order))

    def arrival(self) -> Arrival:
        return Arrival(ORDER, self.external_id, self.raw.body, self.body_hash, updated_at=self.raw.updated_at, items=self.items)

    def stored_as(self, message_id: int) -> "Body":
        """The body with the key of its row.

        That row may stand among the hints: a polled body, taken as a hint only, was fetched again and is unchanged. It does not settle
        itself.
        """
        return replace(self, message_id=message_id, hints=tuple(hint for hint in self.hints if hint != message_id))


def is_unnamed(external_id: str) -> bool:
    """Whether the body named no id. It is then known by its hash, and nothing can be fetched under that."""
    return external_id.startswith(UNNAMED)


def read_body(connector: Connector, raw: RawOrder, hints: Iterable[int] = ()) -> Body:
    """Make sense of a raw body; one that breaks the contract is kept with the path that was expected.

    Any other error while it is read concerns this order alone, never the rest of its page.
    """
    if is_unnamed(raw.external_id):
        return Body(raw, raw.digest, None, ContractBroken("order.id", "is missing or is no number"), hints=tuple(hints))
    try:
        order = connector.normalise(raw)
    except ContractBroken as broken:
        return Body(raw, raw.digest, None, broken, hints=tuple(hints))
    except Exception as bug:
        logger.exception("order %s could not be read", raw.external_id)
        return Body(raw, raw.digest, None, ContractBroken("order", repr(bug)), hints=tuple(hints))
    return Body(raw, raw.digest, order, hints=tuple(hints))


def newest_of_each(orders: Iterable[RawOrder]) -> list[RawOrder]:
    """A page may name an order twice while it changes under the reading: the newest counts, of equals the last."""
    newest: dict[str, RawOrder] = {}
    for each in orders:
        raw = each if each.external_id else replace(each, external_id=f"{UNNAMED}{each.digest[:16]}")
        seen = newest.get(raw.external_id)
        if seen is None or (raw.updated_at or OLDEST) >= (seen.updated_at or OLDEST):
            newest[raw.external_id] = raw
    return list(newest.values())
