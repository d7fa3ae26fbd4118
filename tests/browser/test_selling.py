"""A phone order of five lines without a mouse, on a desk and on a phone; a draft that outlives errors and sessions."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import Page, expect

from orders.models import Order
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import barriers, pixels_beside
from tests.factories.crm import make_company, make_party
from tests.factories.inventory import make_variant, make_warehouse, put

ORDER = re.compile(r"/orders/\d+/$")
pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[..., Page]
Picture = Callable[[Page, str], None]
SIZES = {"desktop": DESKTOP, "phone": PHONE}
KEYS = 60
"""At one a second a minute; how long a busy machine takes to press them says nothing."""
COUNT_KEYS = "addEventListener('keydown', () => { sessionStorage.keys = Number(sessionStorage.keys || 0) + 1; }, true)"
ARTICLES = [
    ("PIA-ONDA-27-BIA", "Piatto piano Onda 27 cm, bianco latte", "15.60", "8001234500016"),
    ("CIO-ONDA-16-BIA", "Ciotola Onda 16 cm, bianco latte", "13.52", "8001234500023"),
    ("TAZ-ONDA-SAL", "Tazza Onda, salvia", "11.92", "8001234500030"),
    ("INS-ONDA-28-ANT", "Insalatiera Onda 28 cm, antracite", "36.80", "8001234500047"),
    ("TAG-ULIVO-35", "Tagliere ulivo 35 × 20 cm", "25.60", "8001234500054"),
]


@pytest.fixture
def shop(owner: Any) -> dict[str, Any]:
    """Forty of each article, and a customer with an address."""
    make_company()
    warehouse = make_warehouse("FA")
    variants = [
        make_variant(sku, title=title, sort_title=title.lower(), list_price=Decimal(price), gtin=gtin)
        for sku, title, price, gtin in ARTICLES
    ]
    for variant in variants:
        put(variant, warehouse, 40)
    party = make_party("Osteria del Fosso S.n.c.", kind="company", partita_iva="11223344554", recipient_code="ABC1234")
    party.addresses.create(street="Via Pescheria 7", postcode="48121", city="Ravenna", province="RA", country="IT", digest="x")
    party.contact_points.create(kind="phone", value="+390544123456")
    return {"variants": variants, "party": party}


@pytest.fixture
def form(visit: Visit) -> Callable[..., Page]:
    """The page in the language that the sentences are written in."""

    def opened(**told: Any) -> Page:
        page = visit("/menu/", **told)
        page.context.add_cookies([{"name": "django_language", "value": "en", "url": page.url.replace("/menu/", "/")}])
        page.goto(page.url.replace("/menu/", "/orders/new/"))
        return ready(page)

    return opened


def ready(page: Page) -> Page:
    """The first key finds its field."""
    expect(page.locator("#customer")).to_be_focused()
    return page


def choose_customer(page: Page) -> None:
    page.keyboard.type("osteria fos")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Ship to")).to_contain_text("Via Pescheria 7")


def type_line(page: Page, words: str, quantity: str) -> None:
    """Search, take the first, type the quantity, go on."""
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator("[data-line] [data-quantity]:focus")).to_be_focused()
    page.keyboard.type(quantity)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_five_lines_are_taken_with_sixty_keys(form: Callable[..., Page], shop: dict[str, Any], picture: Picture, size: str) -> None:
    page = form(size=SIZES[size])
    page.evaluate(COUNT_KEYS)
    choose_customer(page)
    for words, quantity in (("piatto", "24"), ("ciot", "24"), ("tazza sal", "12"), ("insal", "4"), ("tagl", "2")):
        type_line(page, words, quantity)
    expect(page.locator("#totals")).to_contain_text("€1,040.32")
    page.keyboard.insert_text("cucch")
    expect(page.locator("#article-list")).to_contain_text("cucch")
    picture(page, f"nuovo-{size}-light")
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(ORDER)

    order = Order.objects.get()
    assert (order.total, order.party, order.lines.count(), order.status) == (Decimal("1040.32"), shop["party"], 5, "held")
    assert order.holds.get().kind == "awaiting_payment"
    assert page.evaluate("Number(sessionStorage.keys)") == KEYS + 1  # Escape


def test_an_enter_that_comes_before_the_answer_takes_the_first_hit(form: Callable[..., Page], shop: dict[str, Any]) -> None:
    page = form()
    choose_customer(page)
    page.route("**/articles/?q=*", lambda _route: None)  # its answer does not come
    with page.expect_request("**/articles/?q=tazza"):
        page.keyboard.insert_text("tazza")
    page.unroute("**/articles/?q=*")

    page.keyboard.press("Enter")

    expect(page.locator("[data-line] [data-quantity]")).to_be_focused()


def test_a_double_confirmation_makes_one_order_and_the_draft_is_gone(form: Callable[..., Page], shop: dict[str, Any]) -> None:
    page = form()
    choose_customer(page)
    type_line(page, "tazza", "1")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(ORDER)

    assert Order.objects.count() == 1
    page.goto(page.url.rpartition("/orders/")[0] + "/orders/new/")
    expect(page.locator("[data-line]")).to_have_count(0)


def test_the_last_order_is_repeated_with_two_keys(form: Callable[..., Page], shop: dict[str, Any]) -> None:
    page = form()
    choose_customer(page)
    type_line(page, "tazza", "6")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(ORDER)
    page.goto(page.url.rpartition("/orders/")[0] + "/orders/new/")
    choose_customer(ready(page))
    page.keyboard.press("Control+d")

    expect(page.locator("[data-line]")).to_have_count(1)
    expect(page.locator("[data-quantity]")).to_have_value("6")


def test_a_scanner_adds_pieces_without_leaving_the_field(form: Callable[..., Page], shop: dict[str, Any], picture: Picture) -> None:
    page = form()
    page.get_by_label("Counter, handed over").check()
    page.get_by_label("Article of the next line").focus()
    for code in ("8001234500030", "8001234500054", "8001234500030"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        expect(page.get_by_label("Article of the next line")).to_have_value("")
    expect(page.locator("#totals")).to_contain_text("€49.44")
    picture(page, "nuovo-banco-desktop-light")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(ORDER)

    assert (Order.objects.get().status, Order.objects.get().total) == ("closed", Decimal("49.44"))


def test_a_shortage_is_said_in_its_line_and_the_draft_stays(
    form: Callable[..., Page], shop: dict[str, Any], picture: Picture, complaints: list[str]
) -> None:
    page = form()
    choose_customer(page)
    type_line(page, "tazza", "50")
    expect(page.get_by_text("Only 40 can be had now.")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not confirmed yet")
    picture(page, "nuovo-manca-desktop-light")
    assert barriers(page) == []
    page.reload()
    expect(page.locator("[data-quantity]")).to_have_value("50")
    expect(page.get_by_label("Ship to")).to_contain_text("Via Pescheria 7")
    page.get_by_text("The customer waits for what is missing").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(ORDER)

    assert Order.objects.get().holds.filter(kind="short").count() == 1
    assert [text for text in complaints if "422" not in text] == []
    complaints.clear()


def test_the_end_of_the_session_keeps_the_draft(form: Callable[..., Page], shop: dict[str, Any], complaints: list[str]) -> None:
    page = form()
    choose_customer(page)
    type_line(page, "tazza", "3")
    expect(page.locator("#totals")).to_contain_text("€35.76")
    page.route("**/shell/live/", lambda route: route.fulfill(status=204))  # the page does not find out by itself before the press
    Session.objects.all().delete()
    cache.clear()
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("link", name="Sign in again")).to_have_attribute("href", "/accounts/login/?next=/orders/new/")
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('regia_draft')).length") == 1
    complaints.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_new_customer_has_no_barrier(
    form: Callable[..., Page], shop: dict[str, Any], picture: Picture, size: str, scheme: str, complaints: list[str]
) -> None:
    page = form(size=SIZES[size], scheme=scheme)
    page.keyboard.type("Marta Rinaldi")
    page.keyboard.press("Enter")
    expect(page.get_by_label("First name")).to_be_focused()
    page.get_by_label("VAT number").fill("01234567890")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The parcel needs a street. Type it.")).to_be_visible()
    picture(page, f"nuovo-cliente-{size}-{scheme}")

    assert (barriers(page), pixels_beside(page)) == ([], 0)
    complaints.clear()
