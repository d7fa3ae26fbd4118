"""Addresses within a carrier's fields: nothing is lost unseen."""

from hypothesis import given
from hypothesis import strategies as st

from inventory.shipping.carriers.contract import Limits, Recipient
from inventory.shipping.carriers.shortening import Cut, shorten, split_text

LIMITS = Limits({"name": 35, "care_of": 35, "street": 35, "town": 30, "phone": 16, "email": 70, "note": 70})
ANNA = Recipient("Anna Bianchi", "Via Roma 1", "47121", "Forlì", "FC")


def test_what_fits_stays() -> None:
    assert shorten(ANNA, LIMITS) == (ANNA, ())


def test_a_long_name_goes_on_in_the_second_line() -> None:
    long = Recipient("Studio Associato Avvocati Bianchi Rossi Verdi e Partner", "Via Roma 1", "47121", "Forlì")

    found, cuts = shorten(long, LIMITS)

    assert (found.name, found.care_of, cuts) == ("Studio Associato Avvocati Bianchi", "Rossi Verdi e Partner", ())


def test_what_is_cut_is_told() -> None:
    long = Recipient("Anna", "Via del Collegio Capranica numero 14 scala B interno 3", "00186", "Roma", care_of="Rossi")

    found, cuts = shorten(long, LIMITS)

    assert found.street == "Via del Collegio Capranica numero"
    assert cuts == (Cut("street", "Via del Collegio Capranica numero", "14 scala B interno 3"),)


def test_a_phone_number_is_whole_or_left_out() -> None:
    long = Recipient("Anna", "Via Roma 1", "47121", "Forlì", phone="+39 0543 123456 interno 12")

    found, cuts = shorten(long, LIMITS)

    assert (found.phone, cuts) == ("", (Cut("phone", "", "+390543123456interno12"),))


def test_a_postcode_is_never_cut() -> None:
    london = Recipient("Ann", "1 Downing Street", "SW1A 2AA LONG", "London", "Greater London", "GB")

    found, _cuts = shorten(london, LIMITS)

    assert (found.postcode, found.province) == ("SW1A 2AA LONG", "Greater London")


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_both_parts_together_are_the_text(text: str, longest: int) -> None:
    sent, lost = split_text(text, longest)

    assert len(sent) <= longest
    assert "".join((sent + lost).split()) == "".join(text.split())
