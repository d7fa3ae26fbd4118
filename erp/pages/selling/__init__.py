"""Nuovo ordine: an order taken by phone or over the counter, with the keyboard alone, on the same stock that the shops sell from."""
