"""The call of a customer, the packing floor and the books, walked by keys and by thumb; no barrier on any of these pages."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.models import ContactPoint
from erp.core import clock
from orders.invoices.models import DocumentDue, DocumentDueRate
from orders.invoices.services.issuing import issue_invoice
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import barriers, pixels_beside
from tests.factories.inventory import make_variant
from tests.orders.invoices.conftest import SELLER_VAT, business
from tests.orders.invoices.conftest import make_order as make_sold
from tests.pages.seeding import make_merchant, make_order
from tests.pages.shipping import make_label, make_service, make_shipment

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[..., Page]
Picture = Callable[[Page, str], None]
SIZES = {"desktop": DESKTOP, "phone": PHONE}
STATES: list[dict[str, Any]] = [{}, {}, {"status": "picking"}, {"status": "packed"}, {"is_held": True}, {"status": "shipped"}]


@pytest.fixture
def floor(owner: None) -> dict[str, Any]:
    """A merchant with shipments at every step, invoices, and a day's takings."""
    made = make_merchant(2)
    party = made["party"]
    ContactPoint.objects.create(party=party, kind="phone", value="+393331234567")
    services = [make_service("gls"), make_service("brt")]
    mug = make_variant("TAZ-SAL", title="Tazza Onda, salvia", sort_title="tazza onda, salvia")
    shipments = [
        make_shipment(make_order(500 + n, party), service=services[n % 2], variant=mug, **fields) for n, fields in enumerate(STATES * 2)
    ]
    make_label(shipments[3], "GL123456789IT")
    make_label(shipments[9], status="refused", error="Il CAP 37100 non esiste.")
    company = type(party)._meta.apps.get_model("crm", "Company")
    company.objects.update(partita_iva=SELLER_VAT, name="Terramare Casa S.r.l.")
    invoice = issue_invoice(make_sold(customer=business()))
    for kind, rate in (("corrispettivi", "22"), ("oss", "19"), ("invoice", "22")):
        due = DocumentDue.objects.create(
            order_id=make_sold(customer=business(len(kind))),
            kind=kind, reason="consumer", day=clock.today(), country="IT", currency="EUR", gross=Decimal("19.90"),
        )  # fmt: skip
        DocumentDueRate.objects.create(due=due, rate=Decimal(rate), net=Decimal("16.31"), vat=Decimal("3.59"), gross=Decimal("19.90"))
    return {"shipments": shipments, "invoice": invoice}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_no_page_of_the_floor_or_the_books_has_a_barrier(
    visit: Visit, floor: dict[str, Any], picture: Picture, size: str, scheme: str
) -> None:
    addresses = {
        "oggi-pieno": "/",
        "cerca": "/search/?q=giulia",
        "spedizioni": "/shipments/",
        "etichette": "/shipments/?queue=labels",
        "spedizione": f"/shipments/{floor['shipments'][3].pk}/",
        "consegnati": "/shipments/handed-over/",
        "fatture": "/invoices/?queue=issued",
        "da-emettere": "/invoices/",
        "corrispettivi": "/invoices/?queue=days",
        "fattura": f"/invoices/{floor['invoice']}/",
    }
    found, wide = {}, {}
    for name, address in addresses.items():
        page = visit(address, size=SIZES[size], scheme=scheme)
        picture(page, f"{name}-{size}-{scheme}")
        found[name], wide[name] = barriers(page), pixels_beside(page)

    assert found == {name: [] for name in addresses}
    assert wide == dict.fromkeys(addresses, 0)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_order_of_a_caller_is_found_from_any_page(visit: Visit, floor: dict[str, Any], picture: Picture, size: str) -> None:
    page = visit("/stock/", size=SIZES[size])
    page.keyboard.press("/")
    page.keyboard.insert_text("ferante")  # all at once: no answer to a part of it comes between
    expect(page.get_by_role("option").first).to_be_visible()
    picture(page, f"cerca-scrivendo-{size}-light")
    assert barriers(page) == []

    page.get_by_label("Cerca ordini").or_(page.locator("#search")).first.fill("333 123 4567")
    expect(page.get_by_role("option").filter(has_text="Giulia Ferrante").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url("**/orders/*/")


def test_a_tracking_number_and_enter_lead_straight_to_the_parcel(visit: Visit, floor: dict[str, Any]) -> None:
    page = visit("/")
    page.keyboard.press("/")
    page.keyboard.type("gl123456789it")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/shipments/{floor['shipments'][3].pk}/")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_shipments_are_packed_and_handed_over(visit: Visit, floor: dict[str, Any], picture: Picture, size: str) -> None:
    page = visit("/shipments/?queue=picking", size=SIZES[size])
    page.locator("input[name=chosen]").first.check()
    page.locator("input[name=chosen]").last.check()
    expect(page.locator("#bulk [data-n]")).to_have_text("2")
    picture(page, f"scelti-{size}-light")
    with page.expect_navigation():
        page.locator("#bulk button[value=pack]").click()
    expect(page.locator("#receipt")).to_contain_text("2")
    picture(page, f"ricevuta-{size}-light")

    page.goto(page.url.split("?")[0] + "?queue=packed")
    page.locator("tbody a[data-main]").first.click()
    page.wait_for_url(re.compile(r"/shipments/\d+/$"))
    with page.expect_navigation():
        page.locator("#next button").click()

    expect(page.locator("#receipt")).to_be_visible()
