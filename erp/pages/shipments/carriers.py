"""The services among which a person chooses the carrier of shipments."""

from dataclasses import dataclass

from django.utils.translation import gettext

from erp.core.refusals import Refused
from inventory.shipping.models import CarrierService

BY_RULES = "rules"


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    pickup: str
    collects_cash: bool


@dataclass(frozen=True)
class CarrierChoices:
    name: str
    services: list[Choice]


def carriers_to_choose(*, needs_cash: bool = False) -> list[CarrierChoices]:
    """The services of the carriers that are switched on, by carrier; `needs_cash` leaves out those that collect none. One statement."""
    rows = (
        CarrierService.objects.filter(carrier__is_active=True).select_related("carrier").order_by("carrier__name", "carrier", "name", "pk")
    )
    groups: dict[int, CarrierChoices] = {}
    for service in rows.filter(collects_cash=True) if needs_cash else rows:
        group = groups.setdefault(service.carrier_id, CarrierChoices(service.carrier.name, []))
        at = service.carrier.pickup_at
        group.services.append(Choice(str(service.pk), service.name, f"{at:%H:%M}" if at else "", service.collects_cash))
    return list(groups.values())


def service_told(text: str) -> int | None:
    """The service that a form names; None leaves it to the rules. Raises Refused for anything else."""
    if text == BY_RULES:
        return None
    if not (text.isdecimal() and text.isascii() and len(text) < 19):
        raise Refused(gettext("No carrier is chosen. Choose one of the list."))
    return int(text)
