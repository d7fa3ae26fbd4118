"""An address is doubted where its country says that it cannot be right, and a better one is offered where there is only one."""

import json
import os
from pathlib import Path

import pytest

from crm.people import PostalAddress
from crm.places import faults_of, province_of

VECTORS = Path(os.environ.get("REGIA_SHARED", "../shared")) / "fiscal" / "identity_vectors.json"
RIGHT = {"street": "Via Roma 1", "postcode": "20121", "city": "Milano", "province": "MI", "country": "IT"}


def told(**fields: str) -> list[tuple[str, str, dict[str, str]]]:
    return [(fault.field, fault.code, dict(fault.suggested)) for fault in faults_of(PostalAddress(**RIGHT | fields))]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"country": ""},
        {"street": "Via 25 Aprile 3"},
        {"street": "Piazza del Popolo", "street2": "12/B"},
        {"street": "Località Bosco snc"},
        {"street": "Contrada Serra s.n.c."},
        {"street": "Strada Statale 16 km 4"},
        {"province": "mi"},
        {"province": "Milano"},
        {"province": "Forli' Cesena", "postcode": "47121"},
        {"postcode": "09016", "city": "Iglesias", "province": "SU"},
        {"country": "GB", "postcode": "sw1a1aa", "province": ""},
        {"country": "IE", "postcode": "", "province": ""},
        {"country": "FR", "postcode": "75001", "street": "Lieu-dit Le Bois", "province": ""},
        {"country": "NL", "postcode": "1011AB", "province": ""},
        {"country": "ZZ", "postcode": "", "province": ""},
    ],
)
def test_an_address_that_can_be_right_is_not_doubted(fields: dict[str, str]) -> None:
    assert told(**fields) == []


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"street": " "}, ("street", "street_missing", {})),
        ({"street": "Via Roma"}, ("street", "number_missing", {})),
        ({"street": "Via 25 Aprile"}, ("street", "number_missing", {})),
        ({"street": "Via 1° Maggio"}, ("street", "number_missing", {})),
        ({"country": "DE", "postcode": "10115", "street": "Hauptstr."}, ("street", "number_missing", {})),
        ({"city": ""}, ("city", "city_missing", {})),
        ({"postcode": ""}, ("postcode", "postcode_missing", {})),
        ({"postcode": "2012"}, ("postcode", "postcode_shape", {})),
        ({"postcode": "00000", "province": "RM"}, ("postcode", "postcode_shape", {})),
        ({"postcode": "I-20121"}, ("postcode", "postcode_shape", {"postcode": "20121"})),
        ({"postcode": "184", "province": "RM"}, ("postcode", "postcode_shape", {"postcode": "00184"})),
        ({"country": "PL", "postcode": "00123"}, ("postcode", "postcode_shape", {"postcode": "00-123"})),
        ({"postcode": "20121", "province": "RM"}, ("postcode", "postcode_elsewhere", {})),
        ({"province": ""}, ("province", "province_missing", {"province": "MI"})),
        ({"province": "Milano città"}, ("province", "province_unknown", {"province": "MI"})),
        ({"province": "Roma"}, ("postcode", "postcode_elsewhere", {})),
        ({"province": "CI", "postcode": "09016"}, ("province", "province_unknown", {"province": "SU"})),
        ({"province": "??", "postcode": "0"}, ("postcode", "postcode_shape", {})),
    ],
)
def test_what_cannot_be_right_is_named_with_what_could_stand_there(fields: dict[str, str], fault: tuple[str, str, dict[str, str]]) -> None:
    assert told(**fields)[0] == fault


def test_the_reference_addresses_are_judged_as_they_say() -> None:
    if not VECTORS.exists():
        pytest.skip(f"{VECTORS} is not here: set REGIA_SHARED to the folder with the reference data")
    rows = [each for each in json.loads(VECTORS.read_text()) if each["kind"] == "address"]

    doubted = [told(**{"postcode" if name == "zip" else name: value for name, value in each["input"].items()}) for each in rows]

    assert [not faults for faults in doubted] == [each["valid"] for each in rows]
    assert len(rows) == 5


def test_a_cap_that_two_provinces_share_names_none() -> None:
    assert (province_of("10122"), province_of("26900"), province_of("99999")) == ("TO", "LO", "")
