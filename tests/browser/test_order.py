"""The page of an order as a person meets it: keys, a stale save, a colleague, no barriers, on a desk and on a phone."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from erp.core.delivering import deliver_pending
from inventory.shipping.models import Carrier, CarrierService, Label, Parcel, Shipment
from orders.drafts import NewAdjustment
from orders.models import Order
from orders.services.holding import hold_order
from orders.services.placing import place_order
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import barriers, pixels_beside
from tests.factories.crm import make_company
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.factories.orders import draft, line
from tests.pages.seeding import make_account, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[..., Page]
Picture = Callable[[Page, str], None]
SIZES = {"desktop": DESKTOP, "phone": PHONE}
ENGLISH = {"name": "django_language", "value": "en"}


@pytest.fixture
def english(visit: Visit) -> Visit:
    """A page in the language that the sentences are written in."""

    def opened(address: str, **told: Any) -> Page:
        page = visit("/menu/", **told)
        page.context.add_cookies([{**ENGLISH, "url": page.url.replace("/menu/", "/")}])
        page.goto(page.url.replace("/menu/", address))
        return page

    return opened


@pytest.fixture
def order(owner: Any) -> Order:
    """Three articles, a note and a gift; its shipment is open."""
    make_company()
    make_account("terramare", "Terramare Casa")
    warehouse = make_warehouse("FA")
    rows = []
    for place, (sku, title, price) in enumerate(
        [
            ("PIA-ONDA-27-SAL", "Piatto piano Onda 27 cm, salvia", "31.97"),
            ("CIO-ONDA-16-SAL", "Ciotola Onda 16 cm, salvia", "27.70"),
            ("CAN-FICO-220", "Candela foglia di fico, 220 g", "19.67"),
        ],
        start=1,
    ):
        variant = make_variant(sku, title=title, sort_title=title.lower())
        put(variant, warehouse, 14 + place)
        rows.append(line(variant, 2 if place < 3 else 1, net=price, external_id=str(place), title=title))
    told = draft(
        rows,
        external_number="4133",
        gift_message="Per la casa nuova. M. e L.",
        customer_note="Citofono Rinaldi, secondo piano.",
        adjustments=(NewAdjustment("shipping", "Corriere", Decimal("5.66"), Decimal("1.25")),),
    )
    placed = Order.objects.get(pk=place_order(told, actor="shop:terramare").order_id)
    deliver_pending()
    return placed


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_no_page_of_an_order_has_a_barrier_or_is_too_wide(visit: Visit, order: Order, picture: Picture, size: str, scheme: str) -> None:
    found: dict[str, Any] = {}
    for name, address in {"ordine": "", "ordine-modifica": "edit/", "ordine-annulla": "cancel/"}.items():
        page = visit(f"/orders/{order.pk}/{address}", size=SIZES[size], scheme=scheme)
        picture(page, f"{name}-{size}-{scheme}")
        found[name] = (barriers(page), pixels_beside(page))

    assert found == dict.fromkeys(found, ([], 0))


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_hold_is_two_keys_and_its_release_one(english: Visit, order: Order, picture: Picture, size: str) -> None:
    page = english(f"/orders/{order.pk}/", size=SIZES[size])
    page.locator("body").press("h")
    page.get_by_label("Reason").fill("Cambia indirizzo")
    picture(page, f"ordine-blocca-{size}-light")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[role=status]:not(#found-said)").first).to_contain_text("is held. Its pieces stay reserved.")
    picture(page, f"ordine-bloccato-{size}-light")
    page.locator("body").press("p")

    expect(page.locator("[role=status]:not(#found-said)").first).to_contain_text("The hold of order")
    order.refresh_from_db()
    assert order.status == "released"


def test_a_stale_save_shows_the_difference_and_keeps_what_is_chosen(
    english: Visit, order: Order, picture: Picture, complaints: list[str]
) -> None:
    page = english(f"/orders/{order.pk}/edit/")
    theirs = page.context.new_page()
    theirs.goto(page.url)
    theirs.get_by_label("Street and number").fill("Via Loro 2")
    theirs.get_by_role("button", name="Save").click()
    theirs.wait_for_url(f"**/orders/{order.pk}/")
    page.get_by_label("Street and number").fill("Via Mia 1")
    page.get_by_label("Gift message").fill("Auguri")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Somebody else changed this order after you opened it.")).to_be_visible()
    picture(page, "ordine-differenze-desktop-light")
    assert barriers(page) == []
    page.get_by_role("radio", name="Via Loro 2").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[role=status]:not(#found-said)").first).to_contain_text("is corrected")
    order.refresh_from_db()
    assert ((order.shipping or {})["street"], order.gift_message) == ("Via Loro 2", "Auguri")
    assert [text for text in complaints if "409" not in text] == []
    complaints.clear()


def test_a_colleague_on_the_same_order_is_seen(english: Visit, order: Order, picture: Picture) -> None:
    anna = Client()
    anna.force_login(make_staff("anna", "orders.view_order"))
    page = english("/menu/")
    anna.get(f"/orders/{order.pk}/")

    page.goto(page.url.replace("/menu/", f"/orders/{order.pk}/"))

    expect(page.get_by_text("Laura Venturi is working on this order")).to_be_visible()
    picture(page, "ordine-in-due-desktop-light")


def test_what_was_sent_shows_its_parcel_and_where_it_is(english: Visit, order: Order, picture: Picture) -> None:
    carrier = Carrier.objects.create(code="brt", name="BRT", backend="manual", tracking_url="https://track.example/{tracking}")
    service = CarrierService.objects.create(carrier=carrier, code="express", name="Express")
    shipment = Shipment.objects.get()
    Shipment.objects.filter(pk=shipment.pk).update(service=service)
    parcel = Parcel.objects.create(shipment=shipment, position=1, weight_grams=2600)
    moment = shipment.opened_at
    Label.objects.create(
        parcel=parcel, service=service, status="ready", reference="R", tracking_number="1ZB04471182", due_at=moment, created_at=moment
    )
    hold_order(order.pk, by=None, reason="Verifica del pagamento")
    page = english(f"/orders/{order.pk}/")
    picture(page, "ordine-spedizione-desktop-light")

    expect(page.get_by_role("link", name="BRT 1ZB04471182")).to_have_attribute("href", "https://track.example/1ZB04471182")
