"""The tables of one shop's store. Moments are ISO strings in UTC; money and bodies are JSON in `doc`."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, value INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS products (
    id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL DEFAULT 0, type TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'publish',
    name TEXT NOT NULL, slug TEXT NOT NULL, sku TEXT NOT NULL DEFAULT '', global_unique_id TEXT NOT NULL DEFAULT '',
    tax_class TEXT NOT NULL DEFAULT '', tax_status TEXT NOT NULL DEFAULT 'taxable',
    regular_price TEXT NOT NULL DEFAULT '', sale_price TEXT NOT NULL DEFAULT '',
    manage_stock INTEGER NOT NULL DEFAULT 0, stock_quantity INTEGER, stock_status TEXT NOT NULL DEFAULT 'instock',
    backorders TEXT NOT NULL DEFAULT 'no', is_virtual INTEGER NOT NULL DEFAULT 0,
    total_sales INTEGER NOT NULL DEFAULT 0, created TEXT NOT NULL, modified TEXT NOT NULL, doc TEXT NOT NULL DEFAULT '{}');
CREATE UNIQUE INDEX IF NOT EXISTS products_sku ON products (sku) WHERE sku <> '' AND status <> 'trash';
CREATE INDEX IF NOT EXISTS products_parent ON products (parent_id);
CREATE TABLE IF NOT EXISTS categories (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, slug TEXT NOT NULL, parent INTEGER NOT NULL DEFAULT 0,
    description TEXT NOT NULL DEFAULT '');

CREATE TABLE IF NOT EXISTS tax_classes (slug TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tax_rates (
    id INTEGER PRIMARY KEY, country TEXT NOT NULL, state TEXT NOT NULL DEFAULT '', rate TEXT NOT NULL, name TEXT NOT NULL,
    priority INTEGER NOT NULL DEFAULT 1, shipping INTEGER NOT NULL DEFAULT 1, position INTEGER NOT NULL DEFAULT 0,
    class TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS coupons (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, discount_type TEXT NOT NULL, amount TEXT NOT NULL,
    free_shipping INTEGER NOT NULL DEFAULT 0,
    usage_count INTEGER NOT NULL DEFAULT 0, created TEXT NOT NULL, modified TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS shipping_zones (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL DEFAULT 0, countries TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS shipping_methods (
    instance_id INTEGER PRIMARY KEY, zone_id INTEGER NOT NULL, method_id TEXT NOT NULL, title TEXT NOT NULL,
    cost TEXT NOT NULL DEFAULT '0',
    minimum TEXT NOT NULL DEFAULT '0', enabled INTEGER NOT NULL DEFAULT 1, position INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS gateways (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, pays TEXT NOT NULL, refunds INTEGER NOT NULL DEFAULT 0, enabled INTEGER NOT NULL DEFAULT 1,
    position INTEGER NOT NULL DEFAULT 0, surcharge TEXT NOT NULL DEFAULT '');

CREATE TABLE IF NOT EXISTS customers (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, created TEXT NOT NULL, modified TEXT NOT NULL, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL DEFAULT 0, type TEXT NOT NULL, status TEXT NOT NULL,
    customer_id INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL, modified TEXT NOT NULL, created_via TEXT NOT NULL, placed_at TEXT NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS orders_modified ON orders (type, modified, id);
CREATE INDEX IF NOT EXISTS orders_created ON orders (type, created, id);
CREATE INDEX IF NOT EXISTS orders_parent ON orders (parent_id) WHERE parent_id > 0;
CREATE INDEX IF NOT EXISTS orders_pending ON orders (status) WHERE status = 'pending';
CREATE TABLE IF NOT EXISTS order_notes (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, author TEXT NOT NULL, created TEXT NOT NULL, note TEXT NOT NULL,
    customer_note INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS order_notes_order ON order_notes (order_id);

CREATE TABLE IF NOT EXISTS holds (
    order_id INTEGER NOT NULL, product_id INTEGER NOT NULL, quantity INTEGER NOT NULL, expires_at TEXT NOT NULL,
    PRIMARY KEY (order_id, product_id));
CREATE INDEX IF NOT EXISTS holds_product ON holds (product_id);
CREATE TABLE IF NOT EXISTS stock_events (
    id INTEGER PRIMARY KEY, ts TEXT NOT NULL, product_id INTEGER NOT NULL, variation_id INTEGER NOT NULL, change INTEGER NOT NULL,
    reason TEXT NOT NULL, order_id INTEGER NOT NULL DEFAULT 0, actor TEXT NOT NULL, stock_after INTEGER);
CREATE INDEX IF NOT EXISTS stock_events_product ON stock_events (product_id, variation_id);
CREATE TABLE IF NOT EXISTS stock_writes (
    id INTEGER PRIMARY KEY, ts TEXT NOT NULL, product_id INTEGER NOT NULL, variation_id INTEGER NOT NULL, kind TEXT NOT NULL,
    asked TEXT NOT NULL, quantity INTEGER, stock_before INTEGER, landed_late INTEGER NOT NULL DEFAULT 0, request_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS payments (
    id INTEGER PRIMARY KEY, ts TEXT NOT NULL, order_id INTEGER NOT NULL, method TEXT NOT NULL, amount TEXT NOT NULL,
    outcome TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS api_keys (
    id INTEGER PRIMARY KEY, description TEXT NOT NULL, permissions TEXT NOT NULL, consumer_key TEXT NOT NULL UNIQUE,
    consumer_secret TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS nonces (
    key_id INTEGER NOT NULL, nonce TEXT NOT NULL, timestamp INTEGER NOT NULL, PRIMARY KEY (key_id, nonce));
CREATE TABLE IF NOT EXISTS webhooks (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL, topic TEXT NOT NULL, delivery_url TEXT NOT NULL,
    secret TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0, created TEXT NOT NULL, modified TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, webhook_id INTEGER NOT NULL, topic TEXT NOT NULL, resource_id INTEGER NOT NULL, state TEXT NOT NULL,
    due REAL NOT NULL,
    happened_at TEXT NOT NULL, sent_at TEXT, status_code INTEGER, seconds REAL, body_bytes INTEGER, body_sha256 TEXT,
    error TEXT NOT NULL DEFAULT '',
    faults TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS deliveries_queue ON deliveries (due) WHERE state = 'queued';
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, ts TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '{}');
"""
