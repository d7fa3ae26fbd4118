"""Tools without business words: clock, transactions, events, history, states, refusals, cards, numbers, secrets, the HTTP door.

Publishes no event of its own. Every package stands on it; it knows none of them.
"""
