"""Labels for label printers: the text of one label to the byte, and what must never reach the printer as a command."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from django.utils import translation

from inventory.shipping.label_text import LabelText
from inventory.shipping.zpl import HEIGHT_DOTS, WIDTH_DOTS, escaped, label_zpl

GOLDEN = Path(__file__).parent / "golden" / "label.zpl"
LABEL = LabelText(
    carrier="Corriere Regia Express",
    service="Contrassegno",
    sender=("Terramare Casa S.r.l.", "Via dell’Argine 18, 48018 Faenza RA"),
    recipient=("Anna Bianchi", "Via Roma 1", "47121 FORLÌ FC"),
    barcode="471217600000001",
    tracking="RX7600000001IT",
    reference="R24-AXVQP",
    order_number="10517",
    parcel="1/2",
    routing="FC 47-121",
    weight="0,8 kg",
    cash="1.250,90 €",
    phone="+393331234567",
    note="Suonare Rinaldi ^XZ ~JA",
)
LONG = ("The Very Long Named Trading Company of Northern Scotland Limited", "Alexandra Featherstonehaugh-Cholmondeley") * 4
FIELD = re.compile(r"\^FO(\d+),(\d+)\^A0N,(\d+),\d+\^FH_\^FD(.*?)\^FS")


def test_a_label_to_the_byte() -> None:
    with translation.override("en"):
        assert label_zpl(LABEL) == GOLDEN.read_text()


def test_a_label_is_one_format_of_the_right_size_in_plain_ascii() -> None:
    text = label_zpl(LABEL)

    assert text.isascii()
    assert (text.count("^XA"), text.count("^XZ"), text.count("~")) == (1, 1, 0)
    assert text.startswith(f"^XA^CI28^PW{WIDTH_DOTS}^LL{HEIGHT_DOTS}^LH0,0\n")
    assert (WIDTH_DOTS / 8, HEIGHT_DOTS / 8) == (100, 150)


def test_a_name_of_ninety_letters_without_a_blank_stays_on_the_label() -> None:
    name = "Donaudampfschifffahrt" * 4 + "gesellschaft"
    found = FIELD.findall(label_zpl(replace(LABEL, recipient=(name, *LABEL.recipient[1:]))))

    parts = [text for _x, _y, _dots, text in found if text in name]
    assert "".join(parts) == name
    assert max(len(text) * int(dots) * 0.6 for _x, _y, dots, text in found if text in parts) <= WIDTH_DOTS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("^XZ", "_5EXZ"),
        ("~JA", "_7EJA"),
        ("a_b\\&", "a_5Fb_5C&"),
        ("Forlì €", "Forl_C3_AC _E2_82_AC"),
        ("a\r\nb\x00", "a  b "),
        ("日本", "_E6_97_A5_E6_9C_AC"),
    ],
)
def test_commands_and_foreign_letters_are_data(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_nothing_to_collect_prints_no_box() -> None:
    with translation.override("en"):
        assert "CASH ON DELIVERY" not in label_zpl(replace(LABEL, cash=""))


def test_long_addresses_stay_above_the_phone_and_within_the_label() -> None:
    text = label_zpl(replace(LABEL, recipient=LONG, phone="", note=""))

    fields = [(int(x), int(y), int(dots), words) for x, y, dots, words in FIELD.findall(text)]
    lines = [(y, dots) for _x, y, dots, words in fields if 290 <= y < 640]
    assert len(lines) == 12
    assert max(y + dots for y, dots in lines) <= 630
    assert all(y + dots <= following for (y, dots), (following, _dots) in pairwise(lines))
    assert [words for x, _y, dots, words in fields if x + dots * 0.6 * len(re.sub(r"(_..)+", "x", words)) > WIDTH_DOTS] == []


@pytest.mark.parametrize(("barcode", "module"), [("471217600000001", 5), ("RX7600000001IT", 3), ("A" * 25, 2), ("12345678", 5)])
def test_bars_are_as_wide_as_the_label_allows(barcode: str, module: int) -> None:
    text = label_zpl(replace(LABEL, barcode=barcode))

    assert f"^FO{module * 10},830^BY{module}^BCN,190,N,N,N,A^FH_^FD{barcode}^FS" in text
