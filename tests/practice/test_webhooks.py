"""Webhooks: when they leave, what they carry, how they are signed, and how silently they end."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from erp.practice.woocommerce import Buyer, Control, Store, staff
from tests.practice.caller import Caller
from tests.practice.listener import Knock, Listener, let_late_leave, until

pytestmark = pytest.mark.slow(seconds=0.5)

SECRET = "segreto di prova"


@pytest.fixture
def subscribe(api: Caller, listener: Listener) -> Callable[[str], int]:
    def add(topic: str) -> int:
        body = {"topic": topic, "delivery_url": listener.url, "secret": SECRET}
        made = int(api.post("/webhooks", body)["id"])
        listener.wait_for(1, "ping")
        return made

    return add


def is_signed(knock: Knock) -> bool:
    expected = base64.b64encode(hmac.new(SECRET.encode(), knock.body, hashlib.sha256).digest()).decode()
    return knock.headers["X-WC-Webhook-Signature"] == expected


def states(store: Store) -> list[str]:
    return [row["state"] for row in store.rows("SELECT state FROM deliveries WHERE topic <> 'ping' ORDER BY id")]


def test_pain_measured_a_new_webhook_sends_an_unsigned_ping(api: Caller, listener: Listener) -> None:
    made = api.call("POST", "/webhooks", {"topic": "order.created", "delivery_url": listener.url, "secret": SECRET})
    (ping,) = listener.wait_for(1, "ping")

    assert (made.status, made.json["status"], made.json["resource"], made.json["event"]) == (201, "active", "order", "created")
    assert "secret" not in made.json
    assert ping.body == f"webhook_id={made.json['id']}".encode()
    assert ping.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert [name for name in ping.headers if name.startswith("X-WC-Webhook")] == []


def test_a_paused_webhook_sends_no_ping_until_it_is_switched_on(api: Caller, listener: Listener) -> None:
    made = api.post("/webhooks", {"topic": "order.created", "delivery_url": listener.url, "status": "paused"})
    time.sleep(0.1)
    assert listener.knocks == []

    api.put(f"/webhooks/{made['id']}", {"status": "active"})
    assert len(listener.wait_for(1, "ping")) == 1


def test_a_sale_is_told_200_ms_later_signed_and_whole(
    api: Caller, store: Store, buyer: Buyer, listener: Listener, mug: int, subscribe: Callable[[str], int]
) -> None:
    webhook = subscribe("order.created")
    sold = time.time()
    order = buyer.check_out([(mug, 1)])["order_id"]
    answered = time.time()
    (knock,) = listener.wait_for(1)

    (due,) = (row["due"] for row in store.rows("SELECT due FROM deliveries WHERE topic <> 'ping'"))
    assert sold + 0.2 <= due <= answered + 0.2
    assert due <= knock.at
    assert is_signed(knock)
    assert json.loads(knock.body) == api.get(f"/orders/{order}")
    headers = {name: knock.headers[f"X-WC-Webhook-{name}"] for name in ("Source", "Topic", "Resource", "Event", "ID")}
    assert headers == {"Source": f"{api.url}/", "Topic": "order.created", "Resource": "order", "Event": "created", "ID": str(webhook)}
    assert len(knock.headers["X-WC-Webhook-Delivery-ID"]) == 32
    assert knock.headers["Content-Type"] == "application/json"


def test_pain_measured_the_body_is_rendered_at_delivery(
    api: Caller, store: Store, control: Control, buyer: Buyer, listener: Listener, mug: int, subscribe: Callable[[str], int]
) -> None:
    subscribe("order.created")
    control.add_fault("webhook_late", count=1, seconds=3600)  # so that it leaves afterwards, however long the change takes
    order = buyer.check_out([(mug, 1)])["order_id"]
    api.put(f"/orders/{order}", {"status": "completed"})
    let_late_leave(store)
    (knock,) = listener.wait_for(1)

    assert json.loads(knock.body)["status"] == "completed"


def test_an_order_gone_before_its_notice_leaves_is_told_as_an_error(
    store: Store, control: Control, buyer: Buyer, listener: Listener, mug: int, subscribe: Callable[[str], int]
) -> None:
    subscribe("order.created")
    control.add_fault("webhook_late", count=1, seconds=3600)
    order = buyer.check_out([(mug, 1)])["order_id"]
    staff.delete_order(store, order_id=order)
    let_late_leave(store)
    (knock,) = listener.wait_for(1)

    assert json.loads(knock.body)["code"] == "woocommerce_rest_shop_order_invalid_id"


def test_topics_leave_once_per_change_and_deletions_carry_the_id_alone(
    api: Caller, store: Store, buyer: Buyer, listener: Listener, mug: int, subscribe: Callable[[str], int]
) -> None:
    for topic in ("order.created", "order.updated", "order.deleted", "order.restored"):
        subscribe(topic)
    order = buyer.check_out([(mug, 1)])["order_id"]
    assert sorted(knock.topic for knock in listener.wait_for(2)) == ["order.created", "order.updated"]

    api.call("DELETE", f"/orders/{order}")
    (deleted,) = listener.wait_for(1, "order.deleted")
    assert json.loads(deleted.body) == {"id": order}
    assert len(listener.wait_for(3)) == 3

    staff.untrash_order(store, order_id=order)
    (restored,) = listener.wait_for(1, "order.restored")
    assert json.loads(restored.body)["status"] == "processing"


def test_products_customers_and_coupons_are_told_too(
    api: Caller, buyer: Buyer, listener: Listener, mug: int, subscribe: Callable[[str], int]
) -> None:
    for topic in ("product.updated", "customer.created", "coupon.created"):
        subscribe(topic)
    buyer.check_out([(mug, 4)], create_account=True)
    api.post("/coupons", {"code": "ESTATE", "discount_type": "percent", "amount": "10"})
    found = {knock.topic: json.loads(knock.body) for knock in listener.wait_for(3)}

    assert found["product.updated"]["stock_quantity"] == 6
    assert found["customer.created"]["email"] == "maria.bianchi@example.com"
    assert (found["coupon.created"]["code"], found["coupon.created"]["amount"]) == ("estate", "10.00")


def test_pain_measured_a_500_is_never_tried_again(
    store: Store, buyer: Buyer, listener: Listener, mug: int, subscribe: Callable[[str], int]
) -> None:
    subscribe("order.created")
    listener.status = 500
    buyer.check_out([(mug, 1)])
    listener.wait_for(1)
    assert until(lambda: states(store) == ["failed"])
    time.sleep(0.6)

    assert len(listener.wait_for(1)) == 1
    assert store.rows("SELECT status_code, error FROM deliveries WHERE topic <> 'ping'") == [{"status_code": 500, "error": ""}]


def test_pain_measured_more_than_five_failures_in_a_row_disable_it_silently(
    api: Caller, store: Store, buyer: Buyer, listener: Listener, mug: int, subscribe: Callable[[str], int]
) -> None:
    webhook = subscribe("order.created")
    listener.status = 500
    for _ in range(5):
        buyer.check_out([(mug, 1)])
    assert until(lambda: states(store) == ["failed"] * 5)
    assert api.get(f"/webhooks/{webhook}")["status"] == "active"

    buyer.check_out([(mug, 1)])
    assert until(lambda: api.get(f"/webhooks/{webhook}")["status"] == "disabled")
    listener.status = 200
    buyer.check_out([(mug, 1)])
    time.sleep(0.4)
    assert len(listener.wait_for(6)) == 6
    assert [one["id"] for one in api.get("/webhooks", status="disabled")] == [webhook]


def test_one_success_forgets_the_failures(
    api: Caller, store: Store, buyer: Buyer, listener: Listener, mug: int, subscribe: Callable[[str], int]
) -> None:
    webhook = subscribe("order.created")
    outcomes: list[str] = []
    for status, outcome in ((500, "failed"), (500, "failed"), (200, "delivered")):
        listener.status = status
        outcomes.append(outcome)
        buyer.check_out([(mug, 1)])
        assert until(lambda: states(store) == outcomes)

    assert store.rows("SELECT failures, status FROM webhooks WHERE id = ?", webhook) == [{"failures": 0, "status": "active"}]


def test_nobody_at_the_door_is_a_failure_and_holds_up_no_buyer(store: Store, buyer: Buyer, api: Caller, mug: int) -> None:
    api.post("/webhooks", {"topic": "order.created", "delivery_url": "http://127.0.0.1:9/", "secret": SECRET})
    buyer.check_out([(mug, 1)])

    assert until(lambda: states(store) == ["failed"])
    assert store.rows("SELECT failures FROM webhooks") == [{"failures": 1}]


def test_deliveries_queued_before_a_restart_still_leave(
    store: Store, buyer: Buyer, listener: Listener, mug: int, subscribe: Callable[[str], int]
) -> None:
    subscribe("order.created")
    with store.write() as change:
        change.emit("order.created", 999)
    (knock,) = listener.wait_for(1)

    assert knock.headers["X-WC-Webhook-Topic"] == "order.created"


def refusals() -> list[tuple[str, str, dict[str, Any], int, str]]:
    url = "http://127.0.0.1:9/"
    return [
        ("POST", "/webhooks", {"topic": "order.vanished", "delivery_url": url}, 400, "woocommerce_rest_shop_webhook_invalid_topic"),
        (
            "POST",
            "/webhooks",
            {"topic": "order.created", "delivery_url": "ftp://x"},
            400,
            "woocommerce_rest_shop_webhook_invalid_delivery_url",
        ),
        ("POST", "/webhooks", {"topic": "order.created"}, 400, "rest_missing_callback_param"),
        ("POST", "/webhooks", {"topic": "order.created", "delivery_url": url, "status": "asleep"}, 400, "rest_invalid_param"),
        ("GET", "/webhooks/99", {}, 404, "woocommerce_rest_shop_webhook_invalid_id"),
        ("DELETE", "/webhooks/1", {}, 501, "woocommerce_rest_trash_not_supported"),
    ]


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), refusals())
def test_what_a_subscription_is_refused_for(api: Caller, method: str, path: str, body: dict[str, Any], status: int, code: str) -> None:
    answered = api.call(method, path, body or None)

    assert (answered.status, answered.code) == (status, code)
    assert api.get("/webhooks") == []


def test_a_batch_of_subscriptions(api: Caller, control: Control, listener: Listener) -> None:
    topics = ["order.created", "order.updated", "no.topic"]
    made = api.post("/webhooks/batch", {"create": [{"topic": topic, "delivery_url": listener.url} for topic in topics]})["create"]

    assert [one.get("topic") for one in made] == ["order.created", "order.updated", None]
    assert made[2]["error"]["code"] == "woocommerce_rest_shop_webhook_invalid_topic"
    assert api.call("DELETE", f"/webhooks/{made[0]['id']}", force="true").status == 200
    assert [one["topic"] for one in control.state()["webhooks"]] == ["order.updated"]
