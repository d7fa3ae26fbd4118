"""Today and what needs you: the figures are the rows', the number of statements does not grow, retry reaches the service."""

import re
from datetime import time

import pytest
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import DjangoAssertNumQueries

from erp.core import clock as the_clock
from erp.core.models import Card
from erp.pages.roles import ensure_roles
from orders.invoices.models import DocumentDue, DocumentDueRate
from tests.factories.crm import make_party
from tests.pages.seeding import make_card, make_merchant, make_order, make_staff
from tests.pages.shipping import make_service, make_shipment

pytestmark = pytest.mark.django_db

STATEMENTS = 14


@pytest.mark.parametrize("size", [1, 3])
def test_today_costs_the_same_with_one_and_with_three_of_everything(
    owner: Client, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_merchant(size)

    with django_assert_num_queries(STATEMENTS):
        owner.get("/")
    with django_assert_num_queries(STATEMENTS):
        owner.get("/today/live/")


def test_today_tells_what_the_rows_say(owner: Client) -> None:
    make_merchant(2)

    page = owner.get("/").context

    assert page["headline"] == "2 orders are to be shipped. 2 are stopped."
    assert {cell.key: cell.figure for cell in page["cells"]} == {
        "ship": "2",
        "late": "0",
        "held": "0",
        "short": "0",
        "awaiting": "2",
        "channels": "2 of 2",
        "orders": "4",
        "sold": "€244.00",
    }
    assert [(line.name, line.verdict.word, line.orders) for line in page["channels"]] == [
        ("Terramare 0", "In sync", "4 s ago"),
        ("Terramare 1", "In sync", "4 s ago"),
    ]


def test_an_empty_house_says_so_in_words(owner: Client) -> None:
    page = owner.get("/")

    assert page.context["headline"] == "Nothing waits to be shipped."
    assert "Nothing needs you." in page.content.decode()
    assert "No shop is connected yet." in page.content.decode()


def test_the_live_parts_name_the_places_where_they_go(owner: Client) -> None:
    make_merchant(1)

    parts = owner.get("/today/live/").content.decode()

    places = re.findall(r'id="([\w-]+)"[^>]*hx-swap-oob="true"', parts)
    assert places == [
        "headline",
        "pickups",
        "cells",
        "papers",
        "needs",
        "channels",
        "holds",
        "hours",
        "pulse",
        "pickup",
        "count-attention",
        "count-orders",
        "count-shipments",
    ]


def test_cards_come_worst_first_with_cause_age_and_money(owner: Client) -> None:
    make_card(3)
    make_card(5, "channels.silent", amount=None, hours="30", usual="2")
    make_card(4)

    lines = owner.get("/attention/").context["groups"]

    assert [(str(label), [card.title for card in cards]) for label, cards in lines] == [
        ("Wrong already", ["Terramare: order 4 was not taken in", "Terramare: order 3 was not taken in"]),
        ("Waiting for one thing", ["Terramare has been silent for 30 hours"]),
    ]
    worst = lines[0][1][0]
    assert (worst.cause, worst.money, worst.age, worst.reference) == (
        "La valuta XXX non esiste. The order is kept as it came; the others went on.",
        "€61.00",
        "for 4 h",
        "Message 4",
    )


@pytest.mark.parametrize("size", [1, 3])
def test_attention_costs_the_same_with_one_and_with_three_cards(
    owner: Client, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_merchant(size)

    with django_assert_num_queries(8):
        owner.get("/attention/")


def test_settling_closes_the_card_and_says_so(owner: Client) -> None:
    card = make_card(1)

    page = owner.post(f"/attention/{card.pk}/settle/", {"next": "/"}, follow=True)

    assert page.redirect_chain == [("/", 302)]
    assert [str(message) for message in page.context["messages"]] == [
        "“Terramare: order 1 was not taken in” is settled. It comes back if its cause does."
    ]
    assert Card.objects.filter(closed_at=None).count() == 0


def test_the_way_back_never_leaves_the_house(owner: Client) -> None:
    card = make_card(1)

    answer = owner.post(f"/attention/{card.pk}/settle/", {"next": "https://example.com/"})

    assert answer["Location"] == "/attention/"


def test_pressing_without_the_permission_is_refused_in_words(client: Client) -> None:
    client.force_login(make_staff())
    card = make_card(1)

    with translation.override("en"):
        page = client.post(f"/attention/{card.pk}/press/", follow=True, headers={"accept-language": "en"})

    assert [str(message) for message in page.context["messages"]] == [
        "Your role may not do this. “Terramare: order 1 was not taken in” waits for a colleague."
    ]
    assert Card.objects.get().closed_at is None


def test_a_held_order_counts_once_under_each_reason(owner: Client) -> None:
    made = make_merchant(1)
    make_order(300, made["party"], status="held")

    assert owner.get("/").context["holds"] == [("Awaiting payment", 1, "/orders/?queue=unpaid")]


def test_moments_in_cards_are_told_on_the_readers_clock(owner: Client) -> None:
    make_card(1, "channels.unreachable", amount=None, since="2024-03-01T09:05+00:00", detail="503")

    ((_label, (card,)),) = owner.get("/attention/").context["groups"]

    assert card.title == "Terramare has not answered since 01/03/2024 10:05"


def test_the_pickups_say_what_each_van_takes(owner: Client) -> None:
    party, gls, brt = (
        make_party("Giulia Ferrante"),
        make_service("gls", pickup_at=time(16, 30)),
        make_service("brt", pickup_at=time(17, 30)),
    )
    for number, fields in enumerate([{}, {}, {"status": "picking"}, {"status": "packed"}, {"is_held": True}]):
        make_shipment(make_order(number, party), service=gls, **fields)
    make_shipment(make_order(10, party), service=brt, status="shipped")
    make_shipment(make_order(11, party))

    board = owner.get("/").context["pickups"]

    told = [(row.name, row.packed, row.working, row.ready, row.held, row.shipped) for row in board.rows]
    assert sorted(told) == [("BRT", "–", "–", "–", "–", "1"), ("GLS", "1", "1", "2", "1", "–"), ("No carrier yet", "–", "–", "1", "–", "–")]
    assert [row.name for row in board.rows if row.is_next] == ["GLS"]
    assert board.empty == ""
    assert owner.get("/").context["next"]["label"] == "Prepare the 2 for GLS"


def test_when_all_has_left_the_next_pickup_is_told(owner: Client) -> None:
    make_service("gls", pickup_at=time(16, 30))

    board = owner.get("/").context["pickups"]

    assert re.fullmatch(r"Everything has left\. Next pickup: GLS (tomorrow |\d\d/\d\d )?16:30\.", board.empty)


def test_the_top_bar_counts_down_to_the_van_that_has_something_to_take(owner: Client) -> None:
    make_service("brt", pickup_at=time(0, 1))
    make_shipment(make_order(1, make_party()), service=make_service("gls", pickup_at=time(16, 30)))

    assert owner.get("/stock/").context["shell"].pickup.name == "GLS"


def test_what_is_due_today_is_told_by_rate(owner: Client) -> None:
    order = make_order(1, make_party())
    due = DocumentDue.objects.create(
        order=order, kind="corrispettivi", reason="consumer", day=the_clock.today(), country="IT", currency="EUR", gross="61.00"
    )
    DocumentDueRate.objects.create(due=due, rate=22, net="50.00", vat="11.00", gross="61.00")

    (day,) = owner.get("/").context["papers"].days

    assert [(line.rate, line.net, line.vat, line.gross) for line in day.rates] == [("22 %", "€50.00", "€11.00", "€61.00")]


@pytest.mark.parametrize(
    ("role", "first", "papers"),
    [
        ("owner", "ship", True),
        ("order_desk", "ship", True),
        ("warehouse", "late", False),
        ("customer_service", "ship", True),
        ("purchasing", "ship", False),
        ("accountant", "to_issue", True),
        ("integrator", "ship", False),
    ],
)
def test_each_role_sees_its_own_day_first(client: Client, role: str, first: str, papers: bool) -> None:
    ensure_roles()
    client.force_login(make_staff("qualcuno", role=role))

    page = client.get("/").context

    assert page["cells"][0].key == first
    assert len(page["cells"]) == 8
    assert (page["papers"] is not None) is papers
