"""The queue of addresses to correct: counted, explained, corrected beside the list, gone by itself."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erp.pages.order.faults import sentence_of
from erp.pages.roles import ensure_roles
from orders.models import Hold, Order, OrderEdit
from tests.pages.desk_seeding import Desk
from tests.pages.seeding import make_staff

pytestmark = pytest.mark.django_db

PLACE = {"name": "Giulia Ferrante", "street": "Via Sparano 12", "postcode": "70121", "city": "Bari", "province": "", "country": "IT"}
FAULT = {"field": "province", "code": "province_missing", "told": "", "suggested": {"province": "BA"}}


def waiting(desk: Desk, *faults: dict[str, Any], **place: str) -> Order:
    order = desk.order(hold="address", shipping=PLACE | place)
    Hold.objects.filter(order=order).update(params={"faults": list(faults) or [FAULT]})
    return order


def posted(owner: Client, order: Order, **typed: str) -> Any:
    """The form beside the list, sent as it stands with what was typed."""
    form = owner.get(f"/orders/{order.pk}/side/").context["side"].form
    values = {field.name: field.value for field in form["place"]}
    return owner.post(f"/orders/{order.pk}/edit/", values | {"opened": form["opened"], "back": "queue"} | typed)


def test_what_a_carrier_would_refuse_stands_in_its_own_queue_with_its_count_there_and_on_today(owner: Client) -> None:
    desk = Desk()
    order = waiting(desk)
    desk.order()

    page, today = owner.get("/orders/?queue=address"), owner.get("/")

    assert [(row.pk, row.badge.word) for band in page.context["bands"] for row in band.rows] == [(order.pk, "Address to correct")]
    assert [tab.count for tab in page.context["tabs"] if tab.code == "address"] == [1]
    assert [(cell.figure, cell.url) for cell in today.context["cells"] if cell.key == "address"] == [("1", "/orders/?queue=address")]
    assert ("Address to correct", 1, "/orders/?queue=address") in today.context["holds"]


def test_today_has_no_figure_for_addresses_while_none_waits(owner: Client) -> None:
    desk = Desk()
    desk.order()
    without = [cell.key for cell in owner.get("/").context["cells"]]
    waiting(desk)

    assert without == ["ship", "late", "held", "short", "awaiting", "channels", "orders", "sold"]
    assert [cell.key for cell in owner.get("/").context["cells"]] == ["ship", "late", "address", *without[2:6], "sold"]


def test_the_field_in_question_is_marked_beside_what_came_and_what_could_stand_there(owner: Client) -> None:
    order = waiting(Desk())

    side = owner.get(f"/orders/{order.pk}/side/").context["side"]
    page = owner.get(f"/orders/{order.pk}/edit/")

    assert [(field.name, field.error) for field in side.form["place"] if field.error] == [("province", "The province is missing.")]
    assert [(field.name, field.error) for field in page.context["place"] if field.error] == [("province", "The province is missing.")]
    assert side.form["suggestion"] == page.context["suggestion"] == "Accept Province BA"
    assert side.form["original"] == ["Giulia Ferrante", "Via Sparano 12", "70121 Bari", "Italy"]
    assert side.next.why == "The province is missing."


def test_the_suggestion_is_accepted_with_one_press_and_the_order_goes_on(owner: Client) -> None:
    order = waiting(Desk())

    answer = posted(owner, order, accept="1")

    order.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, "/orders/?queue=address")
    assert (order.shipping["province"], order.status) == ("BA", "released")
    assert [str(each) for each in owner.get("/orders/?queue=address").context["messages"]] == [
        f"The address of order {order.number} is right now: nothing of it waits any more."
    ]
    assert OrderEdit.objects.get().told == PLACE


def test_what_is_still_wrong_after_a_correction_is_said_and_what_came_stays_in_sight(owner: Client) -> None:
    order = waiting(Desk())

    answer = posted(owner, order, street="Via Sparano")

    assert answer.status_code == 302
    said = [str(each) for each in owner.get("/orders/?queue=address").context["messages"]]
    assert said == [
        f"Order {order.number} is corrected, but its address still waits: The house number is missing. Where there is none, write “snc” "
        "behind the street. The province is missing."
    ]
    form = owner.get(f"/orders/{order.pk}/side/").context["side"].form
    assert (form["is_corrected"], form["original"][1]) == (True, "Via Sparano 12")


def test_who_may_not_correct_sees_the_reason_and_no_form(client: Client) -> None:
    order = waiting(Desk())
    ensure_roles()
    client.force_login(make_staff("magazzino", role="warehouse"))

    side = client.get(f"/orders/{order.pk}/side/").context["side"]

    assert (side.form, side.next.button) == (None, "")
    assert client.get(f"/orders/{order.pk}/").context["step"].url == ""


def test_the_page_of_the_order_leads_to_the_form_and_lets_it_go_as_it_is(owner: Client) -> None:
    order = waiting(Desk())

    page = owner.get(f"/orders/{order.pk}/").context

    assert (page["step"].title, page["step"].url) == ("The address must be corrected", f"/orders/{order.pk}/edit/")
    assert [(hold.title, hold.detail) for hold in page["holds"]] == [("Address to correct", "The province is missing")]
    assert page["releases_one_by_one"]


@pytest.mark.parametrize("size", [1, 3])
def test_the_queue_and_its_form_cost_the_same_at_any_size(owner: Client, size: int) -> None:
    desk = Desk()
    orders = [waiting(desk) for _each in range(size)]

    asked = []
    for address in ("/orders/?queue=address", f"/orders/{orders[0].pk}/side/", f"/orders/{orders[0].pk}/edit/"):
        with CaptureQueriesContext(connection) as captured:
            owner.get(address)
        asked.append(len(captured))

    assert asked == [8, 11, 9]


CODES = (
    *("name_missing", "street_missing", "number_missing", "city_missing", "province_missing", "province_unknown"),
    *("postcode_missing", "postcode_shape", "postcode_elsewhere", "box", "phone_missing", "too_long"),
)


@pytest.mark.parametrize("code", CODES)
def test_every_fault_has_its_sentence(code: str) -> None:
    assert sentence_of({"code": code, "told": "X"}) != sentence_of({"code": ""})


def test_a_form_whose_opening_was_lost_writes_nothing(owner: Client) -> None:
    order = waiting(Desk())

    answer = owner.post(f"/orders/{order.pk}/edit/", {"opened": json.dumps([]), "accept": "1", "back": "queue"})

    order.refresh_from_db()
    assert (answer.status_code, order.shipping["province"]) == (409, "")
