"""What every connector can do, and what it is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from channels.contract.fulfilment import ExternalRef, Fulfilment, OperationState
from channels.contract.orders import ChannelOrder, ChannelRefund, Treatment
from channels.contract.reading import (
    Budget,
    ChannelEvent,
    Cursor,
    HandshakeReply,
    HealthReport,
    ListingPage,
    OrderPage,
    RawOrder,
    Subscription,
)
from channels.contract.stock import StockReading, StockResult, StockTarget
from erp.core.clock import now as regia_now
from erp.core.http.buckets import Bucket
from erp.core.http.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the platform offers; `inventory.books.StockClass` gives the meaning of `stock_write`."""

    incremental: Literal["updated_at_page", "updated_at_cursor", "updated_at_token", "updated_at_offset"]
    overlap: timedelta
    history_limit: timedelta | None
    webhook: Literal["full", "thin", "queue", "none"]
    stock_write: Literal["exact", "relative", "zero", "best_effort"]
    settle: timedelta
    read_lag: timedelta
    stock_idempotency: bool
    stock_result: Literal["sync", "per_item", "async"]
    stock_batch: int
    stock_locations: bool
    prices_include_tax: Literal["order_flag", "shop_setting", "always"]
    personal_data_expires: bool = False
    fulfilment: bool = False
    partial_fulfilment: bool = False
    cancel: bool = False


class Secrets(Protocol):
    """Credentials that the core stores and locks; `refresh` lets one worker fetch a new token and gives it to all."""

    def current(self) -> Mapping[str, Any]: ...

    def refresh(self, *, if_still: str, fetch: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Connection:
    """One account as its connector sees it.

    `log` receives every exchange, secrets removed; `limiter` is the account's rate bucket; `now` is Regia's clock.
    """

    source: str
    base_url: str
    credentials: Secrets
    settings: Mapping[str, Any] = field(default_factory=dict)
    log: Callable[[Exchange], None] | None = None
    limiter: Bucket | None = None
    now: Callable[[], datetime] = regia_now


class Connector(Protocol):
    """Reads and writes of one account. Every method may raise the errors of `channels.contract.errors`, and no other."""

    code: str

    def __init__(self, connection: Connection) -> None: ...

    @classmethod
    def capabilities(cls) -> Capabilities: ...

    @classmethod
    def default_statuses(cls) -> Mapping[str, Treatment]:
        """Status -> treatment for a new account. A status that is missing is unknown: the order is held with a card."""
        ...

    @staticmethod
    def order_page(base_url: str, external_id: str) -> str:
        """Where staff look at an order in the shop's own administration; "" where no address can be told. Makes no call."""
        ...

    def health(self) -> HealthReport: ...

    def first_cursor(self, since: datetime) -> Cursor:
        """Where a new account begins: everything modified since then."""
        ...

    def rewind(self, cursor: Cursor, by: timedelta) -> Cursor:
        """The same cursor, further back by so much (hourly sweep, nightly proof), at the beginning of a pull."""
        ...

    def pull_orders(self, cursor: Cursor | None, budget: Budget) -> OrderPage:
        """One page, oldest change first, beginning `overlap` before the cursor; doubles are expected."""
        ...

    def complete_orders(self, raws: Sequence[RawOrder]) -> list[RawOrder]:
        """The same bodies with what a page leaves out of them (details of refunds); asked only for those that are not known yet."""
        ...

    def get_order(self, external_id: str) -> RawOrder:
        """The order as it stands now, thrown-away ones included; `NotFound` once it is deleted for good."""
        ...

    def normalise(self, raw: RawOrder) -> ChannelOrder:
        """Pure. Raises `ContractBroken` with the path that was expected."""
        ...

    def interpret(self, text: str) -> list[ChannelOrder | ChannelRefund | ChannelEvent]:
        """Pure. A raw body of any kind (order, refund, webhook, a list of them) as facts; `ContractBroken` when it is none of these."""
        ...

    def register_webhooks(self, url: str) -> list[Subscription]:
        """Make the missing ones and wake the sleeping ones, all pointing at `url`, signed with our secret; safe to repeat."""
        ...

    def webhook_status(self, url: str) -> list[Subscription]:
        """What the channel has for `url`; it switches webhooks off without telling."""
        ...

    def remove_webhooks(self, url: str) -> int: ...

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[ChannelEvent] | HandshakeReply:
        """Raises `BadSignature`. Makes no call."""
        ...

    def pull_listings(self, cursor: Cursor | None, budget: Budget) -> ListingPage: ...

    def publish_stock(self, batch: Sequence[StockTarget], key: str) -> StockResult:
        """Send numbers; at most `stock_batch` at a time. Answers for every target, does not raise once one was sent."""
        ...

    def read_stock(self, items: Sequence[tuple[str, str]]) -> list[StockReading]:
        """What the channel shows now for (item, parent) pairs, in the same order."""
        ...

    def mend_listing(self, external_item: str, external_parent: str) -> StockReading:
        """Make the channel count this item's stock and take no orders beyond it; what it shows afterwards, 0 where it kept no number."""
        ...

    def push_fulfilment(self, told: Fulfilment, key: str) -> ExternalRef:
        """Tell what left. Reads first, so that the same key is told once however often it is called.

        `Unknown`: no clear answer; call again once `Capabilities.settle` is over. `Rejected`: the order cannot be fulfilled there any more.
        """
        ...

    def cancel_order(self, external_id: str, reason: str, key: str) -> OperationState:
        """Cancel an order, with whatever the channel does to its own number by itself. One that is over already stays as it is.

        Reads first, as above. `Rejected`: it has left already and is not cancelled there.
        """
        ...
