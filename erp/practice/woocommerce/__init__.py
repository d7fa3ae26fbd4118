"""The practice WooCommerce shop: REST v3 as 9.9.5 answers it, a till that sells, webhooks, and faults on a switch.

    store = Store(folder / "shop.sqlite3"); seeding.set_up_italy(store); mug = seeding.add_product(store, "Tazza", price="12.90", stock=20)
    key, secret = seeding.add_key(store); running = serve(Shop(store))          # running.url, running.port, running.stop()
    Buyer(running.url).check_out([(mug, 2)]); Control(running.url).add_fault("rate_limited", count=1, retry_after=2)

The auditor reads the store's own tables: `orders stock_events stock_writes holds payments deliveries faults` (see `tables.py`).
"""

from erp.practice.woocommerce import seeding, staff
from erp.practice.woocommerce.buyer import Buyer, Control, SaleRefused
from erp.practice.woocommerce.shop import Shop, serve
from erp.practice.woocommerce.store import Store

__all__ = ["Buyer", "Control", "SaleRefused", "Shop", "Store", "seeding", "serve", "staff"]
