"""Notifying: the shop that sold an order hears once what left, with carrier and tracking number, and what was cancelled here."""
