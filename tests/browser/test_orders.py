"""The desk's list in Chromium: keys alone, many orders at once with refusals and undo, news without moving rows, on desktop and phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from erp.core.models import Receipt
from orders.models import Hold, Order
from tests.browser.conftest import DESKTOP, PHONE, TABLET
from tests.browser.looks import barriers, pixels_beside
from tests.pages.desk_seeding import Desk, make_day

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[..., Page]
Picture = Callable[[Page, str], None]
SIZES = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}


@pytest.fixture
def desk(owner: None) -> Desk:
    return make_day(3)


def expect_chosen(page: Page, count: int) -> None:
    expect(page.locator("#bulk [data-n]")).to_have_text(str(count))


def settled(page: Page) -> Locator:
    """The receipt of an undo: it has no undo itself."""
    return page.locator("#receipt").filter(has_not=page.locator("[data-undo]"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "tablet", "phone"])
def test_the_list_its_forms_and_its_receipt_have_no_serious_barrier(
    visit: Visit, desk: Desk, picture: Picture, size: str, scheme: str
) -> None:
    page = visit("/orders/", size=SIZES[size], scheme=scheme)
    if size == "desktop":
        expect(page.locator("#side h2")).to_be_visible()
    found = {"list": barriers(page)}
    picture(page, f"ordini-{size}-{scheme}")
    assert pixels_beside(page) == 0

    page.keyboard.press("a")
    expect(page.locator("#bulk")).to_be_visible()
    found["chosen"] = barriers(page)
    picture(page, f"ordini-scelti-{size}-{scheme}")
    for code in ("hold", "tag", "cancel"):
        page.evaluate(f"document.querySelector('#bulk [data-act={code}]').click()")
        expect(page.locator("#ask")).to_be_visible()
        found[code] = barriers(page)
        picture(page, f"ordini-{code}-{size}-{scheme}")
        page.keyboard.press("Escape")
        expect(page.locator("#ask")).to_be_hidden()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("f")
    expect(page.locator("#f-text")).to_be_visible()
    found["filter"] = barriers(page)
    picture(page, f"ordini-filtra-{size}-{scheme}")

    assert found == {key: [] for key in found}


def test_many_orders_are_held_with_refusals_by_keys_alone_and_undone(visit: Visit, desk: Desk, picture: Picture) -> None:
    page = visit("/orders/?queue=all")
    page.keyboard.press("a")
    expect_chosen(page, 42)
    page.keyboard.press("h")
    expect(page.locator("#ask")).to_be_visible()
    page.keyboard.press("Enter")

    receipt = page.locator("#receipt")
    expect(receipt).to_contain_text("33")
    expect(receipt.locator("li")).to_have_count(8)
    picture(page, "ordini-ricevuta-desktop-light")
    assert barriers(page) == []
    assert Order.objects.filter(status="held").count() == 36
    expect_chosen(page, 42)
    assert page.url.endswith("?queue=all")

    page.keyboard.press("u")
    expect(settled(page)).to_contain_text("33")
    assert Order.objects.filter(status="held").count() == 15
    assert Hold.objects.filter(released_at=None, kind="by_staff").count() == 3
    assert Receipt.objects.count() == 2
    expect_chosen(page, 42)


def test_only_the_refused_ones_stay_chosen_on_request(visit: Visit, desk: Desk) -> None:
    page = visit("/orders/?queue=all")
    page.keyboard.press("a")
    expect_chosen(page, 42)
    page.keyboard.press("h")
    expect(page.locator("#ask")).to_be_visible()
    page.keyboard.press("Enter")
    page.locator("#receipt [data-do=only]").click()

    expect_chosen(page, 9)


def test_a_walk_down_the_list_by_keys_shows_each_order_beside_it(visit: Visit, desk: Desk) -> None:
    page = visit("/orders/")
    rows = page.locator("#list [data-row]")
    expect(page.locator("#side h2")).to_contain_text(rows.nth(0).get_attribute("data-row") or "")

    page.keyboard.press("j")
    expect(page.locator("#side h2")).to_contain_text(rows.nth(1).get_attribute("data-row") or "")
    expect(page.locator("#side [data-place]")).to_contain_text("2")
    page.keyboard.press("n")
    expect(page.locator("#side h2")).to_contain_text(rows.nth(2).get_attribute("data-row") or "")
    page.keyboard.press("b")
    expect(page.locator("#side h2")).to_contain_text(rows.nth(1).get_attribute("data-row") or "")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect_chosen(page, 2)
    page.keyboard.press("6")
    page.wait_for_url("**?queue=held")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/*/")


def test_a_range_is_chosen_with_shift(visit: Visit, desk: Desk) -> None:
    page = visit("/orders/")
    boxes = page.locator("#list tbody input")
    boxes.nth(1).click()
    boxes.nth(5).click(modifiers=["Shift"])
    expect_chosen(page, 5)
    page.keyboard.press("j")
    expect(page.locator("#list [data-row]").nth(6)).to_contain_class("is-cur")

    page.locator("#every").click()
    expect_chosen(page, 21)
    page.locator("#every").click()
    expect(page.locator("#bulk")).to_be_hidden()


def test_new_orders_wait_until_they_are_asked_for_and_the_choice_stays(visit: Visit, desk: Desk) -> None:
    page = visit("/orders/")
    page.keyboard.press("x")
    kept = page.locator("#list [data-row]").first.get_attribute("id")
    fresh = desk.order(hours=0)

    expect(page.locator("#fresh button")).to_be_visible()
    assert page.locator(f"#o{fresh.pk}").count() == 0
    assert page.locator("#list [data-row]").first.get_attribute("id") == kept

    page.keyboard.press("r")
    expect(page.locator(f"#o{fresh.pk}")).to_be_visible()
    expect_chosen(page, 1)
    expect(page.locator("#fresh button")).to_have_count(0)


def test_the_next_page_comes_by_scrolling(visit: Visit, owner: None) -> None:
    desk = Desk()
    for _number in range(55):
        desk.order()
    page = visit("/orders/")
    expect(page.locator("#list [data-row]")).to_have_count(50)

    page.evaluate("scrollTo(0, document.body.scrollHeight)")

    expect(page.locator("#list [data-row]")).to_have_count(55)
    expect(page.locator("#list tr.band")).to_have_count(1)


def test_a_double_press_is_one_deed(visit: Visit, desk: Desk) -> None:
    page = visit("/orders/?queue=held")
    page.keyboard.press("a")
    expect_chosen(page, 6)
    page.evaluate("for (const _ of [1, 2]) document.querySelector('#bulk [data-act=release]').click()")

    expect(page.locator("#receipt")).to_contain_text("6")
    assert Receipt.objects.count() == 1


def test_a_phone_holds_orders_with_the_thumb(visit: Visit, desk: Desk, picture: Picture) -> None:
    page = visit("/orders/", size=PHONE)
    page.locator("#list tbody label").nth(0).tap()
    page.locator("#list tbody label").nth(1).tap()
    expect_chosen(page, 2)
    page.locator("#bulk [data-act=hold]").tap()
    page.locator("#ask .btns button").first.tap()

    expect(page.locator("#receipt")).to_contain_text("2")
    page.locator("#receipt [data-undo]").focus()  # it goes by itself, but not from under a reader
    picture(page, "ordini-ricevuta-phone-light")
    assert barriers(page) == []
    page.locator("#receipt [data-undo]").tap()
    expect(settled(page)).to_contain_text("2")
    assert Order.objects.filter(status="released").count() == 21


def test_a_filter_is_set_kept_and_taken_off(visit: Visit, desk: Desk) -> None:
    page = visit("/orders/")
    page.keyboard.press("f")
    page.locator("#f-country").fill("DE")
    page.locator("#f-country").press("Enter")
    page.wait_for_url("**country=DE**")
    expect(page.locator("#list [data-row]")).to_have_count(3)

    page.keyboard.press("f")
    page.locator("#f-name").fill("Germania")
    page.locator("#f-name").press("Enter")
    chip = page.get_by_role("link", name="Germania")
    expect(chip).to_have_attribute("aria-current", "true")
    page.locator(".chip-on").first.click()
    expect(page.locator("#list [data-row]")).to_have_count(21)
    chip.click()
    expect(page.locator("#list [data-row]")).to_have_count(3)
