"""The desk's list of orders: queues with counts, filters in the address, a preview beside it, and deeds on up to 500 orders at once."""
