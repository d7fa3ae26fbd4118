"""What a practice shop really sends to a door, read by the connector."""

import time

import pytest

from channels.contract import BadSignature, ChannelEvent, HandshakeReply
from erp.practice.woocommerce import staff
from tests.fixtures.local_server import PATIENCE_SECONDS, Asked, local_server
from tests.fixtures.woocommerce.connecting import Keys, connect


@pytest.fixture
def door():
    with local_server() as running:
        yield running


def arrived(door, topic: str | None, wait: float = PATIENCE_SECONDS) -> Asked:
    """The first delivery of a topic; None is the ping."""
    deadline = time.monotonic() + wait
    while time.monotonic() < deadline:
        for asked in door.asked:
            if (asked.headers.get("x-wc-webhook-topic") if "x-wc-webhook-signature" in asked.headers else None) == topic:
                return asked
        time.sleep(0.02)
    raise AssertionError(f"nothing arrived for {topic}: {[asked.headers for asked in door.asked]}")


def read(shop, asked: Asked):
    return shop.parse_webhook(asked.headers, asked.body.encode(), asked.query)


def test_the_ping_is_answered_and_a_sale_is_an_event(shop, door, buyer, mug):
    shop.register_webhooks(f"{door.url}/webhooks/terramare/")
    assert read(shop, arrived(door, None)) == HandshakeReply()

    sold = buyer.check_out([(mug, 1)])

    (event,) = read(shop, arrived(door, "order.created"))
    assert isinstance(event, ChannelEvent)
    assert (event.kind, event.external_id) == ("order.changed", str(sold["order_id"]))
    assert event.dedupe_key != ""
    assert event.occurred_at is not None


def test_a_deletion_says_only_which_order(shop, door, buyer, mug, store):
    shop.register_webhooks(f"{door.url}/webhooks/terramare/")
    order_id = buyer.check_out([(mug, 1)])["order_id"]
    staff.delete_order(store, order_id=order_id)

    (event,) = read(shop, arrived(door, "order.deleted"))

    assert (event.kind, event.external_id, event.occurred_at) == ("order.deleted", str(order_id), None)


def test_a_wrong_signature_is_refused_and_a_rotated_secret_is_not(shop, running, keys, door, buyer, mug, control):
    shop.register_webhooks(f"{door.url}/webhooks/terramare/")
    control.add_fault("webhook_bad_signature", count=1, path="order.created")
    buyer.check_out([(mug, 1)])
    with pytest.raises(BadSignature):
        read(shop, arrived(door, "order.created"))

    rotated = Keys(**{**keys.keys, "webhook_secret": "new", "webhook_secret_before": "whsec"})
    buyer.check_out([(mug, 1)])
    deadline = time.monotonic() + PATIENCE_SECONDS
    while sum(asked.headers.get("x-wc-webhook-topic") == "order.created" for asked in door.asked) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    last = [asked for asked in door.asked if asked.headers.get("x-wc-webhook-topic") == "order.created"][-1]
    assert len(read(connect(running.url, keys=rotated), last)) == 1
