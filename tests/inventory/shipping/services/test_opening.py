"""What an order may send becomes shipments that follow it until they leave."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.people import PostalAddress
from inventory.services.moving import adjust
from inventory.services.reserving import release
from inventory.shipping.models import Carrier, CarrierService, Label, Shipment, ShippingRule
from inventory.shipping.services.labelling import request_labels
from inventory.shipping.services.picking import make_pick_list
from orders.models import Order
from orders.services.cancelling import cancel_order
from orders.services.changing import change_order
from orders.services.fulfilling import follow_orders, open_for_orders
from orders.services.holding import hold_order, release_hold
from orders.services.placing import place_order
from tests.factories.carriers import make_carrier
from tests.factories.crm import HOME, anna
from tests.factories.inventory import make_kit, make_variant, make_warehouse, put
from tests.factories.orders import NewPayment, draft, later, line, paid
from tests.factories.shipping import make_order, make_shipment, quantities, stocked

pytestmark = pytest.mark.django_db


def cash(amount) -> NewPayment:
    return NewPayment("cod", "Contrassegno", "on_delivery", Decimal(amount))


def test_all_that_the_papers_print_is_copied(mug):
    told = draft([line(mug, 2)], external_number="T-77", customer_note="Citofono rotto", gift_message="Auguri!")
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)

    open_for_orders([order.pk])

    shipment = Shipment.objects.get()
    assert (shipment.order_reference, shipment.order_number, shipment.source, shipment.shop_number) == (
        order.reference,
        order.number,
        "terramare",
        "T-77",
    )
    assert (shipment.recipient_name, shipment.recipient["city"], shipment.language, shipment.method) == (
        "Anna Verdi",
        "Catania",
        "it",
        "Corriere",
    )
    assert (shipment.customer_note, shipment.gift_message, shipment.cash_to_collect) == ("Citofono rotto", "Auguri!", None)
    assert list(shipment.lines.values_list("line", "sku", "title", "quantity", "kit_title")) == [("1", "MUG", "Articolo MUG", 2, "")]


def test_without_a_shipping_address_it_goes_to_the_billing_address(mug):
    office = PostalAddress(name="Ufficio", street="Via Po 1", postcode="10124", city="Torino", province="TO", country="IT")
    shipment = make_shipment((mug, 1), shipping=None, billing=office)

    assert (shipment.recipient_name, shipment.recipient["city"]) == ("Ufficio", "Torino")


@pytest.mark.parametrize(
    ("language", "country", "expected"), [("", "DE", "en"), ("", "IT", "it"), ("de-DE", "IT", "en"), ("it-CH", "CH", "it")]
)
def test_the_papers_speak_the_buyers_language_else_that_of_the_country(mug, language, country, expected):
    postcode = {"DE": "89073", "CH": "8001", "IT": "39100"}[country]
    address = PostalAddress(name="A", street="Weg 1", city="Ort", postcode=postcode, province="BZ", country=country)

    assert make_shipment((mug, 1), customer=anna(language=language), shipping=address).language == expected


def test_an_order_of_two_warehouses_is_two_shipments_and_the_cash_goes_with_the_first(catania, mug):
    plate = stocked(make_warehouse("MI", priority=20), sku="PLATE")
    order = make_order((mug, 1), (plate, 2), payments=(cash("30.00"),), treatment="live")

    open_for_orders([order.pk])
    open_for_orders([order.pk])

    rows = Shipment.objects.order_by("pk")
    assert [(row.warehouse.code, quantities(row), row.cash_to_collect) for row in rows] == [
        ("CT", {"MUG": 1}, order.due),
        ("MI", {"PLATE": 2}, None),
    ]
    assert order.due > 0


def test_a_kit_is_sent_as_its_components_that_name_it(catania, mug):
    plate = stocked(catania, sku="PLATE")
    kit = make_kit("SET", {mug: 2, plate: 1})

    shipment = make_shipment((kit, 3))

    assert sorted(shipment.lines.values_list("sku", "quantity", "kit_title")) == [
        ("MUG", 6, "Articolo SET"),
        ("PLATE", 3, "Articolo SET"),
    ]


def test_what_needs_no_stock_goes_along_with_the_first_shipment(catania, mug):
    card = make_variant("CARD", is_stocked=False)
    lines = [line(mug, 1), line(card, 1, external_id="2", needs_stock=False, window=None)]
    order = Order.objects.get(pk=place_order(draft(lines), actor="shop").order_id)

    open_for_orders([order.pk])

    assert list(Shipment.objects.get().lines.order_by("position").values_list("sku", "takes_stock")) == [("MUG", True), ("CARD", False)]


def test_virtual_goods_open_nothing_and_close_when_paid(mug):
    voucher = make_variant("VOUCHER", is_stocked=False)
    told = draft([line(voucher, needs_stock=False, needs_shipping=False, window=None)])
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)

    assert (open_for_orders([order.pk]), order.status, Shipment.objects.count()) == ([], "closed", 0)


def test_news_that_comes_twice_or_late_opens_one_shipment(mug, deliver):
    order = make_order((mug, 2))
    deliver()
    follow_orders([order.pk, order.pk])
    cancel_order(order.pk, actor="shop", restocked=True)
    follow_orders([order.pk])
    follow_orders([order.pk])

    assert list(Shipment.objects.values_list("status", flat=True)) == ["cancelled"]


def test_a_held_order_holds_its_shipment_and_lets_it_go_on(mug, deliver):
    order = make_order((mug, 2))
    deliver()
    hold_order(order.pk, by=None, reason="chiamare")
    deliver()
    shipment = Shipment.objects.get()
    assert (shipment.is_held, shipment.status) == (True, "ready")
    picking = make_pick_list([shipment.pk], by=None)
    assert picking.taken == ()
    assert picking.refused[0].sentence == (
        f"Shipment {shipment.number} is held: order {order.number} waits for something. Release the order first."
    )

    release_hold(order.pk, by=None)
    deliver()
    assert make_pick_list([shipment.pk], by=None).taken == (shipment.pk,)


def test_an_order_changed_before_picking_changes_its_shipment(catania, mug, deliver):
    plate = stocked(catania, sku="PLATE")
    told = draft([line(mug, 2)])
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    deliver()
    home = PostalAddress(name="Bruno Neri", street="Via Roma 9", postcode="50100", city="Firenze", province="FI", country="IT")

    change_order(order.pk, later(told, lines=(line(mug, 1), line(plate, 1, external_id="2")), shipping=home), actor="shop")
    deliver()

    shipment = Shipment.objects.get()
    assert (shipment.recipient_name, quantities(shipment)) == ("Bruno Neri", {"MUG": 1, "PLATE": 1})


def test_an_open_shipment_of_pieces_that_are_gone_is_cancelled(mug):
    shipment = make_shipment((mug, 2))
    release(shipment.order_reference, to_window=False)

    open_for_orders([Order.objects.get().pk])

    shipment.refresh_from_db()
    assert shipment.status == "cancelled"


def test_a_loss_holds_the_shipment_back_until_the_pieces_are_there_again(catania, deliver):
    mug = stocked(catania, 2, "MUG")
    order = make_order((mug, 2))
    deliver()

    adjust(mug.pk, warehouse_id=catania.pk, difference=Decimal(-1), reason="rotta", by=None, cause="damage")
    deliver()
    shipment = Shipment.objects.get()
    order.refresh_from_db()
    assert (order.status, shipment.is_held) == ("held", True)

    adjust(mug.pk, warehouse_id=catania.pk, difference=Decimal(1), reason="trovata", by=None)
    deliver()
    shipment.refresh_from_db()
    assert (shipment.is_held, quantities(shipment), Shipment.objects.count()) == (False, {"MUG": 2}, 1)


def test_it_leaves_with_the_next_pickup_of_its_carrier_else_today(mug):
    moment = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, ten o'clock in Rome
    late = make_shipment((mug, 1))
    carrier = Carrier.objects.create(code="corriere", name="Corriere", backend="practice", pickup_at="17:30")
    service = CarrierService.objects.create(carrier=carrier, code="express", name="Express")
    ShippingRule.objects.create(method="Corriere", service=service)
    Shipment.objects.all().delete()
    soon = make_shipment((mug, 1))

    assert late.due_at is not None
    assert late.due_at.astimezone().second == 59
    assert soon.due_at.strftime("%H:%M") in ("16:30", "15:30")  # half past five in Rome, in winter or summer
    assert moment < soon.due_at


@pytest.mark.parametrize("number", [1, 3])
def test_opening_takes_the_same_statements_for_one_order_and_for_three(catania, mug, number):
    plate = stocked(catania, sku="PLATE")
    orders = [make_order((mug, 1), (plate, 1)).pk for _ in range(number)]

    with CaptureQueriesContext(connection) as first:
        open_for_orders(orders)
    with CaptureQueriesContext(connection) as again:
        open_for_orders(orders)

    assert (len(first), len(again)) == (17, 11)


def test_money_that_comes_before_the_label_is_not_collected_again(mug, deliver):
    told = draft([line(mug, 1)])
    told = later(told, payments=(cash(told.total),))
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    deliver()
    assert Shipment.objects.get().cash_to_collect == told.total

    change_order(order.pk, later(told, payments=(paid(told.total),)), actor="shop")
    deliver()

    assert Shipment.objects.get().cash_to_collect is None


def test_short_pieces_are_in_no_shipment(catania):
    mug, plate = make_variant("MUG"), make_variant("PLATE")
    put(mug, catania, 1)
    put(plate, catania, 0)
    order = make_order((mug, 1), (plate, 1))

    follow_orders([order.pk])

    assert (order.status, Shipment.objects.count()) == ("held", 0)


def test_a_label_with_an_old_address_is_taken_back(mug, deliver):
    told = draft([line(mug, 1)])
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    deliver()
    carrier = make_carrier("corriere", "practice")
    shipment = Shipment.objects.get()
    Shipment.objects.filter(pk=shipment.pk).update(service=CarrierService.objects.create(carrier=carrier, code="express", name="Express"))
    assert request_labels([shipment.pk], by=None) == []

    change_order(order.pk, later(told, customer_note="Citofonare"), actor="shop")
    deliver()
    assert Label.objects.get().status == "wanted"
    change_order(order.pk, later(told, minutes=9, shipping=replace(HOME, street="Via Nuova 3")), actor="shop")
    deliver()

    assert (Label.objects.get().status, Shipment.objects.get().recipient["street"]) == ("voided", "Via Nuova 3")
