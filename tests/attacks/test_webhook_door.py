"""The webhook door of a WooCommerce account: nothing that is not signed is believed, nothing that is signed makes it fail."""

import base64
import hashlib
import hmac
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from channels.models import Account, InboxMessage
from channels.services.connections import secret_name
from channels.services.importing.sweeping import sweep_inbox
from erp.core.clock import now
from erp.core.models import Card
from erp.core.secrets import store_secret
from orders.models import Order
from tests.factories.channels import make_account

SECRET = "una-parola-segreta"
BODY = json.dumps({"id": 7, "status": "processing", "date_modified_gmt": "2026-11-20T10:00:00"}).encode()

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]


@pytest.fixture
def account(db: None) -> Account:
    account = make_account(connector="woocommerce", base_url="http://127.0.0.1:1/")
    store_secret(secret_name(account), {"consumer_key": "ck_1", "consumer_secret": "cs_1", "webhook_secret": SECRET})
    return account


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def send(body: bytes, **headers: str) -> Any:
    told = {
        "x-wc-webhook-topic": "order.updated",
        "x-wc-webhook-delivery-id": "1",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return Client().post("/webhooks/terramare/", body, content_type="application/json", headers=told)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "x",
        signature(BODY, "another secret"),
        signature(BODY, ""),
        signature(BODY + b" "),
        signature(BODY).lower(),
        signature(BODY) + "=",
        hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest(),
        "é" * 44,
        "=" * 10_000,
        f"{signature(BODY)}, {signature(BODY, 'x')}",
    ],
)
def test_a_wrong_signature_meets_a_sentence_and_stores_nothing(account: Account, said: str) -> None:
    answer = send(BODY, x_wc_webhook_signature=said)

    assert (answer.status_code, InboxMessage.objects.count()) == (401, 0)
    assert answer.content.decode().endswith(".")


def test_a_ping_does_not_open_the_door_for_a_body(account: Account) -> None:
    """The first thing that a new webhook sends is not signed; nothing else gets in with it."""
    assert send(b"webhook_id=7").status_code == 200
    assert [send(body).status_code for body in (b"webhook_id=7&id=7", b"webhook_id=x", BODY + b"\nwebhook_id=7")] == [401] * 3
    assert InboxMessage.objects.count() == 0


def test_an_account_without_keys_believes_nobody(db: None) -> None:
    make_account(connector="woocommerce", base_url="http://127.0.0.1:1/")

    assert send(BODY, x_wc_webhook_signature=signature(BODY, "")).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"{", 400),
        (b"\xff\xfe{\x00}\x00", 400),
        (b'{"id": 7, "note": "\xc3\x28"}', 400),
        ('{"id": 7}'.encode("utf-16"), 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
        (b'{"id": ' + b"9" * 5000 + b"}", 400),
        (b'{"id": "\\u0000"}', 200),
        (b'{"id": "\\ud83d"}', 200),
        (b'{"id": {"a": 1}}', 200),
        (b'{"id": null}', 200),
        (b"{}", 200),
        (b'{"id": 1e400}', 200),
        (b'{"id": 7, "date_modified_gmt": "9999-12-31T23:59:59-12:00"}', 200),
        (b'{"id": 7, "date_modified_gmt": {"a": 1}}', 200),
        (b'{"id": "' + b"9" * 5000 + b'"}', 200),
        (b'{"id": "../../orders/1"}', 200),
    ],
)
def test_whatever_is_signed_the_door_never_fails(account: Account, body: bytes, status: int) -> None:
    answer = send(body, x_wc_webhook_signature=signature(body))

    assert (answer.status_code, InboxMessage.objects.count()) == (status, int(status == 200))


@pytest.mark.parametrize(
    "headers", [{"x_wc_webhook_topic": "x" * 5000}, {"x_wc_webhook_topic": ""}, {"x_wc_webhook_delivery_id": "d" * 5000}]
)
@pytest.mark.parametrize("topic", ["order.updated", "order.deleted"])
def test_strange_headers_are_no_failure(account: Account, headers: dict[str, str], topic: str) -> None:
    told = {"x_wc_webhook_topic": topic, **headers}

    assert send(BODY, x_wc_webhook_signature=signature(BODY), **told).status_code == 200
    assert InboxMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", ['"abc"', '"../../orders/1"', '"\\u0000"', "true", '{"a": 1}'])
def test_news_about_an_order_that_cannot_be_asked_for_is_settled_and_asks_nobody(account: Account, number: str) -> None:
    """A number that is none never becomes part of an address."""
    body = f'{{"id": {number}}}'.encode()
    assert send(body, x_wc_webhook_signature=signature(body)).status_code == 200

    sweep_inbox(grace=now() - now())

    assert list(InboxMessage.objects.values_list("state", "outcome")) == [("done", "gone")]
    assert (Order.objects.count(), Card.objects.count()) == (0, 0)


def _raw(server: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
    told = urlsplit(server)
    line = http.client.HTTPConnection(told.hostname or "", told.port, timeout=300)
    try:
        line.request("POST", "/webhooks/terramare/", body=body, headers=headers)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


@pytest.mark.django_db(transaction=True)
def test_a_body_of_twenty_megabytes_is_refused_and_the_door_stays_open(account: Account, live_server: LiveServer) -> None:
    big = b'{"id": 7, "x": "' + b"x" * 20_000_000 + b'"}'
    signed = {"Content-Type": "application/json", "X-WC-Webhook-Topic": "order.updated"}

    try:
        status, words = _raw(live_server.url, {**signed, "X-WC-Webhook-Signature": signature(big)}, big)
    except (BrokenPipeError, ConnectionResetError):  # refused before all of it was sent
        status, words = 413, "."
    assert (status, words.endswith(".")) == (413, True)
    assert InboxMessage.objects.count() == 0
    assert _raw(live_server.url, {**signed, "X-WC-Webhook-Signature": signature(BODY)}, BODY)[0] == 200
    assert InboxMessage.objects.count() == 1
