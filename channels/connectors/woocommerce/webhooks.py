"""Webhooks: who sent it, what it is about, and keeping them alive in the shop, which switches them off without telling."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from channels.connectors.woocommerce.bodies import identity, moment
from channels.connectors.woocommerce.client import Client
from channels.contract import BadSignature, ChannelEvent, ContractBroken, EventKind, HandshakeReply, Subscription
from channels.contract.texts import storable

TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")
KINDS: Mapping[str, EventKind] = {
    "order.created": "order.changed",
    "order.updated": "order.changed",
    "order.restored": "order.changed",
    "order.deleted": "order.deleted",
    "product.created": "product.changed",
    "product.updated": "product.changed",
    "product.restored": "product.changed",
    "product.deleted": "product.deleted",
}


def read_webhook(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> list[ChannelEvent] | HandshakeReply:
    """The event, or the reply to the unsigned ping that a new webhook sends first. Raises `BadSignature`, `ContractBroken`."""
    sent = {name.lower(): value for name, value in headers.items()}
    signature = sent.get("x-wc-webhook-signature", "")
    if not signature and ping_number(body):
        return HandshakeReply()
    if not any(secret and _is_signed(body, signature, secret) for secret in secrets):
        raise BadSignature("the webhook is not signed with our secret")
    topic = sent.get("x-wc-webhook-topic", "")
    document = _document(body)
    return [
        ChannelEvent(
            dedupe_key=sent.get("x-wc-webhook-delivery-id") or hashlib.sha256(body).hexdigest(),
            kind=KINDS.get(topic, "other"),
            external_id=identity(document.get("id")),
            occurred_at=moment(document.get("date_modified_gmt")),
            payload=body.decode(),
            topic=topic,
        )
    ]


def ping_number(body: bytes) -> str:
    """The number in `webhook_id=N`, "" for any other body."""
    name, _, number = body.strip().partition(b"=")
    return number.decode() if name == b"webhook_id" and number.isdigit() else ""


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Base64 of the HMAC-SHA256 over the raw body, compared in constant time."""
    expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(expected, signature.encode("utf-8", "replace"))


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError) as problem:
        raise ContractBroken("(body)", f"not JSON: {problem}") from problem
    if not isinstance(document, dict):
        raise ContractBroken("(body)", "is no object")
    return storable(document)  # type: ignore[no-any-return]


def list_webhooks(client: Client, url: str) -> list[Subscription]:
    """Those that point at `url`, whatever their state."""
    found: list[Subscription] = []
    page = 1
    while True:
        rows = client.get("/webhooks", [("per_page", "100"), ("page", str(page))]).json()
        found += [_subscription(row) for row in rows if row.get("delivery_url") == url]
        if len(rows) < 100:
            return found
        page += 1


def register(client: Client, url: str, topics: Sequence[str], secret: str) -> list[Subscription]:
    """One active webhook per topic with our secret; what sleeps is woken, doubles are removed. Reads first, so it is safe to repeat."""
    by_topic: dict[str, list[Subscription]] = {}
    for subscription in list_webhooks(client, url):
        by_topic.setdefault(subscription.topic, []).append(subscription)
    kept = []
    for topic in topics:
        there = by_topic.get(topic, [])
        if there:
            woken = client.write("PUT", f"/webhooks/{there[0].external_id}", {"status": "active", "secret": secret})
            kept.append(_subscription(woken.json()))
            for double in there[1:]:
                _delete(client, double)
        else:
            wanted = {"name": f"Regia {topic}", "topic": topic, "delivery_url": url, "secret": secret, "status": "active"}
            kept.append(_subscription(client.write("POST", "/webhooks", wanted).json()))
    return kept


def remove(client: Client, url: str) -> int:
    there = list_webhooks(client, url)
    for subscription in there:
        _delete(client, subscription)
    return len(there)


def _delete(client: Client, subscription: Subscription) -> None:
    client.write("DELETE", f"/webhooks/{subscription.external_id}", params=[("force", "true")])


def _subscription(row: Mapping[str, Any]) -> Subscription:
    status = str(row.get("status", ""))
    return Subscription(identity(row.get("id")), str(row.get("topic", "")), str(row.get("delivery_url", "")), status == "active", status)
