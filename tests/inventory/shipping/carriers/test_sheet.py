"""The CSV that goes out and comes back."""

import csv
import io
from decimal import Decimal

import pytest

from erp.core.refusals import Refused
from inventory.shipping.carriers.contract import ParcelRequest, Recipient
from inventory.shipping.carriers.manual.sheet import NumberRow, read_numbers, write_parcels

ANNA = Recipient("Anna; Bianchi", "Via Roma 1", "00186", "Roma", "RM", phone="333")


def test_a_file_is_what_the_carriers_program_expects() -> None:
    text = write_parcels([ParcelRequest("R1-AAAAA", "espresso", ANNA, 750, cash=Decimal("25.9"), order_number="1042")])

    heading, row = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert text.startswith("\ufeff")
    assert dict(zip(heading, row, strict=True)) == {
        "riferimento": "R1-AAAAA",
        "ordine": "1042",
        "servizio": "espresso",
        "destinatario": "Anna; Bianchi",
        "presso": "",
        "indirizzo": "Via Roma 1",
        "cap": "00186",
        "localita": "Roma",
        "provincia": "RM",
        "nazione": "IT",
        "telefono": "333",
        "note": "",
        "peso_kg": "0,750",
        "contrassegno": "25,90",
        "divisa": "EUR",
        "tracking": "",
    }


def test_a_name_is_never_a_formula() -> None:
    text = write_parcels([ParcelRequest("R1-AAAAA", "x", Recipient('=HYPERLINK("http://x")', "Via Roma 1", "1", "Roma"))])

    row = list(csv.reader(io.StringIO(text), delimiter=";"))[1]
    assert row[3] == '\'=HYPERLINK("http://x")'


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_numbers_come_back_from_any_spreadsheet(delimiter: str) -> None:
    text = "\r\n".join(delimiter.join(cells) for cells in (("Tracking", "Riferimento"), ("AB1", "R1-A"), ("", "R2-A"), (" AB3 ", "R3-A")))

    assert read_numbers(text) == [NumberRow(2, "R1-A", "AB1"), NumberRow(4, "R3-A", "AB3")]


@pytest.mark.parametrize("text", ["", "riferimento;ordine\r\nR1;2\r\n", "tracking\r\nA\r\n"])
def test_a_file_without_its_columns_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_numbers(text)
