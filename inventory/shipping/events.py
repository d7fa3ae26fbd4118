"""What shipping has to tell. Ids only: a handler reads the present state."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ShipmentOpened:
    shipment_id: int


@dataclass(frozen=True)
class ShipmentShipped:
    """The parcels were handed to the carrier; the pieces have left the stock."""

    shipment_id: int


@dataclass(frozen=True)
class ShipmentCancelled:
    shipment_id: int


@dataclass(frozen=True)
class ShipmentReaddressed:
    """Whom it goes to, or what is collected there, was changed while it was open."""

    shipment_id: int


@dataclass(frozen=True)
class LabelReady:
    """A parcel has its label and tracking number."""

    label_id: int


@dataclass(frozen=True)
class LabelFailed:
    """The carrier refused; a card says why."""

    label_id: int
