"""Owns how many pieces there are, where, for whom, and how many each window may still sell: levels, movements, reservations, ceilings.

Publishes `StockChanged`, `ShortServed` and `TurnedShort`. Rules without rows: `availability`, `allocation`, `dividing`, `protocol`.
Keeps `source` and an opaque window string, never a key to a shop, an order or a shipment.
Leaves sending numbers to channels, what an order is to orders, kits and units to catalog.
The truth is in the database: `0 <= reserved <= on_hand` without exception, movements that nobody can change.
"""
