"""A part is sent from here and the rest by somebody else: what the shop tells is followed, what it does not tell a colleague says."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from channels.connectors.woocommerce.tracking import PLUGIN_KEY
from channels.models import FulfilmentPush, LocationMap
from erp.core.cards import retry_card
from erp.core.history import history_of
from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import StockLevel, Warehouse
from inventory.services.ledger import check_ledger
from inventory.services.moving import transfer
from inventory.shipping.models import Shipment
from inventory.shipping.services.dispatching import ship_shipment
from inventory.shipping.services.picking import make_pick_list
from orders.models import Hold, Order
from orders.services.leaving import record_sent_elsewhere
from tests.factories.inventory import make_warehouse
from tests.flows.house import PracticeAccount, Wheels

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
THEIRS = {"tracking_id": "a1", "tracking_number": "PT1", "tracking_provider": "", "custom_tracking_provider": "Poste", "date_shipped": "1"}


@pytest.fixture
def sold(shop: PracticeAccount, wheels: Wheels, shelf: Warehouse) -> int:
    """A cup and a plate out of two warehouses: the cup has left, the shop was told, the plate is still to be sent."""
    other = make_warehouse("SECOND", priority=5)
    plates = StockLevel.objects.get(variant__sku="PIATTO").variant_id
    transfer(plates, from_warehouse_id=shelf.pk, to_warehouse_id=other.pk, quantity=Decimal(20), by=None)
    wheels.settle()
    number: int = shop.sell({"TAZZA": 1, "PIATTO": 1})["order_id"]
    wheels.settle(2)
    ship_shipment(Shipment.objects.get(lines__variant__sku="TAZZA").pk, by=None)
    wheels.settle(2)
    assert (shop.status(number), told()) == ("processing", [("done", False)])
    return number


def told() -> list[tuple[str, bool]]:
    return list(FulfilmentPush.objects.order_by("pk").values_list("state", "completes"))


def stock() -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for sku, on_hand, reserved in StockLevel.objects.values_list("variant__sku", "on_hand", "reserved"):
        before = found.get(sku, (0, 0))
        found[sku] = (before[0] + int(on_hand), before[1] + int(reserved))
    return found


def verbs(order: Order) -> list[str]:
    return [entry.verb for entry in history_of(order)]


@pytest.mark.parametrize(("is_ours", "where", "plates"), [(True, "ours", 19), (False, "theirs", 20)])
def test_the_rest_that_the_shop_sends_itself_is_closed_here(
    shop: PracticeAccount, wheels: Wheels, sold: int, is_ours: bool, where: str, plates: int
) -> None:
    LocationMap.objects.update(is_ours=is_ours)
    shop.staff("ship_order", order_id=sold, number="PT1")

    wheels.settle(3)

    order = Order.objects.get()
    assert (order.status, order.shipped_elsewhere, stock()) == ("closed", where, {"TAZZA": (19, 0), "PIATTO": (plates, 0)})
    assert sorted(Shipment.objects.values_list("status", "is_elsewhere")) == [("shipped", False), ("shipped", True)]
    assert (verbs(order).count("rest_shipped_elsewhere"), verbs(order).count("shipped_elsewhere")) == (1, 0)
    assert (told(), check_ledger()) == ([("done", False)], [])


def test_the_rest_that_is_refunded_is_wanted_no_more_and_the_shop_hears_that_the_order_is_complete(
    shop: PracticeAccount, wheels: Wheels, sold: int
) -> None:
    shop.staff("refund", order_id=sold, lines={1: 1}, restock=True)

    wheels.settle(4)

    assert (Order.objects.get().status, shop.status(sold), told()) == ("closed", "completed", [("done", True)])
    assert sorted(Shipment.objects.values_list("status", flat=True)) == ["cancelled", "shipped"]
    assert (stock(), check_ledger()) == ({"TAZZA": (19, 0), "PIATTO": (20, 0)}, [])


def test_a_parcel_that_another_program_noted_holds_the_order_until_a_colleague_says_what_it_is(
    shop: PracticeAccount, wheels: Wheels, sold: int, owner: User
) -> None:
    note_parcel(shop, sold)
    wheels.settle(2)
    order, card = Order.objects.get(), Card.objects.get(closed_at=None)
    assert (order.status, Hold.objects.get(released_at=None).kind, stock()["PIATTO"]) == ("held", "tracked_elsewhere", (20, 1))
    assert (card.kind, card.params["told"]) == ("orders.tracked_elsewhere", "Poste PT1")

    retry_card(card.pk, by=owner)
    wheels.settle(3)

    order.refresh_from_db()
    assert (order.status, order.shipped_elsewhere, stock()) == ("closed", "ours", {"TAZZA": (19, 0), "PIATTO": (19, 0)})
    assert (shop.status(sold), told(), Card.objects.filter(closed_at=None).count(), check_ledger()) == (
        "completed",
        [("done", True)],
        0,
        [],
    )
    with pytest.raises(Refused) as again, attempt():
        record_sent_elsewhere(order.pk, by=owner)
    assert again.value.code == "not_open"


def test_a_parcel_that_is_taken_back_holds_nothing(shop: PracticeAccount, wheels: Wheels, sold: int) -> None:
    note_parcel(shop, sold)
    wheels.settle(2)
    shop.staff("write_meta", order_id=sold, key=PLUGIN_KEY, value=[])

    wheels.settle(2)

    assert (Order.objects.get().status, Card.objects.filter(closed_at=None).count()) == ("released", 0)


def test_goods_in_a_picker_s_hand_were_not_sent_elsewhere(shop: PracticeAccount, wheels: Wheels, sold: int, owner: User) -> None:
    make_pick_list([Shipment.objects.get(status="ready").pk], by=owner)

    with pytest.raises(Refused) as refused, attempt():
        record_sent_elsewhere(Order.objects.get().pk, by=owner)

    assert (refused.value.code, Order.objects.get().status, stock()["PIATTO"]) == ("in_hand", "released", (20, 1))


def note_parcel(shop: PracticeAccount, number: int) -> None:
    """What another program writes; our own parcel had no number, so it is not among them."""
    shop.staff("write_meta", order_id=number, key=PLUGIN_KEY, value=[THEIRS])
