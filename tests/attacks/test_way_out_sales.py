"""A sale typed with what cannot be is not taken, and the form says where it is wrong."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from erp.core.models import Event, HistoryEntry
from inventory.models import Movement, Reservation
from orders.models import Order, Payment
from tests.attacks.way_out import WayOut, is_sound
from tests.factories.shipping import stocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]
HUGE = 10**30


@pytest.fixture
def inside(client: Client, house: WayOut) -> Client:
    client.force_login(User.objects.create_superuser("owner"))
    client.get("/")
    return client


def written() -> list[int]:
    return [model._base_manager.count() for model in (Event, HistoryEntry, Movement, Order, Payment, Reservation)]


SALE = {
    "kind": "phone", "is_new": True, "new-first_name": "Anna", "new-phone": "+39 333 1234567", "to-street": "Via Etnea 1",
    "to-postcode": "95124", "to-city": "Catania", "to-province": "CT", "payment": "card", "method": "Corriere", "shipping": "",
}  # fmt: skip


@pytest.mark.parametrize(
    "quantity",
    ["-1", "0", "1.5", "1,5", "1e30", "1e400", "NaN", "Infinity", "9" * 30, "9" * 5000, "tre", "", "51", "1000001", "\x00", None, [], {}],
)
def test_a_sale_of_a_quantity_that_cannot_be_is_not_taken(inside: Client, house: WayOut, quantity: Any) -> None:
    before = written()
    body = {**SALE, "key": "k", "lines": [{"place": "1", "id": house.mug.pk, "quantity": quantity, "price": ""}]}

    for name in ("preview", "confirm"):
        answer = inside.post(f"/orders/new/{name}/", body, content_type="application/json")
        assert answer.status_code == (200 if name == "preview" else 422)
        assert [key for key in answer.json()["errors"] if key.startswith("quantity")] == (
            ["quantity-1"] if (name, quantity) != ("preview", "51") else []
        )

    assert (written(), is_sound()) == (before, True)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        '"x"',
        "{",
        '{"lines": "x"}',
        '{"lines": [null, 1, []]}',
        '{"lines": [{"id": true}]}',
        '{"key": {}, "party": 1e400}',
    ],
)
def test_a_sale_that_is_none_is_not_taken(inside: Client, house: WayOut, body: str) -> None:
    before = written()

    for name in ("preview", "confirm"):
        assert inside.post(f"/orders/new/{name}/", body, content_type="application/json").status_code in (200, 400, 422)

    assert written() == before


@pytest.mark.parametrize(
    "field",
    [
        "key",
        "note",
        "method",
        "gift_message",
        "new-first_name",
        "to-street",
        "to-city",
        "to-country",
        "kind",
        "payment",
        "party",
        "address",
    ],
)
@pytest.mark.parametrize("text", ["\x00", "x" * 10_000, "🎁" * 300, "'; DROP", {"a": 1}, -1, HUGE])
def test_strange_texts_in_a_sale_break_nothing(inside: Client, house: WayOut, field: str, text: Any) -> None:
    body = {**SALE, "key": "k", "lines": [{"place": "1", "id": house.mug.pk, "quantity": "1", "price": ""}], field: text}

    answer = inside.post("/orders/new/confirm/", body, content_type="application/json")

    assert answer.status_code in (200, 422)
    assert Order.objects.count() == (answer.status_code == 200)
    assert is_sound()


def test_a_product_of_another_kind_or_none_is_not_sold(inside: Client, house: WayOut) -> None:
    gone = stocked(house.warehouse, 5, "GONE", state="archived")
    before = written()

    for key in (0, -1, gone.pk, 99_999_999, 2**63, HUGE, "1", None, 1.5, True):
        body = {**SALE, "key": "k", "lines": [{"place": "1", "id": key, "quantity": "1", "price": ""}]}
        answer = inside.post("/orders/new/confirm/", body, content_type="application/json")
        assert answer.status_code == 422, key

    assert (written(), is_sound()) == (before, True)
