"""An order taken by phone or over the counter: found by what people say, priced to the cent, taken once."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from crm.models import Address, Party
from inventory.models import Reservation, StockLevel
from inventory.shipping.models import CarrierService, ShippingRule
from orders.models import Order
from tests.factories.carriers import make_carrier
from tests.factories.crm import make_company, make_party
from tests.factories.inventory import make_kit, make_variant, make_warehouse, make_window, put
from tests.pages.seeding import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug(db: None) -> Any:
    """Ten mugs at 12.20 with VAT."""
    make_company()
    variant = make_variant("TAZ-ONDA", title="Tazza Onda", sort_title="tazza onda", gtin="8001234567897", list_price=Decimal("12.20"))
    put(variant, make_warehouse("FA"), 10)
    return variant


def told(variant: Any, quantity: str = "2", **fields: Any) -> dict[str, Any]:
    """A phone order of a new customer."""
    return {
        "key": "k-1",
        "kind": "phone",
        "is_new": True,
        "new-first_name": "Anna",
        "new-last_name": "Verdi",
        "new-phone": "+39 333 1234567",
        "to-street": "Via Garibaldi 12",
        "to-postcode": "95124",
        "to-city": "Catania",
        "to-province": "CT",
        "payment": "cash_on_delivery",
        "method": "Corriere",
        "shipping": "6,10",
        "lines": [{"place": "1", "id": variant.pk, "quantity": quantity, "price": ""}],
        **fields,
    }


def send(client: Client, body: dict[str, Any], name: str = "confirm") -> Any:
    return client.post(f"/orders/new/{name}/", body, content_type="application/json")


@pytest.mark.parametrize("lines", [1, 3])
def test_the_preview_costs_the_same_with_one_line_and_with_three(
    owner: Client, mug: Any, lines: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [{"place": str(n), "id": make_variant(f"P-{n}").pk, "quantity": "1", "price": ""} for n in range(lines)]

    with django_assert_num_queries(6):
        answer = send(owner, told(mug, lines=rows), "preview")

    assert len(answer.json()["lines"]) == lines


def test_an_order_by_phone_is_shipped_as_usual_unless_somebody_chooses_otherwise(owner: Client) -> None:
    assert owner.get("/orders/new/").context["methods"] == ["Standard shipping"]
    service = CarrierService.objects.create(carrier=make_carrier("manual", "manual"), code="X", name="X")
    ShippingRule.objects.create(method="Ritiro in negozio", service=service)

    assert owner.get("/orders/new/").context["methods"] == ["Ritiro in negozio"]
    ShippingRule.objects.create(service=service)

    assert owner.get("/orders/new/").context["methods"] == ["Standard shipping", "Ritiro in negozio"]


def test_a_phone_order_is_placed_with_its_money_to_the_cent(owner: Client, mug: Any) -> None:
    answer = send(owner, told(mug))

    order = Order.objects.get()
    assert answer.json() == {"url": f"/orders/{order.pk}/"}
    assert (order.source, order.customer_name, order.status, order.payment_status) == ("phone", "Anna Verdi", "released", "on_delivery")
    assert (order.total, order.goods_net, order.shipping_net, order.tax) == (Decimal("30.50"), Decimal(20), Decimal(5), Decimal("5.50"))
    assert (order.shipping["street"], order.shipping["name"]) == ("Via Garibaldi 12", "Anna Verdi")
    assert StockLevel.objects.get().reserved == 2


def test_the_same_form_sent_twice_is_one_order_of_one_customer(owner: Client, mug: Any) -> None:
    first, again = send(owner, told(mug)), send(owner, told(mug))

    assert (first.json(), Order.objects.count(), Party.objects.count()) == (again.json(), 1, 1)


def test_the_last_pieces_sent_twice_still_lead_to_the_order(owner: Client, mug: Any) -> None:
    first, again = send(owner, told(mug, "10")), send(owner, told(mug, "10"))

    assert (first.json(), Order.objects.count()) == (again.json(), 1)


def test_a_counter_sale_hands_the_goods_over_at_once(owner: Client, mug: Any) -> None:
    send(owner, {**told(mug), "kind": "counter", "is_new": False, "payment": "cash"})

    order, level = Order.objects.get(), StockLevel.objects.get()
    assert (order.source, order.status, order.payment_status, order.total) == ("counter", "closed", "paid", Decimal("24.40"))
    assert (level.on_hand, level.reserved, Reservation.objects.get().state) == (8, 0, "fulfilled")
    assert (order.shipping, order.customer_name) == (None, "Counter customer")


def test_a_shortage_is_said_with_what_can_be_had_before_and_at_the_confirmation(owner: Client, mug: Any) -> None:
    body = told(mug, "12")

    preview, refused = send(owner, body, "preview").json(), send(owner, body)

    assert preview["lines"][0]["shortage"] == "Only 10 can be had now."
    assert (refused.status_code, refused.json()["errors"]) == (422, {"quantity-1": "Only 10 can be had now."})
    assert (Order.objects.count(), StockLevel.objects.get().reserved) == (0, 0)


def test_who_waits_gets_what_is_there_and_the_order_is_held_for_the_rest(owner: Client, mug: Any) -> None:
    send(owner, told(mug, "12", may_wait=True))

    assert (Order.objects.get().status, StockLevel.objects.get().reserved) == ("held", 10)


def test_two_lines_of_one_article_share_what_is_free(owner: Client, mug: Any) -> None:
    lines = [{"place": str(n), "id": mug.pk, "quantity": "6", "price": ""} for n in (1, 2)]

    assert send(owner, told(mug, lines=lines)).json()["errors"] == {"quantity-2": "Only 4 can be had now."}


def test_what_windows_may_sell_is_not_offered(owner: Client) -> None:
    jar = make_variant("JAR", title="Barattolo", sort_title="barattolo")
    put(jar, make_warehouse("VE"), 10, is_split=True)
    make_window(jar, ceiling=6)

    assert [each.verdict.word for each in owner.get("/orders/new/articles/?q=baratt").context["found"]] == ["4 left to sell"]


def test_a_kit_can_be_had_as_often_as_its_parts_allow(owner: Client, mug: Any) -> None:
    make_kit("SET", {mug: 4})

    assert [each.verdict.word for each in owner.get("/orders/new/articles/?q=SET").context["found"]] == ["2 left to sell"]


@pytest.mark.parametrize(("text", "is_code"), [("taz onda", False), ("taz-onda", True), ("8001234567897", True)])
def test_an_article_is_found_by_words_by_code_and_by_scan(owner: Client, mug: Any, text: str, is_code: bool) -> None:
    found = owner.get("/orders/new/articles/", {"q": text}).context["found"]

    assert [(each.sku, each.price, each.is_code) for each in found] == [("TAZ-ONDA", "12.20", is_code)]


@pytest.mark.parametrize("text", ["ferrante giu", "3331234567", "giulia@", "RSSMRA", "01234567897"])
def test_a_customer_is_found_by_what_callers_say(owner: Client, text: str) -> None:
    party = make_party("Giulia Ferrante", codice_fiscale="RSSMRA85T10A562S", partita_iva="01234567897")
    make_party("Anna Verdi")
    party.contact_points.create(kind="phone", value="+393331234567")
    party.contact_points.create(kind="email", value="giulia@example.com")

    assert [each.name for each in owner.get("/orders/new/customers/", {"q": text}).context["found"]] == ["Giulia Ferrante"]


def test_each_wrong_field_has_its_sentence_and_nothing_is_written(owner: Client, mug: Any) -> None:
    wrong = {"new-email": "anna@", "new-partita_iva": "01234567890", "to-postcode": "951", "to-street": ""}
    errors = send(owner, told(mug, "x", **wrong)).json()["errors"]

    assert sorted(errors) == ["lines", "new-email", "new-partita_iva", "quantity-1", "to-postcode", "to-street"]
    assert errors["to-postcode"] == "An Italian postcode has five digits. Correct it."
    assert (Order.objects.count(), Party.objects.count()) == (0, 0)


def test_a_known_customer_keeps_the_address_that_was_typed(owner: Client, mug: Any) -> None:
    party = make_party("Anna Verdi")
    send(owner, {**told(mug), "is_new": False, "party": party.pk})

    assert Order.objects.get().party == party
    assert Address.objects.get(party=party).street == "Via Garibaldi 12"


def test_the_last_order_is_repeated_at_todays_price(owner: Client, mug: Any) -> None:
    send(owner, told(mug, "3"))
    mug.list_price = Decimal("13.00")
    mug.save()

    lines = owner.get(f"/orders/new/repeat/{Order.objects.get().pk}/").json()["lines"]

    assert lines == [{"id": mug.pk, "sku": "TAZ-ONDA", "title": "Tazza Onda", "quantity": "3", "price": "13.00"}]


def test_only_who_may_set_prices_sells_at_another_one(owner: Client, client: Client, mug: Any) -> None:
    lines = [{"place": "1", "id": mug.pk, "quantity": "1", "price": "10,00"}]
    send(owner, told(mug, lines=lines, shipping=""))
    seller = Client()
    seller.force_login(make_staff("anna", "orders.sell_over_counter"))
    send(seller, told(mug, lines=lines, shipping="", key="k-2"))

    assert list(Order.objects.order_by("pk").values_list("total", flat=True)) == [Decimal("10.00"), Decimal("12.20")]


def test_who_may_not_sell_does_not_see_the_page(client: Client, mug: Any) -> None:
    client.force_login(make_staff("anna", "orders.view_order"))

    assert [client.get("/orders/new/").status_code, send(client, told(mug)).status_code] == [403, 403]
