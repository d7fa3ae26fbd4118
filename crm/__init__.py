"""Owns who we are (one company) and whom we deal with: parties, addresses, contact points, channel identities, fiscal data.

Publishes `PartyCreated`, `PartyChanged`, `PartiesMerged` and `MergeUndone`. `resolve_parties` finds or makes customers by evidence,
never by a guess: one row per (kind, value) in `Evidence` decides, also between two workers at the same moment.
Leaves what people bought to orders and what they ask to its own `service` when that comes.
"""
