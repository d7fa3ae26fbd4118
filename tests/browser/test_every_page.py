"""No page of ours is left out: each has no serious barrier and fits the screen, light and dark, on a desk and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, reverse
from playwright.sync_api import Page, expect

from crm.models import Company
from erp.core import clock
from erp.core.models import Receipt
from erp.pages import urls
from inventory.shipping.services.printing import paper_of_shipment, print_batch
from orders.invoices.services.issuing import issue_invoice
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import barriers, pixels_beside
from tests.orders.invoices.conftest import SELLER_VAT, business
from tests.orders.invoices.conftest import make_order as make_sold
from tests.pages.desk_seeding import make_day
from tests.pages.shipping import make_label, make_shipment
from tests.pages.test_invoices import due, mail_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[..., Page]
ELSEWHERE = {"today", "attention", "stock", "stock_why", "menu", "orders", "order", "order_edit", "order_cancel", "new_order", "search"}
"""Walked in `test_pages`, `test_orders`, `test_order`, `test_selling` and `test_search`."""
PARTS = {"_act", "_live", "_undo", "_press", "_settle", "_rows", "_chosen", "_side", "_filter", "_drop_filter", "_save_filter", "_export"}
PARTS |= {"_ask", "_presence", "_body", "_articles", "_customers", "_customer", "_repeat", "_preview", "_confirm", "_republish", "_file"}
PARTS |= {"_number", "_papers", "_paper", "_slip", "_finish", "_print", "_send", "_stop_stock"}
"""Deeds, files and pieces of a page; each piece is swapped into a page that is walked."""


@pytest.fixture
def day(owner: Any) -> dict[str, str]:
    """A day with something on every page; -> the addresses by the name of their pattern, and by what they show."""
    desk = make_day(1)
    Company.objects.update(partita_iva=SELLER_VAT, email="ordini@bottega.example")
    ready = make_shipment(desk.order(), service=desk.carriers["GLS"], variant=desk.variants[0])
    gone = make_shipment(desk.order(), service=desk.carriers["BRT"], status="shipped", cash_to_collect="61.00")
    make_label(gone, "BR1")
    label = make_label(ready)
    invoice = issue_invoice(make_sold(external_id="f1", customer=business()))
    mail_of(invoice, "parked")
    due(make_sold(external_id="f2", customer=business(2)))
    due(make_sold(external_id="f3"), "corrispettivi")
    refused = [{"id": ready.pk, "label": ready.order_number, "why": "È già partito."}]
    done = [{"id": gone.pk, "label": gone.order_number}]
    told: dict[str, Any] = {"by": owner, "at": clock.now(), "finished_at": clock.now(), "done": done}
    Receipt.objects.create(key="1", action="orders.hold", refused=refused, **told)
    printed = Receipt.objects.create(key="2", action="shipments.reprint", about={"labels": [label.pk]}, **told)
    batch = print_batch([ready.pk], by=owner)
    one = {
        "shipment": ready.pk,
        "batch": batch.pk,
        "document": paper_of_shipment(ready.pk, by=owner).pk,
        "invoice": invoice,
        "shipments_labels": printed.pk,
    }
    pages = {name: reverse(name) for name in ("shipments", "shipments_manifest", "shipments_numbers", "invoices", "activity")}
    pages |= {name: reverse(name, args=[key]) for name, key in one.items()}
    pages |= {f"shipments {queue}": f"/shipments/?queue={queue}" for queue in ("labels", "shipped", "held")}
    pages |= {f"invoices {queue}": f"/invoices/?queue={queue}" for queue in ("issued", "mail", "days", "credit")}
    return pages | {"empty queue": "/orders/?queue=late&q=nessuno", "missing": "/orders/999999/"}


def names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        found |= names(pattern.url_patterns) if isinstance(pattern, URLResolver) else {str(pattern.name)}
    return found


def test_every_pattern_is_walked_or_is_part_of_a_page(day: dict[str, str]) -> None:
    left = {name for name in names(urls.urlpatterns) if not any(name.endswith(part) for part in PARTS)}

    assert left - ELSEWHERE - set(day) == set()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_no_page_has_a_serious_barrier(
    visit: Visit, day: dict[str, str], picture: Callable[[Page, str], None], complaints: list[str], size: str
) -> None:
    page = visit("/menu/", size={"desktop": DESKTOP, "phone": PHONE}[size])
    house, found = page.url.replace("/menu/", ""), {}
    for name, address in day.items():
        page.goto(house + address)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            picture(page, f"ogni-{name.replace(' ', '-')}-{size}-{scheme}")
            found[name, scheme] = barriers(page)
        found[name, "wide"] = pixels_beside(page)
    complaints.clear()  # the missing page is one

    assert {key: told for key, told in found.items() if told} == {}


def test_an_order_is_walked_through_the_queue_it_came_from(visit: Visit, day: dict[str, str]) -> None:
    page = visit("/orders/?queue=ship")
    keys = [row.get_attribute("data-row") for row in page.locator("#list [data-row]").all()]
    page.locator("body").press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{keys[1]}/")
    expect(page.locator("#walk [data-place]")).to_have_text(f"2 di {len(keys)}")
    page.locator("body").press("n")
    page.wait_for_url(f"**/orders/{keys[2]}/")
    page.locator("body").press("b")
    page.wait_for_url(f"**/orders/{keys[1]}/")
    page.locator("body").press("n")
    page.wait_for_url(f"**/orders/{keys[2]}/")
    page.locator("body").press("Escape")
    page.wait_for_url("**/orders/?queue=ship")

    expect(page.locator("#list .is-cur")).to_have_attribute("data-row", str(keys[2]))
    page.locator("body").press("e")
    page.wait_for_url(f"**/orders/{keys[2]}/edit/")


def test_the_key_sheet_names_every_key_of_the_pages(visit: Visit, day: dict[str, str]) -> None:
    page = visit("/orders/")
    page.locator("body").press("?")
    expect(page.locator("#keys")).to_be_visible()

    shown = page.locator("#keys kbd").all_inner_texts()

    assert {"Ctrl K", "Esc", "Invio", *"/?UJKXA18FRNBPHETW"} - set(shown) == set()
