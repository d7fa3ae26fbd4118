"""Addresses to correct as the desk meets them: the queue, the form beside it, one press for the suggestion, on a desk and on a phone."""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from erp.core.delivering import deliver_pending
from orders.models import Order
from orders.services.placing import place_order
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories.crm import HOME, anna, make_company
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.factories.orders import draft, line
from tests.pages.seeding import make_account

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[..., Page]
Picture = Callable[[Page, str], None]
SIZES = {"desktop": DESKTOP, "phone": PHONE}


@pytest.fixture
def orders(owner: Any) -> list[Order]:
    """One without its province, one without a house number."""
    make_company()
    make_account("terramare", "Terramare Casa")
    variant = make_variant("TAZ-ONDA", title="Tazza Onda, salvia", sort_title="tazza onda, salvia")
    put(variant, make_warehouse("FA"), 20)
    places = (
        {"name": "Giulia Ferrante", "street": "Via Sparano 12", "postcode": "70121", "city": "Bari", "province": ""},
        {"name": "Marco Bellandi", "street": "Via dei Serragli", "postcode": "50124", "city": "Firenze", "province": "FI"},
    )
    made = []
    for number, place in enumerate(places, start=1):
        first, last = place["name"].split()
        told = draft(
            [line(variant, 2)],
            external_number=f"W-{number}",
            customer=anna(number, first_name=first, last_name=last),
            shipping=HOME.__class__(country="IT", phone="+39 333 1234567", **place),
        )
        made.append(place_order(told, actor="shop:terramare").order_id)
    deliver_pending()
    return [Order.objects.get(pk=key) for key in made]


def barriers(page: Page) -> list[Any]:
    violations = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:160]) for one in violations if one["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_address_is_corrected_from_its_queue(
    visit: Visit, picture: Picture, orders: list[Order], size: str, scheme: Literal["light", "dark"]
) -> None:
    page = visit("/", size=SIZES[size], scheme=scheme)
    expect(page.locator("#cell-address")).to_contain_text("Indirizzi da correggere")
    picture(page, f"addresses-today-{size}-{scheme}")
    page.locator("#cell-address").click()
    if size == "desktop":
        page.locator(f"[data-row='{orders[0].pk}']").click()
        expect(page.locator("#side form .err")).to_have_text("Manca la provincia.")
    else:
        page.locator(f"[data-row='{orders[0].pk}'] [data-main]").click()
        page.get_by_role("link", name="Correggi l'indirizzo").click()
        expect(page.locator("form .err")).to_have_text("Manca la provincia.")
    assert barriers(page) == []
    picture(page, f"addresses-form-{size}-{scheme}")

    page.get_by_role("button", name="Accetta Provincia BA").click()

    page.wait_for_load_state()
    orders[0].refresh_from_db()
    assert (orders[0].shipping or {})["province"] == "BA"
    expect(page.get_by_text("ora è giusto")).to_be_visible()
    picture(page, f"addresses-done-{size}-{scheme}")
    if size == "desktop":
        expect(page.locator("#list [data-row]")).to_have_count(1)
