"""The doors for people: forged requests, borrowed addresses, searches that are statements, names that are scripts."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from catalog.models import Variant
from erp.core.admin import OperationsMixin
from erp.core.cards import open_card
from erp.core.models import Card
from erp.core.transactions import atomic
from inventory.models import StockLevel
from orders.models import Order
from orders.services.placing import place_order
from tests.factories.channels import make_account, make_listing
from tests.factories.crm import anna
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.factories.orders import draft, line
from tests.pages.seeding import PASSWORD, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}${7*7}"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "\thttps://evil.example",
]
STRANGE = [
    "'; DROP TABLE orders_order; --",
    "%' OR '1'='1",
    "\x00",
    "%",
    "_",
    "\\",
    "\ud83d".encode("utf-8", "surrogatepass"),
    "9" * 60,
    "a" * 5000,
    "☃",
]


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_superuser("owner")


@pytest.fixture
def inside(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def mug(db: None) -> Variant:
    variant = make_variant("MUG", title=SCRIPT)
    put(variant, make_warehouse(), 10)
    return variant


@pytest.fixture
def order(mug: Variant) -> Order:
    told = draft(
        [line(mug, 2, title=SCRIPT), line(None, 1, external_id="2", title=SCRIPT)], customer=anna(first_name=SCRIPT), customer_note=SCRIPT
    )
    return Order.objects.get(pk=place_order(told, actor="shop").order_id)


@pytest.fixture(autouse=True)
def no_memory_of_tries() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def operations() -> list[tuple[str, str]]:
    """(address of the row 1, permission) of every button in the administration."""
    found = []
    for model, page in admin.site._registry.items():
        if isinstance(page, OperationsMixin):
            opts = model._meta
            for key, operation in page.operations.items():
                found.append((reverse(f"admin:{opts.app_label}_{opts.model_name}_operate", args=[1, key]), operation.permission))
    return found


BUTTONS = operations()


def test_there_are_buttons_to_attack() -> None:
    assert len(BUTTONS) > 30


@pytest.mark.parametrize(
    "address", [*[address for address, _permission in BUTTONS], "/attention/1/press/", "/attention/1/settle/", "/stock/1/republish/"]
)
def test_a_forged_request_is_refused_everywhere(owner: User, address: str) -> None:
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(owner)

    assert forged.post(address).status_code == 403


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/logout/", "/accounts/password/change/", "/i18n/setlang/"])
def test_the_doors_themselves_take_no_forged_request(owner: User, address: str) -> None:
    forged = Client(enforce_csrf_checks=True)
    if "login" not in address:
        forged.force_login(owner)

    assert forged.post(address, {"language": "en"}).status_code == 403


def test_staff_without_a_permission_press_no_button(client: Client) -> None:
    client.force_login(make_staff("nobody"))

    assert {address: client.post(address).status_code for address, _permission in BUTTONS} == {address: 403 for address, _ in BUTTONS}


def test_a_stranger_presses_no_button(client: Client) -> None:
    answers = {client.post(address).status_code for address, _permission in BUTTONS}
    places = {client.post(address)["Location"].partition("?")[0] for address, _permission in BUTTONS}

    assert (answers, places) == ({302}, {"/admin/login/"})


@pytest.mark.parametrize("key", ["nothing", "__class__", "a" * 300])
def test_a_button_that_does_not_exist_is_not_found(inside: Client, order: Order, key: str) -> None:
    assert inside.post(f"/admin/orders/order/{order.pk}/do/{key}/").status_code == 404


def test_a_button_of_a_row_that_is_gone_says_so_on_the_list(inside: Client) -> None:
    answer = inside.post(f"/admin/orders/order/{'9' * 30}/do/cancel/", follow=True)

    assert answer.redirect_chain == [("/admin/orders/order/", 302)]
    assert [str(message) for message in answer.context["messages"]] == [
        "Questa voce non c'è più: se n'è occupato qualcun altro. Guarda l'elenco."
    ]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client: Client, target: str) -> None:
    make_staff("laura")

    answer = client.post(f"/accounts/login/?next={quote(target)}", {"login": "laura", "password": PASSWORD, "next": target})

    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_pressed_card_and_a_chosen_language_lead_nowhere_else(inside: Client, target: str) -> None:
    with atomic():
        open_card("channels.unreachable", "account:1", account="x", since="2026-11-01T00:00", detail="x")
    card = Card.objects.get()

    settled = inside.post(f"/attention/{card.pk}/settle/", {"next": target})
    language = inside.post("/i18n/setlang/", {"language": "en", "next": target})

    assert (settled["Location"], language["Location"]) == ("/attention/", "/")


@pytest.mark.parametrize("text", STRANGE)
def test_a_search_is_never_a_statement(inside: Client, order: Order, text: str) -> None:
    asked = quote(text)
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model, page in admin.site._registry.items()
        if page.search_fields
    ]
    pages = [f"{address}?q={asked}" for address in lists]
    pages += [f"/stock/?q={asked}", f"/stock/?show={asked}&page={asked}", f"/attention/?area={asked}&page={asked}"]

    answers = {address: inside.get(address).status_code for address in pages}

    assert {address: status for address, status in answers.items() if status not in (200, 302)} == {}
    assert (Order.objects.count(), StockLevel.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "asked",
    [
        "status__exact=%27",
        "id__exact=99999999999999999999999",
        "total__gt=x",
        "party__secret=1",
        "p=999999999",
        "o=99.99",
        "e=1",
        "_to_field=password",
    ],
)
def test_a_filter_out_of_thin_air_is_no_failure(inside: Client, order: Order, asked: str) -> None:
    assert inside.get(f"/admin/orders/order/?{asked}", follow=True).status_code in (200, 400)


@pytest.mark.parametrize(
    "address",
    [
        "/stock/99999999999999999999/",
        "/stock/0/",
        "/admin/orders/order/99999999999999999999/change/",
        "/admin/orders/order/%00/change/",
        "/attention/%2e%2e/",
        "/webhooks/%00/",
        "/webhooks/..%2f/",
    ],
)
def test_addresses_of_nothing_are_not_found(inside: Client, address: str) -> None:
    assert inside.get(address, follow=True).status_code in (200, 404)


def test_names_that_are_scripts_are_only_names(inside: Client, order: Order, mug: Variant) -> None:
    account = make_account(name=SCRIPT)
    listing = make_listing(account, "mug", mug, title=SCRIPT)
    with atomic():
        open_card("channels.unreachable", f"account:{account.pk}", account=SCRIPT, since="2026-11-01T00:00", detail=SCRIPT)
    pages = [
        "/",
        "/attention/",
        "/stock/",
        f"/stock/{mug.pk}/",
        "/admin/",
        f"/stock/?q={quote(SCRIPT)}",
        f"/admin/orders/order/?q={quote(SCRIPT)}",
    ]
    for row in (order, mug, order.party, account, listing, StockLevel.objects.get()):
        name = f"{row._meta.app_label}_{row._meta.model_name}"
        pages += [
            reverse(f"admin:{name}_changelist"),
            reverse(f"admin:{name}_change", args=[row.pk]),
            reverse(f"admin:{name}_history", args=[row.pk]),
        ]

    for address in pages:
        page = inside.get(address)
        text = page.content.decode()
        assert page.status_code == 200, address
        assert (text.count("<script>alert"), text.count("<img src=x")) == (0, 0), address
        assert page["Content-Security-Policy"].count("script-src 'unsafe-inline'") == 0, address


def test_a_page_is_never_framed_nor_sniffed(inside: Client) -> None:
    page = inside.get("/")

    assert (page["X-Frame-Options"], page["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
