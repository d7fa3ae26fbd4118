"""The accountant's list: what is to be issued, what was issued and whether it arrived, and each day's sales by rate."""
