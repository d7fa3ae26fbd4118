"""Orders: what was bought, for how much, who pays, what holds it up, and what became of it.

Owns orders, their lines, adjustments, tax rows, payments, holds and refunds, all as the channel stated them.
Publishes OrderPlaced, OrderReleased, OrderHeld, OrderChanged, OrderCancelled, OrderPaid and OrderFulfilled.
Calls down to crm for the party and to inventory for the pieces; hears ShortServed and TurnedShort from inventory.
Leaves shops and their formats to channels, shipments to inventory.shipping, fiscal papers to its nested apps.
"""
