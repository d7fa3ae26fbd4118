"""Stock runs against real practice shops: publish everything, undo, stop everything, and what people do in the shop by hand."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import translation

from channels.models import Account, Difference, Listing, NumberRequest, StockWrite
from channels.services.connecting.living import resume_flow, stop_all_stock
from channels.services.publishing.running import start_run, undo_run
from channels.services.publishing.stopping import allow_push
from channels.services.rounds import compare_all
from erp.core.cards import retry_card
from erp.core.delivering import deliver_pending
from erp.core.models import Card, HistoryEntry
from erp.core.refusals import Refused
from inventory.models import Allotment, StockException, StockLevel, WindowPolicy
from inventory.services.ledger import check_ledger
from inventory.services.moving import adjust
from tests.factories.inventory import make_variant, put
from tests.flows.house import PracticeAccount, Wheels, connect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("in_english")]
Shops = tuple[PracticeAccount, PracticeAccount]


@pytest.fixture
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def mode() -> str:
    return "share"


@pytest.fixture
def live(shops: Shops, shelf: Any, owner: User, wheels: Wheels, mode: str) -> Shops:
    """Ten of each on our shelf; both accounts live and in sync."""
    for sku in ("TAZZA", "PIATTO"):
        put(make_variant(sku), shelf, 10)
    WindowPolicy.objects.create(mode=mode)
    for shop, code in zip(shops, ("terramare", "outlet"), strict=True):
        connect(shop, code, shelf, owner)
    wheels.settle(8 if mode == "split" else 6)
    return shops


def publish(code: str = "terramare") -> str:
    told = StringIO()
    call_command("publish", code, stdout=told)
    return told.getvalue()


def shown(shops: Shops, sku: str = "TAZZA") -> list[int]:
    return [shop.shows(sku) for shop in shops]


def open_cards(kind: str) -> list[Card]:
    return list(Card.objects.filter(kind=kind, closed_at=None))


def lose_everything(shelf: Any) -> None:
    for level in StockLevel.objects.all():
        adjust(level.variant_id, warehouse_id=shelf.pk, difference=-level.on_hand, reason="conta", by=None)


def test_a_run_that_finds_all_numbers_right_sends_none(live: Shops) -> None:
    before = StockWrite.objects.count()

    assert publish() == "2 listings looked at: 0 numbers sent, 2 were right already.\n"
    assert StockWrite.objects.count() == before


def test_a_run_puts_numbers_right_that_were_changed_in_the_shop_up_or_down(live: Shops) -> None:
    terramare, _ = live
    terramare.staff("edit_stock", product_id=terramare.items["TAZZA"], quantity=40)
    terramare.staff("edit_stock", product_id=terramare.items["PIATTO"], quantity=1)

    assert publish() == "2 listings looked at: 2 numbers sent, 0 were right already.\n"
    assert (shown(live), shown(live, "PIATTO")) == ([10, 10], [10, 10])
    assert sorted(Difference.objects.values_list("verdict", "seen")) == [("hand", 1), ("hand", 40)]
    assert HistoryEntry.objects.filter(verb="stock_published").count() == 1


@pytest.mark.parametrize("mode", ["split"])
def test_a_run_of_divided_numbers_ends_only_when_the_fence_is_read_and_the_number_stands(live: Shops) -> None:
    terramare, _ = live
    terramare.staff("edit_stock", product_id=terramare.items["TAZZA"], quantity=9)

    assert publish() == "2 listings looked at: 1 numbers sent, 1 were right already.\n"
    assert shown(live) == [5, 5]


def test_a_run_that_cannot_go_says_why_and_fails(live: Shops, owner: User) -> None:
    with pytest.raises(CommandError, match="There is no account called “nobody”"):
        publish("nobody")
    stop_all_stock(by=owner)
    with pytest.raises(CommandError, match="No number leaves for “Terramare” now"):
        publish()
    with pytest.raises(Refused):
        start_run(Account.objects.get(code="terramare").pk, by=owner)

    assert HistoryEntry.objects.filter(verb="stock_published").count() == 0


def test_a_shop_that_does_not_answer_fails_the_run_in_words(live: Shops) -> None:
    terramare, _ = live
    terramare.fault("server_error", path="/products")

    with pytest.raises(CommandError, match="“Terramare” does not do what was asked"):
        publish()


def test_pain_30_a_run_that_would_empty_the_shop_waits_until_a_person_allows_it(live: Shops, shelf: Any, owner: User) -> None:
    Account.objects.update(stop_least=1)
    lose_everything(shelf)

    with pytest.raises(CommandError, match="0 still on their way, 2 waiting for a person"):
        publish()
    assert (shown(live)[0], shown(live, "PIATTO")[0]) == (10, 10)

    allow_push(Account.objects.get(code="terramare").pk, by=owner)

    assert publish() == "2 listings looked at: 2 numbers sent, 0 were right already.\n"
    assert (shown(live)[0], shown(live, "PIATTO")[0]) == (0, 0)


def test_the_cards_button_allows_the_run(live: Shops, shelf: Any, owner: User, wheels: Wheels) -> None:
    Account.objects.update(stop_least=1)
    lose_everything(shelf)
    wheels.settle(2)
    cards = open_cards("channels.push_stopped")
    assert (len(cards), shown(live), shown(live, "PIATTO")) == (2, [10, 10], [10, 10])

    for card in cards:
        retry_card(card.pk, by=owner)
    wheels.settle(2)

    assert (open_cards("channels.push_stopped"), shown(live), shown(live, "PIATTO")) == ([], [0, 0], [0, 0])


def test_undoing_a_run_publishes_todays_numbers_and_never_old_ones(live: Shops, owner: User, wheels: Wheels) -> None:
    terramare, outlet = live
    first = StockWrite.objects.filter(account__code="terramare", value=10).earliest("pk")
    outlet.sell({"TAZZA": 3})
    wheels.settle(2)
    assert shown(live) == [7, 7]
    before = StockWrite.objects.count()

    assert undo_run(first.pk, by=owner) == StockWrite.objects.filter(key=first.key).count()
    wheels.settle(2)

    assert (shown(live), StockWrite.objects.count()) == ([7, 7], before)
    assert HistoryEntry.objects.filter(verb="stock_run_undone", by=owner).count() == 1
    terramare.staff("edit_stock", product_id=terramare.items["TAZZA"], quantity=10)
    compare_all()
    undo_run(first.pk, by=owner)
    wheels.settle(2)
    assert (shown(live), StockWrite.objects.latest("pk").value) == ([7, 7], 7)


def test_one_switch_stops_all_numbers_and_nothing_is_lost_by_it(live: Shops, owner: User, wheels: Wheels) -> None:
    terramare, _ = live
    assert stop_all_stock(by=owner) == 2
    terramare.sell({"TAZZA": 4})
    wheels.settle(2)
    assert shown(live) == [6, 10]

    for account in Account.objects.order_by("pk"):
        resume_flow(account.pk, flow="stock", by=owner)
    wheels.settle(2)

    assert (shown(live), NumberRequest.objects.count()) == ([6, 6], 0)


@pytest.mark.parametrize("mode", ["split"])
def test_a_hand_edit_in_a_division_is_excepted_told_and_mended(live: Shops, wheels: Wheels) -> None:
    terramare, _ = live
    terramare.staff("edit_stock", product_id=terramare.items["TAZZA"], quantity=12)
    compare_all()
    wheels.turn()
    assert [row.verdict for row in Difference.objects.all()] == ["open"]

    wheels.settle(1)
    wheels.turn()
    listing = Listing.objects.get(account__code="terramare", sku="TAZZA")
    told = [(card.subject, card.params["seen"], card.params["expected"]) for card in open_cards("channels.hand_edit")]
    assert told == [(f"listing:{listing.pk}", "12", "5")]
    assert list(StockException.objects.filter(closed_at=None).values_list("cause", "quantity")) == [("hand_edited", 7)]

    wheels.settle(4)

    assert (shown(live), open_cards("channels.hand_edit")) == ([5, 5], [])
    assert StockException.objects.filter(closed_at=None).count() == 0
    assert Difference.objects.get().put_right_at is not None
    assert (sum(row.ceiling for row in Allotment.objects.filter(variant__sku="TAZZA")), check_ledger()) == (10, [])


@pytest.mark.parametrize("mode", ["share", "split"])
def test_ordinary_trade_is_never_taken_for_a_hand_edit(live: Shops, wheels: Wheels) -> None:
    """Sales, an unpaid order, a cancel and a refund, with a look at every number in between, before and after the orders are read."""
    terramare, outlet = live
    first = terramare.sell({"TAZZA": 2})
    compare_all()
    outlet.sell({"PIATTO": 1})
    terramare.sell({"PIATTO": 1}, payment_method="ppcp-gateway")
    compare_all()
    wheels.settle(2)
    compare_all()
    terramare.staff("cancel_order", order_id=first["order_id"])
    compare_all()
    wheels.settle(1)
    compare_all()
    refunded = outlet.sell({"TAZZA": 3})
    outlet.staff("refund", order_id=refunded["order_id"])
    compare_all()
    wheels.settle(4)
    compare_all()

    assert sorted(set(Difference.objects.values_list("verdict", flat=True))) == ["orders"]
    assert (open_cards("channels.hand_edit"), StockException.objects.count(), check_ledger()) == ([], 0, [])


@pytest.mark.parametrize("mode", ["split"])
def test_one_click_mends_a_listing_that_the_shop_sells_beyond_its_stock(live: Shops, owner: User, wheels: Wheels) -> None:
    terramare, _ = live
    terramare.staff("edit_product", product_id=terramare.items["TAZZA"], backorders="yes")
    compare_all()
    deliver_pending()
    (card,) = open_cards("channels.cannot_split")
    assert StockLevel.objects.get(variant__sku="TAZZA").is_split is False
    assert [row.cause for row in StockException.objects.all()] == ["backorders_on"]

    retry_card(card.pk, by=owner)
    wheels.settle(6)

    rows = terramare.store.rows("SELECT backorders, manage_stock FROM products WHERE id = ?", terramare.items["TAZZA"])
    assert [dict(row) for row in rows] == [{"backorders": "no", "manage_stock": 1}]
    assert (open_cards("channels.cannot_split"), StockLevel.objects.get(variant__sku="TAZZA").is_split, shown(live)) == ([], True, [5, 5])
    assert Difference.objects.count() == 0
