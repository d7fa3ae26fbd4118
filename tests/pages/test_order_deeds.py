"""Deeds on an order's page: each once however often it is pressed, by who may, with a refusal that says what to do."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.test import Client

from inventory.models import StockLevel
from inventory.shipping.models import Shipment
from orders.models import Hold, Order, Payment
from orders.services.changing import change_order
from orders.services.editing import editable_of
from orders.services.placing import place_order
from tests.factories.crm import make_company
from tests.factories.inventory import make_variant, make_warehouse, mark_picked, put
from tests.factories.orders import bank_transfer, draft, later, line, refund, tell_refund
from tests.pages.seeding import make_account, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]


@pytest.fixture
def mug(db: None) -> Any:
    make_company()
    make_account("terramare", "Terramare Casa")
    cache.clear()
    variant = make_variant("TAZ-ONDA", title="Tazza Onda")
    put(variant, make_warehouse("FA"), 10)
    return variant


def place(mug: Any, quantity: int = 1, **fields: Any) -> Order:
    return Order.objects.get(pk=place_order(draft([line(mug, quantity)], **fields), actor="shop:terramare").order_id)


def do(client: Client, order: Order, name: str, **told: str) -> list[str]:
    """Press a button; the sentences of the receipt."""
    answer = client.post(f"/orders/{order.pk}/do/{name}/", told)
    assert answer.status_code == 302
    return [str(message) for message in get_messages(answer.wsgi_request)]


def step(client: Client, order: Order) -> str:
    return str(client.get(f"/orders/{order.pk}/").context["step"].action)


def test_a_hold_is_placed_once_with_its_reason_and_term(owner: Client, mug: Any) -> None:
    order = place(mug)
    for _press in range(2):
        do(owner, order, "hold", token="a", reason="Cambia indirizzo", keeps_stock="1", until="2026-12-24")

    hold = Hold.objects.get()
    assert (hold.kind, hold.reason, hold.keeps_stock, hold.expires_at is not None) == ("by_staff", "Cambia indirizzo", True, True)
    assert StockLevel.objects.get().reserved == 1


def test_a_hold_that_keeps_no_stock_frees_the_pieces(owner: Client, mug: Any) -> None:
    order = place(mug)

    assert do(owner, order, "hold", reason="x") == [f"Order {order.pk} is held. Its pieces are free for others meanwhile."]
    assert StockLevel.objects.get().reserved == 0


def test_the_filled_button_of_a_held_order_releases_it(owner: Client, mug: Any) -> None:
    order = place(mug)
    do(owner, order, "hold", reason="x", keeps_stock="1")
    before = step(owner, order)

    do(owner, order, before)

    order.refresh_from_db()
    assert (before, order.status) == ("release", "released")


def test_a_payment_pressed_twice_counts_once(owner: Client, mug: Any) -> None:
    order = place(mug, payments=(bank_transfer("17.20"),), total=Decimal("17.20"), adjustments=(), taxes=(), treatment="wait_for_money")
    for _press in range(2):
        do(owner, order, "pay", token="p", amount="10,00", method="cash")
        cache.clear()

    assert list(Payment.objects.filter(is_ours=True).values_list("amount", flat=True)) == [Decimal("10.00")]


def test_an_amount_that_is_none_is_refused_with_an_example(owner: Client, mug: Any) -> None:
    order = place(mug, payments=(), treatment="wait_for_money")

    assert do(owner, order, "pay", amount="dieci") == ["“dieci” is not an amount. Type it as 12,50."]


def test_the_day_of_an_order_from_print_to_the_carrier(
    owner: Client, mug: Any, deliver: Callable[[], int], django_capture_on_commit_callbacks: Any
) -> None:
    order, presses = place(mug, 2), []
    deliver()
    for _deed in range(3):
        presses.append(step(owner, order))
        do(owner, order, presses[-1], token=presses[-1])
    deliver()

    order.refresh_from_db()
    level = StockLevel.objects.get()
    assert presses == ["print", "pack", "ship"]
    assert (Shipment.objects.get().status, order.status, level.on_hand, level.reserved) == ("shipped", "closed", 8, 0)


def test_what_is_there_of_a_short_order_is_shipped_first(owner: Client, mug: Any) -> None:
    order = place(mug, 12)
    pressed = step(owner, order)

    do(owner, order, pressed)

    assert (pressed, [str(each.lines.get().quantity) for each in Shipment.objects.all()]) == ("ship_there", ["10.000"])
    assert step(owner, order) == "print"


def test_tags_come_and_go(owner: Client, mug: Any) -> None:
    order = place(mug)
    do(owner, order, "tag", tag="fiera")
    tagged = owner.get(f"/orders/{order.pk}/").context["tags"]
    do(owner, order, "untag", tag="fiera")

    assert (tagged, owner.get(f"/orders/{order.pk}/").context["tags"]) == (["fiera"], [])


def test_before_a_cancel_its_consequences_are_named(owner: Client, mug: Any, deliver: Callable[[], int]) -> None:
    order = place(mug, 2)
    deliver()
    page = owner.get(f"/orders/{order.pk}/cancel/").context

    assert page["consequences"] == [
        "2 pieces in Magazzino FA can be sold again as soon as Terramare Casa has answered.",
        f"Shipment {Shipment.objects.get().pk} is cancelled.",
        f"Terramare Casa is told that its order {order.external_number} is cancelled.",
        "€18.30 were paid. Pay them back where they came in: Regia does not move money by itself.",
    ]
    assert page["label"] == "Cancel order, €18.30 to pay back"

    do(owner, order, "cancel", reason="Ordinato due volte")
    order.refresh_from_db()
    assert (order.status, step(owner, order)) == ("cancelled", "")


def test_what_was_paid_back_before_it_left_is_to_be_cancelled_or_sent(owner: Client, mug: Any) -> None:
    order = place(mug)
    tell_refund(order.pk, refund("r1", "18.30"))

    asked = owner.get(f"/orders/{order.pk}/").context["step"]
    assert (asked.title, asked.label, asked.url) == ("Paid back in full, not sent", "Cancel order", f"/orders/{order.pk}/cancel/")
    page = owner.get(asked.url).context
    assert (page["label"], page["consequences"][-1]) == (f"Cancel order {order.pk}", "What was paid has been paid back already.")

    do(owner, order, "release")
    assert step(owner, order) == "open_shipment"


def test_what_was_paid_back_with_its_pieces_needs_no_document(owner: Client, mug: Any) -> None:
    order = place(mug)
    tell_refund(order.pk, refund("r1", "18.30", [("1", 1)]))

    found = owner.get(f"/orders/{order.pk}/").context["step"]
    assert (found.title, found.sentence) == ("Nothing is left to do", "All was paid back before anything left, so no document is due.")


def test_a_picked_order_says_why_it_cannot_be_cancelled(owner: Client, mug: Any) -> None:
    order = place(mug)
    mark_picked(order.reference)

    page = owner.get(f"/orders/{order.pk}/cancel/").context

    assert page["obstacle"] == f"Goods of order {order.pk} are picked already. Put them back, then cancel it."


def test_a_change_after_picking_is_shown_and_accepted(owner: Client, mug: Any) -> None:
    told = draft([line(mug)])
    order = Order.objects.get(pk=place_order(told, actor="shop:terramare").order_id)
    mark_picked(order.reference)
    change_order(order.pk, later(told, gift_message="Auguri"), actor="shop:terramare")
    page = owner.get(f"/orders/{order.pk}/").context

    assert [(row.what, row.old, row.new) for row in page["changes"]] == [("gift message", "–", "Auguri")]
    do(owner, order, page["step"].action)
    order.refresh_from_db()
    assert (page["step"].action, order.gift_message) == ("accept_change", "Auguri")


def form_of(client: Client, order: Order) -> dict[str, str]:
    """The edit form as the browser would send it back untouched."""
    page = client.get(f"/orders/{order.pk}/edit/").context
    return {"opened": page["opened"], **{field.name: field.value for field in [*page["place"], *page["notes"]]}}


def test_a_correction_is_saved_and_sent_twice_is_one(owner: Client, mug: Any) -> None:
    order = place(mug)
    form = form_of(owner, order) | {"street": "Via Garibaldi 21"}

    answers = [owner.post(f"/orders/{order.pk}/edit/", form).status_code for _press in range(2)]

    order.refresh_from_db()
    assert (answers, order.shipping["street"]) == ([302, 302], "Via Garibaldi 21")


def test_a_wrong_postcode_has_its_sentence_beside_it(owner: Client, mug: Any) -> None:
    order = place(mug)
    answer = owner.post(f"/orders/{order.pk}/edit/", form_of(owner, order) | {"postcode": "951"})

    faulty = [(field.name, field.value) for field in answer.context["place"] if field.error]
    assert (answer.status_code, faulty) == (422, [("postcode", "951")])


def test_a_stale_save_writes_nothing_and_shows_the_difference_field_by_field(owner: Client, mug: Any) -> None:
    order = place(mug)
    mine = form_of(owner, order) | {"street": "Via Mia 1", "customer_note": "Nota mia"}
    owner.post(f"/orders/{order.pk}/edit/", form_of(owner, order) | {"street": "Via Loro 2", "phone": "+39 095 1"})

    answer = owner.post(f"/orders/{order.pk}/edit/", mine)

    clashes = [(clash.name, clash.before, clash.theirs, clash.mine, clash.keeps_mine) for clash in answer.context["clashes"]]
    assert clashes == [
        ("street", "Via Garibaldi 12", "Via Loro 2", "Via Mia 1", True),
        ("phone", "–", "+39 095 1", "–", False),
    ]
    order.refresh_from_db()
    assert (answer.status_code, order.shipping["street"], order.customer_note) == (409, "Via Loro 2", "")
    again = mine | {"opened": answer.context["opened"], "keep-street": "mine", "keep-phone": "theirs"}
    owner.post(f"/orders/{order.pk}/edit/", again)
    order.refresh_from_db()
    shipping = editable_of(order).shipping
    assert (shipping.street, shipping.phone, order.customer_note) == ("Via Mia 1", "+39 095 1", "Nota mia")


def test_a_form_without_its_version_writes_nothing(owner: Client, mug: Any) -> None:
    order = place(mug)
    answer = owner.post(f"/orders/{order.pk}/edit/", form_of(owner, order) | {"opened": json.dumps([]), "street": "Via Mia 1"})

    order.refresh_from_db()
    assert (answer.status_code, order.shipping["street"]) == (409, "Via Garibaldi 12")


def test_who_else_is_here_is_said_and_goes_by_itself(owner: Client, mug: Any) -> None:
    order = place(mug)
    anna = Client()
    anna.force_login(User.objects.create_user("anna", first_name="Anna", last_name="Neri", is_staff=True, is_superuser=True))
    anna.get(f"/orders/{order.pk}/")

    seen = owner.get(f"/orders/{order.pk}/").context["present"]
    cache.clear()
    gone = owner.post(f"/orders/{order.pk}/presence/").content.decode().strip()

    assert (seen, gone) == ("Anna Neri is working on this order", "")


@pytest.mark.parametrize("name", ["hold", "release", "pay", "cancel", "print", "pack", "ship", "issue_invoice", "tag", "accept_change"])
def test_who_may_only_look_can_press_nothing(client: Client, mug: Any, name: str) -> None:
    order = place(mug)
    client.force_login(make_staff("anna", "orders.view_order"))

    assert client.post(f"/orders/{order.pk}/do/{name}/").status_code == 403
    assert (Hold.objects.count(), Order.objects.get().status) == (0, "released")
