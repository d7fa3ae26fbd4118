"""What happened to accounts and listings. Each carries keys only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ListingBound:
    """A listing got its variant: lines that waited for it may go on."""

    listing_id: int


@dataclass(frozen=True)
class ListingReleased:
    """A wrong binding was taken back: its window is no longer ours to fill."""

    listing_id: int
    variant_id: int | None


@dataclass(frozen=True)
class AccountWentLive:
    """An account began to sell through us: its windows get their first numbers."""

    account_id: int


@dataclass(frozen=True)
class WindowSeen:
    """The shop's own number of a listing was read and differs from what we last knew there."""

    listing_id: int


@dataclass(frozen=True)
class PullEnded:
    """A pull was read to its last page; fences that waited for it may close."""

    account_id: int
