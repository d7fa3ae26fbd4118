"""The day from end to end, as people walk it: the caller's order, a hold, papers, parcels, and the tracking in the buyer's shop."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from erp.pages.roles import ROLES, ensure_roles
from inventory.models import StockLevel
from inventory.shipping.models import PrintBatch, Shipment
from orders.invoices.models import DocumentDue, Invoice
from orders.models import Order
from tests.browser.conftest import PHONE
from tests.browser.looks import pixels_beside
from tests.browser.merchant import Merchant, open_merchant
from tests.clocks import ClockHand
from tests.flows.house import PracticeAccount
from tests.pages.seeding import PASSWORD, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[..., Page]
Picture = Callable[[Page, str], None]
Shot = Callable[[Page, str], None]
Sales = dict[str, tuple[PracticeAccount, dict[str, Any]]]
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": PHONE}
MEETS_ITS_MIDDLE = """each => {
  const box = each.getBoundingClientRect();
  return each.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""
ORDERS, MANY = 8, 50
EVENING = {
    "ordine-spedito": "/orders/{order}/",
    "oggi-sera": "/",
    "spedite": "/shipments/?queue=shipped",
    "lotto": "/shipments/handed-over/",
    "fatture": "/invoices/?queue=issued",
    "corrispettivi": "/invoices/?queue=days",
}
COUNT_PRESSES = (
    """addEventListener("pointerdown", () => sessionStorage.setItem("presses", Number(sessionStorage.getItem("presses")) + 1), true)"""
)


@pytest.fixture
def merchant(tmp_path: Path, clock: ClockHand, owner: User, settings: Any) -> Iterator[Merchant]:
    opened = open_merchant(tmp_path, clock, owner)
    settings.EMAIL_URL, settings.EMAIL_HOST, settings.EMAIL_PORT = opened.mail.email_url, "127.0.0.1", opened.mail.smtp_port
    yield opened
    opened.stop()


def sell(merchant: Merchant, count: int) -> Sales:
    """Sales by the buyer's surname and number in the shop; all of them have become orders with an open shipment."""
    sales = [merchant.sell(number) for number in range(count)]
    merchant.work(2)
    assert (Order.objects.filter(status="released").count(), Shipment.objects.filter(status="ready").count()) == (count, count)
    return {f"{shop.account.code}:{told['order_id']}": (shop, told) for shop, told in sales}


def sign_in(page: Page, name: str) -> None:
    page.locator("#id_login").fill(name)
    page.locator("#id_password").fill(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("nav.nav")).to_be_visible()


def presses(page: Page) -> int:
    return int(page.evaluate("Number(sessionStorage.presses)"))


class Shots:
    """Pictures of a walk, numbered, in light and in dark."""

    def __init__(self, picture: Picture, size: str) -> None:
        self._picture, self._size, self._number = picture, size, 0

    def __call__(self, page: Page, name: str) -> None:
        self._number += 1
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            self._picture(page, f"giorno-{self._number:02d}-{name}-{self._size}-{scheme}")
        assert (name, pixels_beside(page)) == (name, 0)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_day_from_the_callers_order_to_the_tracking_in_the_shop(visit: Visit, merchant: Merchant, picture: Picture, size: str) -> None:
    sales, shot = sell(merchant, ORDERS), Shots(picture, size)
    page = visit("/", size=SIZES[size], signed_in=False)
    shot(page, "accesso")
    sign_in(page, "laura")
    shot(page, "oggi")
    order = find_the_callers_order(page, shot)
    hold_and_release(page, order, merchant, shot)
    print_the_ready_ones(page, merchant, ORDERS, shot)
    pack_and_hand_over(page, merchant, shot)

    assert_all_has_left(sales)
    letters = [(mail.recipients, [paper.media_type for paper in mail.attachments]) for mail in merchant.mail.mailbox.mails()]
    assert letters == [(("cliente4@example.com",), ["application/pdf"])]
    house = page.url.partition("/shipments/")[0]
    for name, path in EVENING.items():
        page.goto(house + path.format(order=order.pk))
        shot(page, name)
    look_into_the_shop(page, order, sales, shot)


def find_the_callers_order(page: Page, shot: Shot) -> Order:
    """By the number that the caller's phone shows."""
    page.keyboard.press("/")
    page.keyboard.insert_text("333 4567")  # all at once: the answer to a part of it would take the hit away from under the press
    expect(page.get_by_role("option").filter(has_text="Giulia Rinaldi").first).to_be_visible()
    shot(page, "cerca")
    page.get_by_role("option").filter(has_text="Giulia Rinaldi").first.click()
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    shot(page, "ordine")
    order = Order.objects.get(pk=int(page.url.rstrip("/").rsplit("/", 1)[1]))
    assert order.customer_name == "Giulia Rinaldi"
    return order


def hold_and_release(page: Page, order: Order, merchant: Merchant, shot: Shot) -> None:
    page.locator("[data-dialog=hold]").click()
    page.locator("#hold-reason").fill("La cliente vuole un altro indirizzo")
    shot(page, "blocca")
    with page.expect_navigation():
        page.locator("#hold button[type=submit]").click()
    expect(page.locator("#next")).to_contain_text("La cliente vuole un altro indirizzo")
    merchant.wheels.turn()
    page.reload()
    shot(page, "bloccato")
    order.refresh_from_db()
    assert (order.status, Shipment.objects.get(order_reference=order.reference).is_held) == ("held", True)

    with page.expect_navigation():
        page.locator("#next button").click()
    merchant.wheels.turn()
    page.reload()
    shot(page, "sbloccato")
    order.refresh_from_db()
    assert (order.status, Shipment.objects.get(order_reference=order.reference).is_held) == ("released", False)


def print_the_ready_ones(page: Page, merchant: Merchant, count: int, shot: Shot) -> list[Shipment]:
    """Two presses in the list are enough, and a third opens all papers as one; the shipments in the order of the walk."""
    page.context.add_init_script(COUNT_PRESSES)
    page.locator("nav a[href='/orders/']").first.click()
    page.wait_for_url("**/orders/")
    page.evaluate("sessionStorage.setItem('presses', 0)")
    page.locator("#every").click()  # what it shows comes later, with the answer
    expect(page.locator("#bulk [data-n]")).to_have_text(str(count))
    shot(page, "ordini-scelti")
    page.locator("#bulk [data-act=print]").click()
    page.wait_for_url("**/batches/*/")
    shot(page, "stampa-in-corso")
    merchant.work()
    expect(page.locator("#batch[hx-get]")).to_have_count(0)
    assert presses(page) == 2
    shot(page, "stampa")
    with page.context.expect_page() as papers_page:
        page.locator("#batch a[href$='/papers/']").click()
    papers_page.value.close()
    assert presses(page) == 3
    links = [page.locator(f"#batch tbody tr:nth-child({place}) a").first for place in (1, 2, 3, 4)]
    assert [is_within_reach(link) for link in links] == [True] * 4
    papers = [link.get_attribute("href") for link in links]
    bodies = [page.request.get(page.url.split("/batches/")[0] + str(address)).body() for address in papers]
    batch = PrintBatch.objects.get()
    assert (batch.refused, batch.rows.count()) == ([], count)
    shipments = [row.shipment for row in batch.rows.select_related("shipment").order_by("position")]
    assert_papers_follow(shipments, *bodies)
    together = page.request.get(page.url + "papers/").body()
    assert pages_of(together) == [text for body in bodies[:3] for text in pages_of(body)]
    return shipments


def is_within_reach(link: Locator) -> bool:
    """Neither cut off by its panel nor beside the screen: a finger on its middle meets it."""
    link.scroll_into_view_if_needed()
    return bool(link.evaluate(MEETS_ITS_MIDDLE))


def assert_papers_follow(shipments: list[Shipment], walk: bytes, slips: bytes, labels: bytes, zpl: bytes) -> None:
    """One paper each, and every shipment's slip, label and ZPL at its own place of the walk."""
    names = [shipment.order_number for shipment in shipments]
    tracking = [label.tracking_number for shipment in shipments for parcel in shipment.parcels.all() for label in parcel.labels.all()]
    assert len(tracking) == len(names)
    assert [bool(re.search(rf"\b{name}\b", text_of(walk))) for name in names] == [True] * len(names)
    assert [name for name in (number_on(page, names) for page in pages_of(slips)) if name] == names
    assert [next((number for number in tracking if number in bare(page)), "") for page in pages_of(labels)] == tracking
    assert [next(number for number in tracking if number in part) for part in zpl.decode().split("^XA")[1:]] == tracking


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    texts = [document[place].get_textpage().get_text_range() for place in range(len(document))]
    document.close()
    return texts


def text_of(pdf: bytes) -> str:
    return "\n".join(pages_of(pdf))


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def number_on(page: str, names: list[str]) -> str:
    """The order whose slip begins on this page; the year of its date is no order."""
    return next((name for name in names if re.search(rf"ordine\s+{name}\s+del", page)), "")


def pack_and_hand_over(page: Page, merchant: Merchant, shot: Shot) -> None:
    page.locator("nav a[href='/shipments/']").first.click()
    page.wait_for_url("**/shipments/")
    follow(page, "picking")
    deed(page, "pack")
    shot(page, "imballate")
    follow(page, "packed")
    shot(page, "da-consegnare")
    deed(page, "ship")
    shot(page, "consegnate")
    merchant.work(2)


def follow(page: Page, queue: str) -> None:
    page.locator(f"a[href*='queue={queue}']").first.click()
    page.wait_for_url(f"**/shipments/?queue={queue}")


def deed(page: Page, code: str) -> None:
    page.locator("#every").check()
    expect(page.locator("#bulk [data-n]")).to_have_text(str(ORDERS))
    with page.expect_navigation():
        page.locator(f"#bulk button[value={code}]").click()
    expect(page.locator("#receipt")).to_contain_text(str(ORDERS))


def assert_all_has_left(sales: Sales) -> None:
    """Everything is shipped and closed here, completed and told in its shop once, and documented to the cent."""
    orders = list(Order.objects.order_by("pk"))
    assert [order.status for order in orders] == ["closed"] * len(sales)
    assert [Shipment.objects.get(order_reference=order.reference).status for order in orders] == ["shipped"] * len(sales)
    for order in orders:
        shop, told = sales[f"{order.source}:{order.external_id}"]
        label = Shipment.objects.get(order_reference=order.reference).parcels.get().labels.get()
        assert shop.status(told["order_id"]) == "completed"
        carrier = label.service.carrier
        link = carrier.tracking_url.replace("{tracking}", label.tracking_number)
        assert shop.parcels(told["order_id"]) == [(carrier.name, label.tracking_number, link)]
    documented = {row["order"]: row["gross"] for model in (DocumentDue, Invoice) for row in model.objects.values("order", "gross")}
    assert documented == {order.pk: order.total for order in orders}
    assert Invoice.objects.get().buyer_name == "Ferrari Arredi S.r.l."
    assert StockLevel.objects.exclude(reserved=Decimal(0)).count() == 0


def look_into_the_shop(page: Page, order: Order, sales: Sales, shot: Shot) -> None:
    """The buyer's page of the order, and the carrier's page behind its link."""
    shop, told = sales[f"{order.source}:{order.external_id}"]
    label = Shipment.objects.get(order_reference=order.reference).parcels.get().labels.get()
    page.goto(f"{shop.site.url}/checkout/order-received/{told['order_id']}/?key={told['order_key']}")
    expect(page.get_by_role("heading", name="completato")).to_be_visible()
    shot(page, "negozio")
    page.get_by_role("link", name=label.tracking_number).click()
    page.wait_for_url(f"**/track/{label.tracking_number}")
    shot(page, "corriere")
    expect(page.get_by_text(label.tracking_number).first).to_be_visible()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_fifty_orders_are_papers_after_two_presses(visit: Visit, merchant: Merchant, size: str) -> None:
    sell(merchant, MANY)
    page = visit("/", size=SIZES[size])

    print_the_ready_ones(page, merchant, MANY, lambda page, name: None)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_signs_in_and_opens_its_pages_without_an_error(visit: Visit, merchant: Merchant, picture: Picture, role: str) -> None:
    ensure_roles()
    make_staff(role, role=role)
    sell(merchant, 2)
    page = visit("/", size=SIZES["desktop"], signed_in=False)
    sign_in(page, role)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    picture(page, f"ruolo-{role}-desktop-light")
    entries = page.locator("nav.nav a[href]").evaluate_all("found => [...new Set(found.map((each) => each.href))]")

    answers = {address: page.goto(address).status for address in entries}

    assert answers == dict.fromkeys(entries, 200)
