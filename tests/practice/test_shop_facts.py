"""What the shop says about itself, and the pages from which people buy."""

import http.client
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from erp.practice.serving import RunningSite
from erp.practice.woocommerce import Buyer, Store, seeding
from tests.practice.caller import Caller

Form = dict[str, str]


@pytest.fixture
def browse(running: RunningSite) -> Callable[..., tuple[int, str, str]]:
    def open_page(method: str, path: str, form: Form | None = None) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", running.port)
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        try:
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            response = connection.getresponse()
            return response.status, response.getheader("Location", ""), response.read().decode()
        finally:
            connection.close()

    return open_page


def test_the_shop_introduces_itself_without_a_key(api: Caller) -> None:
    site = api.send("GET", "/wp-json/", [], None, {})

    assert site.status == 200
    assert (site.json["name"], site.json["timezone_string"], site.json["namespaces"]) == ("Negozio di prova", "Europe/Rome", ["wc/v3"])
    routes = api.get("/")["routes"]
    assert "/wc/v3/orders" in routes


def test_health_says_version_time_and_currency(api: Caller) -> None:
    status = api.get("/system_status")

    assert (status["environment"]["version"], status["settings"]["timezone"]) == ("9.9.5", "Europe/Rome")
    assert status["environment"]["home_url"] == api.url
    assert api.get("/data/currencies/current") == {"code": "EUR", "name": "Euro", "symbol": "€"}


def test_taxes_with_their_classes(api: Caller) -> None:
    first = api.get("/taxes", per_page=100)[0]

    assert (first["id"], first["country"], first["rate"], first["name"], first["class"]) == (1, "IT", "22.0000", "IVA 22%", "standard")
    assert [one["rate"] for one in api.get("/taxes", **{"class": "aliquota-4"})] == ["4.0000", "7.0000"]
    assert api.get("/taxes/2")["rate"] == "10.0000"
    slugs = [one["slug"] for one in api.get("/taxes/classes")]
    assert slugs == ["standard", "aliquota-10", "aliquota-4", "aliquota-5", "zero-rate"]


def test_shipping_and_ways_to_pay(api: Caller) -> None:
    zones = api.get("/shipping/zones")

    assert [zone["name"] for zone in zones] == ["Italia", "Unione europea"]
    assert api.get("/shipping/zones/1/locations") == [{"code": "IT", "type": "country"}]
    methods = api.get("/shipping/zones/1/methods")
    assert [method["method_id"] for method in methods] == ["flat_rate", "local_pickup", "free_shipping"]
    assert methods[0]["settings"]["cost"]["value"] == "5.66"
    assert [method["id"] for method in api.get("/shipping_methods")] == ["flat_rate", "free_shipping", "local_pickup"]
    gateways = {one["id"]: one["method_supports"] for one in api.get("/payment_gateways")}
    assert list(gateways) == ["stripe", "ppcp-gateway", "bacs", "cheque", "cod"]
    assert (gateways["stripe"], gateways["bacs"]) == (["products", "refunds"], ["products"])
    assert api.get("/payment_gateways/cod")["title"] == "Contrassegno"


def test_settings_that_a_connector_must_know(api: Caller) -> None:
    assert [group["id"] for group in api.get("/settings")] == ["general", "products", "tax"]
    found = {one["id"]: one["value"] for group in ("general", "products", "tax") for one in api.get(f"/settings/{group}")}

    assert found == {
        "woocommerce_default_country": "IT:TO",
        "woocommerce_currency": "EUR",
        "woocommerce_calc_taxes": "yes",
        "woocommerce_manage_stock": "yes",
        "woocommerce_hold_stock_minutes": "60",
        "woocommerce_prices_include_tax": "yes",
        "woocommerce_tax_based_on": "shipping",
        "woocommerce_shipping_tax_class": "",
        "woocommerce_tax_round_at_subtotal": "no",
    }
    api.put("/settings/products/woocommerce_hold_stock_minutes", {"value": "15"})
    assert api.get("/settings/products/woocommerce_hold_stock_minutes")["value"] == "15"


def test_the_window_shows_goods_prices_and_stock(store: Store, mug: int, browse: Callable[..., tuple[int, str, str]]) -> None:
    seeding.add_product(store, "Vaso <raro>", price="1249.00", stock=0)
    status, _, page = browse("GET", "/")

    assert status == 200
    assert '<html lang="it">' in page
    assert "10 disponibili" in page
    assert "12,90 €" in page
    assert "1.249,00 €" in page
    assert "Vaso &lt;raro&gt;" in page
    assert "Esaurito" in page
    assert browse("GET", f"/media/{mug}.svg")[2].startswith("<svg")


def test_a_person_buys_with_the_form(store: Store, api: Caller, mug: int, browse: Callable[..., tuple[int, str, str]]) -> None:
    form = {
        f"quantity_{mug}": "2",
        "billing_first_name": "Anna",
        "billing_country": "IT",
        "billing_email": "anna@example.com",
        "billing_piva": "01234567897",
        "payment_method": "bacs",
        "shipping_method": "2",
        "order_comments": "Grazie",
    }
    status, location, _ = browse("POST", "/checkout", form)
    (order,) = api.get("/orders")

    assert (status, location.startswith(f"/checkout/order-received/{order['id']}/?key=wc_order_")) == (303, True)
    assert (order["status"], order["customer_note"], order["total"]) == ("on-hold", "Grazie", "25.80")
    assert ("_billing_piva", "01234567897") in [(meta["key"], meta["value"]) for meta in order["meta_data"]]
    assert "attendiamo il pagamento" in browse("GET", location)[2]


def test_a_person_pays_later_from_the_link(store: Store, api: Caller, mug: int, browse: Callable[..., tuple[int, str, str]]) -> None:
    form = {f"quantity_{mug}": "1", "billing_country": "IT", "payment_method": "ppcp-gateway", "shipping_method": "1"}
    _, link, _ = browse("POST", "/checkout", form)
    path = link.removeprefix(api.url)
    assert "Paga ora" in browse("GET", path)[2]

    assert browse("POST", path, {})[0] == 303
    assert api.get("/orders")[0]["status"] == "processing"
    assert "Paga ora" not in browse("GET", path)[2]


def test_pages_refuse_in_words(store: Store, mug: int, browse: Callable[..., tuple[int, str, str]]) -> None:
    status, _, page = browse("POST", "/checkout", {f"quantity_{mug}": "11", "billing_country": "IT", "payment_method": "stripe"})

    assert (status, "non è disponibile nella quantità richiesta" in page) == (400, True)
    assert browse("GET", "/checkout/order-received/99/?key=x")[0] == 404
    assert browse("GET", "/nowhere")[0] == 404


def test_an_order_page_needs_its_key(buyer: Buyer, mug: int, browse: Callable[..., tuple[int, str, str]]) -> None:
    order = buyer.check_out([(mug, 1)])["order_id"]

    assert browse("GET", f"/checkout/order-received/{order}/?key=wc_order_guess")[0] == 400
