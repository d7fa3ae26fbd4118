"""Deeds on many orders: each with its receipt and its way back, once for one form, and only for those who may."""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from erp.core.models import HistoryEntry, Receipt
from erp.pages.orders.deeds import DEEDS, term_of
from inventory.models import Reservation
from inventory.shipping.models import PickList, PrintBatch, Shipment
from orders.models import Hold, Order, OrderTag
from tests.pages.desk_seeding import Desk
from tests.pages.seeding import make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def do(client: Client, code: str, *orders: Order, token: str = "", query: str = "?queue=ship", **form: str) -> str:
    """Press the button of a deed; -> the page's answer."""
    told = {"orders": ",".join(str(order.pk) for order in orders), "token": token, "query": query, **form}
    answer = client.post(f"/orders/act/{code}/", told, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def undo(client: Client) -> str:
    receipt = Receipt.objects.filter(undone_at=None).exclude(undo="").latest("pk")
    return client.post(f"/orders/undo/{receipt.pk}/", {"query": "?queue=ship"}, headers=HTMX).content.decode()


def said(page: str) -> list[str]:
    """The receipt's title and what stands below it."""
    receipt = page[page.index('id="receipt"') :]
    return re.findall(r'<b class="grow">(.*?)</b>', receipt) + re.findall(r"<li>(.*?)</li>", receipt)


def statuses(*orders: Order) -> list[str]:
    return [Order.objects.get(pk=order.pk).status for order in orders]


def test_orders_are_held_with_refusals_told_and_released_again_by_undo(owner: Client, desk: Desk) -> None:
    free, other, held = desk.order(), desk.order(), desk.order(hold="by_staff", reason="Il cliente cambia indirizzo")
    gone = desk.order(status="closed")

    told = said(do(owner, "hold", free, other, held, gone, reason="Check the address"))

    assert told[0] == "2 orders held, 2 refused"
    assert told[1:4] == [
        f"Order {held.pk} is held already: Il cliente cambia indirizzo",
        f"Order {gone.pk} is not open any more, so there is nothing to hold.",
        "Check the address",
    ]
    assert statuses(free, other, held, gone) == ["held", "held", "held", "closed"]

    assert said(undo(owner))[0] == "2 holds taken back"
    assert statuses(free, other, held, gone) == ["released", "released", "held", "closed"]
    assert Hold.objects.get(released_at=None).reason == "Il cliente cambia indirizzo"


def test_undo_leaves_what_a_colleague_did_since(owner: Client, desk: Desk) -> None:
    order, other = desk.order(), desk.order()
    do(owner, "hold", order, other, reason="X")
    do(owner, "release", order)
    do(owner, "hold", order, reason="Y")
    first = Receipt.objects.order_by("pk").first()
    assert first is not None

    told = said(owner.post(f"/orders/undo/{first.pk}/", {}, headers=HTMX).content.decode())

    assert told[:2] == ["1 hold taken back, 1 refused", f"The hold of order {order.pk} has been ended since."]
    assert statuses(order, other) == ["held", "released"]


def test_a_release_is_undone_to_the_very_holds_that_it_ended(owner: Client, desk: Desk) -> None:
    order = desk.order(hold="fraud_review")
    Hold.objects.create(order=order, kind="by_staff", reason="Chiama", placed_at=order.placed_at)
    short = desk.order(hold="short")
    before = list(Hold.objects.order_by("pk").values())

    told = said(do(owner, "release", order, short, query="?queue=held"))
    assert told[0] == "1 order released, 1 refused"
    assert statuses(order, short) == ["released", "held"]

    assert said(undo(owner))[0] == "1 order held again"
    assert statuses(order, short) == ["held", "held"]
    assert list(Hold.objects.order_by("pk").values()) == before


def test_a_tag_is_put_on_where_it_is_not_yet_and_taken_off_from_there(owner: Client, desk: Desk) -> None:
    order, tagged = desk.order(), desk.order()
    OrderTag.objects.create(order=tagged, name="Fiera")

    told = said(do(owner, "tag", order, tagged, other="fiera"))

    assert told[:2] == ["1 order tagged “fiera”, 1 refused", f"Order {tagged.pk} carries “fiera” already."]
    assert said(undo(owner))[0] == "1 tag taken off"
    assert list(OrderTag.objects.values_list("order", "name")) == [(tagged.pk, "Fiera")]


def test_a_cancel_names_orders_and_amount_first_and_says_why_it_has_no_way_back(owner: Client, desk: Desk) -> None:
    order, other = desk.order(total="10.50"), desk.order(total="20.00")

    asked = owner.post("/orders/ask/cancel/", {"orders": f"{order.pk},{other.pk}"}).content.decode()
    told = said(do(owner, "cancel", order, other, other="Il cliente ha cambiato idea"))

    assert "Cancel 2 orders for €30.50?" in asked
    assert f"<b>{order.pk}</b> {order.customer_name}" in asked
    assert told[0] == "2 orders cancelled"
    assert told[-1].startswith("A cancelled order does not come back")
    assert "data-undo" not in told
    assert statuses(order, other) == ["cancelled", "cancelled"]
    assert HistoryEntry.objects.filter(verb="cancelled").values_list("details__reason", flat=True)[0] == "Il cliente ha cambiato idea"


def test_the_same_form_twice_is_one_deed(owner: Client, desk: Desk) -> None:
    order = desk.order()

    first = said(do(owner, "hold", order, token="abc", reason="X"))
    again = said(do(owner, "hold", order, token="abc", reason="X"))

    assert again == first == ["1 order held", "X", "Filter and choice are kept."]
    assert (Receipt.objects.count(), HistoryEntry.objects.filter(verb="held").count()) == (1, 1)


def test_the_list_comes_back_as_it_was_filtered(owner: Client, desk: Desk) -> None:
    order, german = desk.order(), desk.order(country="DE")

    page = do(owner, "hold", order, reason="X", query="?queue=ship&country=DE")

    assert re.findall(r'data-row="(\d+)"', page) == [str(german.pk)]
    assert 'aria-current="page">To ship <b>1</b>' in page


def test_a_hold_may_end_by_itself_in_the_morning(owner: Client, desk: Desk) -> None:
    order = desk.order()

    do(owner, "hold", order, reason="X", until="3")

    ends = Hold.objects.get().expires_at
    assert ends == term_of("3", order.created_at, "Europe/Rome")
    assert term_of("nonsense", order.created_at, "Europe/Rome") is None


def test_nothing_chosen_and_more_than_five_hundred_are_refused_in_words(owner: Client, desk: Desk) -> None:
    order = desk.order()
    told = {field.attname: getattr(order, field.attname) for field in Order._meta.concrete_fields}
    Order.objects.bulk_create(Order(**{**told, "id": None, "external_id": f"b{number}"}) for number in range(500))

    none = said(do(owner, "release"))
    many = said(do(owner, "release", *Order.objects.all()))

    assert none == ["Nothing is chosen. Choose at least one row."]
    assert many == ["501 rows are chosen; at most 500 go at once. Do it in parts."]
    assert Receipt.objects.count() == 0


def shippable(desk: Desk) -> tuple[Order, Shipment]:
    order = desk.order()
    shipment = desk.ship(order)
    for place, line in enumerate(order.lines.order_by("pk")):
        shipment.lines.create(position=place, line=line.external_id, variant=line.variant, sku=line.sku, title=line.title, quantity=1)
    return order, shipment


def test_chosen_orders_go_to_one_batch_and_undo_takes_them_off_the_pick_list(owner: Client, desk: Desk) -> None:
    order, shipment = shippable(desk)
    held, waiting = desk.order(hold="by_staff"), desk.order()

    answer = owner.post("/orders/act/print/", {"orders": f"{order.pk},{held.pk},{waiting.pk}", "query": ""}, headers=HTMX)

    receipt = Receipt.objects.get()
    assert answer.headers["HX-Redirect"] == f"/batches/{PrintBatch.objects.get().pk}/"
    assert [row["id"] for row in receipt.done] == [order.pk]
    assert [row["why"] for row in receipt.refused] == [
        f"Order {held.pk} is on hold. Release it first, then print it.",
        f"The shipment of order {waiting.pk} is being opened. Print it again in a moment.",
    ]
    assert Shipment.objects.get(pk=shipment.pk).status == "picking"

    assert said(undo(owner))[0] == "1 pick list taken back"
    shipment.refresh_from_db()
    assert (shipment.status, PickList.objects.get().cancelled_at is not None) == ("ready", True)
    assert Reservation.objects.filter(reference=order.reference, is_picked=True).count() == 0


def test_orders_of_which_none_can_go_make_no_batch(owner: Client, desk: Desk) -> None:
    held = desk.order(hold="by_staff")

    told = said(do(owner, "print", held))

    assert told[:2] == ["0 orders being prepared, 1 refused", f"Order {held.pk} is on hold. Release it first, then print it."]
    assert PrintBatch.objects.count() == 0


@pytest.mark.parametrize("code", sorted(DEEDS))
def test_a_deed_is_shown_to_and_done_by_those_who_may(client: Client, desk: Desk, code: str) -> None:
    order = desk.order()
    client.force_login(make_staff("bea", "orders.view_order"))
    client.cookies["django_language"] = "en"

    page = client.get("/orders/").content.decode()
    refused = [client.post(f"/orders/{step}/{code}/", {"orders": str(order.pk)}).status_code for step in ("ask", "act")]

    assert (f'data-act="{code}"' in page, refused) == (False, [403, 403])
    assert (statuses(order), Receipt.objects.count()) == (["released"], 0)
    client.force_login(make_staff("ada", "orders.view_order", DEEDS[code].permission))
    assert client.get("/orders/").content.decode().count(f'data-act="{code}"') == 1


@pytest.mark.parametrize(
    ("role", "deeds"),
    [
        ("owner", {"hold", "release", "tag", "cancel", "print"}),
        ("purchasing", set()),
        ("integrator", set()),
    ],
)
def test_each_role_has_its_deeds(client: Client, desk: Desk, role: str, deeds: set[str]) -> None:
    call_command("ensure_roles", verbosity=0)
    client.force_login(make_staff(role=role))

    may = client.get("/orders/").context["may"]

    assert {code for code, is_allowed in may.items() if is_allowed} == deeds


def test_a_deed_that_does_not_exist_and_a_receipt_that_is_gone(owner: Client, desk: Desk) -> None:
    assert owner.post("/orders/act/burn/", {"orders": "1"}).status_code == 404
    assert said(owner.post("/orders/undo/99/", {}).content.decode()) == ["This receipt is older than 30 days and not kept any more."]
