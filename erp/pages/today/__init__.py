"""Today: what must be done now, from the rows as they stand, refreshed every few seconds."""
