"""Why a shipment cannot be worked on, in a sentence for whoever pressed the button. Pure."""

from typing import Protocol

from django.utils.translation import gettext as _

from inventory.shipping.states import ShipmentStatus


class Standing(Protocol):
    """What is read of a `Shipment`."""

    status: str
    is_held: bool

    @property
    def number(self) -> str: ...
    @property
    def order_number(self) -> str: ...


def not_workable(shipment_id: int, shipment: Standing | None) -> str:
    """Empty when it is open and nothing holds it."""
    if shipment is None:
        return _("There is no shipment %(number)s.") % {"number": shipment_id}
    names = {"number": shipment.number, "order": shipment.order_number}
    if shipment.status == ShipmentStatus.SHIPPED:
        return _("Shipment %(number)s has left already.") % names
    if shipment.status == ShipmentStatus.CANCELLED:
        return _("Shipment %(number)s is cancelled: order %(order)s does not want it any more.") % names
    if shipment.is_held:
        return _("Shipment %(number)s is held: order %(order)s waits for something. Release the order first.") % names
    return ""
