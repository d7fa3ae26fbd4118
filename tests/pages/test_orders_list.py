"""The desk's list: queues and their counts agree, the address says what is shown, and fifty rows cost what one row costs."""

import csv
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erp.core import clock
from erp.core.models import SavedFilter
from erp.pages.orders.bands import queue_counts
from erp.pages.orders.queues import QUEUES, day_of, orders_in
from erp.pages.orders.state import ListState
from erp.pages.roles import ensure_roles
from orders.models import Order, OrderTag
from tests.factories.inventory import make_warehouse
from tests.pages.desk_seeding import Desk, make_day
from tests.pages.seeding import make_staff

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 8
"""Of the list's first page, all included: session, person with permissions, two for the shell, counts, rows, shipments, saved filters."""
FIRST_PAGES = ("", "?queue=late", "?queue=held", "?queue=all&q=giulia")


def read(client: Client, address: str) -> bytes:
    answer = client.get(f"/orders/{address}")
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def numbers(client: Client, query: str) -> list[str]:
    """The orders on the page, in its order."""
    page = client.get(f"/orders/{query}")
    return [str(row.pk) for band in page.context["bands"] for row in band.rows]


def statements(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)


@pytest.mark.parametrize("role", ["", "order_desk", "warehouse"])
@pytest.mark.parametrize("size", [1, 3])
def test_the_list_costs_eight_statements_in_all_at_any_size_for_each_role(owner: Client, client: Client, size: int, role: str) -> None:
    desk = make_day(size)
    if role:
        ensure_roles()
        client.force_login(make_staff("qualcuno", role=role))

    asked = {query: statements(lambda query=query: client.get(f"/orders/{query}")) for query in FIRST_PAGES}  # type: ignore[misc]

    assert asked == dict.fromkeys(FIRST_PAGES, MOST_STATEMENTS)
    named = statements(lambda: client.get(f"/orders/?queue=all&warehouse={desk.warehouse.pk}"))
    assert named == MOST_STATEMENTS + 1, "the warehouse's name is one more"


@pytest.mark.parametrize("size", [1, 3])
def test_its_parts_cost_the_same_at_any_size(owner: Client, size: int) -> None:
    desk = make_day(size)
    order = Order.objects.order_by("pk").first()
    assert order is not None

    asked = {
        address: statements(lambda address=address: read(owner, address))  # type: ignore[misc]
        for address in ("live/?since=1", "rows/", "chosen/", f"{order.pk}/side/", "filter/", "export/?queue=all")
    }

    assert list(asked.values()) == [5, 7, 4, 10, 6, 6]
    assert desk.made == 14 * size


def test_each_count_is_the_number_of_its_rows(owner: Client) -> None:
    make_day(2)
    day = day_of(clock.now(), "Europe/Rome")

    counts = queue_counts(day)

    assert counts == {"ship": 14, "late": 2, "short": 2, "unpaid": 2, "address": 0, "held": 4, "decide": 2, "shipped": 2}
    assert counts == {code: orders_in(ListState(code), day).count() for code in counts}
    assert list(QUEUES) == ["ship", "late", "short", "unpaid", "address", "held", "decide", "shipped", "all"]


def test_what_waits_for_the_next_pickup_stands_first_under_its_name(owner: Client) -> None:
    make_day(1)

    bands = owner.get("/orders/").context["bands"]

    assert [(band.head.title, [str(row.badge.word) for row in band.rows]) for band in bands] == [
        ("GLS", ["Late"]),
        ("GLS", ["Being picked", "Packed", "Ready"]),
        ("BRT", ["Ready", "Cash on delivery"]),
        ("No pickup yet", ["Ready"]),
    ]
    assert bands[1].head.sentence.endswith("in 1 h 37 min · 3 orders")
    assert bands[1].head.more == "2 being worked on"


def test_an_order_without_a_pickup_is_late_after_two_days(owner: Client) -> None:
    desk = Desk()
    old, young = desk.order(hours=49), desk.order(hours=47)
    desk.ship(desk.order(hours=90))

    assert numbers(owner, "?queue=late") == [str(old.pk)]
    assert numbers(owner, "?queue=ship")[-2:] == [str(old.pk), str(young.pk)]


@pytest.mark.parametrize(
    ("hold", "badge"),
    [
        ("short", ("wait", "1 piece short")),
        ("awaiting_payment", ("wait", "Awaits payment")),
        ("by_staff", ("hold", "Held")),
        ("fraud_review", ("hold", "Fraud review")),
        ("unmapped_line", ("wait", "Product to link")),
        ("change_to_decide", ("bad", "Changed after picking")),
    ],
)
def test_a_row_has_one_badge_the_worst(owner: Client, hold: str, badge: tuple[str, str]) -> None:
    desk = Desk()
    desk.order(hold=hold)

    row = owner.get("/orders/?queue=all").context["bands"][0].rows[0]

    assert (row.badge.tone, row.badge.word) == badge


def filters(desk: Desk) -> dict[str, Order]:
    """One order for each thing that can narrow a list, by its parameter."""
    other = make_warehouse("RA")
    made = {
        "channel=pro": desk.order(source="pro"),
        "country=DE": desk.order(country="DE", lines=2),
        "gift=1": desk.order(gift_message="Auguri", lines=2),
        "cash=1": desk.order(payment_status="on_delivery", lines=2),
        "tag=Fiera": desk.order(lines=2),
        "q=%23W-77": desk.order(external_number="W-77", lines=2),
        "one=1": desk.order(),
    }
    Order.objects.filter(pk=made["channel=pro"].pk).update(gift_message="")
    made["channel=pro"].lines.create(external_id="9", position=9, quantity=1)
    OrderTag.objects.create(order=made["tag=Fiera"], name="Fiera")
    desk.warehouse = other
    made[f"warehouse={other.pk}"] = desk.order(lines=2)
    return made


def test_every_filter_is_in_the_address_and_on_a_chip_that_takes_it_off(owner: Client) -> None:
    made = filters(Desk())

    for parameter, order in made.items():
        page = owner.get(f"/orders/?queue=ship&{parameter}")
        assert numbers(owner, f"?queue=ship&{parameter}") == [str(order.pk)], parameter
        assert [chip.url for chip in page.context["chips"] if chip.is_on] == ["?queue=ship"], parameter
        assert parameter.replace("%23", "%23") in page.context["tabs"][1].url


def test_filters_add_up_and_nonsense_is_as_if_unsaid(owner: Client) -> None:
    made = filters(Desk())

    assert numbers(owner, "?queue=ship&country=DE&gift=1") == []
    assert len(numbers(owner, "?queue=nowhere&warehouse=x&sort=up&country=Germany&after=zzz&one=2")) == len(made)
    assert owner.get("/orders/?queue=all&after=WyJhIl0=").status_code == 200


def test_an_order_is_found_by_its_number_and_its_customer(owner: Client) -> None:
    desk = Desk()
    first = desk.order()
    desk.order()

    assert numbers(owner, f"?queue=all&q={first.pk}") == [str(first.pk)]
    assert numbers(owner, "?queue=all&q=bellandi") == [str(first.pk)]


def test_columns_sort_both_ways(owner: Client) -> None:
    desk = Desk()
    cheap, dear = desk.order(total="5.00", hours=1), desk.order(total="90.00", hours=9)

    assert numbers(owner, "?queue=ship&sort=total") == [str(cheap.pk), str(dear.pk)]
    assert numbers(owner, "?queue=ship&sort=-total") == [str(dear.pk), str(cheap.pk)]
    assert numbers(owner, "?queue=ship&sort=placed") == [str(dear.pk), str(cheap.pk)]
    assert owner.get("/orders/?queue=ship&sort=total").context["sorts"]["total"] == {
        "url": "?queue=ship&sort=-total",
        "direction": "ascending",
    }


@pytest.mark.parametrize("query", ["?queue=ship", "?queue=all", "?queue=all&sort=total", "?queue=all&sort=-placed"])
def test_pages_follow_each_other_without_gap_or_repeat(owner: Client, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_day(2)
    everything = numbers(owner, query)
    monkeypatch.setattr("erp.pages.orders.queries.page_of.__kwdefaults__", {"size": 3})

    seen: list[str] = []
    page = owner.get(f"/orders/{query}").context
    while True:
        seen += [str(row.pk) for band in page["bands"] for row in band.rows]
        if not page["next_page"]:
            break
        page = owner.get(f"/orders/rows/{page['next_page']}").context

    assert (seen, len(set(seen))) == (everything, len(everything))


def test_a_pickup_is_named_once_over_two_pages(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_day(2)
    monkeypatch.setattr("erp.pages.orders.queries.page_of.__kwdefaults__", {"size": 3})
    after = owner.get("/orders/").context["next_page"]

    bands = owner.get(f"/orders/rows/{after}").context["bands"]

    assert [(band.head.title, band.is_continued) for band in bands] == [("GLS", True)]


def test_news_is_counted_and_the_rows_stay(owner: Client) -> None:
    desk = make_day(1)
    newest = owner.get("/orders/").context["newest"]
    desk.order()
    desk.order(hold="short")

    answer = owner.get(f"/orders/live/?queue=ship&since={newest}").content.decode()

    assert "1 new order, show" in answer
    assert "To ship <b>8</b>" in answer
    assert "data-row" not in answer


def test_the_whole_queue_is_chosen_by_query_with_what_it_is_worth(owner: Client) -> None:
    desk = Desk()
    made = [desk.order(total="10.50"), desk.order(total="20.00")]

    told = owner.get("/orders/chosen/?queue=ship").json()

    assert told == {"orders": [[made[0].pk, 1050, "EUR"], [made[1].pk, 2000, "EUR"]], "is_all": True}


def test_the_export_is_exactly_the_list(owner: Client) -> None:
    desk = Desk()
    shown, hidden = desk.order(gift_message="Auguri", customer_name="=2+2"), desk.order()

    answer = owner.get("/orders/export/?queue=ship&gift=1")
    rows = list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")), delimiter=";"))

    assert answer["Content-Disposition"].startswith('attachment; filename="orders-ship-')
    assert [row[0] for row in rows] == ["Order", str(shown.pk)]
    assert (rows[1][4], rows[1][12]) == ("'=2+2", "41.90")
    assert str(hidden.pk) not in {row[0] for row in rows}


def test_an_empty_queue_says_where_the_rest_is(owner: Client) -> None:
    desk = Desk()
    desk.order(hold="by_staff")

    assert owner.get("/orders/").context["empty"] == {
        "title": "Nothing waits to be shipped.",
        "why": "",
        "link": "Look at “Held” (1)",
        "url": "?queue=held",
    }


def test_a_filter_is_kept_under_a_name_and_stands_among_the_chips(owner: Client) -> None:
    Desk()
    owner.post("/orders/filter/save/", {"name": "Germania", "query": "?queue=ship&country=DE"})

    chips = owner.get("/orders/?queue=ship&country=DE").context["saved"]
    owner.post(f"/orders/filter/{SavedFilter.objects.get().pk}/drop/", {"query": "?queue=ship"})

    assert [(chip.label, chip.url, chip.is_on) for chip in chips] == [("Germania", "?queue=ship&country=DE", True)]
    assert SavedFilter.objects.count() == 0


def test_the_preview_tells_how_an_order_stands(owner: Client) -> None:
    desk = Desk()
    order = desk.order(hold="by_staff", reason="Il cliente cambia indirizzo", lines=2, gift_message="Auguri")

    side: Any = owner.get(f"/orders/{order.pk}/side/").context["side"]

    assert [fact.word for fact in side.facts] == ["Held", "Paid", "All reserved"]
    assert (side.next.title, side.next.action) == ("On hold", "release")
    assert (side.lines_title, side.address) == ("2 pieces, 2 lines", ["Marco Bellandi", "Via dei Serragli 48", "51100 Firenze PT"])
    assert side.holds == [("Held by a colleague", "Il cliente cambia indirizzo")]
    assert owner.get("/orders/999999/side/").status_code == 404


def test_the_pages_markup_is_small_and_carries_nothing_inline(owner: Client) -> None:
    desk = Desk()
    for _number in range(60):
        desk.ship(desk.order(lines=1), due=clock.now() + timedelta(hours=2))

    page = owner.get("/orders/").content.decode()

    assert page.count("data-row=") == 50
    assert len(page.encode()) <= 60 * 1024
    assert " style=" not in page
    assert Decimal(page.count("<script")) == page.count("<script src=")


def test_who_may_not_see_orders_is_refused(client: Client) -> None:
    client.force_login(make_staff())

    assert {client.get(address).status_code for address in ("/orders/", "/orders/rows/", "/orders/live/", "/orders/export/")} == {403}
