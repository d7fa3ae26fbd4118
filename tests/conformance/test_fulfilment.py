"""PAINS.md rows 10 and 29, issue 6: the shop that sold an order hears once what left, with carrier and tracking number."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.utils import translation
from django.utils.translation import gettext as _

from channels.models import Account, FulfilmentPush, InboxMessage
from channels.services.connecting.living import pause_account, resume_account
from channels.services.notifying.retrying import retry_untold
from erp.core.history import history_of
from erp.core.models import Card
from inventory.models import Movement, StockLevel, Warehouse
from inventory.services.moving import transfer
from inventory.shipping.models import Carrier, CarrierService, Label, Parcel, Shipment, ShopCarrierName
from inventory.shipping.services.dispatching import ship_shipment
from inventory.shipping.services.packing import ensure_parcels
from orders.models import Order
from tests.factories.inventory import make_warehouse
from tests.flows.house import PracticeAccount, Wheels, let_answers_settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LINK = "https://gls.example/?n="


@pytest.fixture
def courier(shop: PracticeAccount) -> CarrierService:
    carrier = Carrier.objects.create(code="gls", name="GLS Italy S.p.A.", backend="manual", tracking_url=f"{LINK}{{tracking}}")
    ShopCarrierName.objects.create(source="terramare", carrier=carrier, name="GLS")
    return CarrierService.objects.create(carrier=carrier, code="EU", name="EuroBusiness")


@pytest.fixture
def sold(shop: PracticeAccount, wheels: Wheels) -> int:
    """Two cups, read, with their shipment open; the order's number in the shop."""
    wheels.settle()
    number: int = shop.sell({"TAZZA": 2})["order_id"]
    wheels.settle(2)
    assert Shipment.objects.get().status == "ready"
    return number


def label(shipment: Shipment, courier: CarrierService, number: str, *, position: int = 1) -> None:
    ensure_parcels([shipment.pk])
    parcel, _made = Parcel.objects.get_or_create(shipment=shipment, position=position)
    moments = dict.fromkeys(("due_at", "created_at", "ready_at"), shipment.opened_at)
    reference = f"{shipment.reference}-{position}"
    Label.objects.create(parcel=parcel, service=courier, status="ready", reference=reference, tracking_number=number, **moments)


def send(courier: CarrierService, number: str = "GLS1", *, shipment: Shipment | None = None) -> None:
    shipment = shipment or Shipment.objects.get()
    label(shipment, courier, number)
    ship_shipment(shipment.pk, by=None)


def told() -> list[tuple[str, str, bool]]:
    return list(FulfilmentPush.objects.order_by("pk").values_list("tracking_number", "state", "completes"))


def test_the_shop_hears_what_left_with_its_own_name_for_the_carrier(
    shop: PracticeAccount, wheels: Wheels, sold: int, courier: CarrierService
) -> None:
    facts = {"carrier": "GLS", "number": "GLS1", "url": f"{LINK}GLS1"}
    send(courier)

    wheels.settle(2)

    assert (shop.status(sold), shop.parcels(sold)) == ("completed", [("GLS", "GLS1", f"{LINK}GLS1")])
    with translation.override("it"):
        sentence = _("Shipped with %(carrier)s, tracking number %(number)s: %(url)s") % facts
    assert shop.letters(sold) == [sentence]
    assert (told(), Order.objects.get().status) == ([("GLS1", "done", True)], "closed")


def test_pain_29_the_echo_of_our_own_completion_changes_nothing(
    shop: PracticeAccount, wheels: Wheels, sold: int, courier: CarrierService
) -> None:
    send(courier)
    wheels.turn()
    before = [entry.verb for entry in history_of(Order.objects.get())]
    assert (before.count("shop_told"), before.count("shipped_elsewhere")) == (1, 0)

    wheels.settle(3)

    order = Order.objects.get()
    assert [entry.verb for entry in history_of(order)] == before
    assert (order.status, order.shipped_elsewhere, order.channel_status) == ("closed", "", "completed")
    assert (StockLevel.objects.get(variant__sku="TAZZA").on_hand, Movement.objects.filter(cause="shipment").count()) == (18, 1)
    assert (len(shop.letters(sold)), FulfilmentPush.objects.count()) == (1, 1)
    assert InboxMessage.objects.filter(state__in=["waiting", "parked"]).count() == 0


def test_a_partial_shipment_leaves_the_order_open_and_the_last_one_completes_it(
    shop: PracticeAccount, wheels: Wheels, shelf: Warehouse, courier: CarrierService
) -> None:
    other = make_warehouse("SECOND", priority=5)
    plates = StockLevel.objects.get(variant__sku="PIATTO").variant_id
    transfer(plates, from_warehouse_id=shelf.pk, to_warehouse_id=other.pk, quantity=Decimal(20), by=None)
    wheels.settle()
    number = shop.sell({"TAZZA": 1, "PIATTO": 1})["order_id"]
    wheels.settle(2)
    first, second = Shipment.objects.order_by("warehouse__priority", "pk")

    send(courier, "GLS1", shipment=first)
    wheels.settle(2)
    assert (shop.status(number), [each[1] for each in shop.parcels(number)]) == ("processing", ["GLS1"])
    send(courier, "GLS2", shipment=second)
    wheels.settle(2)

    assert (shop.status(number), [each[1] for each in shop.parcels(number)]) == ("completed", ["GLS1", "GLS2"])
    assert told() == [("GLS1", "done", False), ("GLS2", "done", True)]
    assert [len(push.lines) for push in FulfilmentPush.objects.all()] == [1, 1]


def test_several_parcels_are_told_in_one_letter(shop: PracticeAccount, wheels: Wheels, sold: int, courier: CarrierService) -> None:
    shipment = Shipment.objects.get()
    label(shipment, courier, "GLS1")
    label(shipment, courier, "GLS2", position=2)
    ship_shipment(shipment.pk, by=None)

    wheels.settle(2)

    assert [each[1] for each in shop.parcels(sold)] == ["GLS1", "GLS2"]
    assert (len(shop.letters(sold)), shop.status(sold)) == (1, "completed")
    assert told() == [("GLS1", "done", True), ("GLS2", "done", True)]


@pytest.mark.parametrize("path", [r"/orders/\d+$", r"/notes$"])
@pytest.mark.parametrize("kind", ["timeout_after", "timeout_before", "late_write"])
def test_pain_10_a_lost_answer_is_asked_for_before_anything_is_told_again(
    shop: PracticeAccount, wheels: Wheels, sold: int, courier: CarrierService, kind: str, path: str
) -> None:
    late = {"delay": 3600} if kind == "late_write" else {}
    shop.fault(kind, count=1, methods=["PUT", "POST"], path=path, seconds=0, **late)
    send(courier)

    wheels.settle(2)
    assert told() == [("GLS1", "unknown", True)]
    shop.site.site.rest.land_late()  # what lands late has landed by the time that we ask
    let_answers_settle()
    wheels.settle(2)

    assert (shop.status(sold), len(shop.parcels(sold)), len(shop.letters(sold))) == ("completed", 1, 1)
    assert told() == [("GLS1", "done", True)]


def test_pain_10_two_parcels_of_equal_words_are_two_letters_whatever_is_lost(
    shop: PracticeAccount, wheels: Wheels, shelf: Warehouse
) -> None:
    """Carried by hand, without a number: nothing in the words tells the second parcel from the first."""
    other = make_warehouse("SECOND", priority=5)
    plates = StockLevel.objects.get(variant__sku="PIATTO").variant_id
    transfer(plates, from_warehouse_id=shelf.pk, to_warehouse_id=other.pk, quantity=Decimal(20), by=None)
    wheels.settle()
    number = shop.sell({"TAZZA": 1, "PIATTO": 1})["order_id"]
    wheels.settle(2)
    for shipment in Shipment.objects.order_by("warehouse__priority", "pk"):
        shop.fault("timeout_after", count=1, methods=["POST"], path=r"/notes$", seconds=0)
        ship_shipment(shipment.pk, by=None)
        wheels.settle(2)
        let_answers_settle()
        wheels.settle(2)

    letters = shop.letters(number)
    assert (len(letters), len(set(letters)), shop.status(number)) == (2, 1, "completed")
    assert told() == [("", "done", False), ("", "done", True)]


def test_pain_10_a_shop_that_fails_for_a_while_hears_it_afterwards(
    shop: PracticeAccount, wheels: Wheels, sold: int, courier: CarrierService
) -> None:
    shop.fault("rate_limited", count=2, methods=["PUT", "POST"], retry_after=1)
    send(courier)

    wheels.settle(8)

    assert (shop.status(sold), len(shop.parcels(sold)), told()) == ("completed", 1, [("GLS1", "done", True)])


def test_the_shop_does_not_write_to_the_buyer_where_that_is_switched_off(
    shop: PracticeAccount, wheels: Wheels, sold: int, courier: CarrierService
) -> None:
    Account.objects.update(notify_customer=False)
    send(courier)

    wheels.settle(2)

    assert (shop.status(sold), len(shop.parcels(sold)), shop.letters(sold)) == ("completed", 1, [])


def test_what_left_while_the_account_was_paused_is_told_afterwards(
    shop: PracticeAccount, wheels: Wheels, sold: int, courier: CarrierService, owner: User
) -> None:
    pause_account(shop.account.pk, by=owner)
    send(courier)
    wheels.settle(2)
    assert (shop.status(sold), told()) == ("processing", [("", "waiting", False)])

    resume_account(shop.account.pk, by=owner)
    wheels.settle(3)

    assert (shop.status(sold), told()) == ("completed", [("GLS1", "done", True)])


def test_what_the_shop_refuses_is_a_card_with_a_retry_that_works(
    shop: PracticeAccount, wheels: Wheels, sold: int, courier: CarrierService, owner: User
) -> None:
    shop.staff("trash_order", order_id=sold)
    send(courier)
    wheels.settle(2)
    card = Card.objects.get(kind="channels.untold_shipment", closed_at=None)
    assert [state for _number, state, _last in told()] == ["refused"]

    shop.staff("untrash_order", order_id=sold)
    retry_untold(card.subject, by=owner)
    wheels.settle(2)

    assert (shop.status(sold), told()) == ("completed", [("GLS1", "done", True)])
    assert Card.objects.filter(kind="channels.untold_shipment", closed_at=None).count() == 0
