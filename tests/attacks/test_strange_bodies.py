"""Whatever a shop puts into an order, it ends as an order or as a card with a sentence, and its neighbours are never held up."""

import json
from decimal import Decimal
from typing import Any

import pytest

from channels.models import Account, InboxMessage, Via
from channels.services.importing.fetching import Outcome, import_order
from channels.services.importing.pulling import pull_orders
from channels.services.importing.storing import Arrival, store_news
from erp.core.cards import cause_of, title_of
from erp.core.models import Card
from inventory.models import StockLevel
from inventory.services.ledger import check_ledger
from orders.models import Adjustment, Hold, Order, OrderLine, Payment, Refund
from tests.attacks.bodies import PLACED, billed_to, keep, line, order
from tests.factories.channels import MemoryShop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]

HALF = "\ud83d"
"""What is left of an emoji when a shop cuts a text after so many units of UTF-16."""
LONG = "L" * 10_000
UNREADABLE, REFUSED = "channels.unreadable_order", "channels.refused_order"


def refund(**more: Any) -> list[dict[str, Any]]:
    return [{"id": 5, "amount": "12.20", "date_created_gmt": PLACED, "reason": "x", "line_items": [], "parent_id": 2, **more}]


def reduced(value: Any) -> list[dict[str, Any]]:
    return [line(meta_data=[{"key": "_reduced_stock", "value": value}])]


BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "a NUL in a name": ("released 12.20", {"billing": billed_to(first_name="An\x00na")}),
    "a NUL in a title": ("released 12.20", {"lines": [line(name="Ta\x00zza")]}),
    "a NUL in an unknown SKU": ("held 12.20", {"lines": [line(product=99, sku="M\x00X", name="n\x00n")]}),
    "a NUL in a note": ("released 12.20", {"customer_note": "a\x00b"}),
    "a NUL in the mail": ("released 12.20", {"billing": billed_to(email="a\x00@example.com")}),
    "a NUL in the number": ("released 12.20", {"number": "a\x00b"}),
    "a NUL in the status": ("held 12.20", {"status": "pro\x00"}),
    "a NUL in a line's id": ("released 12.20", {"lines": [line("a\x00b")]}),
    "a NUL in fiscal data": ("released 12.20", {"meta_data": [{"key": "_billing_piva", "value": "\x00123"}]}),
    "half an emoji in a name": ("released 12.20", {"billing": billed_to(first_name="Anna" + HALF)}),
    "half an emoji in a title": ("released 12.20", {"lines": [line(name="Tazza " + HALF)]}),
    "half an emoji in an unknown item": ("held 12.20", {"lines": [line(product=98, sku="X" + HALF, name=HALF)]}),
    "half an emoji in a city": ("released 12.20", {"billing": billed_to(city="C" + HALF)}),
    "half an emoji in a key": ("released 12.20", {"meta_data": [{"key": HALF, "value": HALF}]}),
    "a family in one sign": ("released 12.20", {"billing": billed_to(first_name="👩‍👩‍👧‍👦", last_name="🇮🇹")}),
    "a name from right to left": ("released 12.20", {"billing": billed_to(first_name="\u202eevil\u202c", last_name="Z̸̢͝a̸͠l̵g̶o")}),
    "markup in a name": ("released 12.20", {"billing": billed_to(first_name="<script>alert(1)</script>", last_name='"><img src=x>')}),
    "ten thousand signs everywhere": ("released 12.20", {"billing": dict.fromkeys(billed_to(), LONG), "customer_note": LONG}),
    "a mailbox of five thousand signs": ("released 12.20", {"billing": billed_to(email="a" * 5000 + "@example.com")}),
    "a title of ten thousand signs": ("released 12.20", {"lines": [line(name=LONG, sku=LONG)]}),
    "a long unknown item": ("held 12.20", {"lines": [line(product=97, name=LONG, sku=LONG)]}),
    "a number of ten thousand signs": ("released 12.20", {"number": LONG, "transaction_id": LONG, "payment_method_title": LONG}),
    "a status of ten thousand signs": ("held 12.20", {"status": LONG}),
    "three hundred lines": ("released 3660.00", {"total": "3660.00", "lines": [line(number) for number in range(1, 301)]}),
    "nothing to pay": ("released 0.00", {"total": "0.00", "lines": [line(total="0.00", tax="0.00")], "payment_method": ""}),
    "a total far below its rows": ("held 1.00", {"total": "1.00"}),
    "a total far above its rows": ("held 500.00", {"total": "500.00"}),
    "some cents without a row": ("released 12.71", {"total": "12.71"}),
    "no lines at all": ("closed 0.00", {"total": "0.00", "lines": []}),
    "paid by gift card only": ("released 12.20", {"total": "0.00", "gift_cards": [{"code": "GC", "amount": "12.20"}]}),
    "a gift card below zero": ("released 12.20", {"gift_cards": [{"code": "GC", "amount": "-5.00"}]}),
    "a fee below zero": ("released 7.32", {"total": "7.32", "fee_lines": [{"id": 9, "total": "-4.00", "total_tax": "-0.88", "taxes": []}]}),
    "a refund above the total": ("held 12.20", {"refunds": [{"id": 5}], "regia_refunds": refund(amount="99.00")}),
    "one SKU in two lines": ("released 24.40", {"total": "24.40", "lines": [line(1), line(2)]}),
    "one id on two lines": ("released 24.40", {"total": "24.40", "lines": [line(1), line(1, name="Altra")]}),
    "one line twice": ("released 12.20", {"lines": [line(1), line(1)]}),
    "a product with a huge id": ("held 12.20", {"lines": [line(product=10**200, sku="Z")]}),
    "a huge id of a line": ("released 12.20", {"lines": [line(10**200)]}),
    "the end of the calendar": ("released 12.20", {"date_created_gmt": "9999-12-31T23:59:59", "date_modified_gmt": "9999-12-31T23:59:59"}),
    "after the end of the calendar": ("released 12.20", {"date_created_gmt": "9999-12-31T23:59:59-12:00"}),
    "before the first day": ("released 12.20", {"date_modified_gmt": "0001-01-01T00:00:00+12:00"}),
    "the first second of 1970": (
        "closed 12.20",
        {"date_created_gmt": "1970-01-01T00:00:00", "date_modified_gmt": "1970-01-01T00:00:00", "status": "completed"},
    ),
    "a broken date": ("released 12.20", {"date_created_gmt": "31/11/2026", "date_modified_gmt": "never"}),
    "a currency that does not exist": ("held 12.20", {"currency": "XYZ"}),
    "a currency of another kind": (UNREADABLE, {"currency": 978}),
    "one and a half pieces": ("held 12.20", {"lines": [line(quantity=1.5)]}),
    "fewer than no pieces": (REFUSED, {"lines": [line(quantity=-3)]}),
    "a thousand million pieces": (REFUSED, {"lines": [line(quantity=10**9)]}),
    "pieces without end": (UNREADABLE, {"lines": [line(quantity=float("inf"))]}),
    "pieces in words": (UNREADABLE, {"lines": [line(quantity="tre")]}),
    "a total that is no number": (UNREADABLE, {"total": "NaN"}),
    "a total beyond all numbers": (UNREADABLE, {"total": "1e400"}),
    "an address that is a list": ("released 12.20", {"billing": []}),
    "a name that is an object": ("released 12.20", {"billing": billed_to(first_name={"a": 1}, email=["x"], country=5)}),
    "lines that are an object": (UNREADABLE, {"line_items": {"0": line()}}),
    "meta data that is an object": ("released 12.20", {"meta_data": {"a": 1}}),
    "no status": (UNREADABLE, {"status": None}),
    "a mark of stock in words": (UNREADABLE, {"lines": reduced("boh")}),
    "a mark of stock below zero": ("released 12.20", {"lines": reduced("-5")}),
    "a rate above all rates": ("released 12.20", {"tax_lines": [{"rate_id": 1, "rate_percent": "123456"}]}),
    "SQL in fiscal data": ("released 12.20", {"meta_data": [{"key": "_billing_piva", "value": "'; DROP TABLE orders_order; --"}]}),
    "our own separators in codes": ("held 12.20", {"lines": [line(product="7\x1f8|9", sku="a|b")]}),
}


def outcome_of(account: Account, number: str) -> str:
    """Status and total of the order, else the kind of the card that stands for it."""
    found = Order.objects.filter(source=account.code, external_id=number).order_by("pk").first()
    if found is not None:
        return f"{found.status} {found.total}"
    message = InboxMessage.objects.get(external_id=number, kind="order")
    card = Card.objects.get(subject=f"message:{message.pk}", closed_at=None)
    assert (message.state, str(title_of(card)) != "", "Error" in str(cause_of(card))) == ("parked", True, False)
    return card.kind


def test_pain_09_each_is_an_order_or_a_card_with_a_sentence(account: Account, shop: MemoryShop) -> None:
    """All of them on one page: the bad ones hold up none of the others."""
    numbers = {name: str(place) for place, name in enumerate(BODIES, start=1)}
    keep(shop, *[order(int(numbers[name]), **changes) for name, (_expected, changes) in BODIES.items()])

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.is_complete, report.failure) == (True, None)
    assert {name: outcome_of(account, numbers[name]) for name in BODIES} == {name: expected for name, (expected, _) in BODIES.items()}
    assert check_ledger() == []


@pytest.mark.parametrize("name", ["a NUL in the status", "half an emoji in an unknown item", "fewer than no pieces", "no status"])
def test_a_webhook_about_it_ends_the_same_way(name: str, account: Account, shop: MemoryShop) -> None:
    expected, changes = BODIES[name]
    keep(shop, order(2, **changes))
    store_news(account.pk, [Arrival("order.changed", "2", "{}", "hash")], via=Via.WEBHOOK)

    assert import_order(account.pk, "2") is (Outcome.PARKED if expected.startswith("channels.") else Outcome.APPLIED)

    assert outcome_of(account, "2") == expected
    assert InboxMessage.objects.filter(state="waiting").count() == 0


def test_what_cannot_be_kept_is_shown_as_unreadable_and_the_body_stays_as_it_came(account: Account, shop: MemoryShop) -> None:
    keep(shop, order(2, billing=billed_to(first_name="An\x00na", last_name="Verdi" + HALF)))

    pull_orders(account.pk)

    assert Order.objects.get().customer_name == "An\ufffdna Verdi\ufffd"
    assert InboxMessage.objects.get().body == shop.orders["2"]


def test_a_refused_order_leaves_nothing_half_written(account: Account, shop: MemoryShop) -> None:
    keep(shop, order(2, lines=[line(1), line(2, quantity=-3)]))

    pull_orders(account.pk)

    assert [model.objects.count() for model in (Order, OrderLine, Payment, Adjustment, Hold, Refund)] == [0] * 6
    assert StockLevel.objects.get().reserved == 0


def test_a_card_never_tells_the_rows_of_the_database(account: Account, shop: MemoryShop) -> None:
    """A constraint's own words hold the whole row, with the buyer's name and address."""
    keep(shop, order(2, lines=[line(quantity="0.001", total="9999999999.00")]))

    pull_orders(account.pk)

    card = Card.objects.get(closed_at=None)
    assert (card.kind, "\n" in card.params["reason"], "Etnea" in json.dumps(card.params)) == (REFUSED, False, False)


def test_pain_15_a_refund_of_more_pieces_than_were_sold_frees_only_those(account: Account, shop: MemoryShop) -> None:
    keep(shop, order(2))
    pull_orders(account.pk)
    rows = [{"id": 77, "quantity": -50, "total": "-10.00", "total_tax": "-2.20", "product_id": 7,
             "meta_data": [{"key": "_refunded_item_id", "value": "1"}]}]  # fmt: skip
    keep(shop, order(2, date_modified_gmt="2026-11-20T11:00:00", refunds=[{"id": 5}], regia_refunds=refund(line_items=rows)))

    pull_orders(account.pk)

    level = StockLevel.objects.get()
    assert (level.on_hand, level.reserved, Order.objects.get().refunded) == (Decimal(1000), 0, Decimal("12.20"))
    assert check_ledger() == []


def test_a_total_that_its_rows_do_not_explain_waits_until_an_edit_explains_it(account: Account, shop: MemoryShop) -> None:
    keep(shop, order(2, total="1.00"))
    pull_orders(account.pk)
    hold, card = Hold.objects.get(), Card.objects.get(closed_at=None)
    assert (hold.kind, hold.params["told"], card.kind) == ("total_unexplained", "-11.20 EUR", "orders.total_unexplained")
    assert "-11.20 EUR" in cause_of(card)

    keep(shop, order(2, date_modified_gmt="2026-11-20T11:00:00"))
    pull_orders(account.pk)

    assert (Order.objects.get().status, Order.objects.get().total) == ("released", Decimal("12.20"))
    assert (Hold.objects.filter(released_at=None).count(), Card.objects.filter(closed_at=None).count()) == (0, 0)


@pytest.mark.parametrize("number", [None, "2" + HALF, "9" * 10_000, {"a": 1}, True, 1.5, "../../users"])
def test_an_order_without_a_number_is_a_card_and_holds_up_none(account: Account, shop: MemoryShop, number: Any) -> None:
    shop.orders["2"] = json.dumps({**order(2), "id": number})  # type: ignore[assignment]
    keep(shop, order(3))

    reports = [pull_orders(account.pk) for _time in range(3)]

    assert [report.is_complete for report in reports if report is not None] == [True] * 3
    card = Card.objects.get(closed_at=None)
    assert (card.kind, card.params["path"]) == ("channels.unnamed_order", "order.id")
    assert (Order.objects.get().external_id, InboxMessage.objects.get(state="parked").body) == ("3", shop.orders["2"])
