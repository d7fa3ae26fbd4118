"""Accounts and listings with nothing but what is required, and a shop in memory that speaks the contract.

The shop stands for the outside: its orders are plain dictionaries that a test may change at any moment.
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from catalog.models import Variant
from channels.contract import (
    BadSignature,
    Budget,
    Capabilities,
    ChannelAddress,
    ChannelCharge,
    ChannelCustomer,
    ChannelEvent,
    ChannelLine,
    ChannelListing,
    ChannelLocation,
    ChannelOrder,
    ChannelPayment,
    ChannelTax,
    Connection,
    ContractBroken,
    Cursor,
    ExternalRef,
    Fulfilment,
    HandshakeReply,
    HealthReport,
    ListingPage,
    NotFound,
    OperationState,
    OrderPage,
    OrderState,
    OutsideError,
    RawOrder,
    StockReading,
    StockResult,
    StockTarget,
    Subscription,
    Treatment,
)
from channels.models import Account, Binding, Listing
from channels.registry import connectors
from erp.core import clock

START = datetime(2026, 11, 1, tzinfo=UTC)
STATES: dict[str, OrderState] = {
    "processing": "open",
    "on-hold": "waiting",
    "pending": "unpaid",
    "completed": "finished",
    "cancelled": "cancelled",
    "trash": "trashed",
}
STATUSES: dict[str, Treatment] = {
    "processing": "live",
    "on-hold": "wait_for_money",
    "pending": "ignore",
    "completed": "live",
    "cancelled": "live",
    "trash": "live",
}


@dataclass
class MemoryShop:
    """Orders by id, each a dictionary with its own `modified`; what fails next is in `failures`, every call is in `calls`.

    `lost`: what is raised after the next writes were done, as when their answers are lost. `told`: fulfilments that were written.
    """

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    listings: list[ChannelListing] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)
    lost: list[Exception] = field(default_factory=list)
    told: list[Fulfilment] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    webhooks: list[Subscription] = field(default_factory=list)
    locations: tuple[ChannelLocation, ...] = (ChannelLocation("", "Main"),)
    before_page: Callable[[], None] | None = None
    before_order: Callable[[], None] | None = None
    while_read: Callable[[], None] | None = None
    untracked: set[str] = field(default_factory=set)
    beyond_stock: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    last_modified: datetime = START

    def sell(self, number: str, lines: Mapping[str, Any], *, status: str = "processing", **more: Any) -> dict[str, Any]:
        """An order of `lines` (item -> pieces), each piece 10.00 net and 2.20 tax, paid by card."""
        self.orders[number] = {
            "id": number,
            "status": status,
            "placed": self.tick(),
            "email": f"buyer{number}@example.com",
            "currency": "EUR",
            "lines": [
                {"id": f"{number}-{item}", "item": item, "sku": item.upper(), "quantity": str(units)} for item, units in lines.items()
            ],
            "modified": self.tick(),
            **more,
        }
        return self.orders[number]

    def change(self, number: str, **changes: Any) -> None:
        self.orders[number] = {**self.orders[number], "modified": self.tick(), **changes}

    def tick(self) -> str:
        self.last_modified = max(clock.now().replace(microsecond=0), self.last_modified + timedelta(seconds=1))
        return self.last_modified.isoformat()

    def fail_if_told(self, call: str) -> None:
        self.calls.append(call)
        if self.failures:
            raise self.failures.pop(0)

    def news_of(self, number: str, *, signature: str = "good", body: str | None = None) -> tuple[dict[str, str], bytes]:
        """Headers and body of the webhook that the shop sends about an order now."""
        text = json.dumps(self.orders[number]) if body is None else body
        return {"x-signature": signature, "x-kind": "order.changed", "x-delivery": number}, text.encode()


shops: dict[str, MemoryShop] = {}


class MemoryConnector:
    code = "memory"

    def __init__(self, connection: Connection) -> None:
        self._shop = shops[connection.source]

    @classmethod
    def capabilities(cls) -> Capabilities:
        return Capabilities(
            incremental="updated_at_page",
            overlap=timedelta(minutes=10),
            history_limit=None,
            webhook="full",
            stock_write="zero",
            settle=timedelta(seconds=5),
            read_lag=timedelta(seconds=2),
            stock_idempotency=False,
            stock_result="per_item",
            stock_batch=100,
            stock_locations=False,
            prices_include_tax="order_flag",
            fulfilment=True,
            partial_fulfilment=True,
            cancel=True,
        )

    @classmethod
    def default_statuses(cls) -> Mapping[str, Treatment]:
        return STATUSES

    def health(self) -> HealthReport:
        self._shop.fail_if_told("health")
        return HealthReport(True, (), currency="EUR", can_write=True, locations=self._shop.locations)

    def first_cursor(self, since: datetime) -> Cursor:
        return Cursor(since.isoformat())

    def rewind(self, cursor: Cursor, by: timedelta) -> Cursor:
        return Cursor((datetime.fromisoformat(cursor) - timedelta(minutes=10) - by).isoformat())

    def pull_orders(self, cursor: Cursor | None, budget: Budget) -> OrderPage:
        self._shop.fail_if_told(f"pull {cursor}")
        rows = sorted(self._shop.orders.values(), key=lambda row: (row["modified"], row["id"]))
        rows = [row for row in rows if row["modified"] > (cursor or "") and row["status"] != "trash"]
        page = rows[: budget.items]
        if self._shop.before_page:
            self._shop.before_page()
        end = Cursor(page[-1]["modified"]) if page else (cursor or Cursor(""))
        return OrderPage(tuple(raw_of(row) for row in page), end, len(rows) > len(page))

    def complete_orders(self, raws: Sequence[RawOrder]) -> list[RawOrder]:
        return list(raws)

    def get_order(self, external_id: str) -> RawOrder:
        self._shop.fail_if_told(f"get {external_id}")
        if external_id not in self._shop.orders:
            raise NotFound("no such order")
        raw = raw_of(self._shop.orders[external_id])
        if self._shop.before_order:
            self._shop.before_order()
        return raw

    def normalise(self, raw: RawOrder) -> ChannelOrder:
        return order_of(raw.document())

    def register_webhooks(self, url: str) -> list[Subscription]:
        self._shop.fail_if_told("register")
        self._shop.webhooks = [Subscription("1", "order.updated", url, True, "active")]
        return self._shop.webhooks

    def webhook_status(self, url: str) -> list[Subscription]:
        self._shop.fail_if_told("webhooks")
        return self._shop.webhooks

    def remove_webhooks(self, url: str) -> int:
        return 0

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[ChannelEvent] | HandshakeReply:
        if headers.get("x-signature") == "ping":
            return HandshakeReply(200, "pong")
        if headers.get("x-signature") != "good":
            raise BadSignature("not ours")
        document = json.loads(body)
        kind: Any = headers["x-kind"]
        return [ChannelEvent(headers["x-delivery"], kind, str(document["id"]), None, body.decode())]

    def pull_listings(self, cursor: Cursor | None, budget: Budget) -> ListingPage:
        self._shop.fail_if_told("listings")
        return ListingPage(tuple(self._shop.listings), Cursor(""), False)

    def publish_stock(self, batch: Sequence[StockTarget], key: str) -> StockResult:
        self._shop.fail_if_told("publish")
        return StockResult(unsent=tuple(batch))

    def read_stock(self, items: Sequence[tuple[str, str]]) -> list[StockReading]:
        self._shop.fail_if_told("read stock")
        readings = [self._reading(item) for item, _parent in items]
        if self._shop.while_read:
            self._shop.while_read()
        return readings

    def _reading(self, item: str) -> StockReading:
        number = self._shop.numbers.get(item)
        is_tracked = item not in self._shop.untracked
        shown = Decimal(number) if number is not None and is_tracked else None
        return StockReading(item, shown, is_tracked, item in self._shop.beyond_stock, clock.now())

    def mend_listing(self, external_item: str, external_parent: str) -> StockReading:
        self._shop.fail_if_told("mend")
        self._shop.untracked.discard(external_item)
        self._shop.beyond_stock.discard(external_item)
        self._shop.numbers.setdefault(external_item, 0)
        return self._reading(external_item)

    def push_fulfilment(self, told: Fulfilment, key: str) -> ExternalRef:
        self._shop.fail_if_told(f"fulfil {key}")
        known = {parcel.key for each in self._shop.told if each.key == told.key for parcel in each.parcels}
        was_there = bool(told.parcels) and {parcel.key for parcel in told.parcels} <= known
        if not was_there:
            self._shop.told.append(told)
            over = {"status": "completed", "finished_by_us": True} if told.completes else {}
            self._shop.change(told.order_external_id, **over)
        self._lose()
        return ExternalRef(told.key, was_there)

    def cancel_order(self, external_id: str, reason: str, key: str) -> OperationState:
        self._shop.fail_if_told(f"cancel {external_id}")
        if self._shop.orders[external_id]["status"] == "cancelled":
            return OperationState(was_there=True)
        self._shop.change(external_id, status="cancelled")
        self._lose()
        return OperationState()

    def _lose(self) -> None:
        if self._shop.lost:
            raise self._shop.lost.pop(0)


if MemoryConnector.code not in connectors.codes():
    connectors.register(MemoryConnector.code, MemoryConnector)


def raw_of(row: Mapping[str, Any]) -> RawOrder:
    try:
        modified = datetime.fromisoformat(row["modified"])
    except ValueError:
        modified = None
    return RawOrder(str(row["id"]), modified, json.dumps(row))


def order_of(row: Mapping[str, Any]) -> ChannelOrder:
    """Our shop's own words; raises ContractBroken where it left one out."""
    for path in ("status", "placed", "lines"):
        if path not in row:
            raise ContractBroken(path)
    try:
        placed_at = datetime.fromisoformat(row["placed"])
    except ValueError:
        raise ContractBroken("placed", row["placed"]) from None
    lines = tuple(_line(each) for each in row["lines"])
    postage = Decimal(row.get("shipping", "0.00"))
    charges = (ChannelCharge("1", "flat_rate", "Corriere", postage, Decimal(0)),) if postage else ()
    total = sum((line.net + line.tax for line in lines), postage)
    return ChannelOrder(
        external_id=str(row["id"]),
        number=str(row["id"]),
        status=row["status"],
        state=STATES.get(row["status"], "unknown"),
        currency=row["currency"],
        declared_total=total,
        total=total,
        prices_include_tax=False,
        placed_at=placed_at,
        updated_at=datetime.fromisoformat(row["modified"]),
        paid_at=placed_at,
        completed_at=None,
        customer=ChannelCustomer("", row["email"], "", "Anna", "Verdi", ""),
        billing=ChannelAddress("Anna", "Verdi", "", "Via Etnea 1", "", "95124", "Catania", "CT", "IT"),
        shipping_address=None,
        lines=lines,
        shipping=charges,
        payments=(ChannelPayment("card", "Card", "captured", total, placed_at),) if row.get("paid", True) else (),
        is_paid=row.get("paid", True),
        problems=tuple(row.get("problems", ())),
        never_lowered=row.get("never_lowered", False),
        finished_by_us=row.get("finished_by_us", False) and row["status"] == "completed",
    )


def _line(row: Mapping[str, Any]) -> ChannelLine:
    quantity = Decimal(row["quantity"])
    net, tax = (quantity * 10).quantize(Decimal("0.01")), (quantity * Decimal("2.2")).quantize(Decimal("0.01"))
    return ChannelLine(
        external_id=row["id"],
        external_item=row["item"],
        external_parent="",
        sku=row["sku"],
        title=row.get("title", row["item"]),
        quantity=quantity,
        net_before_discount=net,
        discount_net=Decimal(0),
        net=net,
        tax=tax,
        taxes=(ChannelTax("IT22", "IVA", Decimal(22), tax, tax),),
    )


def make_account(code: str = "terramare", **fields: Any) -> Account:
    """A live account on a shop in memory of its own."""
    shops[code] = MemoryShop()
    return Account.objects.create(
        **{
            "code": code,
            "name": code.capitalize(),
            "connector": MemoryConnector.code,
            "base_url": f"https://{code}.example",
            "state": "live",
            "start_at": START,
            "created_at": clock.now(),
            **fields,
        }
    )


def make_listing(account: Account, item: str, variant: Variant | None = None, **fields: Any) -> Listing:
    return Listing.objects.create(
        **{
            "account": account,
            "external_item": item,
            "sku": item.upper(),
            "title": item,
            "variant": variant,
            "binding": Binding.EXACT if variant else Binding.UNSEEN,
            **fields,
        }
    )


def listing_of(item: str, sku: str = "", *, quantity: int | None = 0, **fields: Any) -> ChannelListing:
    """A listing as the shop tells it."""
    return ChannelListing(
        **{
            "external_item": item,
            "external_parent": "",
            "sku": sku or item.upper(),
            "gtin": "",
            "title": item,
            "quantity": None if quantity is None else Decimal(quantity),
            "manages_stock": True,
            "allows_backorders": False,
            "is_published": True,
            "stock_item": item,
            **fields,
        }
    )


def failing(*errors: OutsideError) -> list[Exception]:
    return list(errors)
