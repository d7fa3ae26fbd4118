"""Connecting: keys, places, matches, rehearsal, first stock, live, pause; nothing is written in a shop before it is live."""
