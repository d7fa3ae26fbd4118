import json
import os
from pathlib import Path

import pytest

from catalog.gtin import canonical, check_digit, compact, is_valid

VECTORS = Path(os.environ.get("REGIA_SHARED", "../shared")) / "fiscal" / "gs1_vectors.json"


def test_the_reference_vectors_have_the_digit_that_they_say() -> None:
    if not VECTORS.exists():
        pytest.skip(f"{VECTORS} is not here: set REGIA_SHARED to the folder with the reference data")
    told = [each for each in json.loads(VECTORS.read_text()) if each["kind"] in ("EAN13", "EAN8", "GTIN14")]

    assert [check_digit(each["body"]) for each in told] == [each["check"] for each in told]
    assert [is_valid(each["full"]) for each in told] == [True] * 6


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("4006381333931", True),
        ("4006381333930", False),
        ("036000291452", True),
        ("40063813339", False),
        ("", False),
        ("400638133393x", False),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", False),
    ],
)
def test_length_digits_and_check_digit_make_a_gtin(number: str, valid: bool) -> None:
    assert is_valid(number) is valid


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("036000291452", "00036000291452"),
        ("0036000291452", "00036000291452"),
        (" 400-6381 333931", "04006381333931"),
        ("4006381333930", ""),
        ("", ""),
    ],
)
def test_a_upc_and_the_ean_with_a_zero_are_one_number(typed: str, number: str) -> None:
    assert canonical(typed) == number


def test_a_check_digit_is_of_digits_only() -> None:
    with pytest.raises(ValueError, match="not digits: '40x'"):
        check_digit("40x")


def test_blanks_and_dashes_are_not_part_of_it() -> None:
    assert compact(" 40-06 381\t333931") == "4006381333931"
