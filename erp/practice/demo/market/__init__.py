"""The people of the practice shops: buyers at the till, the shop's own staff who change orders afterwards, and what goes wrong.

They act over HTTP only. What they count is for the display; the auditor counts for itself.
"""
