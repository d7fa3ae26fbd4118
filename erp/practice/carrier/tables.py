"""What the carrier keeps."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (user_id TEXT PRIMARY KEY, password TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS parcels (
    id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, tracking TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL, reference TEXT NOT NULL,
    service TEXT NOT NULL, doc TEXT NOT NULL, routing TEXT NOT NULL, barcode TEXT NOT NULL, cash TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL, picked_up_at TEXT, voided_at TEXT);
CREATE INDEX IF NOT EXISTS parcels_reference ON parcels (user_id, reference);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, ts TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '{}');
"""
