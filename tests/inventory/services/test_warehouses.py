"""A warehouse that is switched off sells nothing: every number follows, and what was divided is looked at anew."""

import pytest
from django.urls import reverse

from erp.core.models import Event
from inventory.models import Reservation, StockException, StockLevel, Warehouse
from inventory.queries import explain_number
from inventory.services import allotting
from inventory.services.ledger import check_ledger
from inventory.services.policies import set_policy
from inventory.services.reserving import reserve
from inventory.services.warehouses import save_warehouse
from tests.factories.inventory import claim, make_variant, make_warehouse, make_window, put
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def catania():
    return make_warehouse("CT")


def switch(warehouse: Warehouse, *, is_active: bool) -> None:
    warehouse.is_active = is_active
    save_warehouse(warehouse, by=None)


def changed() -> list[int]:
    """The variants whose numbers were told to have changed, and the list is empty then."""
    rows = Event.objects.filter(name="inventory.StockChanged").order_by("pk")
    variants = [row.payload["variant_id"] for row in rows]
    rows.delete()
    return sorted(set(variants))


def test_switching_tells_that_the_numbers_of_its_products_changed(catania, deliver):
    mug, plate, elsewhere = make_variant("MUG"), make_variant("PLATE"), make_variant("ELSEWHERE")
    put(mug, catania, 5), put(plate, catania, 0), put(elsewhere, make_warehouse("MI"), 5)

    switch(catania, is_active=False)
    deliver()
    assert changed() == [mug.pk, plate.pk]

    switch(catania, is_active=False)
    catania.name = "Altro nome"
    save_warehouse(catania, by=None)
    deliver()
    assert changed() == []


def test_a_division_that_does_not_hold_without_it_is_an_exception_until_it_is_back(catania, deliver):
    mug = make_variant("MUG")
    put(mug, catania, 4), put(mug, make_warehouse("MI", priority=20), 4)
    make_window(mug, ceiling=6, stock_class="exact")
    set_policy(mug.pk, mode="split", by=None)
    assert allotting.mark_split_if_books_hold([mug.pk]) == {mug.pk}

    switch(catania, is_active=False)
    deliver()
    assert list(StockException.objects.values_list("cause", "quantity", "closed_at")) == [("warehouse_off", 2, None)]
    deliver()
    assert (StockException.objects.count(), check_ledger()) == (1, [])

    switch(catania, is_active=True)
    deliver()
    assert (StockException.objects.filter(closed_at=None).count(), check_ledger()) == (0, [])
    assert set(StockLevel.objects.values_list("is_split", flat=True)) == {True}


def test_a_warehouse_switched_on_serves_who_waits(catania, deliver):
    mug = make_variant("MUG")
    put(mug, catania, 4)
    switch(catania, is_active=False)
    reserve([claim(mug, 3, reference="till_1")])
    assert Reservation.objects.get().state == "short"

    switch(catania, is_active=True)
    deliver()

    assert (Reservation.objects.get().state, Reservation.objects.get().warehouse) == ("reserved", catania)
    assert explain_number(mug.pk).available == 1


def test_the_switch_in_the_administration_does_it(client, catania, deliver):
    mug, owner = make_variant("MUG"), make_user(is_owner=True)
    put(mug, catania, 5)
    client.force_login(owner)

    answer = client.post(
        reverse("admin:inventory_warehouse_change", args=[catania.pk]), {"code": "CT", "name": "Catania", "priority": "10"}
    )
    deliver()

    catania.refresh_from_db()
    assert (answer.status_code, catania.is_active, changed()) == (302, False, [mug.pk])
    assert catania.history.latest("history_id").history_user == owner
