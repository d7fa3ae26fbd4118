"""PAINS.md rows 1 to 5, 10 and 29: news that comes twice, late, in any order, wrongly signed, or not at all."""

from datetime import timedelta
from typing import Any

import pytest

from channels.models import InboxMessage
from channels.services.connecting.webhooks import check_webhooks, register_webhooks
from channels.services.importing.pulling import pull_orders
from channels.services.importing.sweeping import sweep_inbox
from channels.services.watching import watch_products
from erp.core.models import Card
from inventory.models import StockLevel
from orders.models import Order
from tests.conformance.conftest import wait_until
from tests.flows.house import PracticeAccount, Wheels

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NO_GRACE = timedelta(0)


def heard(kind: str = "order.changed") -> int:
    return InboxMessage.objects.filter(kind=kind).count()


def reserved(sku: str = "TAZZA") -> int:
    return int(StockLevel.objects.get(variant__sku=sku).reserved)


def is_delivered(shop: PracticeAccount) -> bool:
    """The shop has sent everything that it had to send."""
    states = [row["state"] for row in shop.store.rows("SELECT state FROM deliveries")]
    return bool(states) and not {"queued", "sending"} & set(states)


@pytest.fixture
def hooked(shop: PracticeAccount, door: str) -> PracticeAccount:
    register_webhooks(shop.account.pk)
    return shop


def test_pain_01_a_webhook_delivered_many_times_is_one_order(hooked: PracticeAccount) -> None:
    hooked.fault("webhook_duplicate", times=5)
    hooked.sell({"TAZZA": 2})
    wait_until(lambda: heard() >= 1)

    sweep_inbox(grace=NO_GRACE)
    pull_orders(hooked.account.pk)

    assert (Order.objects.count(), reserved()) == (1, 2)


def test_pain_02_a_webhook_and_a_poll_at_the_same_time_are_one_order(hooked: PracticeAccount) -> None:
    hooked.sell({"TAZZA": 2})
    wait_until(lambda: heard() >= 1)

    pull_orders(hooked.account.pk)
    sweep_inbox(grace=NO_GRACE)

    assert (Order.objects.count(), reserved(), InboxMessage.objects.filter(state="waiting").count()) == (1, 2, 0)


def test_pain_03_webhooks_that_the_shop_switched_off_are_made_again(hooked: PracticeAccount) -> None:
    with hooked.store.write() as change:
        change.db.execute("UPDATE webhooks SET status = 'disabled'")

    assert check_webhooks(hooked.account.pk) is False

    assert [row["status"] for row in hooked.store.rows("SELECT status FROM webhooks")] == ["active"] * 4
    assert Card.objects.get(closed_at=None).kind == "channels.webhooks_asleep"
    assert check_webhooks(hooked.account.pk) is True


def test_pain_03_lost_webhooks_cost_nothing(hooked: PracticeAccount) -> None:
    hooked.fault("webhook_lost")
    hooked.sell({"TAZZA": 1})

    pull_orders(hooked.account.pk)

    assert (heard(), Order.objects.count()) == (0, 1)


def test_pain_04_updates_out_of_order_end_in_the_newest_state(hooked: PracticeAccount) -> None:
    hooked.fault("webhook_reorder", count=3)
    order_id = hooked.sell({"TAZZA": 2})["order_id"]
    hooked.staff("change_quantity", order_id=order_id, quantity=5)
    hooked.staff("change_quantity", order_id=order_id, quantity=4)
    wait_until(lambda: is_delivered(hooked))

    sweep_inbox(grace=NO_GRACE)
    pull_orders(hooked.account.pk)
    sweep_inbox(grace=NO_GRACE)

    assert (Order.objects.get().lines.get().quantity, reserved()) == (4, 4)


def test_pain_04_changes_within_one_second_are_all_followed(shop: PracticeAccount) -> None:
    """No webhook, and the same modified second: the body differs and is not strictly newer, so it is fetched again."""
    order_id = shop.sell({"TAZZA": 2})["order_id"]
    pull_orders(shop.account.pk)
    modified = shop.store.rows("SELECT modified FROM orders WHERE id = ?", order_id)[0]["modified"]
    shop.staff("change_quantity", order_id=order_id, quantity=6)
    with shop.store.write() as change:
        change.db.execute("UPDATE orders SET modified = ? WHERE id = ?", (modified, order_id))

    pull_orders(shop.account.pk)
    sweep_inbox(grace=NO_GRACE)

    assert (Order.objects.get().lines.get().quantity, reserved()) == (6, 6)


def test_pain_10_a_shop_that_fails_for_a_while_loses_nothing(hooked: PracticeAccount, clock: Any) -> None:
    hooked.sell({"TAZZA": 1})
    wait_until(lambda: heard() >= 1)
    for kind in ("server_error", "html_answer", "rate_limited"):
        hooked.fault(kind, count=8, methods=["GET"])

    for _attempt in range(40):
        sweep_inbox(grace=NO_GRACE)
        clock.advance(120)
        if Order.objects.exists():
            break

    assert (Order.objects.count(), Card.objects.filter(closed_at=None, kind="channels.unfetched_order").count()) == (1, 0)


def test_a_wrongly_signed_webhook_changes_nothing(hooked: PracticeAccount) -> None:
    hooked.fault("webhook_bad_signature")
    hooked.sell({"TAZZA": 1})
    wait_until(lambda: is_delivered(hooked))

    assert InboxMessage.objects.count() == 0


def test_pain_29_the_echo_of_our_own_number_is_dropped(shop: PracticeAccount, door: str, wheels: Wheels) -> None:
    shop.account.settings = {"webhook_topics": ["product.updated"]}
    shop.account.save()
    wheels.settle()
    register_webhooks(shop.account.pk)
    shop.staff("edit_stock", product_id=shop.items["TAZZA"], quantity=3)
    wait_until(lambda: heard("product.changed") >= 1)

    assert watch_products(shop.account.pk) == 1
    wheels.settle()
    assert shop.shows("TAZZA") == 20
    wait_until(lambda: heard("product.changed") >= 2 and is_delivered(shop))

    assert watch_products(shop.account.pk) == 0
    states = InboxMessage.objects.filter(kind="product.changed").order_by("pk").values_list("state", "outcome")
    assert (states[0], set(states[1:])) == (("done", "seen"), {("dropped", "echo")})
