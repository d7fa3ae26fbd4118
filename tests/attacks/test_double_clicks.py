"""Whatever is pressed twice at one moment happens once: over HTTP, on a live server, each press a thread and a connection of its own."""

from decimal import Decimal
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from catalog.models import Variant
from channels.models import Account, InboxMessage, Job, Listing, Via
from channels.services.importing.fetching import Outcome, import_order
from channels.services.importing.pulling import pull_orders
from channels.services.importing.storing import Arrival, store_news
from channels.services.importing.sweeping import sweep_inbox
from channels.services.jobs import due_lanes
from channels.services.notifying.lanes import KIND
from channels.services.notifying.telling import tell_order
from erp.core.cards import open_card
from erp.core.clock import now
from erp.core.delivering import deliver_pending
from erp.core.history import history_of
from erp.core.models import Card
from erp.core.transactions import atomic
from inventory.models import Movement, Reservation, StockLevel
from inventory.services.ledger import check_ledger
from orders.models import Hold, Order, Payment
from orders.services.cancelling import cancel_order
from orders.services.pending import keep_change
from orders.services.placing import place_order
from tests.attacks.pressing import Person
from tests.concurrency.processes import together
from tests.factories.channels import MemoryShop, listing_of, make_account, make_listing, shops
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.factories.orders import draft, line

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TWICE = [302, 302]


@pytest.fixture
def person(live_server: LiveServer, transactional_db: None) -> Person:
    return Person(live_server.url, User.objects.create_superuser("owner"))


@pytest.fixture
def mug(transactional_db: None) -> Variant:
    return make_variant("MUG")


@pytest.fixture
def level(mug: Variant) -> StockLevel:
    return put(mug, make_warehouse(), 10)


@pytest.fixture
def order(mug: Variant, level: StockLevel) -> Order:
    return Order.objects.get(pk=place_order(draft([line(mug, 2)]), actor="shop").order_id)


@pytest.fixture
def account(level: StockLevel, mug: Variant) -> Account:
    account = make_account()
    make_listing(account, "mug", mug)
    return account


@pytest.fixture
def shop(account: Account) -> MemoryShop:
    return shops[account.code]


def verbs(order: Order) -> list[str]:
    return [entry.verb for entry in history_of(order)]


def test_an_order_is_held_and_released_once(person: Person, order: Order) -> None:
    assert person.press(order, "hold") == TWICE
    assert (Hold.objects.filter(order=order, released_at=None).count(), verbs(order)) == (1, ["placed", "held"])

    assert person.press(order, "release") == TWICE
    order.refresh_from_db()
    assert (order.status, verbs(order)) == ("released", ["placed", "held", "hold_released"])


def test_an_order_is_cancelled_once(person: Person, order: Order) -> None:
    assert person.press(order, "cancel", times=4) == [302] * 4
    deliver_pending()  # there is no shop behind it that would have to be told first

    order.refresh_from_db()
    level = StockLevel.objects.get()
    assert (order.status, level.on_hand, level.reserved) == ("cancelled", 10, 0)
    assert verbs(order).count("cancelled") == 1
    assert check_ledger() == []


def test_money_is_recorded_once(person: Person, mug: Variant, level: StockLevel) -> None:
    unpaid = Order.objects.get(pk=place_order(draft([line(mug)], payments=(), treatment="wait_for_money"), actor="shop").order_id)

    assert person.press(unpaid, "pay", times=4) == [302] * 4

    unpaid.refresh_from_db()
    assert (unpaid.paid, unpaid.due, Payment.objects.filter(order=unpaid).count()) == (unpaid.total, 0, 1)


@pytest.mark.parametrize(
    ("key", "typed", "on_hand"),
    [
        ("receive", {"quantity": "3"}, 13),
        ("adjust", {"difference": "-2", "cause": "adjustment", "reason": "rotta"}, 8),
        ("count", {"counted": "4"}, 4),
    ],
)
def test_stock_moves_once(person: Person, level: StockLevel, key: str, typed: dict[str, str], on_hand: int) -> None:
    assert person.press(level, key, times=4, **typed) == [302] * 4

    level.refresh_from_db()
    assert (level.on_hand, Movement.objects.count()) == (on_hand, 2)
    assert check_ledger() == []


def test_pieces_change_warehouse_once(person: Person, level: StockLevel) -> None:
    milan = make_warehouse("MI")

    assert person.press(level, "transfer", to_warehouse_id=str(milan.pk), quantity="6") == TWICE

    assert dict(StockLevel.objects.values_list("warehouse__code", "on_hand")) == {"CT": 4, "MI": 6}


def test_goods_of_a_new_product_come_in_once(person: Person, mug: Variant) -> None:
    assert person.press(make_warehouse(), "receive", times=4, sku="mug", quantity="5") == [302] * 4

    assert (StockLevel.objects.get().on_hand, Movement.objects.count()) == (5, 1)


def test_the_same_receipt_entered_on_purpose_counts_again(person: Person, level: StockLevel) -> None:
    """A page that is opened anew has a word of its own: two equal deliveries of goods are two."""
    person.press(level, "receive", times=1, quantity="3")
    person.press(level, "receive", times=1, quantity="3")

    level.refresh_from_db()
    assert level.on_hand == 16


def test_a_movement_is_reversed_once(person: Person, level: StockLevel) -> None:
    assert person.press(Movement.objects.get(), "reverse", reason="per errore") == TWICE

    level.refresh_from_db()
    assert (level.on_hand, Movement.objects.count()) == (0, 2)


def test_an_account_goes_live_once(person: Person, account: Account, shop: MemoryShop) -> None:
    Account.objects.update(state="draft", start_at=None)
    shop.listings = [listing_of("mug")]
    for key in ("check", "match", "rehearse", "regia"):
        assert person.press(account, key) == TWICE

    assert person.press(account, "live") == TWICE

    account.refresh_from_db()
    assert (account.state, shop.calls.count("register"), Listing.objects.count()) == ("live", 1, 1)
    assert [entry.verb for entry in history_of(account)].count("went_live") == 1
    for key, state in (("pause", "paused"), ("resume", "live")):
        assert person.press(account, key) == TWICE
        account.refresh_from_db()
        assert account.state == state
    assert person.press(account, "pull") == TWICE


def test_a_listing_is_bound_and_released_once(person: Person, account: Account, mug: Variant) -> None:
    Listing.objects.update(variant=None, binding="unseen")
    listing = Listing.objects.get()

    assert person.press(listing, "bind", sku="MUG") == TWICE
    listing.refresh_from_db()
    assert (listing.variant_id, listing.binding) == (mug.pk, "manual")

    assert person.press(listing, "release") == TWICE
    listing.refresh_from_db()
    assert listing.variant_id is None


def test_a_parked_order_is_tried_again_once(person: Person, account: Account, shop: MemoryShop) -> None:
    good = shop.sell("1", {"mug": 1})
    shop.change("1", lines=None)
    store_news(account.pk, [Arrival("order.changed", "1", "{}", "x")], via=Via.WEBHOOK)
    assert import_order(account.pk, "1") is Outcome.PARKED
    shop.orders["1"] = {**good, "modified": shop.tick()}
    card = Card.objects.get(closed_at=None)

    answers = person.post(reverse("attention"), reverse("attention_press", args=[card.pk]))

    assert (answers, sweep_inbox(grace=now() - now())) == (TWICE, 1)
    assert (Order.objects.count(), Reservation.objects.count(), Card.objects.filter(closed_at=None).count()) == (1, 1, 0)


def test_parked_work_is_asked_for_once(person: Person, account: Account) -> None:
    job = Job.objects.create(account=account, lane="stock|", kind="publish_stock", state="parked", due_at=now(), created_at=now())
    with atomic():
        open_card("channels.parked_job", f"job:{job.pk}", account=account.name, error="x")

    assert person.press(job, "retry") == TWICE

    assert list(Job.objects.values_list("state", flat=True)) == ["ready"]
    assert Card.objects.filter(closed_at=None).count() == 0


def test_a_late_change_is_decided_once(person: Person, order: Order) -> None:
    with atomic():
        keep_change(order, draft=None, told=[], names=["x"], seen=now(), actor="shop")

    assert person.press(order, "accept") == TWICE

    order.refresh_from_db()
    assert (order.status, verbs(order).count("change_accepted"), StockLevel.objects.get().reserved) == ("cancelled", 1, 0)


def cancel_by_hand(order_id: int) -> str:
    cancel_order(order_id, by=User.objects.get())
    return "cancelled"


@pytest.mark.parametrize("told", ["processing", "cancelled"])
def test_pain_20_a_cancel_while_the_importer_changes_the_order_frees_its_pieces_once(
    person: Person, account: Account, shop: MemoryShop, told: str
) -> None:
    shop.sell("1", {"mug": 2})
    pull_orders(account.pk)
    order = Order.objects.get()
    shop.change("1", status=told, lines=[{"id": "1-mug", "item": "mug", "sku": "MUG", "quantity": "5"}])
    store_news(account.pk, [Arrival("order.changed", "1", "{}", "news")], via=Via.WEBHOOK)

    results = together([partial(cancel_by_hand, order.pk), partial(import_order, account.pk, "1")])
    deliver_pending()
    for account_id, lane in due_lanes(KIND):
        tell_order(account_id, lane)

    order.refresh_from_db()
    level = StockLevel.objects.get()
    assert results[1] is Outcome.APPLIED
    assert (order.status, order.is_restocked, level.on_hand, level.reserved) == ("cancelled", True, Decimal(10), 0)
    assert InboxMessage.objects.filter(state="waiting").count() == 0
    assert check_ledger() == []
