"""Who carries a shipment: the rules' service from the moment it opens, kept right while the order changes; a person's choice wins."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from erp.core import clock
from erp.core.history import history_of
from erp.core.receipts import Outcome, run_together, undo_receipt
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.shipping.models import Carrier, CarrierService, Label, Shipment, ShippingRule
from inventory.shipping.services.assigning import UNDO_CARRIER, choose_carrier
from inventory.shipping.services.labelling import request_labels
from orders.models import Order
from orders.services.changing import change_order
from orders.services.placing import place_order
from tests.factories.carriers import make_carrier
from tests.factories.carriers import make_shipment as bare_shipment
from tests.factories.crm import HOME
from tests.factories.inventory import make_warehouse
from tests.factories.orders import NewAdjustment, NewPayment, draft, later, line, paid
from tests.factories.shipping import make_shipment, stocked
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db
EVENING = (NewAdjustment("shipping", "Consegna serale", Decimal("7.00"), Decimal("1.54")),)


@pytest.fixture
def mug():
    return stocked(make_warehouse("CT", priority=10), sku="MUG")


@pytest.fixture
def services() -> dict[str, CarrierService]:
    """Paid goes with `std` of Espresso, cash with its `cod`, Germany with `dhl`; `bus` is chosen by people only."""
    express, world, bus = make_carrier("espresso", "manual"), make_carrier("mondo", "manual"), make_carrier("bus", "manual")
    made = {
        "std": CarrierService.objects.create(carrier=express, code="std", name="Standard"),
        "cod": CarrierService.objects.create(carrier=express, code="cod", name="Contrassegno", collects_cash=True),
        "dhl": CarrierService.objects.create(carrier=world, code="dhl", name="Estero"),
        "bus": CarrierService.objects.create(carrier=bus, code="bus", name="Corriera"),
    }
    ShippingRule.objects.create(service=made["std"], payment="paid")
    ShippingRule.objects.create(service=made["cod"], payment="cash")
    ShippingRule.objects.create(service=made["dhl"], country="DE", priority=5)
    return made


def cash(amount) -> NewPayment:
    return NewPayment("cod", "Contrassegno", "on_delivery", Decimal(amount))


def placed(mug, deliver, **changes):
    """An order as the shop told it, with its shipment open."""
    told = replace(draft([line(mug, 1)]), **changes)
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    deliver()
    return told, order


def carried_by() -> str:
    service = Shipment.objects.get().service
    return service.code if service else ""


def test_a_shipment_that_opens_has_the_carrier_and_its_pickup_already(mug, services):
    Carrier.objects.filter(code="espresso").update(pickup_at="17:30")

    shipment = make_shipment((mug, 1))

    assert (shipment.service, shipment.is_carrier_chosen) == (services["std"], False)
    assert shipment.due_at.astimezone().minute == 30


def test_what_no_rule_fits_has_no_carrier_and_leaves_today(mug):
    shipment = make_shipment((mug, 1))

    assert (shipment.service, shipment.due_at.astimezone().second) == (None, 59)


def test_the_carrier_follows_method_country_and_cash(mug, services, deliver):
    told, order = placed(mug, deliver)
    ShippingRule.objects.create(service=services["bus"], method="Consegna serale", priority=1)
    assert carried_by() == "std"

    change_order(order.pk, later(told, adjustments=EVENING), actor="shop")
    deliver()
    assert carried_by() == "bus"
    change_order(order.pk, later(told, minutes=9, shipping=replace(HOME, country="DE")), actor="shop")
    deliver()
    assert carried_by() == "dhl"
    change_order(order.pk, later(told, minutes=12, payments=(cash(told.total),)), actor="shop")
    deliver()
    assert carried_by() == "cod"
    assert [entry.details["service"] for entry in history_of(Shipment.objects.get()) if entry.verb == "carrier_assigned"] == [
        "Bus Corriera",
        "Mondo Estero",
        "Espresso Contrassegno",
    ]


def test_a_persons_choice_stays_until_the_driver_must_collect_cash(mug, services, deliver):
    told, order = placed(mug, deliver)
    choose_carrier([Shipment.objects.get().pk], service_id=services["bus"].pk, by=None)

    change_order(order.pk, later(told, shipping=replace(HOME, country="DE")), actor="shop")
    deliver()
    assert (carried_by(), Shipment.objects.get().is_carrier_chosen) == ("bus", True)

    change_order(order.pk, later(told, minutes=9, payments=(cash(told.total),)), actor="shop")
    deliver()
    assert (carried_by(), Shipment.objects.get().is_carrier_chosen) == ("cod", False)


def test_a_label_that_stays_keeps_its_carrier_and_one_with_an_old_address_does_not(mug, services, deliver):
    told, order = placed(mug, deliver)
    ShippingRule.objects.create(service=services["bus"], method="Consegna serale", priority=1)
    assert request_labels([Shipment.objects.get().pk], by=None) == []

    change_order(order.pk, later(told, adjustments=EVENING), actor="shop")
    deliver()
    assert (carried_by(), Label.objects.get().status) == ("std", "wanted")

    change_order(order.pk, later(told, minutes=9, payments=(cash(told.total),)), actor="shop")
    deliver()
    assert (carried_by(), Label.objects.get().status) == ("cod", "voided")


def test_an_order_paid_meanwhile_goes_with_the_service_for_paid_ones(mug, services, deliver):
    told = draft([line(mug, 1)])
    told, order = placed(mug, deliver, payments=(cash(told.total),))
    assert carried_by() == "cod"

    change_order(order.pk, later(told, payments=(paid(told.total),)), actor="shop")
    deliver()

    assert carried_by() == "std"


def test_the_label_goes_with_what_the_rules_say_when_it_is_asked_for(services):
    shipment = bare_shipment(service=services["std"])
    ShippingRule.objects.filter(payment="paid").update(service=services["bus"])

    assert request_labels([shipment.pk], by=None) == []

    assert (carried_by(), Label.objects.get().service.code) == ("bus", "bus")


def test_a_carrier_that_was_switched_off_is_replaced_when_the_label_is_asked_for(services):
    shipment = bare_shipment(service=services["std"])
    Carrier.objects.filter(code="espresso").update(is_active=False)
    ShippingRule.objects.create(service=services["bus"])

    assert request_labels([shipment.pk], by=None) == []

    assert carried_by() == "bus"


def test_without_a_rule_any_more_the_carrier_it_opened_with_still_does(services):
    shipment = bare_shipment(service=services["std"])
    ShippingRule.objects.all().delete()

    assert request_labels([shipment.pk], by=None) == []
    assert carried_by() == "std"


def test_a_persons_choice_is_what_the_label_is_asked_for(services):
    shipment = bare_shipment(service=services["std"])
    user = make_user()

    chosen = choose_carrier([shipment.pk], service_id=services["bus"].pk, by=user)
    again = choose_carrier([shipment.pk], service_id=services["bus"].pk, by=user)

    assert (chosen.before, chosen.refused, again.before, again.refused) == ({shipment.pk: None}, (), {}, ())
    assert request_labels([shipment.pk], by=user) == []
    assert (carried_by(), Label.objects.get().service.code) == ("bus", "bus")
    assert [(entry.verb, entry.by) for entry in history_of(shipment)] == [("carrier_chosen", user), ("label_requested", user)]


def test_the_second_parcel_goes_with_the_carrier_of_the_first(services):
    shipment = bare_shipment(service=services["std"])
    assert request_labels([shipment.pk], by=None) == []
    shipment.parcels.create(position=2, weight_grams=500)
    ShippingRule.objects.filter(payment="paid").update(service=services["bus"])

    assert request_labels([shipment.pk], by=None) == []

    assert list(Label.objects.order_by("pk").values_list("service__code", flat=True)) == ["std", "std"]


def test_a_choice_that_cannot_be_is_refused_in_words_and_changes_nothing(services):
    fields = {"service": services["cod"], "order_number": "77"}
    owed = bare_shipment(**fields, cash_to_collect=Decimal(5))
    gone = bare_shipment(**{**fields, "order_number": "78"}, status="shipped", shipped_at=clock.now())
    labelled = bare_shipment(**{**fields, "order_number": "79"})
    request_labels([labelled.pk], by=None)
    Carrier.objects.filter(code="mondo").update(is_active=False)
    before = list(Shipment.objects.order_by("pk").values())

    with translation.override("en"):
        refused = choose_carrier([owed.pk, gone.pk, labelled.pk, 999_999], service_id=services["bus"].pk, by=None).refused
        with pytest.raises(Refused, match="Mondo Estero is switched off"), attempt():
            choose_carrier([owed.pk], service_id=services["dhl"].pk, by=None)
        with pytest.raises(Refused, match="This service is not here any more"), attempt():
            choose_carrier([owed.pk], service_id=999_999, by=None)

    assert refused == (
        (owed.pk, "Bus Corriera collects no cash, but order 77 is paid on delivery: choose another service."),
        (gone.pk, "The parcel of order 78 has left or was cancelled: its carrier stays as it is."),
        (labelled.pk, "Order 79 has a label already. Void the label first, then choose another carrier."),
        (999_999, "This shipment is not here any more. Look at the list."),
    )
    assert list(Shipment.objects.order_by("pk").values()) == before


def test_a_choice_is_given_back_to_the_rules(services):
    shipment = bare_shipment(service=services["bus"], is_carrier_chosen=True)

    choose_carrier([shipment.pk], service_id=None, by=None)

    shipment.refresh_from_db()
    assert (shipment.service, shipment.is_carrier_chosen) == (services["std"], False)


def test_the_undo_gives_back_what_was_and_touches_nothing_that_came_in_between(services):
    first, second = bare_shipment(service=services["std"]), bare_shipment(service=services["dhl"], is_carrier_chosen=True)
    user = make_user(is_owner=True)

    def choose(keys):
        before = choose_carrier(keys, service_id=services["bus"].pk, by=user).before
        return Outcome(done=[(pk, str(pk), {"before": before[pk], "chosen": services["bus"].pk}) for pk in keys])

    receipt = run_together("shipments.carrier", [(first.pk, "1"), (second.pk, "2")], choose, by=user, undo=UNDO_CARRIER, key="k")
    choose_carrier([first.pk], service_id=services["dhl"].pk, by=user)

    undone = undo_receipt(receipt.pk, by=user)

    assert ([row["id"] for row in undone.done], [row["id"] for row in undone.refused]) == ([second.pk], [first.pk])
    codes = Shipment.objects.order_by("pk").values_list("service__code", "is_carrier_chosen")
    assert list(codes) == [("dhl", True), ("dhl", True)]


@pytest.mark.parametrize("number", [1, 3])
def test_choosing_takes_the_same_statements_for_one_and_for_three(services, number):
    keys = [bare_shipment(service=services["std"]).pk for _each in range(number)]

    with CaptureQueriesContext(connection) as seen:
        choose_carrier(keys, service_id=services["bus"].pk, by=None)

    assert len(seen) == 6
