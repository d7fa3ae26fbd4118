"""The practice carrier by itself: its door, its pages, its clock, its process; called by nothing of ours."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from erp.practice.carrier import Carrier, CarrierControl, CarrierStore, serve
from tests.clocks import ClockHand

ROOT = Path(__file__).resolve().parents[2]
PARCEL = {
    "riferimento": "R1-AAAAA",
    "servizio": "STANDARD",
    "pesoKG": "1,2",
    "destinatario": {
        "ragioneSociale": "Anna Bianchi",
        "indirizzo": "Via Roma 1",
        "cap": "47121",
        "localita": "FORLI",
        "provincia": "FC",
        "nazione": "IT",
    },
}


@dataclass
class Desk:
    url: str
    account: dict[str, str]

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            connection.request(method, path, json.dumps({"account": self.account, **body}) if body is not None else None, self.account)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def said(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return json.loads(self.call(method, f"/rest/v1{path}", body)[1])


@pytest.fixture
def store(tmp_path: Path) -> CarrierStore:
    return CarrierStore(tmp_path / "corriere.sqlite3")


@pytest.fixture
def desk(store: CarrierStore, clock: ClockHand) -> Iterator[Desk]:
    user, password = store.add_account("Regia")
    with serve(Carrier(store)) as site:
        yield Desk(site.url, {"userID": user, "password": password})


def test_a_parcel_has_a_number_a_bar_code_and_a_way(desk: Desk) -> None:
    said = desk.said("POST", "/spedizioni", {"spedizione": PARCEL})

    assert said == {
        "esito": {"codice": 0, "gravita": "OK", "messaggio": ""},
        "spedizione": {
            "numero": "7600000001",
            "riferimento": "R1-AAAAA",
            "servizio": "STANDARD",
            "codiceTracking": "RX7600000001IT",
            "instradamento": "FC 47-121",
            "segnacollo": "471217600000001",
            "stato": "REGISTRATA",
        },
    }


def test_a_warning_is_no_refusal(desk: Desk) -> None:
    parcel = {**PARCEL, "destinatario": {**PARCEL["destinatario"], "localita": "Forlì"}}  # type: ignore[dict-item]

    said = desk.said("POST", "/spedizioni", {"spedizione": parcel})

    assert said["esito"] == {"codice": 4, "gravita": "AVVISO", "messaggio": "Località normalizzata."}
    assert said["spedizione"]["numero"] == "7600000001"


def test_a_refusal_is_an_answer_of_200_with_a_negative_code(desk: Desk) -> None:
    status, text = desk.call("POST", "/rest/v1/spedizioni", {"spedizione": {**PARCEL, "pesoKG": "1.2"}})

    outcome = {"codice": -13, "gravita": "ERRORE", "messaggio": "Peso non valido: chilogrammi con la virgola.", "campo": "pesoKG"}
    assert (status, json.loads(text)) == (200, {"esito": outcome})


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"account": 1}', b'{"account": {"userID": "x", "password": "y"}, "spedizione": 3}'])
def test_nonsense_is_refused_in_the_envelope(desk: Desk, body: bytes) -> None:
    connection = http.client.HTTPConnection(urlsplit(desk.url).netloc, timeout=60)
    connection.request("POST", "/rest/v1/spedizioni", body)
    said = json.loads(connection.getresponse().read())
    connection.close()

    assert said["esito"]["codice"] < 0


def test_it_does_not_look_at_the_reference_before_it_makes_a_parcel(desk: Desk) -> None:
    for _again in range(2):
        desk.said("POST", "/spedizioni", {"spedizione": PARCEL})

    found = desk.said("GET", "/spedizioni?riferimento=R1-AAAAA")["spedizioni"]
    assert [parcel["numero"] for parcel in found] == ["7600000001", "7600000002"]


def test_a_reply_is_lost_after_the_parcel_was_made(desk: Desk) -> None:
    CarrierControl(desk.url).add_fault("timeout_after", count=1, seconds=0.05)

    with pytest.raises(http.client.RemoteDisconnected):
        desk.said("POST", "/spedizioni", {"spedizione": PARCEL})

    assert [parcel["reference"] for parcel in CarrierControl(desk.url).parcels()] == ["R1-AAAAA"]


def test_a_parcel_travels_by_the_houses_clock(desk: Desk, clock: ClockHand) -> None:
    tracking = desk.said("POST", "/spedizioni", {"spedizione": PARCEL})["spedizione"]["codiceTracking"]
    states = []
    for hours in (0, 0.1, 4, 14, 6.5):
        clock.advance(hours * 3600)
        states.append(CarrierControl(desk.url).parcels()[0]["state"])
        if len(states) == 1:
            assert CarrierControl(desk.url).pick_up() == 1

    assert states == ["REGISTRATA", "PRESA_IN_CARICO", "IN_TRANSITO", "IN_CONSEGNA", "CONSEGNATA"]
    assert [event["stato"] for event in desk.said("GET", f"/tracking/{tracking}")["eventi"]] == states


def test_people_follow_a_parcel_on_its_page(desk: Desk) -> None:
    desk.said(
        "POST", "/spedizioni", {"spedizione": {**PARCEL, "servizio": "CONTRASSEGNO", "contrassegno": {"importo": "25,90", "divisa": "EUR"}}}
    )

    status, page = desk.call("GET", "/track/RX7600000001IT")
    assert (status, page.count("In attesa di ritiro"), page.count("€ 25,90")) == (200, 1, 1)
    status, listed = desk.call("GET", "/")
    assert (status, listed.count('href="/track/RX7600000001IT"')) == (200, 1)
    assert desk.call("GET", "/track/RX0")[0] == 404
    assert desk.call("GET", "/track/%3Cscript%3E")[1].count("<script>") == 0


def test_another_customer_sees_and_takes_nothing(desk: Desk, store: CarrierStore) -> None:
    number = desk.said("POST", "/spedizioni", {"spedizione": PARCEL})["spedizione"]["numero"]
    user, password = store.add_account("Altri")
    other = Desk(desk.url, {"userID": user, "password": password})

    assert other.said("GET", "/spedizioni?riferimento=R1-AAAAA")["spedizioni"] == []
    assert other.said("PUT", f"/spedizioni/{number}/annulla", {})["esito"]["codice"] == -58
    assert other.said("POST", "/bordero", {"numeri": [number]})["chiuse"] == 0
    assert store.add_account("Altri") == (user, password)


def test_a_process_of_its_own_keeps_its_parcels(tmp_path: Path) -> None:
    file = tmp_path / "corriere.sqlite3"
    store = CarrierStore(file)
    user, password = store.add_account("Regia")
    store.close()
    for reference in ("R1-AAAAA", "R2-AAAAA"):
        words = [sys.executable, "-m", "erp.practice.carrier", str(file), "0"]
        with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            desk = Desk(process.stdout.readline().strip(), {"userID": user, "password": password})
            desk.said("POST", "/spedizioni", {"spedizione": {**PARCEL, "riferimento": reference}})
            known = [parcel["reference"] for parcel in CarrierControl(desk.url).parcels()]
            process.terminate()
        assert process.returncode == 0

    assert known == ["R1-AAAAA", "R2-AAAAA"]
