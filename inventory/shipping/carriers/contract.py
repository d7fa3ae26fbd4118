"""What every carrier can do for us, and what it is given. Values only; the errors are those of `erp.core.http.errors`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, Protocol

from erp.core.clock import now as regia_now
from erp.core.http.buckets import Bucket
from erp.core.http.errors import (
    AuthExpired,
    ContractBroken,
    Forbidden,
    NotFound,
    OutsideError,
    Permanent,
    RateLimited,
    Rejected,
    Temporary,
    Unknown,
)
from erp.core.http.exchange import Exchange

Stage = Literal["registered", "accepted", "in_transit", "out_for_delivery", "delivered", "problem", "returned", "voided"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets the parcel, in the carrier's fields: `name` is what the driver looks for on the bell."""

    name: str
    street: str
    postcode: str
    town: str
    province: str = ""
    country: str = "IT"
    care_of: str = ""
    phone: str = ""
    email: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ParcelRequest:
    """One parcel. `reference` is ours and finds the parcel again whatever becomes of the answer. `cash` None: nothing to collect."""

    reference: str
    service: str
    recipient: Recipient
    weight_grams: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    cash: Decimal | None = None
    currency: str = "EUR"
    order_number: str = ""


@dataclass(frozen=True, slots=True)
class ParcelAnswer:
    """What the carrier made of it. `barcode` is the text of the Code 128 that its machines read, `carrier_reference` voids the parcel."""

    tracking_number: str
    carrier_reference: str = ""
    routing: str = ""
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class TrackingStep:
    at: datetime
    stage: Stage
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest text of each of the carrier's fields; a field that is not named has no limit."""

    fields: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the carrier offers. `settle`: how long a write without an answer may still take effect there."""

    voids: bool
    tracks: bool
    closes_day: bool
    settle: timedelta = timedelta(0)


class Secrets(Protocol):
    def current(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Connection:
    """One carrier as its backend sees it. `log` receives every exchange, secrets removed; `now` is Regia's clock."""

    source: str
    credentials: Secrets
    settings: Mapping[str, Any] = field(default_factory=dict)
    log: Callable[[Exchange], None] | None = None
    limiter: Bucket | None = None
    now: Callable[[], datetime] = regia_now


class CarrierBackend(Protocol):
    """Calls to one carrier. Every method may raise the errors of `erp.core.http.errors`, and no other; none may run in a transaction."""

    code: str

    def __init__(self, connection: Connection) -> None: ...

    @classmethod
    def capabilities(cls) -> Capabilities: ...

    @classmethod
    def limits(cls) -> Limits: ...

    def is_by_hand(self, service: str) -> bool:
        """True when a person enters the tracking numbers of this service: then nothing else here is called for its labels."""
        ...

    def delivers(self, service: str) -> bool:
        """False for what the buyer fetches or we bring ourselves: nobody but us reads its address."""
        ...

    def create_parcel(self, request: ParcelRequest) -> ParcelAnswer:
        """Announce a parcel. Sent once: `Unknown` when there is no clear answer, and then `find_parcels` says what became of it."""
        ...

    def find_parcels(self, reference: str) -> list[ParcelAnswer]:
        """All that stands at the carrier under our reference, oldest first, voided ones left out; more than one where a write landed late.

        A carrier that cannot tell is connected by hand: without this answer a second parcel could not be ruled out.
        """
        ...

    def void_parcel(self, parcel: ParcelAnswer) -> None:
        """Take a parcel back before the carrier has it. Taking back twice is once; `Rejected` when it is on its way already."""
        ...

    def track(self, tracking_number: str) -> list[TrackingStep]:
        """What happened to the parcel, oldest first."""
        ...

    def close_day(self, parcels: Sequence[ParcelAnswer]) -> None:
        """Tell the carrier which parcels it takes along today. Closing twice is once."""
        ...


__all__ = [
    "AuthExpired",
    "Capabilities",
    "CarrierBackend",
    "Connection",
    "ContractBroken",
    "Forbidden",
    "Limits",
    "NotFound",
    "OutsideError",
    "ParcelAnswer",
    "ParcelRequest",
    "Permanent",
    "RateLimited",
    "Recipient",
    "Rejected",
    "Secrets",
    "Stage",
    "Temporary",
    "TrackingStep",
    "Unknown",
]
