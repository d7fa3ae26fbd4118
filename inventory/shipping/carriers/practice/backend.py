"""The practice carrier as a backend. It keeps no key of ours: a second call is a second parcel, so it is asked by reference first."""

from collections.abc import Sequence
from datetime import timedelta

from inventory.shipping.carriers.contract import (
    Capabilities,
    Connection,
    ContractBroken,
    Limits,
    NotFound,
    ParcelAnswer,
    ParcelRequest,
    TrackingStep,
)
from inventory.shipping.carriers.practice.client import Client
from inventory.shipping.carriers.practice.mapper import answer_of, body_of, is_standing, steps_of

LIMITS = Limits({"name": 35, "care_of": 35, "street": 35, "town": 30, "phone": 16, "email": 70, "note": 70})


class PracticeBackend:
    code = "practice"

    def __init__(self, connection: Connection) -> None:
        self._client = Client(connection)

    @classmethod
    def capabilities(cls) -> Capabilities:
        return Capabilities(voids=True, tracks=True, closes_day=True, settle=timedelta(seconds=5))

    @classmethod
    def limits(cls) -> Limits:
        return LIMITS

    def is_by_hand(self, service: str) -> bool:
        return False

    def delivers(self, service: str) -> bool:
        return True

    def create_parcel(self, request: ParcelRequest) -> ParcelAnswer:
        return answer_of(self._client.write("POST", "/spedizioni", {"spedizione": body_of(request)}).get("spedizione"))

    def find_parcels(self, reference: str) -> list[ParcelAnswer]:
        found = self._client.get("/spedizioni", [("riferimento", reference)]).get("spedizioni")
        if not isinstance(found, list):
            raise ContractBroken("spedizioni", "not a list")
        return [answer_of(parcel) for parcel in found if is_standing(parcel)]

    def void_parcel(self, parcel: ParcelAnswer) -> None:
        try:
            self._client.write("PUT", f"/spedizioni/{parcel.carrier_reference}/annulla", {})
        except NotFound:
            return  # what is not there cannot travel

    def track(self, tracking_number: str) -> list[TrackingStep]:
        return steps_of(self._client.get(f"/tracking/{tracking_number}"))

    def close_day(self, parcels: Sequence[ParcelAnswer]) -> None:
        self._client.write("POST", "/bordero", {"numeri": [parcel.carrier_reference for parcel in parcels]})
