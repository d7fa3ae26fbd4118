"""The webhook door: it verifies, stores and answers; it does not work."""

import json
from typing import Any

import pytest
from django.test import Client

from channels.models import Account, InboxMessage, Listing
from orders.models import Order
from tests.factories.channels import MemoryShop

pytestmark = pytest.mark.django_db


def post(account: Account, headers: dict[str, str], body: bytes, **more: Any) -> Any:
    return Client().post(f"/webhooks/{account.code}/", body, content_type="application/json", headers=headers, **more)


def test_a_webhook_is_stored_and_answered_and_nothing_more(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})

    answer = post(account, *shop.news_of("1"))

    message = InboxMessage.objects.get()
    assert (answer.status_code, answer.content) == (200, b"")
    assert (message.kind, message.external_id, message.via, message.state) == ("order.changed", "1", "webhook", "waiting")
    assert json.loads(message.body) == shop.orders["1"]
    assert (shop.calls, Order.objects.count()) == ([], 0)


def test_pain_01_the_same_delivery_again_is_one_row(account: Account, shop: MemoryShop) -> None:
    shop.sell("1", {"mug": 1})

    answers = [post(account, *shop.news_of("1")).status_code for _ in range(5)]

    assert (answers, InboxMessage.objects.count()) == ([200] * 5, 1)


def test_a_body_without_state_counts_by_its_delivery(account: Account, shop: MemoryShop) -> None:
    headers, _body = shop.news_of("1", body='{"id": 1}')
    for delivery in ("a", "b", "b"):
        post(account, {**headers, "x-kind": "order.deleted", "x-delivery": delivery}, b'{"id": 1}')

    assert sorted(InboxMessage.objects.values_list("kind", "delivery_id")) == [("order.deleted", "a"), ("order.deleted", "b")]


def test_a_wrong_signature_stores_nothing(account: Account, shop: MemoryShop) -> None:
    shop.sell("1", {"mug": 1})

    answer = post(account, *shop.news_of("1", signature="bad"))

    assert (answer.status_code, InboxMessage.objects.count()) == (401, 0)
    assert "signature" in answer.content.decode() or "firma" in answer.content.decode()


def test_a_body_of_twenty_megabytes_is_refused_unread(account: Account, shop: MemoryShop) -> None:
    answer = post(account, {"x-signature": "good", "x-kind": "order.changed", "x-delivery": "1"}, b" " * 20_000_000)

    assert (answer.status_code, InboxMessage.objects.count()) == (413, 0)
    assert "5242880" in answer.content.decode()


def test_a_ping_is_answered_and_not_stored(account: Account) -> None:
    answer = post(account, {"x-signature": "ping"}, b"webhook_id=1")

    assert (answer.status_code, answer.content, InboxMessage.objects.count()) == (200, b"pong", 0)


def test_an_unknown_account_has_no_door(db: None) -> None:
    answer = Client().post("/webhooks/nobody/", b"{}", content_type="application/json")

    assert (answer.status_code, InboxMessage.objects.count()) == (404, 0)


def test_the_door_only_takes_post(account: Account) -> None:
    assert Client().get(f"/webhooks/{account.code}/").status_code == 405


def test_news_without_work_is_kept_and_dropped(account: Account, shop: MemoryShop) -> None:
    headers, body = shop.news_of("7", body='{"id": 7}')

    post(account, {**headers, "x-kind": "other"}, body)

    assert list(InboxMessage.objects.values_list("kind", "state")) == [("other", "dropped")]


def test_the_door_takes_two_statements(account: Account, shop: MemoryShop, django_assert_num_queries: Any) -> None:
    shop.sell("1", {"mug": 1})
    with django_assert_num_queries(2):
        post(account, *shop.news_of("1"))

    assert InboxMessage.objects.count() == 1
