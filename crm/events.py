"""What happened to parties. Ids only: a handler reads the present state."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PartyCreated:
    party_id: int


@dataclass(frozen=True)
class PartyChanged:
    party_id: int


@dataclass(frozen=True)
class PartiesMerged:
    kept_id: int
    gone_id: int


@dataclass(frozen=True)
class MergeUndone:
    kept_id: int
    gone_id: int
