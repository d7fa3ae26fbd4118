"""The practice carrier through its backend: what it makes, refuses, loses and finds."""

from dataclasses import replace
from decimal import Decimal

import pytest

from erp.core.http.errors import AuthExpired, RateLimited, Rejected, Unknown
from inventory.shipping.carriers.contract import ParcelAnswer
from tests.inventory.shipping.carriers.conftest import ANNA, Line, request


def test_a_parcel_is_made_and_found_by_our_reference(line: Line) -> None:
    made = line.backend.create_parcel(request())

    assert made == ParcelAnswer("RX7600000001IT", "7600000001", "FC 47-121", "471217600000001")
    assert line.backend.find_parcels("R1-AAAAA") == [made]
    assert line.backend.find_parcels("R2-AAAAA") == []


def test_what_is_sent_stands_there(line: Line) -> None:
    line.backend.create_parcel(request(service="CONTRASSEGNO", cash=Decimal("25.9"), order_number="1042"))

    parcel = line.control.parcels()[0]
    assert (parcel["reference"], parcel["service"], parcel["cash"], parcel["state"]) == ("R1-AAAAA", "CONTRASSEGNO", "25,90", "REGISTRATA")
    assert parcel["doc"]["destinatario"]["localita"] == "Forlì"
    assert (parcel["doc"]["pesoKG"], parcel["doc"]["numeroOrdine"]) == ("0,8", "1042")


def test_pain_28_the_carrier_itself_makes_a_second_parcel_of_a_second_call(line: Line) -> None:
    """The race without any guard: this is what a retry costs that does not ask first."""
    made = [line.backend.create_parcel(request()) for _again in range(2)]

    assert [parcel["reference"] for parcel in line.control.parcels()] == ["R1-AAAAA", "R1-AAAAA"]
    assert line.backend.find_parcels("R1-AAAAA") == made


def test_pain_28_a_lost_reply_is_unknown_and_the_parcel_is_there(line: Line) -> None:
    line.control.add_fault("timeout_after", count=1, seconds=0.1)

    with pytest.raises(Unknown):
        line.backend.create_parcel(request())

    (found,) = line.backend.find_parcels("R1-AAAAA")
    assert [parcel["tracking"] for parcel in line.control.parcels()] == [found.tracking_number]


@pytest.mark.parametrize(
    ("kind", "options", "error"),
    [
        ("server_error", {"status": 503}, Unknown),
        ("html_answer", {}, Unknown),
        ("timeout_before", {"seconds": 0.1}, Unknown),
        ("rate_limited", {"retry_after": 7}, RateLimited),
    ],
)
def test_pain_28_a_call_that_came_to_nothing_makes_no_parcel_and_is_sent_once(
    line: Line, kind: str, options: dict[str, object], error: type[Exception]
) -> None:
    line.control.add_fault(kind, count=1, **options)

    with pytest.raises(error):
        line.backend.create_parcel(request())

    assert line.control.parcels() == []
    assert line.backend.find_parcels("R1-AAAAA") == []


def test_slow_is_not_lost(line: Line) -> None:
    line.control.add_fault("latency", count=1, ms=200)

    assert line.backend.create_parcel(request()).tracking_number == "RX7600000001IT"


@pytest.mark.parametrize(
    ("fields", "code", "items", "words"),
    [
        ({"recipient": replace(ANNA, postcode="4712")}, "-30", "destinatario.cap", "CAP non valido: “4712”. Servono 5 cifre."),
        ({"recipient": replace(ANNA, province="Forlì")}, "-32", "destinatario.provincia", "Provincia non valida: “Forlì”."),
        ({"recipient": replace(ANNA, name="A" * 36)}, "-20", "destinatario.ragioneSociale", None),
        ({"recipient": replace(ANNA, street="Via")}, "-21", "destinatario.indirizzo", None),
        ({"service": "VOLANTE"}, "-12", "servizio", "Servizio sconosciuto: VOLANTE."),
        ({"cash": Decimal(10)}, "-36", "contrassegno", None),
        ({"service": "CONTRASSEGNO"}, "-35", "contrassegno.importo", None),
        ({"service": "CONTRASSEGNO", "cash": Decimal("6000")}, "-35", "contrassegno.importo", None),
        ({"reference": "R" * 16}, "-11", "riferimento", None),
    ],
)
def test_a_refusal_inside_an_answer_of_200_is_named(
    line: Line, fields: dict[str, object], code: str, items: str, words: str | None
) -> None:
    with pytest.raises(Rejected) as refusal:
        line.backend.create_parcel(request(**fields))

    assert (refusal.value.code, refusal.value.items, refusal.value.status) == (code, (items,), 200)
    if words:
        assert refusal.value.detail == words
    assert line.control.parcels() == []


def test_wrong_keys_are_the_keys_fault(line: Line) -> None:
    line.keys.kept = {"userID": "1", "password": "no"}

    with pytest.raises(AuthExpired):
        line.backend.create_parcel(request())
    with pytest.raises(AuthExpired):
        line.backend.find_parcels("R1-AAAAA")


def test_voiding_twice_is_once_and_a_voided_parcel_is_not_found(line: Line) -> None:
    made = line.backend.create_parcel(request())

    line.backend.void_parcel(made)
    line.backend.void_parcel(made)
    line.backend.void_parcel(ParcelAnswer("", "999"))

    assert line.backend.find_parcels("R1-AAAAA") == []
    assert [parcel["state"] for parcel in line.control.parcels()] == ["ANNULLATA"]


def test_what_was_picked_up_cannot_be_voided(line: Line) -> None:
    made = line.backend.create_parcel(request())
    line.backend.close_day([made])
    line.backend.close_day([made])

    with pytest.raises(Rejected) as refusal:
        line.backend.void_parcel(made)

    assert refusal.value.detail == "Spedizione già ritirata: non si può più annullare."
    assert [step.stage for step in line.backend.track(made.tracking_number)] == ["registered", "accepted"]
