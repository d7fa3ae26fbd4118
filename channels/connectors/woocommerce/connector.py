"""WooCommerce as a channel. Its stock is of class *zero*: plain absolute numbers, without comparison and without a key."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from channels.connectors.woocommerce import fulfilment, health, listings, pulling, stock, webhooks
from channels.connectors.woocommerce.client import Client
from channels.connectors.woocommerce.interpreting import interpret
from channels.connectors.woocommerce.mapper import order_of
from channels.connectors.woocommerce.statuses import TREATMENTS
from channels.contract import (
    Budget,
    Capabilities,
    ChannelEvent,
    ChannelOrder,
    ChannelRefund,
    Connection,
    Cursor,
    ExternalRef,
    Fulfilment,
    HandshakeReply,
    HealthReport,
    ListingPage,
    NotFound,
    OperationState,
    OrderPage,
    RawOrder,
    StockReading,
    StockResult,
    StockTarget,
    Subscription,
    Treatment,
)

CAPABILITIES = Capabilities(
    incremental="updated_at_page",
    overlap=pulling.OVERLAP,
    history_limit=None,
    webhook="full",
    stock_write="zero",
    settle=timedelta(seconds=90),
    read_lag=timedelta(seconds=2),
    stock_idempotency=False,
    stock_result="per_item",
    stock_batch=stock.BATCH,
    stock_locations=False,
    prices_include_tax="order_flag",
    fulfilment=True,
    partial_fulfilment=True,
    cancel=True,
)


class WooCommerceConnector:
    code = "woocommerce"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._client = Client(connection)

    @classmethod
    def capabilities(cls) -> Capabilities:
        """`settle` outlasts PHP's own limit of 30 to 60 seconds, after which a write that was cut off cannot land any more."""
        return CAPABILITIES

    @classmethod
    def default_statuses(cls) -> Mapping[str, Treatment]:
        return TREATMENTS

    @staticmethod
    def order_page(base_url: str, external_id: str) -> str:
        """The shop forwards it to its orders' table where it keeps one."""
        return f"{base_url.rstrip('/')}/wp-admin/post.php?{urlencode({'post': external_id, 'action': 'edit'})}"

    def health(self) -> HealthReport:
        return health.examine(self._client)

    def first_cursor(self, since: datetime) -> Cursor:
        return pulling.Position(since=since.astimezone(UTC).isoformat()).cursor()

    def rewind(self, cursor: Cursor, by: timedelta) -> Cursor:
        at = pulling.position_of(cursor).at
        return pulling.Position(since=(at - by).isoformat()).cursor()

    def pull_orders(self, cursor: Cursor | None, budget: Budget) -> OrderPage:
        return pulling.pull(self._client, cursor, budget)

    def complete_orders(self, raws: Sequence[RawOrder]) -> list[RawOrder]:
        return pulling.with_refunds(self._client, raws)

    def get_order(self, external_id: str) -> RawOrder:
        if not (external_id.isascii() and external_id.isdecimal()):
            raise NotFound(f"{external_id!r} is no number of an order")
        raw = pulling.raw_of(self._client.get(f"/orders/{external_id}").text)
        return pulling.with_refunds(self._client, [raw])[0]

    def normalise(self, raw: RawOrder) -> ChannelOrder:
        return order_of(raw.document(), self._connection.settings)

    def interpret(self, text: str) -> list[ChannelOrder | ChannelRefund | ChannelEvent]:
        return interpret(text, self._connection.settings)

    def register_webhooks(self, url: str) -> list[Subscription]:
        topics = self._connection.settings.get("webhook_topics") or webhooks.TOPICS
        return webhooks.register(self._client, url, topics, str(self._connection.credentials.current()["webhook_secret"]))

    def webhook_status(self, url: str) -> list[Subscription]:
        return webhooks.list_webhooks(self._client, url)

    def remove_webhooks(self, url: str) -> int:
        return webhooks.remove(self._client, url)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[ChannelEvent] | HandshakeReply:
        """The secret before the last rotation is accepted too, as long as the credentials keep it."""
        keys = self._connection.credentials.current()
        return webhooks.read_webhook(headers, body, [keys.get("webhook_secret", ""), keys.get("webhook_secret_before", "")])

    def pull_listings(self, cursor: Cursor | None, budget: Budget) -> ListingPage:
        return listings.pull_listings(self._client, cursor, budget)

    def publish_stock(self, batch: Sequence[StockTarget], key: str) -> StockResult:
        return stock.publish(self._client, batch)

    def read_stock(self, items: Sequence[tuple[str, str]]) -> list[StockReading]:
        return stock.read(self._client, items, self._connection.now())

    def mend_listing(self, external_item: str, external_parent: str) -> StockReading:
        return stock.mend(self._client, external_item, external_parent, self._connection.now())

    def push_fulfilment(self, told: Fulfilment, key: str) -> ExternalRef:
        return fulfilment.push(self._client, told)

    def cancel_order(self, external_id: str, reason: str, key: str) -> OperationState:
        return fulfilment.cancel(self._client, external_id, reason, key)
