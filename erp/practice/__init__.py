"""The practice shops: faithful local simulators of the channels, with faults on a switch; for the demo, tests and connector authors.

Owns no rows of Regia: every shop keeps its own SQLite store, speaks HTTP on loopback and imports nothing of ours but `erp.core.clock`.
`erp.practice.woocommerce`: `Store(path)`, `Shop(store)`, `serve(shop, port=0, tls=False) -> RunningSite(url, port, stop())`,
`seeding.*` fills a store, `Buyer(url)` buys over HTTP, `Control(url)` opens the door for faults, staff and state; `manage.py practice`.
Shared by all: `serving` (HTTP), `faults` (what goes wrong, how often, seeded). It publishes no events and leaves judging to the auditor.
"""
