"""A practice carrier on a store of its own, and its backend without any table of ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from erp.practice.carrier import Carrier, CarrierControl, CarrierStore, serve
from inventory.shipping.carriers.contract import Connection, ParcelRequest, Recipient
from inventory.shipping.carriers.practice.backend import PracticeBackend

ANNA = Recipient("Anna Bianchi", "Via Roma 1", "47121", "Forlì", "FC")


@dataclass
class Keys:
    kept: Mapping[str, str]

    def current(self) -> Mapping[str, str]:
        return self.kept


@dataclass
class Line:
    """A backend, the carrier at its other end, and what it keeps."""

    backend: PracticeBackend
    control: CarrierControl
    store: CarrierStore
    keys: Keys


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    store = CarrierStore(tmp_path / "corriere.sqlite3")
    with serve(Carrier(store)) as site:
        user, password = store.add_account("Regia")
        keys = Keys({"userID": user, "password": password})
        settings = {"base_url": site.url, "timeout_seconds": 2}
        yield Line(PracticeBackend(Connection("carrier:express", keys, settings)), CarrierControl(site.url), store, keys)


def request(reference: str = "R1-AAAAA", **fields: object) -> ParcelRequest:
    return ParcelRequest(**{"reference": reference, "service": "STANDARD", "recipient": ANNA, "weight_grams": 750, **fields})
