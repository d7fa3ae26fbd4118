"""The switchboard: each fault strikes as it is told, as often as it is told, and is written down for the auditor."""

import http.client
import json
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from erp.practice.faults import KINDS, Faults
from erp.practice.serving import RunningSite
from erp.practice.woocommerce import Buyer, Control, Store, webhooks
from tests.clocks import ClockHand
from tests.practice.caller import Caller
from tests.practice.listener import Listener, is_put_off, let_late_leave, until
from tests.practice.test_webhooks import is_signed

Write = dict[str, Any]


def stock(store: Store, product: int) -> int:
    return int(store.rows("SELECT stock_quantity FROM products WHERE id = ?", product)[0]["stock_quantity"])


def write_stock(mug: int, number: int) -> tuple[str, str, Write]:
    return "POST", "/products/batch", {"update": [{"id": mug, "manage_stock": True, "stock_quantity": number}]}


def struck(store: Store) -> list[str]:
    return [row["kind"] for row in store.rows("SELECT kind FROM faults ORDER BY id")]


def cut_off(api: Caller, method: str, path: str, body: Write | None) -> None:
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        api.call(method, path, body)


@pytest.mark.parametrize(("rule", "header"), [({"retry_after": 2}, "2"), ({}, None)])
def test_too_many_requests_with_and_without_a_time_to_wait(
    api: Caller, store: Store, control: Control, rule: dict[str, Any], header: str | None
) -> None:
    control.add_fault("rate_limited", count=1, **rule)
    refused = api.call("GET", "/orders")

    assert (refused.status, refused.headers.get("Retry-After")) == (429, header)
    assert api.call("GET", "/orders").status == 200
    assert struck(store) == ["rate_limited"]


@pytest.mark.parametrize(("status", "kind"), [(500, "application/json"), (502, "text/html"), (503, "text/html")])
def test_server_errors(api: Caller, control: Control, mug: int, store: Store, status: int, kind: str) -> None:
    control.add_fault("server_error", count=1, status=status)
    refused = api.call(*write_stock(mug, 3))

    assert (refused.status, refused.headers["Content-Type"].partition(";")[0]) == (status, kind)
    assert stock(store, mug) == 10
    if status == 500:
        assert refused.code == "internal_server_error"


def test_html_where_json_was_expected(api: Caller, control: Control) -> None:
    control.add_fault("html_answer", count=1, methods=["GET"], path="/orders$")
    assert api.call("GET", "/products").status == 200
    page = api.call("GET", "/orders")

    assert (page.status, page.raw[:15]) == (200, b"<!DOCTYPE html>")
    assert page.headers["Content-Type"] == "text/html; charset=UTF-8"


def test_a_time_out_before_the_write_leaves_nothing(api: Caller, store: Store, control: Control, mug: int) -> None:
    control.add_fault("timeout_before", count=1, seconds=0.05)
    cut_off(api, *write_stock(mug, 3))

    assert stock(store, mug) == 10
    assert api.call(*write_stock(mug, 4)).status == 200
    assert stock(store, mug) == 4


def test_a_time_out_after_the_write_leaves_it_done(api: Caller, store: Store, control: Control, mug: int) -> None:
    control.add_fault("timeout_after", count=1, seconds=0.05)
    cut_off(api, *write_stock(mug, 3))

    assert stock(store, mug) == 3
    assert store.rows("SELECT quantity, landed_late FROM stock_writes") == [{"quantity": 3, "landed_late": 0}]


def test_a_late_write_lands_by_itself(api: Caller, store: Store, control: Control, mug: int) -> None:
    control.add_fault("late_write", count=1, seconds=0.05, delay=0.1)
    cut_off(api, *write_stock(mug, 3))

    assert until(lambda: stock(store, mug) == 3)


def test_a_write_that_lands_late_overwrites_what_came_in_between(
    running: RunningSite, api: Caller, store: Store, control: Control, mug: int
) -> None:
    control.add_fault("late_write", count=1, seconds=0.05, delay=3600)
    cut_off(api, *write_stock(mug, 3))
    assert stock(store, mug) == 10
    assert api.call(*write_stock(mug, 0)).status == 200

    running.site.rest.land_late()

    assert stock(store, mug) == 3
    written = store.rows("SELECT quantity, stock_before, landed_late FROM stock_writes ORDER BY id")
    assert written == [{"quantity": 0, "stock_before": 10, "landed_late": 0}, {"quantity": 3, "stock_before": 0, "landed_late": 1}]


def test_a_client_that_gives_up_first_sees_its_own_time_out(
    store: Store, running: RunningSite, api: Caller, control: Control, mug: int
) -> None:
    control.add_fault("timeout_after", count=1, seconds=5)
    with Caller(running.url, api.key, api.secret, timeout=0.2) as hasty, pytest.raises(TimeoutError):
        hasty.call(*write_stock(mug, 3))

    assert until(lambda: stock(store, mug) == 3)


def test_latency_per_method(api: Caller, control: Control, mug: int, store: Store) -> None:
    control.add_fault("latency", ms=3_600_000, methods=["DELETE"])
    control.add_fault("latency", ms=200, methods=["POST"])
    api.get("/orders")
    began = time.monotonic()
    api.call(*write_stock(mug, 3))

    assert time.monotonic() - began >= 0.2
    assert struck(store) == []


def test_latency_holds_up_nobody_else(running: RunningSite, api: Caller, control: Control, buyer: Buyer, mug: int) -> None:
    control.add_fault("latency", ms=3_600_000, methods=["GET"])

    def wait() -> None:
        with suppress(OSError):
            api.get("/orders")

    waiting = threading.Thread(target=wait)
    waiting.start()
    buyer.check_out([(mug, 1)])

    assert waiting.is_alive()
    running.stop()
    waiting.join()


def test_a_page_changes_under_paging(api: Caller, buyer: Buyer, control: Control, mug: int, clock: ClockHand) -> None:
    orders = [buyer.check_out([(mug, 1)])["order_id"] for _ in range(6)]
    clock.advance(2)
    control.add_fault("page_shift", count=1)
    pages = [api.get("/orders", orderby="modified", order="asc", per_page=2, page=page) for page in (1, 2, 3)]

    seen = [order["id"] for page in pages for order in page]
    assert seen == [orders[0], orders[1], orders[3], orders[4], orders[5], orders[0]]


def test_part_of_a_batch_fails(api: Caller, store: Store, control: Control, mug: int) -> None:
    control.seed_faults(7)
    control.add_fault("partial_batch", count=1, share=0.5)
    item = {"id": mug, "manage_stock": True, "stock_quantity": 3}
    results = api.post("/products/batch", {"update": [item] * 20})["update"]

    failed = [result for result in results if "error" in result]
    assert 0 < len(failed) < 20
    assert failed[0]["error"]["data"] == {"status": 400}
    assert len(store.rows("SELECT id FROM stock_writes")) == 20 - len(failed)


def test_the_shops_clock_can_be_wrong(api: Caller, buyer: Buyer, control: Control, mug: int) -> None:
    right = api.get("/system_status")["environment"]["server_time"]
    control.add_fault("clock_skew", seconds=-300)
    order = api.get(f"/orders/{buyer.check_out([(mug, 1)])['order_id']}")
    wrong = api.call("GET", "/system_status")

    assert order["date_created_gmt"] < right
    assert wrong.json["environment"]["server_time"] < right
    assert wrong.headers["Date"].endswith("GMT")
    control.clear_faults()
    assert api.get("/system_status")["environment"]["server_time"] >= right


def webhook(api: Caller, listener: Listener, topic: str) -> None:
    api.post("/webhooks", {"topic": topic, "delivery_url": listener.url, "secret": "segreto di prova"})
    listener.wait_for(1, "ping")


def test_a_duplicate_webhook_is_the_same_twice(api: Caller, buyer: Buyer, control: Control, listener: Listener, mug: int) -> None:
    webhook(api, listener, "order.created")
    control.add_fault("webhook_duplicate", count=1, times=3)
    buyer.check_out([(mug, 1)])
    knocks = listener.wait_for(3)

    assert len({(knock.headers["X-WC-Webhook-Delivery-ID"], knock.body) for knock in knocks}) == 1
    assert len(knocks) == 3


def test_a_late_webhook_is_overtaken_and_still_tells_the_newest_state(
    api: Caller, store: Store, buyer: Buyer, control: Control, listener: Listener, mug: int
) -> None:
    webhook(api, listener, "order.created")
    control.add_fault("webhook_late", count=1, seconds=3600)
    first = buyer.check_out([(mug, 1)])["order_id"]
    assert until(lambda: is_put_off(store))
    second = buyer.check_out([(mug, 1)])["order_id"]
    listener.wait_for(1)
    let_late_leave(store)

    assert [json.loads(knock.body)["id"] for knock in listener.wait_for(2)] == [second, first]


def test_a_reordered_webhook_arrives_after_a_newer_one_with_its_old_body(
    api: Caller, store: Store, buyer: Buyer, control: Control, listener: Listener, mug: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "OVERTAKE_SECONDS", 3600)
    webhook(api, listener, "order.updated")
    control.add_fault("webhook_reorder", count=1)
    order = buyer.check_out([(mug, 1)])["order_id"]
    assert until(lambda: "webhook_reorder" in [row["faults"] for row in store.rows("SELECT faults FROM deliveries")])
    api.put(f"/orders/{order}", {"status": "completed"})

    assert [json.loads(knock.body)["status"] for knock in listener.wait_for(2)] == ["completed", "processing"]


def test_a_wrong_signature_and_a_lost_webhook(
    api: Caller, store: Store, buyer: Buyer, control: Control, listener: Listener, mug: int
) -> None:
    webhook(api, listener, "order.created")
    control.add_fault("webhook_bad_signature", count=1)
    buyer.check_out([(mug, 1)])
    assert [is_signed(knock) for knock in listener.wait_for(1)] == [False]

    control.add_fault("webhook_lost", count=1)
    buyer.check_out([(mug, 1)])
    buyer.check_out([(mug, 1)])
    assert [is_signed(knock) for knock in listener.wait_for(2)] == [False, True]
    assert until(lambda: [row["state"] for row in store.rows("SELECT state FROM deliveries WHERE topic <> 'ping'")].count("lost") == 1)
    faults = store.rows("SELECT faults FROM deliveries WHERE topic <> 'ping' ORDER BY id")
    assert [row["faults"] for row in faults] == ["webhook_bad_signature", "webhook_lost", ""]


def test_the_auditor_reads_every_strike(api: Caller, control: Control, mug: int) -> None:
    control.add_fault("server_error", count=2, status=503, methods=["GET"])
    for _ in range(3):
        api.call("GET", "/orders")
    listed = control.faults()

    assert listed["rules"] == []
    assert [(one["kind"], one["subject"], json.loads(one["detail"])) for one in listed["injected"]] == [
        ("server_error", "GET /wp-json/wc/v3/orders", {"status": 503}),
        ("server_error", "GET /wp-json/wc/v3/orders", {"status": 503}),
    ]
    assert control.state()["faults"] == [{"kind": "server_error", "number": 2}]


def test_a_bad_day_can_be_lived_twice() -> None:
    def day() -> list[bool]:
        faults = Faults(lambda kind, subject, detail: None)
        faults.seed(42)
        faults.add("server_error", probability=0.3)
        return [faults.draw("server_error") is not None for _ in range(100)]

    assert day() == day()
    assert 15 < sum(day()) < 45


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "earthquake"},
        {"kind": "latency", "seconds": 3},
        {"kind": "server_error", "probability": 2},
        {"kind": "server_error", "count": 0},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(control: Control, rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="error"):
        control._door("POST", "faults", {"add": [rule]})

    assert control.faults() == {"rules": [], "injected": []}
    assert len(KINDS) == 16
