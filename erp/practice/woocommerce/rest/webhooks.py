"""/webhooks: subscriptions. Their secret is never shown again, their status is the only sign that they were disabled."""

import secrets
import sqlite3
from typing import Any

from erp.practice.woocommerce.errors import RestError, not_found
from erp.practice.woocommerce.listing import Filter, add_common, ordering, read_page
from erp.practice.woocommerce.rendering import View
from erp.practice.woocommerce.rest.routing import Call, Reply, answers, created, listed, number_of, run_batch
from erp.practice.woocommerce.store import Change
from erp.practice.woocommerce.webhooks import TOPICS

COLUMNS = {"date": "created", "id": "id", "title": "name"}


def webhook_body(row: sqlite3.Row, view: View) -> dict[str, Any]:
    resource, _, event = row["topic"].partition(".")
    return {
        "id": row["id"],
        "name": row["name"],
        "status": row["status"],
        "topic": row["topic"],
        "resource": resource,
        "event": event,
        "hooks": [f"woocommerce_{event}_{resource}"],
        "delivery_url": row["delivery_url"],
        "date_created": view.local(row["created"]),
        "date_created_gmt": row["created"],
        "date_modified": view.local(row["modified"]),
        "date_modified_gmt": row["modified"],
        "_links": {"self": [{"href": view.api(f"/webhooks/{row['id']}")}], "collection": [{"href": view.api("/webhooks")}]},
    }


def _found(db: sqlite3.Connection, webhook_id: int) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute("SELECT * FROM webhooks WHERE id = ?", (webhook_id,)).fetchone()
    if row is None:
        raise not_found("shop_webhook")
    return row


@answers("GET", "/webhooks")
def list_webhooks(call: Call) -> Reply:
    chosen = Filter()
    add_common(chosen, call.query, call.zone)
    if call.query["status"] != "all":
        chosen.add("status = ?", call.query["status"])
    if call.query.get("search"):
        chosen.add("name LIKE ?", f"%{call.query['search']}%")
    with call.store.read() as db:
        page = read_page(db, "webhooks", chosen, ordering(call.query, COLUMNS), call.query)
    return listed(call, page, [webhook_body(row, call.view) for row in page.rows])


@answers("GET", "/webhooks/{id}")
def read_webhook(call: Call) -> Reply:
    with call.store.read() as db:
        return Reply(webhook_body(_found(db, call.id()), call.view))


@answers("POST", "/webhooks")
def create_webhook(call: Call) -> Reply:
    body = _create(call, call.body)
    return created(call, body, f"/webhooks/{body['id']}")


def _create(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    topic, url = str(fields.get("topic", "")).lower(), str(fields.get("delivery_url", ""))
    if topic not in TOPICS:
        raise RestError(400, "woocommerce_rest_shop_webhook_invalid_topic", "Webhook topic is required and must be valid.")
    if not url.startswith(("http://", "https://")):
        message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise RestError(400, "woocommerce_rest_shop_webhook_invalid_delivery_url", message)
    with call.store.write() as change:
        webhook_id = change.next_id("webhook")
        name = fields.get("name") or f"Webhook created on {change.now:%b %d, %Y @ %I:%M %p}"
        own = (webhook_id, name, fields.get("status") or "active", topic, url, fields.get("secret") or secrets.token_urlsafe(37))
        change.db.execute("INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)", (*own, change.at, change.at))
        row = _found(change.db, webhook_id)
        if row["status"] == "active":
            change.ping(webhook_id)
        return webhook_body(row, call.view)


@answers("PUT", "/webhooks/{id}")
def update_webhook(call: Call) -> Reply:
    return Reply(_update(call, call.id(), call.body))


def _update(call: Call, webhook_id: int, fields: dict[str, Any]) -> dict[str, Any]:
    """Switching a disabled one back on keeps its count: the next failure disables it again, the next success forgets."""
    if "topic" in fields and str(fields["topic"]).lower() not in TOPICS:
        raise RestError(400, "woocommerce_rest_shop_webhook_invalid_topic", "Webhook topic must be valid.")
    with call.store.write() as change:
        row = _found(change.db, webhook_id)
        columns = {name: fields[name] for name in ("name", "status", "topic", "secret") if fields.get(name)}
        columns["modified"] = change.at
        sets = ", ".join(f"{name} = ?" for name in columns)
        change.db.execute(f"UPDATE webhooks SET {sets} WHERE id = ?", (*columns.values(), webhook_id))
        if row["status"] != "active" and columns.get("status") == "active":
            change.ping(webhook_id)
        return webhook_body(_found(change.db, webhook_id), call.view)


@answers("DELETE", "/webhooks/{id}")
def delete_webhook(call: Call) -> Reply:
    if not call.query["force"]:
        raise RestError(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.")
    with call.store.write() as change:
        return Reply(_delete(change, call.id(), call.view))


def _delete(change: Change, webhook_id: int, view: View) -> dict[str, Any]:
    body = webhook_body(_found(change.db, webhook_id), view)
    change.db.execute("DELETE FROM webhooks WHERE id = ?", (webhook_id,))
    return body


@answers("POST", "/webhooks/batch")
def batch_webhooks(call: Call) -> Reply:
    def delete(item: Any) -> dict[str, Any]:
        with call.store.write() as change:
            return _delete(change, number_of(item), call.view)

    def update(item: dict[str, Any]) -> dict[str, Any]:
        return _update(call, number_of(item), item)

    parts = {
        "create": run_batch(call.body["create"], lambda item: _create(call, item)),
        "update": run_batch(call.body["update"], update),
        "delete": run_batch(call.body["delete"], delete),
    }
    return Reply({name: results for name, results in parts.items() if results})
