"""Activity: what was done to many at once stays for thirty days, and is undone also tomorrow."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erp.core.models import Receipt
from erp.pages.shell import read_shell
from orders.models import Order
from tests.pages.desk_seeding import Desk
from tests.pages.seeding import make_staff

pytestmark = pytest.mark.django_db


def hold(client: Client, *orders: Order) -> Receipt:
    client.post("/orders/act/hold/", {"orders": ",".join(str(order.pk) for order in orders), "reason": "Chiama"})
    return Receipt.objects.latest("pk")


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_costs_the_same_at_any_size(owner: Client, size: int) -> None:
    desk = Desk()
    for _number in range(size):
        hold(owner, desk.order())
    with CaptureQueriesContext(connection) as shell:
        read_shell()
    with CaptureQueriesContext(connection) as page:
        lines = owner.get("/activity/").context["lines"]

    assert (len(page) - len(shell), len(lines)) == (4, size)


def test_an_action_is_undone_from_the_page_once(owner: Client) -> None:
    order = Desk().order()
    receipt = hold(owner, order)

    page = owner.post(f"/activity/{receipt.pk}/undo/", follow=True)

    assert [(line.strip.title, line.strip.can_undo, line.is_undone) for line in page.context["lines"]] == [
        ("1 hold taken back", False, False),
        ("1 order held", False, True),
    ]
    assert Order.objects.get().status == "released"


def test_who_may_not_undo_sees_no_button_and_is_refused(client: Client, owner: Client) -> None:
    order = Desk().order()
    receipt = hold(owner, order)
    owner.force_login(make_staff("bea", "orders.view_order"))

    lines = owner.get("/activity/").context["lines"]
    page = owner.post(f"/activity/{receipt.pk}/undo/", follow=True).content.decode()

    assert [line.strip.can_undo for line in lines] == [False]
    assert "Your role may not undo this." in page
    assert Order.objects.get().status == "held"
