"""Numbers sent to a running practice shop: absolute, per parent, each answered on its own, never twice."""

from decimal import Decimal

import pytest

from channels.contract import AuthExpired, Forbidden, RateLimited, Rejected, StockTarget, Unknown
from erp.practice.woocommerce import seeding, staff
from erp.practice.woocommerce.seeding import Variation
from tests.fixtures.woocommerce.connecting import Keys, connect

D = Decimal


def target(item: int, quantity, parent: int | str = "", **more) -> StockTarget:
    return StockTarget(str(item), quantity, external_parent=str(parent), **more)


def number(store, item: int):
    return store.rows("SELECT stock_quantity FROM products WHERE id = ?", item)[0]["stock_quantity"]


@pytest.fixture
def shirt(store) -> tuple[int, list[int]]:
    sizes = [Variation({"Taglia": size}, "19.90", sku=f"MAGLIA-{size}", stock=5) for size in ("S", "M", "L")]
    return seeding.add_variable_product(store, "Maglia", sizes)


def test_products_and_variations_are_written_in_one_go(shop, store, mug, shirt):
    parent, sizes = shirt
    batch = [target(mug, 7), target(sizes[0], 0, parent), target(sizes[1], 3, parent)]

    result = shop.publish_stock(batch, "key-1")

    assert [(row.target, row.quantity) for row in result.done] == [(batch[0], D(7)), (batch[1], D(0)), (batch[2], D(3))]
    assert (result.rejected, result.unknown, result.unsent, result.failure) == ((), (), (), None)
    assert [number(store, item) for item in (mug, sizes[0], sizes[1], sizes[2])] == [7, 0, 3, 5]


def test_a_variation_is_written_through_its_parent_only(shop, store, mug, shirt):
    _parent, sizes = shirt
    result = shop.publish_stock([target(sizes[0], 1), target(mug, 2)], "k")
    assert [(row.target.external_item, row.quantity) for row in result.done] == [(str(mug), D(2))]
    assert [row.target.external_item for row in result.rejected] == [str(sizes[0])]
    assert number(store, sizes[0]) == 5


@pytest.mark.parametrize("quantity", ["abc", 2.7, D("2"), None, -1, True, 10_000_000])
def test_what_the_shop_would_misread_never_leaves(shop, store, mug, quantity):
    """`products/batch` turns "abc" into 0 and 2.7 into 2."""
    result = shop.publish_stock([target(mug, quantity)], "k")
    assert [row.error.code for row in result.rejected] == ["invalid_quantity"]
    assert number(store, mug) == 10


def test_a_difference_or_a_comparison_is_refused(shop, store, mug):
    batch = [target(mug, 3, expected=10), target(mug, None, difference=-1)]
    assert [row.error.code for row in shop.publish_stock(batch, "k").rejected] == ["only_absolute", "only_absolute"]
    assert number(store, mug) == 10


def test_an_item_of_another_platform_is_refused(shop):
    result = shop.publish_stock([StockTarget("gid://shopify/1", 3), StockTarget("5", 1, external_parent="x")], "k")
    assert [row.error.code for row in result.rejected] == ["invalid_item", "invalid_item"]


def test_pain_19_one_bad_item_fails_alone_inside_a_200(shop, store, mug):
    result = shop.publish_stock([target(999_999, 4), target(mug, 4)], "k")
    assert [(row.target.external_item, row.quantity) for row in result.done] == [(str(mug), D(4))]
    assert [(row.target.external_item, row.error.code != "") for row in result.rejected] == [("999999", True)]


def test_a_half_failed_batch_says_which_half(shop, store, mug, control):
    other = seeding.add_product(store, "Piatto", price="9.90", stock=8)
    control.add_fault("partial_batch", count=1, share=1.0)
    result = shop.publish_stock([target(mug, 1), target(other, 1)], "k")
    assert len(result.rejected) == 2
    assert [number(store, item) for item in (mug, other)] == [10, 8]


def test_more_than_a_hundred_go_in_several_calls(running, keys, store):
    kept: list = []
    items = [seeding.add_product(store, f"P{n}", price="1.00", stock=1) for n in range(101)]
    result = connect(running.url, keys=keys, kept=kept).publish_stock([target(item, 2) for item in items], "k")
    assert len(result.done) == 101
    assert [(row.method, row.status) for row in kept] == [("POST", 200), ("POST", 200)]


def test_a_parent_that_is_gone_rejects_its_variations_only(shop, store, mug):
    result = shop.publish_stock([target(5, 1, parent=999_999), target(mug, 2)], "k")
    assert [row.error.code for row in result.rejected] == ["woocommerce_rest_product_variation_invalid_id"]
    assert [row.target.external_item for row in result.done] == [str(mug)]


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
def test_pain_17_a_lost_answer_is_unknown_is_not_repeated_and_stops_the_rest(running, keys, store, mug, shirt, control, fault):
    parent, sizes = shirt
    kept: list = []
    control.add_fault(fault, count=1, seconds=0, path="/products/batch")
    result = connect(running.url, keys=keys, kept=kept).publish_stock([target(mug, 4), target(sizes[0], 4, parent)], "k")
    assert ([row.external_item for row in result.unknown], [row.external_item for row in result.unsent]) == ([str(mug)], [str(sizes[0])])
    assert isinstance(result.failure, Unknown)
    assert len(kept) == 1
    assert [number(store, item) for item in (mug, sizes[0])] == [4 if fault == "timeout_after" else 10, 5]


def test_a_write_that_lands_late_was_unknown(running, keys, store, mug, control):
    control.add_fault("late_write", count=1, seconds=0, delay=3600, path="/products/batch")
    result = connect(running.url, keys=keys).publish_stock([target(mug, 3)], "k")
    assert [row.external_item for row in result.unknown] == [str(mug)]
    assert number(store, mug) == 10
    running.site.rest.land_late()
    assert number(store, mug) == 3


@pytest.mark.parametrize("fault", [{"kind": "server_error", "status": 502}, {"kind": "html_answer", "status": 200}])
def test_an_answer_that_is_none_leaves_a_write_unknown(shop, mug, control, fault):
    control.add_fault(count=1, methods=["POST"], **fault)
    result = shop.publish_stock([target(mug, 4)], "k")
    assert ([row.external_item for row in result.unknown], type(result.failure)) == ([str(mug)], Unknown)


def test_pain_22_a_limit_leaves_everything_unsent(shop, store, mug, control):
    control.add_fault("rate_limited", count=1, methods=["POST"], retry_after=40)
    result = shop.publish_stock([target(mug, 4)], "k")
    assert ([row.external_item for row in result.unsent], type(result.failure)) == ([str(mug)], RateLimited)
    assert number(store, mug) == 10


def test_keys_that_may_only_read_leave_everything_unsent(running, store, mug):
    key, secret = seeding.add_key(store, permissions="read")
    result = connect(running.url, keys=Keys(consumer_key=key, consumer_secret=secret)).publish_stock([target(mug, 4)], "k")
    assert ([row.external_item for row in result.unsent], type(result.failure)) == ([str(mug)], Forbidden)


def test_wrong_keys_leave_everything_unsent(running, keys, mug):
    result = connect(running.url, keys=Keys(consumer_key=keys.keys["consumer_key"], consumer_secret="cs_wrong")).publish_stock(
        [target(mug, 4)], "k"
    )
    assert ([row.external_item for row in result.unsent], type(result.failure)) == ([str(mug)], AuthExpired)


def test_what_the_shop_shows_is_read_back_in_the_order_asked(shop, buyer, mug, shirt):
    parent, sizes = shirt
    buyer.check_out([(mug, 3)])
    items = [(str(sizes[1]), str(parent)), (str(mug), ""), ("999999", ""), ("7", "999999")]

    found = shop.read_stock(items)

    assert [(row.external_item, row.quantity, row.is_found, row.manages_stock) for row in found] == [
        (str(sizes[1]), D(5), True, True),
        (str(mug), D(7), True, True),
        ("999999", None, False, False),
        ("7", None, False, False),
    ]


def sold_how(store, item: int) -> tuple[int, str, int | None]:
    row = store.rows("SELECT manage_stock, backorders, stock_quantity FROM products WHERE id = ?", item)[0]
    return row["manage_stock"], row["backorders"], row["stock_quantity"]


def test_one_click_makes_the_shop_sell_from_counted_stock_only(shop, store, mug, shirt):
    parent, sizes = shirt
    staff.edit_product(store, product_id=mug, backorders="yes")
    staff.edit_product(store, product_id=sizes[0], manage_stock=False)

    readings = [shop.mend_listing(str(mug), ""), shop.mend_listing(str(sizes[0]), str(parent))]

    assert [(row.quantity, row.manages_stock, row.allows_backorders) for row in readings] == [(D(10), True, False), (D(0), True, False)]
    assert [sold_how(store, item) for item in (mug, sizes[0])] == [(1, "no", 10), (1, "no", 0)]


def test_an_item_that_the_shop_does_not_have_cannot_be_mended(shop, store, mug):
    with pytest.raises(Rejected):
        shop.mend_listing("999999", "")
