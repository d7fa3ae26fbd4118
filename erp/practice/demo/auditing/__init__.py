"""The auditor: what the shops' own stores say against what PostgreSQL's rows say. Nothing here asks the code that it judges.

`books` reads a shop's SQLite store, `rows` reads PostgreSQL, `following`, `stock` and `timing` compare them, `auditor` adds it all up.
"""
