"""One field finds orders, customers, products and parcels by any key, forgives slips, and shows each role its own."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from crm.models import ContactPoint, Party
from erp.pages.roles import ensure_roles
from erp.pages.search.asked import read
from orders.models import Order
from tests.factories.crm import make_party
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.pages.seeding import make_order, make_staff
from tests.pages.shipping import make_label, make_shipment

pytestmark = pytest.mark.django_db
TYPING = {"HX-Request": "true"}


@pytest.fixture
def giulia() -> Party:
    party = make_party("Giulia Ferrante", codice_fiscale="FRRGLI80A41A662X", partita_iva="01234567897")
    ContactPoint.objects.create(party=party, kind="email", value="giulia.ferrante@esempio.it")
    ContactPoint.objects.create(party=party, kind="phone", value="+393331234567")
    return party


@pytest.fixture
def order(giulia: Party) -> Order:
    return make_order(4133, giulia)


def found(client: Client, text: str) -> dict[str, list[str]]:
    groups = client.get("/search/", {"q": text}).context["groups"]
    return {group.code: [hit.title for hit in group.hits] for group in groups}


def test_any_key_of_a_phone_call_finds_the_order(owner: Client, order: Order) -> None:
    make_label(make_shipment(order), "GL123456789IT")
    keys = [
        order.number, "4133", "#4133", "giulia", "ferrante giulia", "FERRÀNTE", "giulia.ferr", "333 123 45 67", "+39 333 1234567",
        "frrgli80a41a662x", "01234567897", "IT01234567897",
    ]  # fmt: skip

    assert {key: found(owner, key).get("orders") for key in keys} == {key: [order.number] for key in keys}
    assert found(owner, "gl1234567") == {"parcels": ["GL123456789IT"]}


@pytest.mark.parametrize("typed", ["ferante", "ferrnate", "ferrant", "giula ferrante", "gulia ferante"])
def test_a_slip_of_the_finger_still_finds_the_customer(owner: Client, giulia: Party, typed: str) -> None:
    make_party("Marco Bellandi")

    assert found(owner, typed)["customers"] == ["Giulia Ferrante"]


def test_what_is_right_hides_what_is_only_alike(owner: Client, giulia: Party) -> None:
    make_party("Giulio Ferranti")

    assert found(owner, "ferranti")["customers"] == ["Giulio Ferranti"]


def test_products_are_found_by_name_code_and_in_spite_of_a_slip(owner: Client) -> None:
    mug = make_variant("TAZ-ON-SAL", title="Tazza Onda, salvia", sort_title="tazza onda, salvia", gtin="8001234567899")
    put(mug, make_warehouse(), 12, safety=2)
    texts = ["tazza salvia", "taz-on", "8001234567899", "800123456", "taza onda", "tazza salva"]

    assert {text: found(owner, text).get("products") for text in texts} == {text: ["Tazza Onda, salvia"] for text in texts}
    ((hit,),) = (group.hits for group in owner.get("/search/", {"q": "taz-on-sal"}).context["groups"])
    assert (hit.figure, hit.url) == ("10 available", f"/stock/{mug.pk}/")


def test_enter_on_a_whole_number_goes_straight_there(owner: Client, order: Order) -> None:
    shipment = make_shipment(order)
    make_label(shipment, "GL123456789IT")

    by_number = owner.get("/search/", {"q": order.number, "go": "1"})
    by_shop_number = owner.get("/search/", {"q": "#4133", "go": "1"})
    by_tracking = owner.get("/search/", {"q": "gl123456789it", "go": "1"})

    assert {by_number["Location"], by_shop_number["Location"]} == {f"/orders/{order.pk}/"}
    assert by_tracking["Location"] == f"/shipments/{shipment.pk}/"


def test_enter_on_a_number_of_two_orders_lets_the_person_choose(owner: Client, giulia: Party) -> None:
    first = make_order(7, giulia)
    second = make_order(8, giulia)
    Order.objects.filter(pk=second.pk).update(external_number=first.number)

    page = owner.get("/search/", {"q": first.number, "go": "1"})

    assert page.status_code == 200
    assert {hit.title for hit in page.context["groups"][0].hits} == {first.number, second.number}


def test_while_typing_only_the_lines_come(owner: Client, order: Order) -> None:
    answer = owner.get("/search/", {"q": "giul"}, headers=TYPING)

    assert "<html" not in answer.content.decode()
    assert answer.content.decode().count('role="option"') == 2


def test_two_signs_ask_for_one_more(owner: Client, giulia: Party) -> None:
    answer = owner.get("/search/", {"q": "gi"}, headers=TYPING)

    assert "Type three characters or more" in answer.content.decode()


def test_nothing_found_says_what_can_be_asked(owner: Client) -> None:
    page = owner.get("/search/", {"q": "zzzzzz"}).content.decode()

    assert "Nothing found for “zzzzzz”." in page


@pytest.mark.parametrize(
    ("role", "groups"),
    [
        ("owner", {"orders", "customers", "products", "parcels"}),
        ("order_desk", {"orders", "customers", "products", "parcels"}),
        ("warehouse", {"orders", "customers", "products", "parcels"}),
        ("accountant", {"orders", "customers", "products", "parcels"}),
        ("", set()),
    ],
)
def test_each_role_finds_what_it_may_see(client: Client, order: Order, role: str, groups: set[str]) -> None:
    ensure_roles()
    make_variant("4133-X", title="Vaso 4133", sort_title="vaso 4133")
    ContactPoint.objects.create(party=order.party, kind="email", value="x4133@esempio.it")
    make_label(make_shipment(order), "4133000")
    client.force_login(make_staff("qualcuno", role=role))

    assert set(found(client, "4133")) == groups


@pytest.mark.parametrize("size", [1, 3])
def test_search_costs_the_same_with_one_and_with_three_of_everything(
    owner: Client, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(size):
        party = make_party(f"Giulia Ferrante {number}")
        ContactPoint.objects.create(party=party, kind="email", value=f"giulia{number}@esempio.it")
        make_shipment(make_order(number, party))
        make_variant(f"GIU-{number}", title=f"Vaso Giulia {number}", sort_title=f"vaso giulia {number}")

    with django_assert_num_queries(8):
        owner.get("/search/", {"q": "giulia"}, headers=TYPING)
    with django_assert_num_queries(12):
        owner.get("/search/", {"q": "giuliaa"}, headers=TYPING)


@pytest.mark.parametrize(
    ("typed", "number", "ranges"),
    [
        ("1042", 1042, (10420, 10429)),
        (" #1042 ", 1042, (10420, 10429)),
        ("0042", None, None),
        ("1042a", None, None),
        ("٤٢", None, None),
        ("12345678901", None, None),
    ],
)
def test_what_is_typed_is_read_as_a_number_only_where_it_can_be_one(typed: str, number: int | None, ranges: tuple[int, int] | None) -> None:
    asked = read(typed)

    assert asked.number == number
    assert (asked.number_ranges or [None])[0] == ranges


def test_strangers_and_customers_search_nothing(client: Client, giulia: Party) -> None:
    assert client.get("/search/?q=giulia").status_code == 302
    client.force_login(User.objects.create_user("cliente", password="x"))
    assert client.get("/search/?q=giulia").status_code == 403
