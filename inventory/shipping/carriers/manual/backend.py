"""The carrier without a line to it. Services named in its setting `own_numbers` (a pickup in the shop) need no number but ours."""

from collections.abc import Sequence

from inventory.shipping.carriers.contract import (
    Capabilities,
    Connection,
    Limits,
    ParcelAnswer,
    ParcelRequest,
    Rejected,
    TrackingStep,
)

LIMITS = Limits({"name": 70, "care_of": 70, "street": 70, "town": 50, "phone": 20, "note": 140})


class ManualBackend:
    code = "manual"

    def __init__(self, connection: Connection) -> None:
        self._own_numbers = frozenset(connection.settings.get("own_numbers", ()))

    @classmethod
    def capabilities(cls) -> Capabilities:
        return Capabilities(voids=True, tracks=False, closes_day=False)

    @classmethod
    def limits(cls) -> Limits:
        return LIMITS

    def is_by_hand(self, service: str) -> bool:
        return service not in self._own_numbers

    def delivers(self, service: str) -> bool:
        return self.is_by_hand(service)

    def create_parcel(self, request: ParcelRequest) -> ParcelAnswer:
        """Our reference is the parcel's number; Rejected for a service whose numbers a person enters."""
        if self.is_by_hand(request.service):
            raise Rejected("the tracking number of this service is typed in by hand")
        return ParcelAnswer(request.reference, request.reference, "", request.reference)

    def find_parcels(self, reference: str) -> list[ParcelAnswer]:
        return []

    def void_parcel(self, parcel: ParcelAnswer) -> None:
        """Nobody was told of it by us."""

    def track(self, tracking_number: str) -> list[TrackingStep]:
        return []

    def close_day(self, parcels: Sequence[ParcelAnswer]) -> None:
        """Nobody is told."""
