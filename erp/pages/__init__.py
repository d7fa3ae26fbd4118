"""The staff's own pages: Today, what needs you, why this number.

Owns no rows. Each page is a folder with views, queries and urls; it shows what the packages below know
and calls their services. Publishes no events and decides nothing: a rule that a page needs belongs further down.
Set-up and master data stay in the administration (`erp.site`).
The shell around every page (navigation, counts, theme, language) is `erp.pages.shell`.
"""
