"""Numbers by the keyboard alone, also where scans come fast; the carrier is chosen where the list stands."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from inventory.shipping.models import CarrierService, Label, Shipment
from inventory.shipping.services.labelling.asking import BY_HAND_DUE
from tests.browser.conftest import PHONE
from tests.browser.looks import pixels_beside
from tests.factories.crm import make_company, make_party
from tests.factories.inventory import make_variant
from tests.pages.seeding import make_order
from tests.pages.shipping import make_label, make_service, make_shipment

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NAMES = ("Giulia Ferrante", "Marco Bellandi", "Ceramiche Aurora Srl")


@pytest.fixture
def bus(owner: object) -> CarrierService:
    make_company()
    return make_service("bus")


def waiting(service: CarrierService) -> list[Label]:
    """One label for each name, the first due first."""
    made = []
    for place, name in enumerate(NAMES):
        shipment = make_shipment(make_order(700 + place, make_party(name)), service=service, variant=make_variant(f"T-{place}"))
        made.append(make_label(shipment, due_at=BY_HAND_DUE))
    return made


def numbers() -> list[str]:
    return list(Label.objects.order_by("pk").values_list("tracking_number", flat=True))


@pytest.mark.parametrize("address", ["/shipments/numbers/", "/shipments/?queue=labels"])
def test_numbers_are_typed_one_after_the_other(
    visit: Callable[..., Page], picture: Callable[..., None], bus: CarrierService, address: str
) -> None:
    waiting(bus)
    page = visit(address)
    page.locator("[data-number]").first.focus()

    page.keyboard.type("AB1\nAB2\n")  # a scanner does not wait
    expect(page.locator(".number [role=status]")).to_have_count(2)
    page.keyboard.type("AB1\n")  # scanned twice

    expect(page.get_by_role("alert").filter(has_text="AB1")).to_be_visible()
    assert numbers() == ["AB1", "AB2", ""]
    picture(page, f"numbers-{'list' if '?' in address else 'page'}")

    page.locator("[data-number]").fill("AB3")
    page.keyboard.press("Enter")
    expect(page.locator(".number [role=status]")).to_have_count(3)
    assert numbers() == ["AB1", "AB2", "AB3"]


def test_a_carrier_is_chosen_for_many_by_the_keyboard(
    visit: Callable[..., Page], picture: Callable[..., None], bus: CarrierService
) -> None:
    party, gls = make_party("Giulia Ferrante"), make_service("gls")
    for number in range(3):
        make_shipment(make_order(number + 1, party), service=gls, variant=make_variant(f"S-{number}"))
    page = visit("/shipments/")

    page.keyboard.press("a")
    picture(page, "carrier-bar")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_contain_text("3")
    expect(page.locator("[name=service][autofocus]")).to_be_focused()
    picture(page, "carrier-ask")
    page.keyboard.press("Enter")

    expect(page.locator("#receipt b")).to_contain_text("3")
    assert set(Shipment.objects.values_list("service__carrier__code", "is_carrier_chosen")) == {("bus", True)}


def test_pictures_of_the_pages(visit: Callable[..., Page], picture: Callable[..., None], bus: CarrierService) -> None:
    """On the phone nothing is wider than the screen; the pictures are for people."""
    first, _second, third = waiting(bus)
    shipment, bare = third.parcel.shipment, make_shipment(make_order(900, make_party("Anna Verdi")), variant=make_variant("Z"))
    Label.objects.filter(pk=third.pk).update(status="refused", error="CAP sconosciuto: “4712”.", due_at=first.created_at)
    pages = {
        "numbers": "/shipments/numbers/",
        "labels": "/shipments/?queue=labels",
        "refused": f"/shipments/{shipment.pk}/",
        "bare": f"/shipments/{bare.pk}/",
    }
    for name, address in pages.items():
        for size, scheme in ((None, "light"), (None, "dark"), (PHONE, "light")):
            page = visit(address, **({"size": size} if size else {}), scheme=scheme)
            picture(page, f"{name}-{'phone' if size else 'desk'}-{scheme}")
            assert (name, pixels_beside(page)) == (name, 0)
