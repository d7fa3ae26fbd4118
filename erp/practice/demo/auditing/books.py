"""A practice shop's own store, read only: its orders, its stock ledger, what it was told by us, what it told us, and what went wrong."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

CENT = Decimal("0.01")
TRACKING_PLUGIN = "_wc_shipment_tracking_items"
DRAFTS = ("checkout-draft", "auto-draft")


@dataclass(frozen=True)
class ShopOrder:
    """An order as the shop keeps it now. `lines` is line id -> (SKU, pieces), `given_back` line id -> pieces refunded."""

    external_id: str
    status: str
    created_via: str
    placed_at: datetime
    modified_at: datetime
    total: Decimal
    lines: Mapping[str, tuple[str, int]]
    given_back: Mapping[str, int]
    refunds: Mapping[str, Decimal]
    trackings: tuple[str, ...] = ()


@dataclass(frozen=True)
class StockEvent:
    """One line of the shop's stock ledger. `change` is negative for a sale, `left` what its number was afterwards."""

    at: datetime
    sku: str
    change: int
    reason: str
    actor: str
    order_id: str
    left: int


@dataclass(frozen=True)
class Write:
    """A number that we wrote into the shop, at the moment it was stored there."""

    at: datetime
    sku: str
    before: int
    quantity: int


@dataclass(frozen=True)
class Notice:
    """A webhook that left the shop. `left_at` is when its last sending began."""

    topic: str
    resource_id: str
    happened_at: datetime
    left_at: datetime | None
    state: str
    faults: str


@dataclass(frozen=True)
class Fault:
    """`effect_seconds` is how long it kept its request or notice."""

    at: datetime
    kind: str
    subject: str
    effect_seconds: float


@dataclass(frozen=True)
class Books:
    source: str
    orders: Mapping[str, ShopOrder]
    ledger: tuple[StockEvent, ...]
    writes: tuple[Write, ...]
    notices: tuple[Notice, ...]
    faults: tuple[Fault, ...]
    numbers: Mapping[str, int]
    given_up: tuple[StockEvent, ...]
    """Pieces of refunds that were not put back, as events at the moment of the refund."""

    @property
    def is_quiet(self) -> bool:
        """Nothing waits to be told to us."""
        return all(notice.state not in ("queued", "sending") for notice in self.notices)


def read_books(source: str, path: Path) -> Books:
    """One snapshot of the store."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        db.execute("BEGIN")
        skus = {row["id"]: row["sku"] for row in db.execute("SELECT id, sku FROM products")}
        refunds = _refunds(db)
        ledger = tuple(_ledger(db, skus))
        return Books(
            source=source,
            orders={order.external_id: order for order in _orders(db, skus, refunds)},
            ledger=ledger,
            writes=tuple(_writes(db, skus)),
            notices=tuple(_notices(db)),
            faults=tuple(_faults(db)),
            numbers=_numbers(db),
            given_up=tuple(_given_up(refunds, skus, ledger)),
        )


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _cents(amount: Any) -> Decimal:
    return Decimal(str(amount)).quantize(CENT, ROUND_HALF_UP)


def _refunds(db: sqlite3.Connection) -> dict[int, list[tuple[datetime, dict[str, Any]]]]:
    found: dict[int, list[tuple[datetime, dict[str, Any]]]] = defaultdict(list)
    for row in db.execute("SELECT parent_id, placed_at, doc FROM orders WHERE type = 'refund' ORDER BY id"):
        found[row["parent_id"]].append((_moment(row["placed_at"]), json.loads(row["doc"])))
    return found


def _orders(db: sqlite3.Connection, skus: dict[int, str], refunds: dict[int, list[tuple[datetime, dict[str, Any]]]]) -> Iterator[ShopOrder]:
    for row in db.execute("SELECT * FROM orders WHERE type = 'order' ORDER BY id"):
        if row["status"] in DRAFTS:
            continue
        doc = json.loads(row["doc"])
        docs = [refund for _at, refund in refunds[row["id"]]]
        yield ShopOrder(
            external_id=str(row["id"]),
            status=row["status"],
            created_via=row["created_via"],
            placed_at=_moment(row["placed_at"]),
            modified_at=_moment(row["modified"]),
            total=_cents(doc["total"]),
            lines={str(line["id"]): (skus.get(_item(line), ""), line["quantity"]) for line in doc["line_items"] if line["quantity"]},
            given_back=_given_back(docs),
            refunds={str(refund["id"]): _cents(refund["amount"]) for refund in docs},
            trackings=_trackings(doc),
        )


def _trackings(doc: dict[str, Any]) -> tuple[str, ...]:
    """The numbers that the shop's tracking plugin shows for the order."""
    rows: list[dict[str, Any]] = next((meta["value"] for meta in doc.get("meta_data", []) if meta["key"] == TRACKING_PLUGIN), [])
    return tuple(row["tracking_number"] for row in rows)


def _item(line: dict[str, Any]) -> int:
    return int(line["variation_id"] or line["product_id"])


def _refunded_line(line: dict[str, Any]) -> str:
    return next((str(meta["value"]) for meta in line["meta_data"] if meta["key"] == "_refunded_item_id"), "")


def _given_back(refunds: list[dict[str, Any]]) -> dict[str, int]:
    pieces: dict[str, int] = defaultdict(int)
    for refund in refunds:
        for line in refund["line_items"]:
            pieces[_refunded_line(line)] -= line["quantity"]
    return dict(pieces)


def _given_up(
    refunds: dict[int, list[tuple[datetime, dict[str, Any]]]], skus: dict[int, str], ledger: tuple[StockEvent, ...]
) -> Iterator[StockEvent]:
    put_back: dict[tuple[datetime, str, str], int] = defaultdict(int)
    for event in ledger:
        if event.reason == "refund":
            put_back[event.at, event.order_id, event.sku] += event.change
    for order_id, documents in refunds.items():
        for at, refund in documents:
            for line in refund["line_items"]:
                sku = skus.get(_item(line), "")
                missing = -line["quantity"] - put_back[at, str(order_id), sku]
                if missing > 0:
                    yield StockEvent(at, sku, missing, "given_up", "api", str(order_id), 0)


def _ledger(db: sqlite3.Connection, skus: dict[int, str]) -> Iterator[StockEvent]:
    for row in db.execute("SELECT * FROM stock_events ORDER BY id"):
        sku = skus.get(row["variation_id"] or row["product_id"], "")
        left = row["stock_after"] or 0
        yield StockEvent(_moment(row["ts"]), sku, row["change"], row["reason"], row["actor"], str(row["order_id"] or ""), left)


def _writes(db: sqlite3.Connection, skus: dict[int, str]) -> Iterator[Write]:
    for row in db.execute("SELECT * FROM stock_writes WHERE quantity IS NOT NULL ORDER BY id"):
        sku = skus.get(row["variation_id"] or row["product_id"], "")
        yield Write(_moment(row["ts"]), sku, row["stock_before"] or 0, row["quantity"])


def _notices(db: sqlite3.Connection) -> Iterator[Notice]:
    for row in db.execute("SELECT * FROM deliveries WHERE topic <> 'ping' ORDER BY id"):
        left_at = _moment(row["sent_at"]) if row["sent_at"] else None
        if left_at is not None and row["seconds"]:
            left_at = datetime.fromtimestamp(left_at.timestamp() - row["seconds"], UTC)
        yield Notice(row["topic"], str(row["resource_id"]), _moment(row["happened_at"]), left_at, row["state"], row["faults"])


def _faults(db: sqlite3.Connection) -> Iterator[Fault]:
    for row in db.execute("SELECT * FROM faults ORDER BY id"):
        detail = json.loads(row["detail"])
        effect = float(detail.get("seconds", 0)) + float(detail.get("delay", 0)) + float(detail.get("retry_after", 0) or 0)
        yield Fault(_moment(row["ts"]), row["kind"], row["subject"], effect)


def _numbers(db: sqlite3.Connection) -> dict[str, int]:
    sql = "SELECT sku, stock_quantity FROM products WHERE sku <> '' AND status = 'publish' AND manage_stock AND stock_quantity IS NOT NULL"
    return {row["sku"]: row["stock_quantity"] for row in db.execute(sql)}
