"""An order comes in once, with its money as facts and its pieces reserved."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest

from erp.core.history import history_of
from erp.core.models import Card, Event
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import Allotment, Reservation, StockLevel
from orders.drafts import NewAdjustment, NewHold, NewPayment, Placed
from orders.models import Adjustment, Hold, Order, OrderLine, Payment, TaxRow
from orders.services.placing import place_order, place_orders
from tests.factories.crm import anna
from tests.factories.inventory import make_kit, make_variant, make_warehouse, make_window, put
from tests.factories.orders import bank_transfer, draft, line, paid, refund

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug():
    variant = make_variant("MUG")
    put(variant, make_warehouse(), 10)
    return variant


def reserved(variant) -> Decimal:
    return StockLevel.objects.get(variant=variant).reserved


def events() -> list[str]:
    names = Event.objects.filter(name__startswith="orders.").order_by("pk").values_list("name", flat=True)
    return [name.removeprefix("orders.") for name in names]


def open_holds(order_id: int) -> list[str]:
    return list(Hold.objects.filter(order=order_id, released_at=None).order_by("kind").values_list("kind", flat=True))


def test_a_paid_order_is_stored_whole_reserved_and_free_to_ship(mug):
    told = draft([line(mug, 2, net="20.00")], customer_note="Suonare due volte", gift_message="Auguri")

    placed = place_order(told, actor="shop:terramare")

    order = Order.objects.get()
    assert placed == Placed(order.pk, created=True)
    assert order.pk >= 1001
    assert (order.status, order.payment_status, order.total, order.due) == ("released", "paid", Decimal("30.50"), Decimal("0.00"))
    assert (order.goods_net, order.shipping_net, order.tax, order.rounding) == (Decimal(20), Decimal(5), Decimal("5.50"), Decimal(0))
    assert (order.customer_note, order.gift_message, order.shipping["city"]) == ("Suonare due volte", "Auguri", "Catania")
    assert order.party.name == "Anna Verdi 1"
    kept = OrderLine.objects.get()
    assert (kept.quantity, kept.net, kept.unit_net, kept.variant_id) == (Decimal(2), Decimal(20), Decimal(10), mug.pk)
    assert [(row.kind, row.net, row.tax) for row in Adjustment.objects.all()] == [("shipping", Decimal(5), Decimal("1.10"))]
    assert [(row.target, row.rate, row.amount) for row in TaxRow.objects.order_by("pk")] == [
        ("line:1", Decimal(22), Decimal("4.40")),
        ("shipping:0", Decimal(22), Decimal("1.10")),
    ]
    assert [(row.method, row.state, row.amount) for row in Payment.objects.all()] == [("stripe", "captured", Decimal("30.50"))]
    assert [(row.reference, row.line, row.quantity, row.state) for row in Reservation.objects.all()] == [
        (order.reference, "1", Decimal(2), "reserved")
    ]
    assert reserved(mug) == 2
    assert [entry.verb for entry in history_of(order)] == ["placed"]
    assert events() == ["OrderPlaced", "OrderPaid", "OrderReleased"]


def test_pain_01_the_second_placing_returns_the_first_order_untouched(mug):
    told = draft([line(mug, 2)])
    first = place_order(told, actor="shop")

    again = place_order(told, actor="shop")

    assert again == Placed(first.order_id, created=False)
    assert (Order.objects.count(), OrderLine.objects.count(), Reservation.objects.count()) == (1, 1, 1)
    assert reserved(mug) == 2
    assert events() == ["OrderPlaced", "OrderPaid", "OrderReleased"]


def test_a_list_answers_in_its_own_order_and_places_a_double_once(mug):
    second, first = draft([line(mug)], external_id="2"), draft([line(mug)], external_id="1")

    placed = place_orders([second, first, second], actor="shop")

    by_key = {order.external_id: order.pk for order in Order.objects.all()}
    assert [each.order_id for each in placed] == [by_key["2"], by_key["1"], by_key["2"]]
    assert reserved(mug) == 2


def test_pain_26_a_paid_order_without_stock_is_held_as_short_and_never_refused(mug):
    placed = place_order(draft([line(mug, 12)]), actor="shop")

    order = Order.objects.get(pk=placed.order_id)
    assert (order.status, open_holds(order.pk)) == ("held", ["short"])
    assert sorted(Reservation.objects.values_list("state", "quantity")) == [("reserved", Decimal(10)), ("short", Decimal(2))]
    assert events() == ["OrderPlaced", "OrderPaid", "OrderHeld"]


def test_pain_26_a_bank_transfer_keeps_its_stock_under_a_hold_with_an_expiry(mug):
    told = draft([line(mug, 2)], treatment="wait_for_money", payments=(bank_transfer("18.30"),))

    placed = place_order(told, actor="shop")

    order, hold = Order.objects.get(), Hold.objects.get()
    assert (order.status, order.payment_status, order.due) == ("held", "awaited", Decimal("18.30"))
    assert (hold.kind, hold.keeps_stock, hold.expires_at - hold.placed_at) == ("awaiting_payment", True, timedelta(days=7))
    assert reserved(mug) == 2
    assert placed.created is True


def test_authorised_money_reserves_and_waits_for_the_capture(mug):
    place_order(draft([line(mug)], payments=(NewPayment("stripe", "Carta", "authorised", Decimal("18.30")),)), actor="shop")

    assert Order.objects.get().payment_status == "authorised"
    assert (open_holds(Order.objects.get().pk), reserved(mug)) == (["awaiting_capture"], Decimal(1))


def test_pain_26_cash_on_delivery_reserves_and_goes(mug):
    place_order(draft([line(mug)], payments=(NewPayment("cod", "Contrassegno", "on_delivery", Decimal("18.30")),)), actor="shop")

    order = Order.objects.get()
    assert (order.status, order.payment_status, order.due) == ("released", "on_delivery", Decimal("18.30"))
    assert reserved(mug) == 1


@pytest.mark.parametrize(
    ("fields", "status"), [({"treatment": "history"}, "closed"), ({"treatment": "ignore"}, "closed"), ({"is_test": True}, "closed")]
)
def test_history_watched_and_test_orders_reserve_nothing(mug, fields, status):
    place_order(draft([line(mug)], **fields), actor="shop")

    assert (Order.objects.get().status, Reservation.objects.count(), reserved(mug)) == (status, 0, Decimal(0))
    assert events() == ["OrderPlaced"]


def test_pain_08_a_line_without_product_is_stored_with_money_and_address_under_a_hold_with_a_card(mug):
    place_order(draft([line(mug, external_id="1"), line(None, 2, net="30.00", external_id="2")]), actor="shop")

    order = Order.objects.get()
    assert (order.total, order.shipping["street"], open_holds(order.pk)) == (Decimal("54.90"), "Via Garibaldi 12", ["unmapped_line"])
    card = Card.objects.get()
    assert (card.kind, card.subject, card.amount) == ("orders.unmapped_line", f"orders.order:{order.pk}", Decimal("54.90"))
    assert reserved(mug) == 1


def test_part_of_a_piece_is_stored_and_held_with_a_card(mug):
    place_order(draft([line(mug, 1.5)]), actor="shop")

    assert OrderLine.objects.get().quantity == Decimal("1.5")
    assert (open_holds(Order.objects.get().pk), Card.objects.get().kind) == (["fractional"], "orders.fractional")
    assert reserved(mug) == 0


def test_a_metre_and_a_half_of_what_is_sold_by_the_metre_goes(mug):
    place_order(draft([line(mug, 1.5, allows_decimals=True)]), actor="shop")

    assert (Order.objects.get().status, reserved(mug)) == ("released", Decimal("1.5"))


@pytest.mark.parametrize(
    ("currency", "kept", "kind"),
    [("USD", "USD", "foreign_currency"), ("ABC", "ABC", "unknown_currency"), ("euros", "XXX", "unknown_currency")],
)
def test_pain_25_a_foreign_or_unknown_currency_holds_the_order_with_a_card(mug, currency, kept, kind):
    place_order(draft([line(mug)], currency=currency), actor="shop")

    order = Order.objects.get()
    assert (order.currency, order.status, open_holds(order.pk)) == (kept, "held", [kind])
    assert (Card.objects.get().kind, Card.objects.get().params["told"]) == (f"orders.{kind}", currency)
    assert reserved(mug) == 1


def test_an_unknown_status_holds_the_order_with_a_card(mug):
    place_order(draft([line(mug)], holds=(NewHold("unknown_status", params={"status": "wc-quote"}),)), actor="shop")

    assert (Order.objects.get().status, Card.objects.get().params["status"]) == ("held", "wc-quote")


def test_an_order_of_things_that_are_not_shipped_closes_when_paid():
    place_order(draft([line(None, needs_stock=False, needs_shipping=False)], adjustments=()), actor="shop")

    assert (Order.objects.get().status, events()) == ("closed", ["OrderPlaced", "OrderPaid"])


def test_unpaid_virtual_goods_wait_for_their_money():
    told = draft([line(None, needs_stock=False, needs_shipping=False)], adjustments=(), payments=(bank_transfer("12.20"),))

    place_order(told, actor="shop")

    assert (Order.objects.get().status, open_holds(Order.objects.get().pk)) == ("held", ["awaiting_payment"])


def test_a_kit_reserves_its_components():
    cup, plate = make_variant("CUP"), make_variant("PLATE")
    shelf = make_warehouse()
    put(cup, shelf, 10)
    put(plate, shelf, 10)
    kit = make_kit("SET", {cup: 2, plate: 1})

    place_order(draft([line(kit, 3)]), actor="shop")

    assert (reserved(cup), reserved(plate)) == (Decimal(6), Decimal(3))


def test_an_order_first_seen_cancelled_is_a_sale_and_a_restock():
    mug = make_variant("MUG")
    put(mug, make_warehouse(), 10, is_split=True)
    window = make_window(mug, ceiling=4)

    place_order(draft([line(mug, 2)], first_seen_cancelled=True), actor="shop")

    window = Allotment.objects.get(pk=window.pk)
    assert (window.sold_read, window.restocked_read, window.ceiling) == (Decimal(2), Decimal(2), Decimal(4))
    assert (Order.objects.get().status, reserved(mug), events()) == ("cancelled", Decimal(0), ["OrderPlaced"])


def test_an_order_first_seen_partly_refunded_reserves_the_rest(mug):
    place_order(draft([line(mug, 3)], refunds=(refund("r1", "6.10", [("1", 1)]),)), actor="shop")

    assert (reserved(mug), OrderLine.objects.get().refunded, Order.objects.get().refunded) == (Decimal(2), Decimal(1), Decimal("6.10"))


def test_a_total_that_its_rows_do_not_explain_gets_a_visible_row_with_the_reason(mug):
    place_order(draft([line(mug)], total=Decimal("18.31"), residual=Decimal("0.01"), residual_reason="tax rounded per line"), actor="shop")

    row = Adjustment.objects.get(kind="rounding")
    assert (row.net, row.title, Order.objects.get().rounding) == (Decimal("0.01"), "tax rounded per line", Decimal("0.01"))
    assert Card.objects.count() == 0


def test_a_residual_without_reason_is_shown_to_staff(mug):
    place_order(draft([line(mug)], total=Decimal("18.40")), actor="shop")

    assert (Adjustment.objects.get(kind="rounding").code, Card.objects.get().kind) == ("unexplained", "orders.unexplained_cents")


@pytest.mark.parametrize("quantity", ["-1", "1000001", "0.0001", "NaN"])
def test_an_impossible_quantity_is_refused_in_words_and_leaves_nothing(mug, quantity):
    good = draft([line(mug)])

    with pytest.raises(Refused, match="pieces of “Articolo MUG”"), attempt():
        place_orders([good, draft([line(mug, quantity)])], actor="shop")

    assert (Order.objects.count(), Reservation.objects.count()) == (0, 0)


def test_an_amount_that_is_no_amount_in_cents_is_refused(mug):
    told = draft([line(mug)], adjustments=(NewAdjustment("fee", "Fee", Decimal("0.005")),), total=Decimal("12.20"))

    with pytest.raises(Refused, match="which is no amount in cents"):
        place_order(told, actor="shop")


def test_both_sets_of_currency_are_kept(mug):
    place_order(draft([line(mug)], buyer_currency="CHF", buyer_total=Decimal("17.10")), actor="shop")

    assert (Order.objects.get().buyer_currency, Order.objects.get().buyer_total) == ("CHF", Decimal("17.10"))


def test_the_party_is_found_again(mug):
    place_orders([draft([line(mug)], customer=anna(1)), draft([line(mug)], customer=anna(1))], actor="shop")

    assert Order.objects.values("party").distinct().count() == 1


def test_gift_cards_are_taken_off_and_are_no_discount(mug):
    told = draft([line(mug)], adjustments=(NewAdjustment("gift_card", "GC-1", Decimal("2.20")),), payments=(paid("10.00"),))

    place_order(told, actor="shop")

    order = Order.objects.get()
    assert (order.total, order.gift_cards, order.discount_net, order.due) == (Decimal("10.00"), Decimal("2.20"), Decimal(0), Decimal(0))


def test_pain_07_a_poison_order_takes_its_page_along_and_the_others_go_one_by_one(mug):
    page = [draft([line(mug)]), draft([line(mug)], billing=None), draft([line(mug)])]

    for told in page:
        with suppress(Refused, TypeError), attempt():
            place_order(told, actor="shop")

    assert [order.external_id for order in Order.objects.order_by("pk")] == [page[0].external_id, page[2].external_id]
    assert (reserved(mug), Event.objects.filter(name="orders.OrderPlaced").count()) == (Decimal(2), 2)
