"""Webhooks at the door: the unsigned ping, the signature, what the event is about."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from channels.connectors.woocommerce.webhooks import read_webhook
from channels.contract import BadSignature, ContractBroken, HandshakeReply

SECRET = "un segreto è un segreto"
BODY = json.dumps({"id": 3001, "date_modified_gmt": "2026-11-02T09:16:30"}).encode()


def signed(body: bytes, secret: str = SECRET, topic: str = "order.updated", **more: str) -> dict[str, str]:
    digest = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {"X-WC-Webhook-Signature": digest, "X-WC-Webhook-Topic": topic, "X-WC-Webhook-Delivery-ID": "d-17", **more}


def test_a_new_webhooks_ping_is_unsigned_and_answered():
    assert read_webhook({"Content-Type": "application/x-www-form-urlencoded"}, b"webhook_id=5", [SECRET]) == HandshakeReply(200, "")


@pytest.mark.parametrize("body", [b"webhook_id=", b"webhook_id=5&x=1", b"{}", b"", b"webhook_id=five"])
def test_nothing_else_is_taken_without_a_signature(body):
    with pytest.raises(BadSignature):
        read_webhook({}, body, [SECRET])


def test_a_signed_body_is_one_event_with_its_delivery():
    (event,) = read_webhook(signed(BODY), BODY, [SECRET])
    assert (event.kind, event.external_id, event.dedupe_key, event.topic) == ("order.changed", "3001", "d-17", "order.updated")
    assert event.occurred_at == datetime(2026, 11, 2, 9, 16, 30, tzinfo=UTC)
    assert event.payload == BODY.decode()


def test_header_names_come_in_any_case():
    lower = {name.lower(): value for name, value in signed(BODY).items()}
    assert len(read_webhook(lower, BODY, [SECRET])) == 1


@pytest.mark.parametrize(
    "headers",
    [
        signed(BODY, "another secret"),
        signed(BODY + b" "),
        {**signed(BODY), "X-WC-Webhook-Signature": "è"},
        {**signed(BODY), "X-WC-Webhook-Signature": ""},
    ],
)
def test_a_wrong_signature_is_refused(headers):
    with pytest.raises(BadSignature):
        read_webhook(headers, BODY, [SECRET])


def test_after_a_rotation_the_former_secret_still_counts_and_an_empty_one_never():
    assert len(read_webhook(signed(BODY, "old"), BODY, ["new", "old"])) == 1
    with pytest.raises(BadSignature):
        read_webhook(signed(BODY, ""), BODY, ["", ""])


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("order.created", "order.changed"),
        ("order.restored", "order.changed"),
        ("order.deleted", "order.deleted"),
        ("product.updated", "product.changed"),
        ("product.deleted", "product.deleted"),
        ("coupon.created", "other"),
        ("action.woocommerce_add_to_cart", "other"),
    ],
)
def test_each_topic_has_a_kind(topic, kind):
    assert read_webhook(signed(BODY, topic=topic), BODY, [SECRET])[0].kind == kind


def test_without_a_delivery_id_the_bodys_own_hash_names_it():
    headers = signed(BODY)
    del headers["X-WC-Webhook-Delivery-ID"]
    assert read_webhook(headers, BODY, [SECRET])[0].dedupe_key == hashlib.sha256(BODY).hexdigest()


@pytest.mark.parametrize("body", [b"not json", b"[1]", b'"x"'])
def test_a_signed_body_that_is_no_object_breaks_the_contract(body):
    with pytest.raises(ContractBroken):
        read_webhook(signed(body), body, [SECRET])
