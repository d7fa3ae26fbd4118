"""Why this number, further down: what was sent and read back, what was excepted, what rules it and what that costs, what was missed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from channels.models import Account, Difference, Listing, StockWrite
from erp.core import clock
from erp.core.models import Card
from inventory.models import Allotment, Movement, Reservation, StockException, WindowPolicy
from tests.factories.inventory import make_kit, make_variant, make_warehouse, make_window, put
from tests.pages.seeding import make_account, make_listing, make_merchant, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup(db: None) -> Any:
    variant = make_variant("TAZ", title="Tazza Onda")
    put(variant, make_warehouse(), 6)
    return variant


@pytest.fixture
def shop(db: None) -> Account:
    return make_account("terramare", "Terramare")


def make_write(listing: Listing, minutes: int, **fields: Any) -> StockWrite:
    at = clock.now() - timedelta(minutes=minutes)
    made = {"kind": "set", "value": 6, "wanted": 6, "answer": "done", "answered_at": at + timedelta(milliseconds=300), **fields}
    window = f"{listing.account.code}|{listing.external_item}|"
    return StockWrite.objects.create(
        account=listing.account, listing=listing, window=window, key=f"{minutes}", sent_at=at, leased_until=at, **made
    )


def make_difference(listing: Listing, **fields: Any) -> Difference:
    now = clock.now()
    made = {"seen": 9, "expected": 6, "sold_read": 0, "restocked_read": 0, "verdict": "hand", "told_at": now, **fields}
    return Difference.objects.create(
        account=listing.account, listing=listing, window=f"{listing.account.code}|{listing.external_item}|", seen_at=now, **made
    )


@pytest.mark.parametrize("size", [1, 3])
def test_the_explanation_costs_the_same_with_one_and_three_windows_and_all_that_happened_to_them(
    owner: Client, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    variant = make_merchant(size)["variants"][0]
    for listing in Listing.objects.filter(variant=variant).select_related("account"):
        for minutes in range(size):
            make_write(listing, minutes)
        make_difference(listing)
    for _each in range(size):
        StockException.objects.create(variant=variant, cause="staff_order", quantity=1, opened_at=clock.now())

    with django_assert_num_queries(25):
        owner.get(f"/stock/{variant.pk}/")


def test_the_last_twenty_numbers_stand_with_their_answer_and_read_back(owner: Client, cup: Any, shop: Account) -> None:
    listing = make_listing(shop, cup, 6)
    for minutes in range(2, 30):
        make_write(listing, minutes)
    make_write(listing, 1, value=0, wanted=6, read_back=0)
    make_write(listing, 0, value=4, wanted=4, read_back=5, answer="done", is_fall=False)
    make_write(make_listing(make_account("outlet", "Outlet"), cup, 6), 0, answer="rejected", answered_at=None, error="no: not here")

    writes = owner.get(f"/stock/{cup.pk}/").context["writes"]

    assert len(writes) == 20
    assert [(row.shop, row.number, row.verdict.word, row.after, row.read_back, row.is_read_back_other, row.note) for row in writes[:3]] == [
        ("Outlet", "6", "Refused by the shop", "", "–", False, "no: not here"),
        ("Terramare", "4", "Done", "0.3 s", "5", True, ""),
        ("Terramare", "0", "Done", "0.3 s", "0", False, "a 0 on the way, then 6"),
    ]


def test_what_was_excepted_and_edited_is_told_open_ones_first(owner: Client, cup: Any, shop: Account) -> None:
    listing, now = make_listing(shop, cup, 6), clock.now()
    StockException.objects.create(
        variant=cup, cause="physical_loss", quantity=2, opened_at=now - timedelta(hours=2), closed_at=now - timedelta(hours=1)
    )
    make_difference(listing)
    make_difference(listing, seen=1, put_right_at=now)
    make_difference(listing, verdict="orders")

    incidents = owner.get(f"/stock/{cup.pk}/").context["incidents"]

    assert [(each.what, each.how_much, each.where, each.is_open) for each in incidents] == [
        ("Edited by hand in the shop", "9 instead of 6", "Terramare", True),
        ("Edited by hand in the shop", "1 instead of 6", "Terramare", False),
        ("Pieces are missing in the warehouse", "2 beyond", "in the warehouse", False),
    ]


def test_a_hand_edit_of_a_divided_number_is_told_once(owner: Client, cup: Any, shop: Account) -> None:
    listing = make_listing(shop, cup, 6)
    make_difference(listing)
    StockException.objects.create(variant=cup, window="terramare|TAZ|", cause="hand_edited", quantity=3, opened_at=clock.now())

    assert [each.how_much for each in owner.get(f"/stock/{cup.pk}/").context["incidents"]] == ["3 beyond"]


@pytest.mark.parametrize(
    ("books", "word"),
    [
        ({"write_kind": "set", "write_value": 4}, "waits for the shop's answer"),
        ({"standing": "landing"}, "waits until a number without answer can land no more"),
        ({"fence_kind": "number", "fence_value": 0, "fence_opened_at": clock.now()}, "waits for the orders to be read"),
        ({}, ""),
    ],
)
def test_each_window_says_what_it_waits_for(owner: Client, cup: Any, shop: Account, books: dict[str, Any], word: str) -> None:
    make_listing(shop, cup, 6)
    make_window(cup, "terramare", ceiling=6, **books)

    (row,) = owner.get(f"/stock/{cup.pk}/").context["windows"]

    assert row.waits_for == word


@pytest.mark.parametrize(
    ("policy", "is_split", "rule", "now"),
    [
        (None, False, "Shared above 5 pieces, divided at or under; shared again above 7. The company's rule.", "Shared now: two shops"),
        ({"mode": "split"}, True, "Its units are divided among the shops: each sells only its own. A rule of this article.", "Divided now"),
        ({"mode": "share"}, False, "Every shop shows all that is available. A rule of this article.", "Shared now: two shops"),
        ({"mode": "split"}, False, "Its units are divided among the shops: each sells only its own. A rule of this article.", "cannot be"),
    ],
)
def test_the_rule_and_what_follows_from_it_are_said(
    owner: Client, cup: Any, shop: Account, policy: dict[str, Any] | None, is_split: bool, rule: str, now: str
) -> None:
    if policy:
        WindowPolicy.objects.create(variant=cup, **policy)
    cup.levels.update(is_split=is_split)
    make_listing(shop, cup, 6)
    make_window(cup, "terramare", ceiling=6, can_split="cannot" not in now)

    words = owner.get(f"/stock/{cup.pk}/").context["policy"]

    assert (words.rule, now in words.now) == (rule, True)


@pytest.mark.parametrize(
    ("stock_class", "is_split", "cost"),
    [
        (
            "zero",
            True,
            "Moving units costs: each of the 2 shops concerned shows “sold out” for two calls and one reading of its orders, 2 s",
        ),
        ("exact", True, "Units move between shops in one call each; no shop shows “sold out” for it."),
        ("zero", False, "A sale costs one call to every other shop, and one reading of its orders."),
    ],
)
def test_what_a_change_costs_is_said(owner: Client, cup: Any, shop: Account, stock_class: str, is_split: bool, cost: str) -> None:
    cup.levels.update(is_split=is_split)
    for account in (shop, make_account("outlet", "Outlet")):
        make_listing(account, cup, 3)
        make_window(cup, account.code, ceiling=3)
    Allotment.objects.update(stock_class=stock_class)

    assert owner.get(f"/stock/{cup.pk}/").context["policy"].cost.startswith(cost)


def test_a_kit_of_divided_parts_is_divided_and_tells_what_was_sent(owner: Client, cup: Any, shop: Account) -> None:
    cup.levels.update(is_split=True)
    kit = make_kit("SET", {cup: 2})
    make_write(make_listing(shop, kit, 3), 1, value=3, wanted=3)

    page = owner.get(f"/stock/{kit.pk}/").context

    assert (page["is_split"], [row.number for row in page["writes"]]) == (True, ["3"])


def short(variant: Any, pieces: int, reference: str, *, window: str = "terramare|TAZ|", minutes: int = 5) -> None:
    Reservation.objects.create(
        reference=reference, line="1", variant=variant, quantity=pieces, state="short", window=window,
        created_at=clock.now() - timedelta(minutes=minutes),
    )  # fmt: skip


def test_nothing_missed_is_not_mentioned(owner: Client, cup: Any) -> None:
    short(cup, 3, "counter:1", window="")

    assert owner.get("/stock/").context["missed"] == ("", ())


def test_what_was_sold_beyond_stock_is_counted_with_its_cause(owner: Client, cup: Any, shop: Account) -> None:
    plate, bowl, jug, vase = (make_variant(sku) for sku in ("PIA", "CIO", "BRO", "VAS"))
    warehouse = cup.levels.get().warehouse
    put(vase, warehouse, 1, is_split=True)
    listing = make_listing(shop, plate, 1)
    make_difference(listing)
    make_write(make_listing(shop, bowl, 1), 6, answer="rejected")
    Movement.objects.create(key="lost", variant=jug, warehouse=warehouse, quantity=Decimal(-1), cause="damage", at=clock.now())
    short(cup, 2, "ord_1")
    short(cup, 1, "ord_2")
    short(plate, 1, "ord_2", window="terramare|PIA|")
    short(bowl, 1, "ord_3", window="terramare|CIO|")
    short(jug, 1, "ord_4", window="terramare|BRO|")
    short(vase, 9, "ord_5", window="terramare|VAS|")

    page = owner.get("/stock/")

    assert page.context["missed"] == (
        "Sold beyond stock: 6 pieces. 4 orders wait for them.",
        [
            "3: sold in two places before the number had arrived",
            "1: the number was edited by hand in the shop",
            "1: pieces went missing in the warehouse afterwards",
            "1: the shop had not taken our number",
        ],
    )
    assert 'href="?show=short"' in page.content.decode()


def test_the_one_switch_stops_all_numbers_from_today(owner: Client, shop: Account) -> None:
    make_account("outlet", "Outlet")
    assert owner.get("/").context["may_stop"] is True

    page = owner.post("/today/stop-stock/", follow=True)

    assert [str(message) for message in page.context["messages"]] == [
        "No stock number leaves any more: 2 accounts were stopped. Resume each in Administration, Channels."
    ]
    assert (Account.objects.filter(stock_paused=False).count(), page.context["may_stop"]) == (0, False)
    assert [line.verdict.word for line in page.context["channels"]] == ["Stock stopped", "Stock stopped"]


def test_the_switch_needs_its_permission(client: Client, shop: Account) -> None:
    anna: User = make_staff("anna", "inventory.view_stocklevel")
    client.force_login(anna)

    assert (client.post("/today/stop-stock/").status_code, Account.objects.get().stock_paused) == (403, False)
    assert client.get("/").context["may_stop"] is False


def test_channels_are_confirmed_by_reading_and_by_writing(owner: Client, cup: Any, shop: Account) -> None:
    listing = make_listing(shop, cup, 6)
    Listing.objects.update(seen_at=clock.now() - timedelta(minutes=50))
    first = owner.get("/").context
    make_write(listing, 3)

    page = owner.get("/").context

    assert [(line.orders, line.stock) for line in (*first["channels"], *page["channels"])] == [
        ("4 s ago", "50 min ago"),
        ("4 s ago", "2 min ago"),
    ]
    (cell,) = [cell for cell in page["cells"] if cell.key == "channels"]
    assert cell.sentence == "orders 4 s ago, stock 2 min ago"


def test_why_stock_cannot_be_guaranteed_is_told_in_the_readers_language(owner: Client, cup: Any, shop: Account) -> None:
    listing = make_listing(shop, cup, 6)
    params = {"account": "Terramare", "title": "Tazza", "reason_code": "backorders_allowed"}
    now = clock.now()
    Card.objects.create(kind="channels.cannot_split", subject=f"listing:{listing.pk}", params=params, opened_at=now, seen_at=now)
    english = owner.get("/attention/").content.decode()
    owner.cookies["django_language"] = "it"
    italian = owner.get("/attention/").content.decode()

    assert ("The shop sells it beyond its stock." in english, "The shop sells it beyond its stock." in italian) == (True, False)


def test_a_channel_whose_numbers_wait_for_a_person_says_so(owner: Client, shop: Account) -> None:
    Account.objects.update(push_stopped_at=clock.now())

    assert [line.verdict.word for line in owner.get("/").context["channels"]] == ["Numbers wait for you"]
