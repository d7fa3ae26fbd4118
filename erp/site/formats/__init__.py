"""How dates and times are shown and read in lists and forms, per language; the daily pages say them in `erp.pages.wording`."""
