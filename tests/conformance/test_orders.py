"""PAINS.md rows 5 to 9, 13, 14, 16, 23 and 30: what becomes of orders that are edited, refunded, binned, broken or unmapped."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Sum

from channels.models import Account, InboxMessage, Listing
from channels.services import rounds
from channels.services.connecting.opening import open_account
from channels.services.connecting.rehearsing import rehearse
from channels.services.importing.pulling import pull_orders
from channels.services.importing.retrying import import_again, retry_card
from channels.services.importing.sweeping import sweep_inbox
from channels.services.matching import bind_listing, match_listings
from erp.core.models import Card, HttpExchange
from erp.practice.woocommerce import seeding
from inventory.models import Allotment, StockLevel
from orders.models import Hold, Order, OrderLine, Refund
from tests.clocks import ClockHand
from tests.factories.inventory import make_variant
from tests.factories.users import make_user
from tests.flows.house import PracticeAccount, Wheels

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NO_GRACE = timedelta(0)
QUERIES_OF_A_QUIET_POLL = 16  # one of them logs the call


def read(shop: PracticeAccount) -> None:
    pull_orders(shop.account.pk)
    sweep_inbox(grace=NO_GRACE)


def reserved(sku: str = "TAZZA") -> int:
    return int(StockLevel.objects.get(variant__sku=sku).reserved)


def break_order(shop: PracticeAccount, order_id: int, path: str, value: object) -> None:
    with shop.store.write() as change:
        change.db.execute("UPDATE orders SET doc = json_set(doc, ?, ?) WHERE id = ?", (path, value, order_id))


def test_pain_05_a_shop_in_another_time_zone_loses_nothing(shop: PracticeAccount, clock: ClockHand) -> None:
    read(shop)
    for _ in range(3):
        clock.advance(40 * 60)
        shop.sell({"TAZZA": 1})
        read(shop)

    assert (Order.objects.count(), reserved()) == (3, 3)


@pytest.mark.parametrize("refunded", [1, 3])
def test_pain_22_a_poll_of_what_did_not_change_is_one_question_and_writes_nothing(
    shop: PracticeAccount, refunded: int, django_assert_num_queries: Any
) -> None:
    for _sale in range(refunded):
        sold = shop.sell({"TAZZA": 2})["order_id"]
        shop.staff("refund", order_id=sold, lines={0: 1}, restock=True)
    read(shop)
    assert (Refund.objects.count(), reserved()) == (refunded, refunded)
    asked = HttpExchange.objects.count()

    with django_assert_num_queries(QUERIES_OF_A_QUIET_POLL):
        pull_orders(shop.account.pk)

    assert HttpExchange.objects.count() == asked + 1


def test_pain_07_a_poison_order_in_the_middle_of_a_page_holds_up_none(shop: PracticeAccount) -> None:
    sales = [shop.sell({"TAZZA": 1})["order_id"] for _ in range(5)]
    break_order(shop, sales[2], "$.line_items[0].quantity", 10**15)

    read(shop)

    good = sorted(str(sale) for sale in sales if sale != sales[2])
    assert sorted(Order.objects.values_list("external_id", flat=True)) == good
    assert (reserved(), InboxMessage.objects.get(state="parked").external_id) == (4, str(sales[2]))


def test_pain_09_what_cannot_be_read_is_a_card_with_a_retry_that_works(shop: PracticeAccount, owner: User) -> None:
    sale = shop.sell({"TAZZA": 1})["order_id"]
    break_order(shop, sale, "$.line_items[0].quantity", 10**15)
    read(shop)
    card = Card.objects.get(kind__startswith="channels.", closed_at=None)

    break_order(shop, sale, "$.line_items[0].quantity", 1)
    retry_card(card.subject, by=owner)
    sweep_inbox(grace=NO_GRACE)

    assert (Order.objects.get().external_id, Card.objects.filter(kind=card.kind, closed_at=None).count()) == (str(sale), 0)


def test_pain_08_an_unmapped_line_keeps_its_order_and_resumes(shop: PracticeAccount, owner: User, wheels: Wheels) -> None:
    item = seeding.add_product(shop.store, "Vassoio", price="30.00", sku="VASSOIO-X", stock=5)
    with_tray = {**shop.items, "VASSOIO-X": item}
    shop.items.update(with_tray)
    shop.sell({"TAZZA": 1, "VASSOIO-X": 1})
    read(shop)
    order = Order.objects.get()
    assert (order.status, Hold.objects.get().kind, reserved()) == ("held", "unmapped_line", 1)

    tray = make_variant("TRAY")
    bind_listing(Listing.objects.get(external_item=str(item)).pk, variant_id=tray.pk, by=owner)
    wheels.turn()

    line = OrderLine.objects.get(sku="VASSOIO-X")
    assert (line.variant_id, Hold.objects.filter(kind="unmapped_line", released_at=None).count()) == (tray.pk, 0)


def test_pain_16_an_edit_in_the_shop_is_applied(shop: PracticeAccount) -> None:
    sale = shop.sell({"TAZZA": 2})["order_id"]
    read(shop)
    shop.staff("change_quantity", order_id=sale, quantity=4)
    shop.staff("add_line", order_id=sale, product_id=shop.items["PIATTO"])

    read(shop)

    state = shop.store.rows("SELECT doc ->> 'total' AS total FROM orders WHERE id = ?", sale)[0]
    assert (str(Order.objects.get().total), reserved("TAZZA"), reserved("PIATTO")) == (state["total"], 4, 1)


def test_a_cancel_puts_the_pieces_back_into_the_window(shop: PracticeAccount, wheels: Wheels) -> None:
    wheels.settle()
    sale = shop.sell({"TAZZA": 2})["order_id"]
    read(shop)
    shop.staff("cancel_order", order_id=sale)

    read(shop)

    window = Allotment.objects.get(window=f"terramare|{shop.items['TAZZA']}|")
    assert (Order.objects.get().status, reserved(), window.sold_read, window.restocked_read) == ("cancelled", 0, 2, 2)


@pytest.mark.parametrize(("restock", "put_back"), [(True, 1), (False, 0)])
def test_pain_13_a_partial_refund_has_its_money_and_its_pieces(shop: PracticeAccount, wheels: Wheels, restock: bool, put_back: int) -> None:
    wheels.settle()
    sale = shop.sell({"TAZZA": 3})["order_id"]
    read(shop)
    shop.staff("refund", order_id=sale, lines={"0": 1}, restock=restock)

    read(shop)
    read(shop)

    order, refund = Order.objects.get(), Refund.objects.get()
    window = Allotment.objects.get(window=f"terramare|{shop.items['TAZZA']}|")
    assert (order.refunded, refund.amount > 0, refund.lines.get().quantity) == (refund.amount, True, 1)
    assert (reserved(), window.sold_read, window.restocked_read) == (2, 3, put_back)


def test_pain_14_a_refund_deleted_in_the_shop_is_taken_back(shop: PracticeAccount) -> None:
    """Deleting it does not touch the order's modified date: the body differs without being newer, so the order is fetched again."""
    sale = shop.sell({"TAZZA": 3})["order_id"]
    refund = shop.staff("refund", order_id=sale, amount="5.00")
    read(shop)
    assert str(Order.objects.get().refunded) == "5.00"

    shop.staff("remove_refund", order_id=sale, refund_id=refund["id"])
    read(shop)

    assert (str(Order.objects.get().refunded), Refund.objects.filter(deleted_at=None).count()) == ("0.00", 0)


def test_a_binned_order_keeps_its_pieces_under_a_hold_until_it_is_deleted(shop: PracticeAccount) -> None:
    sale = shop.sell({"TAZZA": 2})["order_id"]
    read(shop)
    shop.staff("trash_order", order_id=sale)
    import_again(shop.account.pk, str(sale), by=make_user())
    assert (Order.objects.get().status, reserved(), Hold.objects.get(released_at=None).kind) == ("held", 2, "trashed")

    shop.staff("delete_order", order_id=sale)
    import_again(shop.account.pk, str(sale), by=make_user())

    assert (Order.objects.get().status, Order.objects.get().is_restocked, reserved()) == ("cancelled", False, 0)


def test_a_binned_order_that_is_taken_out_again_goes_on(shop: PracticeAccount) -> None:
    sale = shop.sell({"TAZZA": 2})["order_id"]
    read(shop)
    shop.staff("trash_order", order_id=sale)
    import_again(shop.account.pk, str(sale), by=make_user())
    shop.staff("untrash_order", order_id=sale)

    import_again(shop.account.pk, str(sale), by=make_user())

    assert (Order.objects.get().status, reserved(), Hold.objects.filter(released_at=None).count()) == ("released", 2, 0)


def test_an_unpaid_order_that_never_lowered_the_number_is_not_a_sale_yet(shop: PracticeAccount) -> None:
    sale = shop.staff("create_order", product_id=shop.items["TAZZA"], quantity=2, status="pending")
    read(shop)
    assert (Order.objects.get().treatment, reserved()) == ("ignore", 0)

    shop.staff("pay_anyway", order_id=sale["id"])
    read(shop)

    assert (Order.objects.get().status, reserved()) == ("released", 2)


def test_pain_23_two_items_that_reach_one_product_bind_neither(shop: PracticeAccount) -> None:
    by_sku = seeding.add_product(shop.store, "A", price="5.00", sku="TWIN", stock=1)
    by_gtin = seeding.add_product(shop.store, "B", price="5.00", gtin="8001234567893", stock=1)
    make_variant("TWIN", gtin="8001234567893")

    match_listings(shop.account.pk)

    assert set(Listing.objects.filter(external_item__in=[str(by_sku), str(by_gtin)]).values_list("binding", flat=True)) == {"double"}
    assert Card.objects.filter(kind="channels.double_listing", closed_at=None).count() == 2


def test_pain_23_a_product_deleted_in_the_shop_stays_here(shop: PracticeAccount, clock: ClockHand) -> None:
    clock.advance(60)
    shop.staff("remove_product", product_id=shop.items["PIATTO"])

    rounds.match_all()

    row = Listing.objects.get(external_item=str(shop.items["PIATTO"]))
    assert (row.is_present, row.variant is not None) == (False, True)


def test_pain_30_a_rehearsal_writes_nothing_in_the_shop(shop: PracticeAccount, owner: User) -> None:
    shop.sell({"TAZZA": 1})
    key, secret = seeding.add_key(shop.store)
    keys = {"consumer_key": key, "consumer_secret": secret}
    second = open_account(code="second", name="Second", connector="woocommerce", base_url=shop.site.url, keys=keys, by=owner)
    writes = shop.store.rows("SELECT COUNT(*) AS number FROM stock_writes")[0]["number"]

    plan = rehearse(second.pk, by=owner)

    calls = HttpExchange.objects.filter(source="second").exclude(method="GET").values_list("method", "request_body")
    assert set(calls) <= {("POST", "{}")}  # the empty batch that proves the right to write
    assert shop.store.rows("SELECT COUNT(*) AS number FROM stock_writes")[0]["number"] == writes
    assert shop.store.rows("SELECT id FROM webhooks") == []
    assert (plan["links"], plan["orders"]["treatments"], Order.objects.filter(source="second").count()) == (2, {"live": 1}, 0)
    assert Account.objects.get(pk=second.pk).state == "rehearsed"


def test_every_order_of_the_shop_is_here_with_its_money(shop: PracticeAccount) -> None:
    for pieces in (1, 2, 3):
        shop.sell({"TAZZA": pieces, "PIATTO": 1})
    read(shop)

    theirs = shop.store.rows("SELECT SUM(CAST(ROUND(doc ->> 'total' * 100) AS INTEGER)) AS cents FROM orders WHERE type = 'order'")[0][
        "cents"
    ]
    assert int(Order.objects.aggregate(total=Sum("total"))["total"] * 100) == theirs
    assert [str(order.rounding) for order in Order.objects.all()] == ["0.00"] * 3
