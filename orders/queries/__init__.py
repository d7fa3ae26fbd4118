"""Reads that callers share, and the statements in SQL that the statement budget of an order needs."""
