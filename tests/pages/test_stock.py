"""Why this number: the steps add up to the ledger, each window stands beside what it was told, and lists cost the same at any size."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from channels.models import Difference, Listing, NumberRequest, StockWrite
from erp.core import clock
from erp.pages.stock import explain
from erp.pages.stock.queries import LedgerProof
from inventory.models import StockException, StockLevel, Warehouse
from orders.services.placing import place_order
from tests.factories.inventory import make_kit, make_variant, make_warehouse, make_window, put
from tests.factories.orders import draft, line
from tests.pages.seeding import make_account, make_listing, make_merchant, make_staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_and_the_explanation_cost_the_same_at_any_size(
    owner: Client, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    variant = make_merchant(size)["variants"][0]

    with django_assert_num_queries(7):
        owner.get("/stock/")
    with django_assert_num_queries(25):
        owner.get(f"/stock/{variant.pk}/")


def test_the_steps_add_up_to_what_can_be_sold(owner: Client) -> None:
    variant = make_merchant(1)["variants"][0]

    page = owner.get(f"/stock/{variant.pk}/").context

    assert [(step.label, step.figure) for step in page["steps"].steps] == [
        ("On hand", "64"),
        ("Reserved", "−6"),
        ("Safety stock", "−4"),
        ("Available now", "54"),
    ]
    assert page["steps"].steps[-1].hint == "64 − 6 − 4"
    assert page["steps"].proof == "The one movement gives 64: the ledger balances."


def test_several_warehouses_are_summed_and_inactive_ones_left_out(owner: Client) -> None:
    variant = make_variant()
    put(variant, make_warehouse("FA"), 10)
    put(variant, make_warehouse("RA"), 5, safety=1)
    put(variant, make_warehouse("XX", is_active=False), 99)

    steps = owner.get(f"/stock/{variant.pk}/").context["steps"]

    assert (steps.steps[0].figure, steps.steps[0].hint) == ("15", "Magazzino FA 10, Magazzino RA 5")
    assert steps.available == Decimal(14)
    assert steps.is_proved


def test_an_order_that_holds_pieces_twice_is_one_row(owner: Client) -> None:
    variant = make_variant()
    put(variant, make_warehouse(), 10)
    lines = [line(variant, 2, external_id="1"), line(variant, 1, external_id="2")]
    placed = place_order(draft(lines), actor="shop:terramare")

    promises = owner.get(f"/stock/{variant.pk}/").context["promises"]

    assert [(each.number, each.quantity) for each in promises] == [(str(placed.order_id), "3")]


def test_a_level_that_its_ledger_does_not_prove_is_said_in_red(owner: Client) -> None:
    level = StockLevel(on_hand=Decimal(5), warehouse=Warehouse(name="FA"))

    shown = explain.waterfall([level], LedgerProof(2, Decimal(4)), 0)

    assert not shown.is_proved


@pytest.mark.parametrize(
    ("books", "told", "shown"),
    [
        ({"shown": 60}, {"value": 60}, ("60", "quiet", "The same")),
        ({"shown": 61}, {"value": 60}, ("60", "wait", "1 too many")),
        ({"shown": 58}, {"value": 60}, ("60", "wait", "2 too few")),
        ({"shown": None, "standing": "unknown"}, {"value": 60}, ("60", "quiet", "Not read yet")),
        ({"shown": 0, "fence_kind": "number", "fence_value": 0, "fence_opened_at": clock.now()}, {"value": 60}, ("60", "go", "On its way")),
        ({"shown": 0}, {"value": 0}, ("0", "go", "On its way")),
        ({"shown": 60}, {"value": 60, "answer": "rejected"}, ("60", "bad", "Refused")),
        ({"shown": 60}, {"value": -3, "kind": "add"}, ("−3", "quiet", "The same")),
    ],
)
def test_each_window_stands_beside_what_it_was_told_and_shows(
    owner: Client, books: dict[str, Any], told: dict[str, Any], shown: tuple[str, str, str]
) -> None:
    variant = make_variant("TAZ")
    put(variant, make_warehouse(), 64, safety=4)
    account = make_account("terramare", "Terramare")
    listing = make_listing(account, variant, 61)
    make_window(variant, "terramare", ceiling=60, **books)
    sent_at = clock.now() - timedelta(seconds=30)
    write = {"kind": "set", "wanted": 60, "answer": "done", "answered_at": sent_at + timedelta(milliseconds=400), **told}
    StockWrite.objects.create(
        account=account, listing=listing, window="terramare|TAZ|", key="1", sent_at=sent_at, leased_until=sent_at, **write
    )

    (row,) = owner.get(f"/stock/{variant.pk}/").context["windows"]

    assert (row.sent, row.verdict.tone, row.verdict.word) == shown
    assert (row.name, row.mode, row.ceiling, row.answer_after, row.seen) == ("Terramare", "shared, zero", "60", "0.4 s", "61")


def test_a_fence_says_which_number_follows(owner: Client) -> None:
    variant = make_variant("TAZ")
    put(variant, make_warehouse(), 60)
    account = make_account("terramare", "Terramare")
    listing = make_listing(account, variant, 61)
    StockWrite.objects.create(
        account=account, listing=listing, window="w", kind="set", value=0, wanted=60, key="1", sent_at=clock.now(), leased_until=clock.now()
    )

    (row,) = owner.get(f"/stock/{variant.pk}/").context["windows"]

    assert row.sent == "0"
    assert row.sent_at.endswith(", then 60")


def test_what_stands_in_a_numbers_way_is_said_first(owner: Client) -> None:
    made = make_merchant(2)
    variant, (first, second) = made["variants"][0], made["accounts"]
    edited, held = (Listing.objects.get(account=account, variant=variant) for account in (first, second))
    now = clock.now()
    Difference.objects.create(
        account=first,
        listing=edited,
        window="w",
        seen=9,
        expected=54,
        seen_at=now,
        sold_read=0,
        restocked_read=0,
        verdict="hand",
        told_at=now,
    )
    NumberRequest.objects.create(listing=held, requested_at=now, due_at=now, held_as="fall")

    windows = owner.get(f"/stock/{variant.pk}/").context["windows"]

    assert [(row.name, row.verdict.word) for row in windows] == [("Terramare 0", "Edited by hand"), ("Terramare 1", "Waits for a person")]


def test_the_newest_look_at_the_shop_is_shown(owner: Client) -> None:
    variant = make_variant("TAZ")
    put(variant, make_warehouse(), 60)
    account = make_account("terramare", "Terramare")
    listing = make_listing(account, variant, 61)
    now = clock.now()
    StockWrite.objects.create(
        account=account,
        listing=listing,
        window="w",
        kind="set",
        value=60,
        wanted=60,
        key="1",
        sent_at=now,
        leased_until=now,
        answer="done",
        answered_at=now,
        read_back=60,
        read_back_at=now,
    )

    (row,) = owner.get(f"/stock/{variant.pk}/").context["windows"]

    assert row.seen == "60"


def test_a_divided_article_says_what_belongs_to_no_shop(owner: Client) -> None:
    variant = make_variant("TAZ")
    put(variant, make_warehouse(), 64, is_split=True)
    make_window(variant, "terramare", ceiling=40)
    StockException.objects.create(variant=variant, cause="hand_edited", quantity=2, opened_at=clock.now())

    page = owner.get(f"/stock/{variant.pk}/")

    assert page.context["beyond"] == "24"
    assert [(each.what, each.how_much, each.is_open) for each in page.context["incidents"]] == [
        ("The number was edited by hand in the shop", "2 beyond", True)
    ]


def test_a_kit_makes_as_many_as_its_scarcest_component(owner: Client) -> None:
    warehouse = make_warehouse()
    cup, box = make_variant("TAZ"), make_variant("BOX")
    put(cup, warehouse, 13)
    put(box, warehouse, 5)
    kit = make_kit("SET", {cup: 4, box: 1, make_variant("WISH", is_stocked=False): 1})

    page = owner.get(f"/stock/{kit.pk}/").context

    assert page["available"] == 3
    assert [(part.sku, part.makes, part.is_limit) for part in page["parts"]] == [("BOX", 5, False), ("TAZ", 3, True)]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("", ["A", "B", "C"]),
        ("?q=a", ["A"]),
        ("?show=short", []),
        ("?show=out", ["B"]),
        ("?show=split", ["C"]),
        ("?show=nonsense", ["A", "B", "C"]),
    ],
)
def test_the_list_finds_what_is_asked(owner: Client, question: str, found: list[str]) -> None:
    warehouse = make_warehouse()
    for sku, pieces, is_split in (("A", 3, False), ("B", 0, False), ("C", 2, True)):
        put(make_variant(sku), warehouse, pieces, is_split=is_split)
    make_variant("GONE", state="archived")

    assert [row.sku for row in owner.get(f"/stock/{question}").context["rows"]] == found


def test_a_thousand_is_a_thousand_and_a_missing_page_the_last_one(owner: Client) -> None:
    warehouse = make_warehouse()
    for number in range(51):
        put(make_variant(f"SKU-X-{number:03}"), warehouse, 1)

    page = owner.get("/stock/?page=99").context["page"]

    assert (page.number, page.paginator.num_pages, len(page.object_list)) == (2, 2, 1)


def test_republishing_asks_for_the_number_of_every_live_shop(owner: Client) -> None:
    made = make_merchant(2)
    variant = made["variants"][0]

    page = owner.post(f"/stock/{variant.pk}/republish/", follow=True)

    assert [str(message) for message in page.context["messages"]] == ["The number of “Tazza Onda 0” is on its way to every shop."]
    assert sorted(NumberRequest.objects.values_list("listing__account__code", flat=True)) == ["shop-0", "shop-1"]


def test_republishing_needs_its_permission(client: Client) -> None:
    variant = make_variant()
    client.force_login(make_staff("anna", "inventory.view_stocklevel"))

    assert client.post(f"/stock/{variant.pk}/republish/").status_code == 403
    assert "/republish/" not in client.get(f"/stock/{variant.pk}/").content.decode()
