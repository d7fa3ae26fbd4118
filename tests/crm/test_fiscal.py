import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crm.contacts import normalise_phone
from crm.fiscal import (
    OK,
    REFUSAL,
    WARNING,
    Finding,
    check_codice_fiscale,
    check_partita_iva,
    check_pec,
    check_recipient_code,
    vat_country,
)

VECTORS = Path(os.environ.get("REGIA_SHARED", "../shared")) / "fiscal" / "identity_vectors.json"


def test_the_reference_vectors_are_read_as_they_say() -> None:
    if not VECTORS.exists():
        pytest.skip(f"{VECTORS} is not here: set REGIA_SHARED to the folder with the reference data")
    checks = {"cf": check_codice_fiscale, "piva": check_partita_iva}
    told = [each for each in json.loads(VECTORS.read_text()) if each["kind"] in checks]

    found = [checks[each["kind"]](each["input"]) for each in told]

    assert [finding.is_usable for finding in found] == [each["valid"] for each in told]
    assert [finding.value for finding in found if finding.is_usable] == [each["normalized"] for each in told if each["valid"]]
    assert len(told) == 34


def test_the_reference_phone_numbers_are_read_as_they_say() -> None:
    if not VECTORS.exists():
        pytest.skip(f"{VECTORS} is not here: set REGIA_SHARED to the folder with the reference data")
    told = [each for each in json.loads(VECTORS.read_text()) if each["kind"] == "phone"]

    assert [normalise_phone(each["input"], each["country"]) for each in told] == [each["normalized"] or "" for each in told]


@pytest.mark.parametrize(
    ("check", "level", "value", "message"),
    [
        (lambda: check_partita_iva(""), OK, "", ""),
        (lambda: check_partita_iva("IT 00743110157"), OK, "00743110157", ""),
        (
            lambda: check_partita_iva("0074311015"),
            REFUSAL,
            "0074311015",
            "A partita IVA has 11 digits; “0074311015” does not. Ask the buyer for it again.",
        ),
        (
            lambda: check_partita_iva("12345678903"),
            WARNING,
            "12345678903",
            "Partita IVA 12345678903 names a tax office that does not exist (890). Check it before you invoice.",
        ),
        (lambda: check_partita_iva("DE136695976"), OK, "136695976", ""),
        (
            lambda: check_partita_iva("EL123456789"),
            WARNING,
            "123456789",
            "VAT number EL123456789 does not follow the rules of GR. Check it before you invoice.",
        ),
        (lambda: check_partita_iva("94259216", "GR"), OK, "94259216", ""),
        (
            lambda: check_partita_iva("1", "FR"),
            REFUSAL,
            "1",
            "VAT number 1 has letters or a length that no country uses. Ask the buyer for it again.",
        ),
        (
            lambda: check_codice_fiscale("RSSMRA85T10A56"),
            REFUSAL,
            "RSSMRA85T10A56",
            "A codice fiscale has 16 characters; “RSSMRA85T10A56” has 14. Ask the buyer for it again.",
        ),
        (
            lambda: check_codice_fiscale("1SSMRA85T10A562S"),
            REFUSAL,
            "1SSMRA85T10A562S",
            "“1SSMRA85T10A562S” does not have the letters and digits of a codice fiscale in their places. Ask the buyer.",
        ),
        (lambda: check_codice_fiscale("RSSMRA85T10A562S", "Mario", "Rossi"), OK, "RSSMRA85T10A562S", ""),
        (
            lambda: check_codice_fiscale("RSSMRA85T10A562S", "Anna", "Verdi"),
            WARNING,
            "RSSMRA85T10A562S",
            "Codice fiscale RSSMRA85T10A562S is valid but does not fit the name Anna Verdi. It may be somebody else's: check it.",
        ),
        (lambda: check_codice_fiscale("00743110157"), OK, "00743110157", ""),
        (lambda: check_recipient_code("abcd 123"), OK, "ABCD123", ""),
        (lambda: check_recipient_code("0000000"), OK, "0000000", ""),
        (
            lambda: check_recipient_code("UFABC1"),
            WARNING,
            "UFABC1",
            "Recipient code UFABC1 has 6 characters: 6 are for public administrations, 7 for everybody else. Check it.",
        ),
        (lambda: check_recipient_code("xxxxxxx", country="DE"), OK, "XXXXXXX", ""),
        (
            lambda: check_recipient_code("XXXXXXX"),
            WARNING,
            "XXXXXXX",
            "XXXXXXX is for buyers abroad, but this one is in Italy. Use 0000000, or the buyer's own code.",
        ),
        (
            lambda: check_recipient_code("ABCD123", country="DE"),
            WARNING,
            "ABCD123",
            "The buyer is not in Italy: the recipient code must be XXXXXXX, not ABCD123. Check the country.",
        ),
        (lambda: check_pec("Etna@PEC.it "), OK, "etna@pec.it", ""),
        (
            lambda: check_pec("etna@gmail.com"),
            WARNING,
            "etna@gmail.com",
            "etna@gmail.com is an ordinary mailbox, not a PEC: an invoice sent there does not arrive. Ask the buyer for the PEC.",
        ),
    ],
)
def test_fiscal_data_is_judged_in_words(check: Callable[[], Finding], level: str, value: str, message: str) -> None:
    finding = check()

    assert (finding.level, finding.value, finding.message) == (level, value, message)


@pytest.mark.parametrize(
    ("raw", "country", "expected"),
    [
        ("IT00743110157", "DE", "IT"),
        ("DE136695976", "IT", "DE"),
        ("EL094259216", "", "GR"),
        ("00743110157", "", "IT"),
        ("136695976", "de", "DE"),
    ],
)
def test_a_number_with_a_prefix_names_its_own_country(raw: str, country: str, expected: str) -> None:
    assert vat_country(raw, country) == expected
