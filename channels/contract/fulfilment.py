"""What a shop is told about goods that left the house, what it tells us about goods that left it, and what came of a cancel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FulfilledParcel:
    """One parcel. `key` is ours and names it for ever; `tracking_number` is "" where the carrier gives none.

    `carrier` and `tracking_url` are the shop's own words for the carrier.
    """

    key: str
    tracking_number: str = ""
    carrier: str = ""
    tracking_url: str = ""


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """Goods of one order that left together. `key` is ours and names the shipment for ever.

    `lines`: external id of the order's line -> pieces. `completes`: nothing of the order is left to send. `notify_customer`: the shop
    writes to the buyer about it. Told again with the same key, it only adds the parcels that the shop does not know yet.
    """

    order_external_id: str
    key: str
    shipped_at: datetime
    lines: Mapping[str, Decimal] = field(default_factory=dict)
    parcels: tuple[FulfilledParcel, ...] = ()
    completes: bool = True
    notify_customer: bool = True
    language: str = "it"


@dataclass(frozen=True, slots=True)
class ExternalRef:
    """How the channel names what it was told. `was_there`: an earlier call whose answer was lost had told it already."""

    external_id: str
    was_there: bool = False


@dataclass(frozen=True, slots=True)
class OperationState:
    """`is_done` False: the channel works on it and will tell by the order itself. `was_there`: nothing had to be written."""

    is_done: bool = True
    was_there: bool = False


@dataclass(frozen=True, slots=True)
class ChannelFulfilment:
    """Goods that left as the channel tells it. `key` is ours where we told it ourselves, else ""."""

    key: str
    tracking_number: str = ""
    carrier: str = ""
    location: str = ""
