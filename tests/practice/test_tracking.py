"""The practice shop's tracking plugin: strict about what it takes, and shown to the buyer."""

from typing import Any

import pytest

from erp.practice.woocommerce import Buyer, Control, Store, staff
from tests.practice.caller import Caller

KEY = "_wc_shipment_tracking_items"
PARCEL = {
    "tracking_provider": "",
    "custom_tracking_provider": "GLS",
    "custom_tracking_link": "https://gls.example/?n=G1",
    "tracking_number": "G1",
    "date_shipped": "1795521600",
    "tracking_id": "shp_1-1",
}


@pytest.fixture
def order(buyer: Buyer, mug: int) -> dict[str, Any]:
    return buyer.check_out([(mug, 2)])


def put(api: Caller, order: dict[str, Any], *parcels: Any, **more: Any) -> Any:
    return api.call("PUT", f"/orders/{order['order_id']}", {"meta_data": [{"key": KEY, "value": list(parcels)}], **more})


def page_of(api: Caller, order: dict[str, Any]) -> str:
    path = f"/checkout/order-received/{order['order_id']}/"
    return api.send("GET", path, [("key", order["order_key"])], None, {}).raw.decode()


def test_the_buyer_sees_carrier_number_and_link(api: Caller, order: dict[str, Any]) -> None:
    assert put(api, order, PARCEL, status="completed").status == 200
    api.post(f"/orders/{order['order_id']}/notes", {"note": "Spedito <oggi>", "customer_note": True})
    api.post(f"/orders/{order['order_id']}/notes", {"note": "interna"})

    page = page_of(api, order)

    row = '<tr><td>24/11/2026</td><td>GLS</td><td><a href="https://gls.example/?n=G1" rel="noreferrer">G1</a></td></tr>'
    assert (page.count(row), page.count("completato"), page.count('<p class="note">Spedito &lt;oggi&gt;</p>')) == (1, 1, 1)
    assert page.count("interna") == 0


@pytest.mark.parametrize(
    "parcel",
    [
        "G1",
        {**PARCEL, "colour": "red"},
        {**PARCEL, "tracking_number": ""},
        {**PARCEL, "tracking_number": 7},
        {**PARCEL, "date_shipped": "domani"},
        {name: value for name, value in PARCEL.items() if name != "tracking_id"},
    ],
)
def test_what_the_plugin_could_not_show_is_refused(api: Caller, store: Store, order: dict[str, Any], parcel: Any) -> None:
    answer = put(api, order, parcel, status="completed")

    assert (answer.status, answer.code) == (400, "rest_invalid_param")
    assert store.rows("SELECT status FROM orders WHERE id = ?", order["order_id"]) == [{"status": "processing"}]


def test_a_parcel_told_twice_is_refused(api: Caller, order: dict[str, Any]) -> None:
    assert put(api, order, PARCEL, PARCEL).code == "rest_invalid_param"


def test_a_link_that_is_no_web_address_is_not_followed(api: Caller, order: dict[str, Any]) -> None:
    put(api, order, {**PARCEL, "custom_tracking_link": "javascript:alert(1)"})

    assert (page_of(api, order).count("javascript"), page_of(api, order).count("<td>G1</td>")) == (0, 1)


def test_the_shop_s_own_people_send_an_order(control: Control, api: Caller, store: Store, order: dict[str, Any]) -> None:
    before = store.rows("SELECT stock_quantity FROM products")

    control.staff("ship_order", order_id=order["order_id"], number="PT1", link="https://poste.example/PT1")

    told = api.get(f"/orders/{order['order_id']}")
    shown = next(meta["value"] for meta in told["meta_data"] if meta["key"] == KEY)
    assert (told["status"], [each["tracking_number"] for each in shown]) == ("completed", ["PT1"])
    assert (store.rows("SELECT stock_quantity FROM products"), "ship_order" in staff.ACTIONS) == (before, True)
