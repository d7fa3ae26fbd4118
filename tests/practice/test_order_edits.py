"""Orders changed after they were placed, through REST and by the shop's staff: money, stock and the traps in between."""

from typing import Any

import pytest

from erp.practice.woocommerce import Buyer, Control, Store, seeding, staff
from tests.practice.caller import Caller


@pytest.fixture
def order(buyer: Buyer, mug: int) -> int:
    return int(buyer.check_out([(mug, 3)])["order_id"])


def stock(api: Caller, product: int) -> int:
    return int(api.get(f"/products/{product}")["stock_quantity"])


def parts(body: dict[str, Any]) -> float:
    """What the order's rows add up to."""
    rows = body["line_items"] + body["shipping_lines"] + body["fee_lines"]
    return round(sum(float(row["total"]) + float(row["total_tax"]) for row in rows), 2)


def test_a_quantity_changed_alone_keeps_the_old_money_and_moves_the_stock(api: Caller, order: int, mug: int) -> None:
    line = api.get(f"/orders/{order}")["line_items"][0]
    edited = api.put(f"/orders/{order}", {"line_items": [{"id": line["id"], "quantity": 5}]})

    assert (edited["line_items"][0]["quantity"], edited["line_items"][0]["total"]) == (5, line["total"])
    assert stock(api, mug) == 5
    assert edited["line_items"][0]["meta_data"][0]["value"] == "5"


def test_a_quantity_changed_by_staff_changes_the_money_too(api: Caller, store: Store, order: int, mug: int) -> None:
    staff.change_quantity(store, order_id=order, quantity=1)
    edited = api.get(f"/orders/{order}")

    assert (edited["line_items"][0]["total"], edited["line_items"][0]["total_tax"]) == ("10.57", "2.33")
    assert (edited["total"], parts(edited)) == ("19.81", 19.81)
    assert stock(api, mug) == 9


def test_a_line_is_taken_away_by_quantity_zero_or_an_empty_product(api: Caller, store: Store, buyer: Buyer, mug: int) -> None:
    spoon = seeding.add_product(store, "Cucchiaio", price="3.00", stock=5)
    order = buyer.check_out([(mug, 2), (spoon, 2)])["order_id"]
    cup, small = api.get(f"/orders/{order}")["line_items"]
    one_left = api.put(f"/orders/{order}", {"line_items": [{"id": cup["id"], "quantity": 0}]})
    none_left = api.put(f"/orders/{order}", {"line_items": [{"id": small["id"], "product_id": None}]})

    assert [line["name"] for line in one_left["line_items"]] == ["Cucchiaio"]
    assert (one_left["total"], parts(one_left)) == ("12.91", 12.91)
    assert (none_left["line_items"], none_left["total"]) == ([], "6.91")
    assert (stock(api, mug), stock(api, spoon)) == (10, 5)


def test_a_line_is_added_at_todays_price_even_beyond_the_stock(api: Caller, store: Store, order: int) -> None:
    rare = seeding.add_product(store, "Rara", price="12.20", stock=1)
    edited = api.put(f"/orders/{order}", {"line_items": [{"product_id": rare, "quantity": 2}]})

    assert (edited["line_items"][1]["total"], edited["line_items"][1]["total_tax"]) == ("20.00", "4.40")
    assert stock(api, rare) == -1
    assert parts(edited) == float(edited["total"])


def test_lines_of_an_unpaid_order_move_no_stock(api: Caller, buyer: Buyer, mug: int) -> None:
    pending = buyer.check_out([(mug, 2)], payment_method="ppcp-gateway")["order_id"]
    line = api.get(f"/orders/{pending}")["line_items"][0]
    api.put(f"/orders/{pending}", {"line_items": [{"id": line["id"], "quantity": 4}]})

    assert stock(api, mug) == 10
    api.put(f"/orders/{pending}", {"status": "processing"})
    assert stock(api, mug) == 6


@pytest.mark.parametrize(
    ("path", "left"),
    [
        (["on-hold"], 7),
        (["completed"], 7),
        (["failed"], 7),
        (["cancelled"], 10),
        (["cancelled", "processing"], 7),
        (["pending"], 10),
        (["failed", "processing"], 7),
        (["cancelled", "cancelled", "pending", "on-hold", "completed"], 7),
    ],
)
def test_stock_follows_the_status_once(api: Caller, order: int, mug: int, path: list[str], left: int) -> None:
    for status in path:
        assert api.put(f"/orders/{order}", {"status": status})["status"] == status

    assert stock(api, mug) == left


def test_completing_sets_its_date_once_more_than_paying(api: Caller, order: int) -> None:
    completed = api.put(f"/orders/{order}", {"status": "completed"})

    assert completed["date_completed_gmt"] is not None
    assert completed["date_paid_gmt"] is not None
    assert completed["is_editable"] is False


def test_cash_on_delivery_is_paid_when_it_is_completed(api: Caller, buyer: Buyer, mug: int) -> None:
    order = buyer.check_out([(mug, 1)], payment_method="cod")["order_id"]

    assert api.get(f"/orders/{order}")["date_paid"] is None
    assert api.put(f"/orders/{order}", {"status": "completed"})["date_paid"] is not None


def test_a_bank_transfer_that_arrives(api: Caller, buyer: Buyer, mug: int) -> None:
    order = buyer.check_out([(mug, 1)], payment_method="bacs")["order_id"]
    paid = api.put(f"/orders/{order}", {"status": "processing", "transaction_id": "TRN-1"})

    assert (paid["date_paid"] is not None, paid["transaction_id"]) == (True, "TRN-1")
    assert stock(api, mug) == 9


def test_a_coupon_added_later_and_taken_off_again(api: Caller, store: Store, order: int) -> None:
    seeding.add_coupon(store, "meta", discount_type="percent", amount="50")
    full = api.get(f"/orders/{order}")["total"]
    halved = api.put(f"/orders/{order}", {"coupon_lines": [{"code": "meta"}]})
    restored = api.put(f"/orders/{order}", {"coupon_lines": []})

    assert (halved["discount_total"], halved["total"], parts(halved)) == ("15.86", "26.26", 26.26)
    assert (restored["coupon_lines"], restored["total"]) == ([], full)


def test_shipping_and_fees_are_edited_and_an_address_decides_the_tax(api: Caller, order: int) -> None:
    shipping = api.get(f"/orders/{order}")["shipping_lines"][0]["id"]
    body = {
        "shipping_lines": [{"id": shipping, "total": "10.00"}],
        "fee_lines": [{"name": "Confezione regalo", "total": "2.00"}],
        "shipping": {"country": "DE", "city": "Berlin"},
    }
    edited = api.put(f"/orders/{order}", body)

    assert [line["rate_code"] for line in edited["tax_lines"]] == ["DE-OSS DE 19%-1"]
    assert (edited["shipping_total"], edited["shipping_tax"]) == ("10.00", "1.90")
    assert parts(edited) == float(edited["total"])
    gone = api.put(f"/orders/{order}", {"fee_lines": [{"id": edited["fee_lines"][0]["id"], "name": None}]})
    assert gone["fee_lines"] == []


def test_meta_is_written_replaced_and_removed(api: Caller, order: int) -> None:
    api.put(f"/orders/{order}", {"meta_data": [{"key": "a", "value": "1"}, {"key": "b", "value": {"x": [1]}}]})
    api.put(f"/orders/{order}", {"meta_data": [{"key": "a", "value": "2"}]})
    found = api.put(f"/orders/{order}", {"meta_data": [{"key": "b", "value": None}]})["meta_data"]

    assert [(meta["key"], meta["value"]) for meta in found] == [("is_vat_exempt", "no"), ("a", "2")]


def test_staff_do_everything_through_the_control_door(api: Caller, store: Store, control: Control, buyer: Buyer, mug: int) -> None:
    order = buyer.check_out([(mug, 2)])["order_id"]
    control.staff("change_address", order_id=order, shipping={"city": "Cuneo"})
    control.staff("write_meta", order_id=order, key="peso", value="2 kg")
    control.staff("refund", order_id=order, lines={"0": 1}, reason="rotta", restock=False)
    control.staff("trash_order", order_id=order)
    assert api.get(f"/orders/{order}")["status"] == "trash"
    control.staff("untrash_order", order_id=order)
    shown = api.get(f"/orders/{order}")

    assert (shown["status"], shown["shipping"]["city"], shown["refunds"][0]["total"]) == ("processing", "Cuneo", "-12.90")
    made = control.staff("create_order", product_id=mug, quantity=20)
    assert (made["created_via"], stock(api, mug)) == ("admin", -12)
    control.staff("edit_product", product_id=mug, backorders="yes", regular_price="11.00")
    assert api.get(f"/products/{mug}")["price"] == "11.00"
    control.staff("delete_order", order_id=order)
    assert api.call("GET", f"/orders/{order}").status == 404
    with pytest.raises(ValueError, match="Staff know"):
        control.staff("burn_down")


def test_a_status_of_the_shops_own_and_an_order_without_a_person(api: Caller, store: Store, order: int) -> None:
    store.set("own_statuses", {"in-consegna": "In consegna"})
    staff.set_order_status(store, order_id=order, status="in-consegna")
    staff.erase_personal_data(store, order_id=order)
    (shown,) = api.get("/orders", status="any")

    assert shown["status"] == "in-consegna"
    assert {"slug": "in-consegna", "name": "In consegna"} in api.get("/orders/statuses")
    address = [shown["billing"][name] for name in ("first_name", "address_1", "country", "phone", "email")]
    assert address == ["[eliminato]", "[eliminato]", "", "", "deleted@site.invalid"]
    assert shown["meta_data"][-1]["key"] == "_anonymized"


def test_refunding_everything_that_is_left(api: Caller, store: Store, order: int) -> None:
    staff.refund(store, order_id=order, lines={0: 1})
    staff.refund(store, order_id=order)
    shown = api.get(f"/orders/{order}")

    assert (shown["status"], [one["total"] for one in shown["refunds"]]) == ("refunded", ["-32.71", "-12.90"])
