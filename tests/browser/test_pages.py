"""The daily pages as a person meets them: on a desk, a tablet and a phone, in light and dark, with keys, and without barriers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from erp.core import clock
from erp.core.models import Card, Delivery, Event
from tests.browser.conftest import DESKTOP, PHONE, TABLET
from tests.browser.looks import barriers, pixels_beside
from tests.factories.inventory import make_kit
from tests.pages.seeding import PASSWORD, make_card, make_merchant

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[..., Page]
Picture = Callable[[Page, str], None]
SIZES = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}


@pytest.fixture
def merchant(owner: None) -> dict[str, str]:
    """Three of everything; -> the addresses of the pages by name."""
    made = make_merchant(3)
    make_card(9, "channels.silent", amount=None, hours="30", usual="2")
    kit = make_kit("SET-TAZ", {made["variants"][0]: 4, made["variants"][1]: 1})
    return {
        "oggi": "/",
        "attenzione": "/attention/",
        "giacenze": "/stock/",
        "giacenza": f"/stock/{made['variants'][0].pk}/",
        "kit": f"/stock/{kit.pk}/",
        "menu": "/menu/",
    }


def parked_delivery() -> tuple[Delivery, Card]:
    """News that could not be passed on, and the card that shows it."""
    now = clock.now()
    event = Event.objects.create(name="orders.OrderReleased", payload={}, at=now, xid=1)
    delivery = Delivery.objects.create(
        event=event, handler="orders.handlers.x", lane="live", due_at=now, attempts=9, parked_at=now, error="…"
    )
    card = Card.objects.create(
        kind="core.parked_delivery",
        subject=f"delivery:{delivery.pk}",
        params={"event": "OrderReleased", "handler": "x", "error": "tempo scaduto"},
        opened_at=now - timedelta(minutes=5),
        seen_at=now,
    )
    return delivery, card


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_no_page_has_a_serious_barrier(visit: Visit, merchant: dict[str, str], picture: Picture, size: str, scheme: str) -> None:
    found = {}
    for name, address in merchant.items():
        page = visit(address, size=SIZES[size], scheme=scheme)
        picture(page, f"{name}-{size}-{scheme}")
        found[name] = barriers(page)

    assert found == {name: [] for name in merchant}


@pytest.mark.parametrize("size", ["desktop", "tablet", "phone"])
def test_no_page_is_wider_than_the_screen(visit: Visit, merchant: dict[str, str], size: str) -> None:
    wide = {}
    for name, address in merchant.items():
        wide[name] = pixels_beside(visit(address, size=SIZES[size]))

    assert wide == dict.fromkeys(merchant, 0)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_person_comes_in_by_the_door_and_goes_out(visit: Visit, picture: Picture, size: str) -> None:
    page = visit("/stock/", size=SIZES[size], signed_in=False)
    picture(page, f"entra-{size}-light")
    assert barriers(page) == []
    page.get_by_label("Nome utente o e-mail").fill("laura")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Entra").click()

    expect(page.get_by_role("heading", name="Giacenze", level=1)).to_be_visible()
    page.goto(page.url.replace("/stock/", "/accounts/logout/"))
    page.get_by_role("button", name="Esci").click()
    expect(page.get_by_role("heading", name="Entra")).to_be_visible()


def test_a_card_is_retried_from_today(visit: Visit, owner: None) -> None:
    delivery, card = parked_delivery()
    page = visit("/")

    page.get_by_role("button", name="Riprova").click()

    expect(page.get_by_role("status").filter(has_text="Fatto: ")).to_contain_text("Fatto: Riprova.")
    expect(page.get_by_text("Niente richiede te.")).to_be_visible()
    delivery.refresh_from_db()
    card.refresh_from_db()
    assert (delivery.parked_at, delivery.attempts) == (None, 0)
    assert card.closed_at is not None


def test_today_refreshes_itself_and_keeps_the_row_under_the_pointer(visit: Visit, merchant: dict[str, str]) -> None:
    page = visit("/")
    first = page.locator("#needs [data-row]").first
    kept = first.get_attribute("id")
    first.hover()
    newest = make_card(30)

    expect(page.get_by_role("button", name="L’elenco è cambiato. Mostralo")).to_be_visible()
    expect(page.locator("#count-attention")).to_contain_text("5")
    assert page.locator("#needs [data-row]").first.get_attribute("id") == kept

    page.keyboard.press("r")
    expect(page.locator("#needs [data-row]").first).to_have_id(f"card-{newest.pk}")


def test_a_lost_connection_is_said_and_goes_by_itself(visit: Visit, merchant: dict[str, str], complaints: list[str]) -> None:
    page = visit("/")
    page.route("**/today/live/", lambda route: route.fulfill(status=503))
    expect(page.locator("#stale")).to_be_visible()
    page.unroute("**/today/live/")

    expect(page.locator("#stale")).to_be_hidden()
    complaints.clear()


def test_a_number_is_asked_why_with_keys_alone(visit: Visit, merchant: dict[str, str]) -> None:
    page = visit("/")
    page.keyboard.press("/")
    page.keyboard.insert_text("tazza onda 1")  # all at once: no answer to a part of it comes between
    expect(page.get_by_role("option", name="Tazza Onda 1")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Perché questo numero?")).to_be_visible()
    expect(page.get_by_role("row", name="Vendibile adesso")).to_contain_text("54")


def test_keys_can_be_switched_off(visit: Visit, merchant: dict[str, str]) -> None:
    page = visit("/stock/")
    page.keyboard.press("?")
    page.get_by_label("I tasti singoli sono attivi").uncheck()
    page.keyboard.press("Escape")
    page.locator("body").press("j")

    assert page.locator("tr.is-cur").count() == 0


def test_theme_and_language_stay_on_the_next_page(visit: Visit, merchant: dict[str, str]) -> None:
    page = visit("/")
    page.get_by_role("button", name="Chiaro o scuro").click()
    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("3 orders are to be shipped. 3 are stopped.")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_phone_reaches_everything_from_the_menu(visit: Visit, merchant: dict[str, str]) -> None:
    page = visit("/", size=PHONE)
    page.get_by_role("link", name="Altro").click()

    expect(page.get_by_role("link", name="Tutte le sezioni").last).to_be_visible()
    expect(page.get_by_role("link", name="Esci")).to_be_visible()


def test_the_administration_works_under_its_policy(visit: Visit, merchant: dict[str, str], picture: Picture) -> None:
    page = visit("/admin/")
    picture(page, "amministrazione-desktop-light")

    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("heading", name="Persone e ruoli").first).to_be_visible()
