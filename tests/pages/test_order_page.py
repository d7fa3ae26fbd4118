"""The page of an order says all about it in a number of statements that does not grow, and its sums to the cent."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from erp.core.clock import now
from inventory.models import ExceptionCause, StockException
from orders.drafts import NewAdjustment
from orders.invoices.services.documenting import document_orders
from orders.models import Order
from orders.services.holding import hold_order
from orders.services.placing import place_order
from tests.factories.crm import anna, make_company
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.factories.orders import bank_transfer, draft, drop_refund, line, refund, tell_refund
from tests.orders.invoices.conftest import SELLER_VAT, business
from tests.orders.invoices.conftest import make_order as make_sold
from tests.pages.seeding import make_account, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> None:
    make_company()
    make_account("terramare", "Terramare Casa")


def placed(lines: int = 1, pieces: int = 10, **fields: object) -> Order:
    """An order of one piece of each of several articles."""
    warehouse = make_warehouse()
    rows = []
    for n in range(1, lines + 1):
        variant = make_variant(f"TAZ-{n}")
        put(variant, warehouse, pieces)
        rows.append(line(variant, external_id=str(n)))
    return Order.objects.get(pk=place_order(draft(rows, **fields), actor="shop:terramare").order_id)


@pytest.mark.parametrize("lines", [1, 3])
def test_the_page_costs_the_same_with_one_line_and_with_three(
    owner: Client, shop: None, lines: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order = placed(lines)

    with django_assert_num_queries(18):
        answer = owner.get(f"/orders/{order.pk}/")

    assert (answer.status_code, len(answer.context["lines"])) == (200, lines)


def test_a_short_order_says_why_its_pieces_are_missing_where_that_is_known(owner: Client, shop: None) -> None:
    order = placed(pieces=0)
    StockException.objects.create(
        variant_id=order.lines.get().variant_id, cause="staff_order", quantity=1, reference=order.reference, opened_at=now()
    )

    (hold,) = owner.get(f"/orders/{order.pk}/").context["holds"]

    assert (hold.kind, hold.detail) == ("short", str(ExceptionCause.STAFF_ORDER.label))


def test_the_page_says_where_from_how_it_stands_and_what_comes_next(owner: Client, shop: None) -> None:
    order = placed()

    page = owner.get(f"/orders/{order.pk}/").context

    assert (page["shop"].name, page["shop"].tile, page["shop"].number) == ("Terramare Casa", "Wo", order.external_number)
    assert [verdict.word for verdict in page["verdicts"]] == ["To ship", "Paid", "All reserved"]


def test_a_line_says_from_where_its_pieces_come_and_how_many_are_left(owner: Client, shop: None) -> None:
    row = owner.get(f"/orders/{placed().pk}/").context["lines"][0]

    assert [(promise.place, promise.pieces) for promise in row.promises] == [("Magazzino CT", "1")]
    assert (row.free, row.quantity, row.price, row.rate, row.amount) == ("9", "1", "10.00", "22 %", "10.00")


def test_a_missing_piece_is_said_with_its_number(owner: Client, shop: None) -> None:
    page = owner.get(f"/orders/{placed(pieces=0).pk}/").context

    assert [promise.verdict.word for promise in page["lines"][0].promises] == ["1 missing"]
    assert (page["step"].title, page["step"].action, page["holds"][0].may_be_released) == ("1 piece is missing", "", False)


def test_the_money_adds_up_and_says_so(owner: Client, shop: None) -> None:
    money = owner.get(f"/orders/{placed().pk}/").context["money"]

    assert [(entry.label, entry.figure) for entry in money.entries] == [
        ("Goods, without VAT", "10.00"),
        ("Shipping, without VAT", "5.00"),
        ("Corriere", ""),
        ("VAT 22 % on 15.00", "3.30"),
        ("Total as in the shop", "€18.30"),
        ("Carta: Paid", "−18.30"),
        ("Still due", "€0.00"),
    ]
    assert (money.unexplained, money.is_explained) == ("0.00", True)


def test_cents_that_the_shop_does_not_explain_are_shown_as_such(owner: Client, shop: None) -> None:
    money = owner.get(f"/orders/{placed(total=Decimal('18.32')).pk}/").context["money"]

    assert (money.unexplained, money.is_explained) == ("0.02", False)
    assert ("Rounding", "0.02") in [(entry.label, entry.figure) for entry in money.entries]


def test_a_discount_keeps_prices_without_tax(owner: Client, shop: None) -> None:
    adjustments = (NewAdjustment("discount", "Benvenuto", Decimal("1.00"), code="CIAO"),)
    page = owner.get(f"/orders/{placed(adjustments=adjustments, prices_include_tax=True).pk}/").context

    assert (page["is_gross"], page["lines"][0].amount) == (False, "10.00")
    assert [entry.label for entry in page["money"].entries][1:3] == ["Discounts", "Benvenuto, CIAO"]


def test_history_is_told_in_sentences_newest_first(owner: Client, shop: None) -> None:
    order = placed()
    hold_order(order.pk, by=User.objects.get(username="laura"), reason="Il cliente cambia indirizzo")

    told = owner.get(f"/orders/{order.pk}/").context["told"]

    assert [each.sentence for each in told] == [
        "<b>Laura Venturi</b> held the order: Il cliente cambia indirizzo.",
        "<b>Carta</b> took €18.30.",
        f"Order <b>{order.external_number}</b> came in from <b>Terramare Casa</b>.",
    ]


def test_money_given_back_is_told_and_so_is_a_refund_that_the_shop_deleted(owner: Client, shop: None) -> None:
    order = placed()
    tell_refund(order.pk, replace(refund("r1", "5.00"), reason="Arrivato rotto"))
    drop_refund(order.pk, "r1")

    told = owner.get(f"/orders/{order.pk}/").context["told"]

    assert [each.sentence for each in told if "€5.00" in each.sentence] == [
        "<b>Terramare Casa</b> took the refund of €5.00 back.",
        "<b>Terramare Casa</b> gave €5.00 back: Arrivato rotto.",
    ]


def test_an_unpaid_order_asks_for_the_money_first(owner: Client, shop: None) -> None:
    order = placed(payments=(bank_transfer("18.30"),), treatment="wait_for_money")

    step = owner.get(f"/orders/{order.pk}/").context["step"]

    assert (step.title, step.dialog, step.label) == ("Waiting for the money", "pay", "Record €18.30 as paid")


@pytest.mark.parametrize(
    ("is_business", "title", "action", "said"),
    [
        (True, "Next step: the invoice", "issue_invoice", "An invoice is due."),
        (False, "Nothing is left to do", "", "It is in the takings of the day (corrispettivi)."),
    ],
)
def test_what_has_left_asks_for_its_invoice_only_where_one_is_due(
    owner: Client, is_business: bool, title: str, action: str, said: str
) -> None:
    make_company(partita_iva=SELLER_VAT)
    order_id = make_sold(customer=business() if is_business else anna())
    document_orders([order_id])

    page = owner.get(f"/orders/{order_id}/").context

    assert (page["step"].title, page["step"].action, page["document_due"]) == (title, action, said)


def test_who_may_only_look_sees_no_button(client: Client, shop: None) -> None:
    order = placed(payments=(bank_transfer("18.30"),), treatment="wait_for_money")
    client.force_login(make_staff("anna", "orders.view_order"))

    page = client.get(f"/orders/{order.pk}/")

    assert (page.status_code, page.context["step"].label, page.context["may_hold"], page.context["may_cancel"]) == (200, "", False, False)


def test_an_order_that_is_not_there_is_not_found(owner: Client, shop: None) -> None:
    assert owner.get("/orders/999/").status_code == 404


def test_the_shops_number_leads_to_the_shop(owner: Client, shop: None) -> None:
    order = placed()

    url = owner.get(f"/orders/{order.pk}/").context["shop"].url

    assert url == f"http://127.0.0.1:1/wp-admin/post.php?post={order.external_id}&action=edit"


@pytest.mark.parametrize("place", ["", "edit/", "cancel/", "body/"])
def test_a_number_that_no_order_can_have_is_not_found(owner: Client, shop: None, place: str) -> None:
    assert owner.get(f"/orders/{'9' * 30}/{place}").status_code == 404


def test_a_page_answers_within_its_budget(owner: Client, shop: None) -> None:
    """Server time with the house's own work alone; the bench measures it on a big house."""
    order = placed(3)
    page = owner.get(f"/orders/{order.pk}/")

    assert len(page.content) < 60 * 1024
