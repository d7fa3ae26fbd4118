"""Carriers that we do not call: numbers are typed in, or come back in a file; a pickup in the shop numbers its parcels by itself."""

import csv
import io

import pytest
from django.utils import translation

from erp.core.models import Event
from erp.core.refusals import Refused
from inventory.shipping.carriers.manual.sheet import decode_sheet, read_numbers
from inventory.shipping.models import Carrier, CarrierService, Label, Shipment, ShippingRule
from inventory.shipping.services.labelling import (
    enter_tracking,
    export_parcels,
    import_numbers,
    request_labels,
    void_label,
    work_due_labels,
)
from tests.factories.carriers import asked, make_carrier, make_shipment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carrier() -> Carrier:
    carrier = make_carrier("manuale", "manual", settings={"own_numbers": ["ritiro"]})
    courier = CarrierService.objects.create(carrier=carrier, code="corriere", name="Corriere", collects_cash=True)
    pickup = CarrierService.objects.create(carrier=carrier, code="ritiro", name="Ritiro in negozio")
    ShippingRule.objects.create(service=courier)
    ShippingRule.objects.create(service=pickup, method="Ritiro")
    return carrier


def test_a_label_waits_for_the_number_that_a_person_types(carrier: Carrier) -> None:
    label = asked(make_shipment())
    assert (work_due_labels(), label.status) == (0, "wanted")

    enter_tracking(label.pk, number=" AB 123 ", by=None)
    enter_tracking(label.pk, number="AB123", by=None)

    label.refresh_from_db()
    assert (label.status, label.tracking_number, label.barcode) == ("ready", "AB123", "AB123")
    assert label.sent["recipient"]["town"] == "Forlì"
    assert "^FDAB123^FS" in label.zpl
    assert Event.objects.filter(name="inventory.shipping.LabelReady").count() == 1


@pytest.mark.parametrize(
    ("number", "fields", "sentence"),
    [
        ("", {}, "The tracking number of order 77 is missing: enter it."),
        ("A" * 81, {}, "The tracking number of order 77 is too long: enter at most 80 letters and digits."),
        ("A1", {"is_held": True}, "Order 77 is held, was cancelled or was sent by somebody else: it takes no number now."),
    ],
)
def test_a_number_that_does_not_do_is_refused(carrier: Carrier, number: str, fields: dict[str, object], sentence: str) -> None:
    label = asked(make_shipment(order_number="77"))
    Shipment.objects.update(**fields)

    with translation.override("en"), pytest.raises(Refused) as refusal:
        enter_tracking(label.pk, number=number, by=None)

    assert str(refusal.value) == sentence
    assert Label.objects.get().status == "wanted"


def test_another_number_needs_a_void_first(carrier: Carrier) -> None:
    shipment = make_shipment()
    label = asked(shipment)
    enter_tracking(label.pk, number="AB123", by=None)

    with pytest.raises(Refused):
        enter_tracking(label.pk, number="AB124", by=None)

    void_label(label.pk, by=None)
    work_due_labels()
    assert Label.objects.get().status == "voided"
    other = Label.objects.get(pk=_asked_again(shipment))
    enter_tracking(other.pk, number="AB124", by=None)
    assert list(Label.objects.order_by("pk").values_list("status", "tracking_number")) == [("voided", "AB123"), ("ready", "AB124")]


def _asked_again(shipment: Shipment) -> int:
    request_labels([shipment.pk], by=None)
    return Label.objects.filter(status="wanted").get().pk


def test_a_number_may_be_typed_after_the_parcel_left(carrier: Carrier) -> None:
    label = asked(make_shipment())
    Shipment.objects.update(status="shipped", shipped_at=label.created_at)

    enter_tracking(label.pk, number="AB123", by=None)

    assert Label.objects.get().status == "ready"


def test_a_file_goes_out_and_comes_back_and_twice_adds_nothing(carrier: Carrier) -> None:
    labels = [asked(make_shipment()) for _each in range(3)]
    heading, *rows = list(csv.reader(io.StringIO(export_parcels(carrier.pk).removeprefix("\ufeff")), delimiter=";"))
    assert [row[0] for row in rows] == [label.reference for label in labels]
    rows[0][-1], rows[2][-1] = "AB1", "AB3"
    rows.append(["R-nobody", *[""] * (len(heading) - 2), "AB9"])
    text = "\r\n".join(";".join(cells) for cells in [heading, *rows])

    with translation.override("en"):
        first, again = (import_numbers(carrier.pk, read_numbers(text), by=None) for _time in range(2))

    refused = [(5, "No label of this carrier has the reference “R-nobody”: check the row.")]
    shipments = {2: labels[0].parcel.shipment_id, 4: labels[2].parcel.shipment_id}
    assert (first.taken, first.known, first.refused) == (shipments, [], refused)
    assert (again.taken, again.known, again.refused) == ({}, [2, 4], refused)
    assert list(Label.objects.order_by("pk").values_list("status", "tracking_number")) == [
        ("ready", "AB1"),
        ("wanted", ""),
        ("ready", "AB3"),
    ]
    assert [row[0] for row in csv.reader(io.StringIO(export_parcels(carrier.pk)), delimiter=";")][1:] == [labels[1].reference]


def test_a_refused_row_leaves_the_others_and_nothing_of_itself(carrier: Carrier) -> None:
    held, good = asked(make_shipment(order_number="77")), asked(make_shipment())
    Shipment.objects.filter(order_number="77").update(is_held=True)

    rows = read_numbers(f"riferimento;tracking\n{held.reference};A1\n{good.reference};A2\n")
    outcome = import_numbers(carrier.pk, rows, by=None)

    assert (list(outcome.taken), [place for place, _sentence in outcome.refused]) == ([3], [2])
    assert list(Label.objects.order_by("pk").values_list("status", "tracking_number")) == [("wanted", ""), ("ready", "A2")]


def test_a_pickup_in_the_shop_needs_no_number_but_ours(carrier: Carrier) -> None:
    label = asked(make_shipment(method="Ritiro"))

    work_due_labels()

    label.refresh_from_db()
    assert (label.status, label.tracking_number, label.barcode) == ("ready", label.reference, label.reference)


def test_a_bar_code_that_is_scanned_twice_is_not_the_number_of_two_orders(carrier: Carrier) -> None:
    first, second = asked(make_shipment(order_number="77")), asked(make_shipment(order_number="78"))
    enter_tracking(first.pk, number="AB1", by=None)

    with translation.override("en"), pytest.raises(Refused, match="AB1 is the number of order 77 already, so it is not that of order 78"):
        enter_tracking(second.pk, number="AB1", by=None)

    assert list(Label.objects.order_by("pk").values_list("status", flat=True)) == ["ready", "wanted"]


@pytest.mark.parametrize("number", ["1,23457E+11", "1.2E+12", "5E15"])
def test_a_number_that_the_spreadsheet_shortened_is_refused(carrier: Carrier, number: str) -> None:
    label = asked(make_shipment(order_number="77"))

    with translation.override("en"), pytest.raises(Refused, match=r"The spreadsheet shortened the number of order 77 to"):
        enter_tracking(label.pk, number=number, by=None)


HEADING = "riferimento;località;tracking\r\n"


@pytest.mark.parametrize(
    "content",
    [
        f"\ufeff{HEADING}R1;Forlì;AB1\r\n".encode(),
        f"{HEADING}R1;Forlì;AB1\r\n".encode("cp1252"),
        f"{HEADING}R1;Forlì;AB1\r\n".replace(";", "\t").encode("utf-16"),
        f"{HEADING}R1;Forlì;AB1\r\n".replace(";", ",").encode(),
        f'{HEADING}\r\n"R1";"For""lì";"=""AB1"""\r\n'.encode(),
        f"{HEADING}'R1;Forlì;'AB1".encode(),
    ],
)
def test_a_file_is_read_as_spreadsheets_save_it(content: bytes) -> None:
    assert [(row.reference, row.number) for row in read_numbers(decode_sheet(content))] == [("R1", "AB1")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file has no column “riferimento”"),
        (b"a;b\r\n1;2\r\n", "The file has no column “riferimento”"),
        (b"riferimento;numero\r\n", "The file has no column “tracking”"),
        (b"PK\x03\x04\x14\x00", "This is a workbook and no CSV file"),
        (b"%PDF-1.7\x00\x81", "This is no CSV file that can be read"),
        (b"\xff\xfe\x00", "This is no CSV file that can be read"),
        (b'riferimento;tracking\r\nR1;"AB1\r\nR2;AB2\r\n', "This is no CSV file that can be read"),
        (b"riferimento;tracking\r\nR1;" + b"A" * 200_000, "This is no CSV file that can be read"),
    ],
)
def test_what_is_no_such_file_meets_a_sentence(content: bytes, sentence: str) -> None:
    with translation.override("en"), pytest.raises(Refused, match=sentence):
        read_numbers(decode_sheet(content))
