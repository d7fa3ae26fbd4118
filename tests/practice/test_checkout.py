"""The till: ways to pay, stock checked and lowered in one statement, pieces held for orders that can still be paid."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from erp.practice.serving import RunningSite
from erp.practice.woocommerce import Buyer, Control, SaleRefused, Store, seeding, staff
from tests.clocks import ClockHand
from tests.practice.caller import Caller


@pytest.fixture
def pass_minutes(clock: ClockHand) -> Callable[[int], None]:
    clock.run(faster=0)
    return lambda minutes: clock.advance(60 * minutes)


def stock(store: Store, product: int) -> int:
    return int(store.rows("SELECT stock_quantity FROM products WHERE id = ?", product)[0]["stock_quantity"])


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(SaleRefused) as refusal:
        act()
    return refusal.value.code


@pytest.mark.parametrize(
    ("method", "status", "left", "paid"),
    [
        ("stripe", "processing", 8, True),
        ("ppcp-gateway", "pending", 10, False),
        ("bacs", "on-hold", 8, False),
        ("cheque", "on-hold", 8, False),
        ("cod", "processing", 8, False),
    ],
)
def test_each_way_to_pay(store: Store, buyer: Buyer, api: Caller, mug: int, method: str, status: str, left: int, paid: bool) -> None:
    bought = buyer.check_out([(mug, 2)], payment_method=method)
    order = api.get(f"/orders/{bought['order_id']}")

    assert (order["status"], bought["status"], stock(store, mug)) == (status, status, left)
    assert (order["date_paid_gmt"] is not None) == paid
    assert order["needs_payment"] == (status == "pending")
    assert (order["payment_method"], order["created_via"], order["total"]) == (method, "checkout", bought["total"])


def test_an_order_carries_what_the_buyer_wrote(buyer: Buyer, api: Caller, mug: int) -> None:
    bought = buyer.check_out(
        [(mug, 1)],
        customer_note="Citofonare Bianchi",
        meta={"_billing_piva": "01234567897", "_billing_codice_destinatario": "ABC1234"},
        shipping={"first_name": "Ufficio", "country": "IT", "city": "Asti"},
    )
    order = api.get(f"/orders/{bought['order_id']}")

    metas = {meta["key"]: meta["value"] for meta in order["meta_data"]}
    assert metas == {"is_vat_exempt": "no", "_billing_piva": "01234567897", "_billing_codice_destinatario": "ABC1234"}
    assert (order["customer_note"], order["shipping"]["city"], order["billing"]["city"]) == ("Citofonare Bianchi", "Asti", "Torino")
    assert (order["customer_ip_address"], order["customer_user_agent"]) == ("127.0.0.1", "Mozilla/5.0")


def test_the_last_piece_is_sold_once(store: Store, buyer: Buyer, mug: int) -> None:
    seeding.set_stock(store, mug, 1)
    buyer.check_out([(mug, 1)])

    assert refused(lambda: buyer.check_out([(mug, 1)])) == "out_of_stock"
    assert stock(store, mug) == 0
    assert store.rows("SELECT COUNT(*) AS number FROM orders") == [{"number": 1}]


def test_a_basket_is_sold_whole_or_not_at_all(store: Store, buyer: Buyer, mug: int) -> None:
    rare = seeding.add_product(store, "Rara", price="9.00", stock=1)

    assert refused(lambda: buyer.check_out([(mug, 2), (rare, 2)])) == "out_of_stock"
    assert (stock(store, mug), stock(store, rare)) == (10, 1)
    assert store.rows("SELECT COUNT(*) AS number FROM stock_events WHERE reason = 'sale'") == [{"number": 0}]


def test_backorders_sell_below_zero(store: Store, buyer: Buyer, api: Caller) -> None:
    chair = seeding.add_product(store, "Sedia su ordinazione", price="99.00", stock=1, backorders="notify")
    buyer.check_out([(chair, 3)])
    shown = api.get(f"/products/{chair}")

    assert (shown["stock_quantity"], shown["stock_status"], shown["backordered"]) == (-2, "onbackorder", True)


def test_thirty_two_buyers_at_once_never_oversell_the_shop(store: Store, running: RunningSite, mug: int) -> None:
    seeding.set_stock(store, mug, 20)
    codes: list[str] = []

    def buy() -> None:
        with Buyer(running.url) as buyer:
            for method in ("stripe", "ppcp-gateway"):
                try:
                    codes.append(buyer.check_out([(mug, 1)], payment_method=method)["status"])
                except SaleRefused as refusal:
                    codes.append(refusal.code)

    threads = [threading.Thread(target=buy) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (held,) = store.rows("SELECT COALESCE(SUM(quantity), 0) AS pieces FROM holds")

    assert codes.count("processing") + codes.count("pending") == 20
    assert codes.count("out_of_stock") == 44
    assert stock(store, mug) - held["pieces"] == 0
    assert stock(store, mug) == 20 - codes.count("processing")


def test_pieces_of_an_unpaid_order_are_held_without_lowering_the_number(store: Store, buyer: Buyer, control: Control, mug: int) -> None:
    waiting = buyer.check_out([(mug, 8)], payment_method="ppcp-gateway")

    assert refused(lambda: buyer.check_out([(mug, 3)])) == "out_of_stock"
    assert buyer.check_out([(mug, 2)])["status"] == "processing"
    (shown,) = control.state()["stock"]
    assert (shown["stock_quantity"], shown["held"]) == (8, 8)
    assert buyer.pay(waiting["order_id"], waiting["order_key"])["status"] == "processing"
    assert stock(store, mug) == 0
    assert control.state()["stock"][0]["held"] == 0


def test_an_unpaid_order_expires_and_frees_its_pieces(
    store: Store, buyer: Buyer, api: Caller, control: Control, mug: int, pass_minutes: Callable[[int], None]
) -> None:
    store.set("hold_stock_minutes", 30)
    waiting = buyer.check_out([(mug, 10)], payment_method="ppcp-gateway")
    pass_minutes(29)
    assert control.tick() == {"cancelled": []}
    assert refused(lambda: buyer.check_out([(mug, 1)])) == "out_of_stock"

    pass_minutes(1)
    control.tick()
    assert api.get(f"/orders/{waiting['order_id']}")["status"] == "cancelled"
    assert buyer.check_out([(mug, 10)])["status"] == "processing"
    assert refused(lambda: buyer.pay(waiting["order_id"], waiting["order_key"])) == "not_payable"
    assert stock(store, mug) == 0
    assert store.rows("SELECT reason FROM stock_events WHERE order_id = ?", waiting["order_id"]) == []


def test_an_expired_hold_no_longer_blocks_even_before_the_clockwork_comes_by(
    store: Store, buyer: Buyer, mug: int, pass_minutes: Callable[[int], None]
) -> None:
    waiting = buyer.check_out([(mug, 10)], payment_method="ppcp-gateway")
    with store.write() as change:
        change.db.execute("UPDATE holds SET expires_at = ?", (change.at,))
    assert buyer.check_out([(mug, 4)])["status"] == "processing"

    assert refused(lambda: buyer.pay(waiting["order_id"], waiting["order_key"])) == "out_of_stock"
    assert stock(store, mug) == 6
    assert store.rows("SELECT status FROM orders WHERE id = ?", waiting["order_id"]) == [{"status": "pending"}]


def test_no_minutes_means_nothing_is_held(store: Store, buyer: Buyer, control: Control, api: Caller, mug: int) -> None:
    assert api.put("/settings/products/woocommerce_hold_stock_minutes", {"value": ""})["value"] == ""
    first = buyer.check_out([(mug, 10)], payment_method="ppcp-gateway")
    second = buyer.check_out([(mug, 10)], payment_method="ppcp-gateway")

    assert control.tick() == {"cancelled": []}
    assert buyer.pay(first["order_id"], first["order_key"])["status"] == "processing"
    assert refused(lambda: buyer.pay(second["order_id"], second["order_key"])) == "out_of_stock"
    assert stock(store, mug) == 0


def test_a_declined_card_leaves_an_order_that_can_be_paid_again(store: Store, buyer: Buyer, api: Caller, mug: int) -> None:
    failed = buyer.check_out([(mug, 2)], card="declined")

    assert (failed["status"], stock(store, mug)) == ("failed", 10)
    assert api.get(f"/orders/{failed['order_id']}")["needs_payment"] is True
    assert buyer.pay(failed["order_id"], failed["order_key"], card="declined")["status"] == "failed"
    assert buyer.pay(failed["order_id"], failed["order_key"])["status"] == "processing"
    assert stock(store, mug) == 8
    assert refused(lambda: buyer.pay(failed["order_id"], failed["order_key"])) == "not_payable"
    assert refused(lambda: buyer.pay(failed["order_id"], "wc_order_wrong")) == "invalid_order"
    outcomes = [row["outcome"] for row in store.rows("SELECT outcome FROM payments ORDER BY id")]
    assert outcomes == ["declined", "declined", "paid"]


def test_a_payment_notified_after_expiry_oversells_and_says_so(
    store: Store, buyer: Buyer, control: Control, mug: int, pass_minutes: Callable[[int], None]
) -> None:
    waiting = buyer.check_out([(mug, 10)], payment_method="ppcp-gateway")
    pass_minutes(60)
    control.tick()
    buyer.check_out([(mug, 10)])
    staff.pay_anyway(store, order_id=waiting["order_id"])

    assert stock(store, mug) == -10
    events = store.rows("SELECT change, reason, actor FROM stock_events WHERE order_id = ?", waiting["order_id"])
    assert events == [{"change": -10, "reason": "paid_after_expiry", "actor": "staff"}]


def test_an_account_is_made_once_per_address(buyer: Buyer, api: Caller, mug: int) -> None:
    first = api.get(f"/orders/{buyer.check_out([(mug, 1)], create_account=True)['order_id']}")
    second = api.get(f"/orders/{buyer.check_out([(mug, 1)], create_account=True)['order_id']}")
    (customer,) = api.get("/customers")

    assert (first["customer_id"], second["customer_id"]) == (customer["id"], customer["id"])
    assert customer["email"] == "maria.bianchi@example.com"
    assert first["_links"]["customer"] == [{"href": f"{api.url}/wp-json/wc/v3/customers/{customer['id']}"}]


def test_a_surcharge_becomes_a_fee_line_with_tax(store: Store, buyer: Buyer, api: Caller, mug: int) -> None:
    seeding.add_gateway(store, "cod", "Contrassegno", pays="on delivery", surcharge="3.00")
    order = api.get(f"/orders/{buyer.check_out([(mug, 1)], payment_method='cod')['order_id']}")
    (fee,) = order["fee_lines"]

    assert (fee["name"], fee["total"], fee["total_tax"]) == ("Supplemento contrassegno", "3.00", "0.66")
    assert order["total"] == "23.47"


def test_free_shipping_by_coupon_and_goods_without_shipping(store: Store, buyer: Buyer, api: Caller, mug: int) -> None:
    seeding.add_coupon(store, "GRATIS", discount_type="percent", amount="0", free_shipping=True)
    ebook = seeding.add_product(store, "E-book", price="9.00", tax_class="aliquota-4", virtual=True)

    assert api.get(f"/orders/{buyer.check_out([(mug, 1)], coupons=['gratis'])['order_id']}")["shipping_total"] == "0.00"
    virtual = api.get(f"/orders/{buyer.check_out([(ebook, 1)])['order_id']}")
    assert (virtual["shipping_lines"], virtual["needs_processing"], virtual["total"]) == ([], False, "9.00")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"items": []}, "empty_basket"),
        ({"items": [{"product_id": 1, "quantity": 0}]}, "invalid_quantity"),
        ({"items": [{"product_id": 1, "quantity": 1.5}]}, "invalid_quantity"),
        ({"items": [{"product_id": 999, "quantity": 1}]}, "not_purchasable"),
        ({"payment_method": "bitcoin"}, "invalid_payment_method"),
        ({"coupons": ["inesistente"]}, "invalid_coupon"),
        ({"shipping_method": 77}, "invalid_shipping"),
        ({"billing": {"country": "US"}}, "invalid_shipping"),
        ({"sconto": 3}, "unknown_field"),
    ],
)
def test_a_basket_that_cannot_be_sold_is_refused_and_nothing_is_written(
    store: Store, buyer: Buyer, mug: int, change: dict[str, Any], code: str
) -> None:
    more = dict(change)
    items = more.pop("items", [{"product_id": mug, "quantity": 1}])

    assert (
        refused(lambda: buyer._till("/checkout", {"items": items, "payment_method": "stripe", "billing": {"country": "IT"}, **more}))
        == code
    )
    assert store.rows("SELECT COUNT(*) AS number FROM orders") == [{"number": 0}]
    assert stock(store, mug) == 10
