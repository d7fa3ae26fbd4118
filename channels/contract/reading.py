"""What is read from a channel beside the meaning of an order: raw bodies, pages, listings, events, health."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, NewType

from channels.contract.texts import may_be_unstorable, storable

Cursor = NewType("Cursor", str)
EventKind = Literal["order.changed", "order.deleted", "product.changed", "product.deleted", "other"]


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one call may fetch; a call never makes more than a few requests for it."""

    items: int = 50


@dataclass(frozen=True, slots=True)
class RawOrder:
    """One body, character for character as the channel sent it, with the refunds' details added under `regia_refunds`.

    It is the state at the moment of the read. `updated_at` is the channel's own modified time, UTC, None when the body has none.
    `external_id` is "" where the body names no id by which it could be asked for; its text is kept for a person all the same.
    `listed_hash`: the hash of the text as a page lists it, where `body` has details added that follow from it; else "".
    """

    external_id: str
    updated_at: datetime | None
    body: str
    listed_hash: str = ""

    @property
    def digest(self) -> str:
        return self.listed_hash or hash_of(self.body)

    def document(self) -> dict[str, Any]:
        """The body as Python values; numbers are `Decimal` or int, never float, and every text can be kept."""
        document: dict[str, Any] = json.loads(self.body, parse_float=Decimal)
        return storable(document) if may_be_unstorable(self.body) else document  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """`cursor` goes into the transaction that stores `orders`. While `more`, the pull has not reached its last page: call again."""

    orders: tuple[RawOrder, ...]
    cursor: Cursor
    more: bool
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ChannelListing:
    """One number shown by the shop, with what is needed to match it and to say whether it can be split.

    `cannot_split` is "" or a code of `channels.contract.reasons`. `stock_item` is the item that carries the number: another one's id
    where a variation shares its parent's stock.
    """

    external_item: str
    external_parent: str
    sku: str
    gtin: str
    title: str
    quantity: Decimal | None
    manages_stock: bool
    allows_backorders: bool
    is_published: bool
    stock_item: str
    cannot_split: str = ""
    price: Decimal | None = None
    location: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListingPage:
    listings: tuple[ChannelListing, ...]
    cursor: Cursor
    more: bool


@dataclass(frozen=True, slots=True)
class ChannelEvent:
    """News from a webhook or a queue: only a hint. `dedupe_key` names the delivery; `payload` is None for a thin notice."""

    dedupe_key: str
    kind: EventKind
    external_id: str
    occurred_at: datetime | None
    payload: str | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class HandshakeReply:
    """Answer this at once and store nothing: the channel only asks whether the door exists."""

    status: int = 200
    body: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    external_id: str
    topic: str
    url: str
    is_active: bool
    status: str


@dataclass(frozen=True, slots=True)
class ChannelLocation:
    external_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about the account; `code` is in `channels.contract.reasons`, which has the sentence for people."""

    code: str
    level: Literal["ok", "warning", "refusal"]
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HealthReport:
    """`is_ok`: reads and writes will work. `clock_skew` is the shop's clock minus ours."""

    is_ok: bool
    findings: tuple[Finding, ...]
    version: str = ""
    currency: str = ""
    timezone: str = ""
    prices_include_tax: bool | None = None
    can_write: bool = False
    clock_skew: timedelta | None = None
    hold_stock_minutes: int | None = None
    locations: tuple[ChannelLocation, ...] = ()
