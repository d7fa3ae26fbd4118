"""The auditor of what left: one planted fault each, and exactly that sentence."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from erp.practice.carrier import CarrierStore
from erp.practice.demo.auditing.books import Books, ShopOrder
from erp.practice.demo.auditing.leaving import Leaving, Van, compare_leaving, read_van
from erp.practice.demo.auditing.shipped import Shipped, ShippedOrder

AT = datetime(2026, 11, 24, tzinfo=UTC)
THEIRS = ShopOrder("7", "completed", "checkout", AT, AT, Decimal("20.00"), {}, {}, {}, ("RX1",))
OURS = ShippedOrder(1001, "terramare", "7", ("RX1",), is_complete=True, asked=Decimal("20.00"))
LABELS = {"RG-1": "RX1"}
DOCUMENTS = {1001: (Decimal("20.00"),)}
VAN = Van({"RG-1": ("RX1",)})


def books(order: ShopOrder = THEIRS) -> list[Books]:
    return [Books("terramare", {order.external_id: order}, (), (), (), (), {}, ())]


def shipped(order: ShippedOrder = OURS, **more: object) -> Shipped:
    return replace(Shipped((order,), LABELS, DOCUMENTS), **more)  # type: ignore[arg-type]


def test_what_left_once_breaks_nothing() -> None:
    assert compare_leaving(books(), shipped(), VAN) == Leaving(shipped=1, documents=1)


def test_a_label_bought_twice_is_found() -> None:
    found = compare_leaving(books(), shipped(), Van({"RG-1": ("RX1", "RX2")}))

    assert (found.doubled_parcels, found.is_sound) == (["RG-1"], False)


@pytest.mark.parametrize(
    ("labels", "van", "strange"),
    [
        ({}, VAN, ["RG-1"]),
        ({"RG-1": "RX1", "RG-2": "RX2"}, VAN, ["RG-2"]),
        ({"RG-1": "RX9"}, VAN, ["RG-1"]),
    ],
    ids=["parcel without label", "label without parcel", "another number"],
)
def test_parcels_and_labels_that_do_not_belong_together_are_found(labels: dict[str, str], van: Van, strange: list[str]) -> None:
    assert compare_leaving(books(), shipped(labels=labels), van).strange_parcels == strange


@pytest.mark.parametrize(
    "theirs",
    [replace(THEIRS, trackings=()), replace(THEIRS, trackings=("RX1", "RX1")), replace(THEIRS, status="processing")],
    ids=["no number", "told twice", "not completed"],
)
def test_a_shop_that_was_not_told_is_found(theirs: ShopOrder) -> None:
    assert compare_leaving(books(theirs), shipped(), VAN).untold == ["terramare 7"]


def test_an_order_with_more_to_come_stays_open_in_the_shop() -> None:
    found = compare_leaving(books(replace(THEIRS, status="processing")), shipped(replace(OURS, is_complete=False)), VAN)

    assert (found.untold, found.undocumented) == ([], [])


@pytest.mark.parametrize(
    ("documents", "undocumented", "cents"),
    [
        ({}, ["terramare 7 (0)"], 0),
        ({1001: (Decimal("20.00"), Decimal("20.00"))}, ["terramare 7 (2)"], 0),
        ({1001: (Decimal("19.99"),)}, [], 1),
    ],
    ids=["none", "two", "a cent off"],
)
def test_an_order_without_exactly_its_document_is_found(
    documents: dict[int, tuple[Decimal, ...]], undocumented: list[str], cents: int
) -> None:
    found = compare_leaving(books(), shipped(documents=documents), VAN)

    assert (found.undocumented, found.cents) == (undocumented, cents)


def test_the_van_is_read_from_the_carriers_own_store(tmp_path: Path) -> None:
    store = CarrierStore(tmp_path / "parcels.sqlite3")
    parcel = {"riferimento": "RG-1", "servizio": "STANDARD", "destinatario": {"cap": "48018"}}
    first, second = (store.add_parcel("1", parcel, routing="RA") for _ in range(2))
    store.void(second["number"])
    store.log_fault("timeout_after", "POST /spedizioni", {})
    store.close()

    assert read_van(store.path) == Van({"RG-1": (first["tracking"],)}, faults=1)
    assert read_van(tmp_path / "nothing") == Van({})
    with sqlite3.connect(store.path) as db:
        assert db.execute("SELECT count(*) FROM parcels").fetchone() == (2,)
