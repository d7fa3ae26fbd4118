"""A cancelled order gives its pieces back once, to where the shop put them."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from erp.core.history import history_of
from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from orders.services.cancelling import cancel_order
from tests.factories.inventory import mark_picked
from tests.factories.orders import draft, line
from tests.orders.services.conftest import books, open_holds, place

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("restocked", "ceiling", "restocks"), [(True, 6, 2), (False, 4, 0)])
def test_pain_20_cancelling_twice_gives_back_once(jar, events, restocked, ceiling, restocks):
    order = place(draft([line(jar, 2)]))
    events()

    cancel_order(order.pk, reason="Ripensamento", restocked=restocked)
    cancel_order(order.pk, reason="Ripensamento", restocked=restocked)

    order.refresh_from_db()
    assert (order.status, events(), [entry.verb for entry in history_of(order)]) == (
        "cancelled",
        ["OrderCancelled"],
        ["placed", "cancelled"],
    )
    assert books(jar) == (Decimal(0), Decimal(ceiling), Decimal(2), Decimal(restocks))


def test_pain_20_a_cancel_before_the_pieces_came_frees_nobody_s(jar):
    order = place(draft([line(jar, 12)]))

    cancel_order(order.pk, restocked=True)

    assert books(jar) == (Decimal(0), Decimal(6), Decimal(12), Decimal(12))


def test_a_cancel_ends_the_holds_and_their_cards(jar):
    order = place(draft([line(jar), line(None, external_id="2")]))
    assert open_holds(order.pk) == ["unmapped_line"]

    cancel_order(order.pk)

    assert (open_holds(order.pk), Card.objects.filter(closed_at=None).count()) == ([], 0)


def test_what_is_picked_cannot_be_cancelled_away(jar):
    order = place(draft([line(jar, 2)]))
    mark_picked(order.reference)

    with pytest.raises(Refused, match="picked already"), attempt():
        cancel_order(order.pk, by=User.objects.create_user("anna"))

    order.refresh_from_db()
    assert (order.status, books(jar)[0]) == ("released", Decimal(2))


def test_an_unknown_order_is_said_in_words():
    with pytest.raises(Refused, match="There is no order 7"), attempt():
        cancel_order(7)
