"""Orders read from a running practice shop: paging while the list moves, restarts, refunds, deletions, faults."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.connectors.woocommerce import pulling
from channels.contract import Budget, Cursor, NotFound, OrderPage, RateLimited, Temporary
from erp.core import clock as the_clock
from erp.practice.woocommerce import seeding, staff
from tests.fixtures.woocommerce.connecting import connect

pytestmark = pytest.mark.slow(seconds=0.2)


def pull_all(shop, cursor: Cursor | None = None, items: int = 3) -> tuple[list[str], Cursor]:
    found: list[str] = []
    while True:
        page: OrderPage = shop.pull_orders(cursor, Budget(items))
        found += [raw.external_id for raw in page.orders]
        cursor = page.cursor
        if not page.more:
            return found, cursor


def sell(buyer, mug: int, number: int) -> list[str]:
    return [str(buyer.check_out([(mug, 1)])["order_id"]) for _ in range(number)]


def moved(store, order_id: str, gmt: str) -> None:
    """Put an order's modified time where the test wants it."""
    with store.write() as change:
        change.db.execute("UPDATE orders SET modified = ?, doc = json_set(doc, '$.date_modified', ?) WHERE id = ?", (gmt, gmt, order_id))


def test_every_order_comes_once_in_pages_of_any_size(shop, buyer, mug):
    sold = sell(buyer, mug, 7)
    for items in (1, 2, 3, 7, 50):
        assert sorted(pull_all(shop, items=items)[0]) == sorted(sold)


def test_pain_05_more_orders_in_one_second_than_a_page_holds(shop, buyer, mug, store):
    sold = sell(buyer, mug, 9)
    for order_id in sold:
        moved(store, order_id, "2026-11-20T10:00:00")
    assert sorted(pull_all(shop, items=2)[0]) == sorted(sold)


def test_pain_05_even_more_than_an_address_can_exclude(shop, buyer, mug, store, monkeypatch):
    monkeypatch.setattr(pulling, "LONGEST_EXCLUDE", 3)
    sold = sell(buyer, mug, 9)
    for order_id in sold:
        moved(store, order_id, "2026-11-20T10:00:00")
    assert sorted(pull_all(shop, items=2)[0]) == sorted(sold)


def test_orders_that_change_while_the_pages_are_read_are_not_missed(shop, buyer, mug, store):
    sold = sell(buyer, mug, 6)
    for second, order_id in enumerate(sold):
        moved(store, order_id, f"2026-11-20T10:00:0{second}")
    first = shop.pull_orders(None, Budget(2))
    moved(store, sold[0], "2026-11-20T11:00:00")

    rest, _ = pull_all(shop, first.cursor, items=2)

    assert [raw.external_id for raw in first.orders] == sold[:2]
    assert rest == [*sold[2:], sold[0]]


def test_pain_05_a_poll_overlaps_by_ten_minutes_and_asks_in_utc(shop, buyer, mug, store):
    old, recent = sell(buyer, mug, 2)
    moved(store, old, "2026-11-20T09:49:00")
    moved(store, recent, "2026-11-20T09:51:00")
    cursor = shop.first_cursor(datetime(2026, 11, 20, 10, 0, tzinfo=UTC))
    assert pull_all(shop, cursor)[0] == [recent]


def test_pain_06_a_cursor_continues_where_it_stood_and_goes_back_on_request(shop, buyer, mug, store):
    sold = sell(buyer, mug, 3)
    for hour, order_id in enumerate(sold, start=8):
        moved(store, order_id, f"2026-11-20T{hour:02}:00:00")
    _, cursor = pull_all(shop)

    assert pull_all(shop, cursor)[0] == [sold[2]]
    assert pull_all(shop, shop.rewind(cursor, timedelta(hours=1)))[0] == sold[1:]


def test_an_empty_pull_keeps_the_cursor_where_it_was(shop):
    since = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    cursor = shop.first_cursor(since)
    for _ in range(3):
        cursor = shop.pull_orders(cursor, Budget(5)).cursor
    assert shop.first_cursor(since) == cursor


def test_a_clock_that_ran_ahead_and_was_put_right_hides_no_sale(shop, buyer, mug, control):
    control.add_fault("clock_skew", seconds=7200)
    ahead = sell(buyer, mug, 1)
    _, cursor = pull_all(
        connect(
            shop._client.connection.base_url, keys=shop._client.connection.credentials, now=lambda: the_clock.now() + timedelta(hours=2)
        )
    )
    control.clear_faults("clock_skew")
    later = sell(buyer, mug, 1)

    assert sorted(pull_all(shop, cursor)[0]) == sorted(ahead + later)


def test_a_body_is_kept_character_for_character(shop, buyer, mug):
    (order_id,) = sell(buyer, mug, 1)
    page = shop.pull_orders(None, Budget(5))
    assert page.orders[0].body == shop.get_order(order_id).body
    assert page.orders[0].digest == shop.get_order(order_id).digest
    assert '"price":10.' in page.orders[0].body.replace(" ", "")


def test_pain_13_refunds_come_with_their_details_alone_and_in_a_page(shop, buyer, mug, store):
    first, second, third = sell(buyer, mug, 3)
    staff.refund(store, order_id=int(first), lines={0: 1}, restock=False)
    staff.refund(store, order_id=int(second), amount="2.00")

    raws = shop.pull_orders(None, Budget(50)).orders
    pages = {raw.external_id: shop.normalise(raw) for raw in shop.complete_orders(raws)}
    details = {number: [refund.has_details for refund in pages[number].refunds] for number in (first, second, third)}
    assert details == {first: [True], second: [True], third: []}
    assert [line.restocked for line in pages[first].refunds[0].lines] == [0]
    assert pages[second].refunds[0].residual_reason == "amount_only"
    assert shop.normalise(shop.get_order(first)) == pages[first]
    assert [raw.digest for raw in raws] == [shop.get_order(number).digest for number in (first, second, third)]


def test_pain_14_a_refund_that_restocks_says_so(shop, buyer, mug, store):
    sold = buyer.check_out([(mug, 3)])
    staff.refund(store, order_id=sold["order_id"], lines={0: 2}, restock=True)
    order = shop.normalise(shop.get_order(str(sold["order_id"])))
    assert (order.lines[0].lowered, order.lines[0].restocked, order.lines[0].refunded) == (1, 2, 2)
    assert [(line.quantity, line.restocked) for line in order.refunds[0].lines] == [(2, 2)]


def test_deleting_a_refund_is_seen_when_the_order_is_read(shop, buyer, mug, store):
    (order_id,) = sell(buyer, mug, 1)
    refund = staff.refund(store, order_id=int(order_id), amount="2.00")
    before = shop.get_order(order_id)
    staff.remove_refund(store, order_id=int(order_id), refund_id=refund["id"])
    after = shop.get_order(order_id)
    assert (len(shop.normalise(before).refunds), len(shop.normalise(after).refunds)) == (1, 0)
    assert (before.updated_at == after.updated_at, before.digest == after.digest) == (True, False)


def test_a_trashed_order_leaves_the_list_but_not_the_shop_and_a_deleted_one_is_gone(shop, buyer, mug, store):
    kept, trashed, deleted = sell(buyer, mug, 3)
    staff.trash_order(store, order_id=int(trashed))
    staff.delete_order(store, order_id=int(deleted))

    assert pull_all(shop)[0] == [kept]
    found = shop.normalise(shop.get_order(trashed))
    assert (found.status, found.state, found.lines[0].lowered) == ("trash", "trashed", 1)
    with pytest.raises(NotFound):
        shop.get_order(deleted)


def test_cancelling_takes_the_mark_off_the_line(shop, buyer, mug, store):
    (order_id,) = sell(buyer, mug, 1)
    staff.cancel_order(store, order_id=int(order_id))
    order = shop.normalise(shop.get_order(order_id))
    assert (order.state, order.lines[0].lowered, order.never_lowered) == ("cancelled", None, False)


def test_pain_15_edits_leave_nothing_unexplained(shop, buyer, mug, store):
    seeding.add_coupon(store, "dieci", discount_type="percent", amount="10")
    order_id = buyer.check_out([(mug, 3)], coupons=["dieci"])["order_id"]
    steps = [
        lambda: staff.change_quantity(store, order_id=order_id, quantity=2),
        lambda: staff.add_line(store, order_id=order_id, product_id=mug, quantity=1),
        lambda: staff.change_quantity(store, order_id=order_id, quantity=5),
    ]
    for step in steps:
        step()
        order = shop.normalise(shop.get_order(str(order_id)))
        parts = (
            sum(line.net_before_discount - line.discount_net for line in order.lines) + sum(row.net for row in order.shipping) + order.tax
        )
        assert parts + order.residual == order.total
        assert order.residual_reason in {"", "rounding"}


@pytest.mark.parametrize("method", ["stripe", "bacs", "cod", "ppcp-gateway"])
def test_pain_26_each_way_to_pay_is_told_apart(shop, buyer, mug, method):
    sold = buyer.check_out([(mug, 1)], payment_method=method)
    order = shop.normalise(shop.get_order(str(sold["order_id"])))
    expected = {
        "stripe": ("open", "captured"),
        "bacs": ("waiting", "pending"),
        "cod": ("open", "on_delivery"),
        "ppcp-gateway": ("unpaid", "pending"),
    }
    assert (order.state, order.payments[0].state) == expected[method]
    assert order.never_lowered is (method == "ppcp-gateway")


@pytest.mark.parametrize(
    "fault", [{"kind": "server_error", "status": 503}, {"kind": "html_answer", "status": 200}, {"kind": "rate_limited", "retry_after": 0}]
)
def test_pain_03_one_bad_answer_costs_nothing(shop, buyer, mug, control, fault):
    sold = sell(buyer, mug, 2)
    control.add_fault(count=1, **fault)
    assert pull_all(shop)[0] == sold


def test_pain_22_a_long_wait_is_handed_up(shop, control):
    control.add_fault("rate_limited", count=1, retry_after=90)
    with pytest.raises(RateLimited) as failure:
        shop.pull_orders(None, Budget(5))
    assert failure.value.wait == timedelta(seconds=90)


def test_a_shop_that_hangs_is_temporary(running, keys, control):
    control.add_fault("latency", ms=1500, path="/orders")
    with pytest.raises(Temporary):
        connect(running.url, keys=keys, timeout_seconds=0.3).pull_orders(None, Budget(5))


def test_pages_that_shift_under_the_reader_lose_nothing(shop, buyer, mug, control):
    sold = sell(buyer, mug, 6)
    control.add_fault("page_shift", path="/orders")
    assert sorted(set(pull_all(shop, items=2)[0])) == sorted(sold)


def test_cash_on_delivery_that_came_in_is_captured_and_finished(shop, buyer, mug, store):
    order_id = buyer.check_out([(mug, 1)], payment_method="cod")["order_id"]
    staff.set_order_status(store, order_id=order_id, status="completed")
    order = shop.normalise(shop.get_order(str(order_id)))
    assert (order.state, order.is_paid, [row.state for row in order.payments]) == ("finished", True, ["captured"])


def test_pain_08_a_product_deleted_for_good_leaves_its_line(shop, buyer, mug, store):
    order_id = buyer.check_out([(mug, 2)])["order_id"]
    staff.remove_product(store, product_id=mug)
    (line,) = shop.normalise(shop.get_order(str(order_id))).lines
    assert (line.external_item, line.sku, line.title, line.quantity, line.lowered) == ("", "", "Tazza", 2, 2)


def test_fiscal_fields_typed_at_the_till_arrive(shop, buyer, mug):
    order_id = buyer.check_out([(mug, 1)], meta={"_billing_cf": "BNCMRA80A41L219M"})["order_id"]
    assert shop.normalise(shop.get_order(str(order_id))).customer.fiscal.codice_fiscale == "BNCMRA80A41L219M"
