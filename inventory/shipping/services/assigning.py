"""Who carries a shipment and by when it must leave: the rules say it as soon as it opens, and what a person chose wins over them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.history import By, record
from erp.core.receipts import UndoKind, register_undo
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.shipping.drafts import Refusal
from inventory.shipping.locks import lock_shipments
from inventory.shipping.models import CarrierService, Label, Shipment
from inventory.shipping.pickups import next_pickup
from inventory.shipping.services.choosing import choose_services, company_zone, due_moment, wish_of
from inventory.shipping.states import OPEN_LABELS, OPEN_SHIPMENTS

END_OF_DAY = time(23, 59, 59)
ASSIGNED = ("service", "is_carrier_chosen", "due_at")
"""What an assignment changes on a shipment."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """`before` tells for each shipment that changed which service a person had chosen for it, None where the rules had."""

    before: Mapping[int, int | None]
    refused: tuple[Refusal, ...]


def assign_by_rules(shipments: Sequence[Shipment]) -> None:
    """Note on new shipments who carries them and when they must leave; two statements, none without shipments. The caller saves them."""
    if not shipments:
        return
    zone = company_zone()
    for shipment, service in zip(shipments, choose_services([wish_of(each) for each in shipments]), strict=True):
        assign(shipment, service, shipment.opened_at, zone)


def assign_anew(shipments: Sequence[Shipment], *, readdressed: Collection[int]) -> None:
    """What the rules look at has changed on locked shipments: they choose again. The caller saves them.

    A person's choice stays, and so does the service of a label that stays (those of `readdressed` are taken back), unless the driver must
    collect cash now and that service does not.
    """
    if not shipments:
        return
    services, labelled, zone = services_of(shipments), labelled_among(shipments), company_zone()
    for shipment, service in zip(shipments, choose_services([wish_of(each) for each in shipments]), strict=True):
        current = services.get(shipment.service_id or 0)
        stays = shipment.is_carrier_chosen or (shipment.pk in labelled and shipment.pk not in readdressed)
        if current == service or (stays and current is not None and collects_what_is_due(shipment, current)):
            continue
        assign(shipment, service, shipment.opened_at, zone)
        record(shipment, "carrier_assigned", service=str(service or ""))


def assign(shipment: Shipment, service: CarrierService | None, since: datetime, zone: str, *, is_chosen: bool = False) -> None:
    """Give a shipment its service. It is due at that service's first pickup after `since`; without pickups, at the end of that day."""
    shipment.service, shipment.is_carrier_chosen = service, is_chosen
    shipment.due_at = due_moment(service, since, zone) or next_pickup(since, END_OF_DAY, zone)


def services_of(shipments: Iterable[Shipment]) -> dict[int, CarrierService]:
    return CarrierService.objects.select_related("carrier").in_bulk({each.service_id for each in shipments if each.service_id})


def labelled_among(shipments: Iterable[Shipment]) -> set[int]:
    """Those with a label that is there or on its way: they keep that label's carrier."""
    labels = Label.objects.filter(parcel__shipment__in=[each.pk for each in shipments], status__in=OPEN_LABELS)
    return set(labels.values_list("parcel__shipment", flat=True))


def collects_what_is_due(shipment: Shipment, service: CarrierService) -> bool:
    return shipment.cash_to_collect is None or service.collects_cash


@atomic
def choose_carrier(shipment_ids: Sequence[int], *, service_id: int | None, by: By) -> Chosen:
    """A person says which service carries these shipments, and no rule changes that; None gives the choice back to the rules.

    Returns what was refused, with sentences. Raises Refused for a service that is gone or switched off. The same again changes nothing.
    A constant number of statements for any number of shipments.
    """
    service = None if service_id is None else _service(service_id)
    shipments = lock_shipments(shipment_ids)
    wanted = choose_services([wish_of(each) for each in shipments]) if service is None else [service] * len(shipments)
    labelled, zone, now = labelled_among(shipments), company_zone(), clock.now()
    refused: dict[int, str] = {}
    before: dict[int, int | None] = {}
    for shipment, chosen in zip(shipments, wanted, strict=True):
        if fault := _fault(shipment, chosen, has_label=shipment.pk in labelled):
            refused[shipment.pk] = fault
        elif (shipment.service_id, shipment.is_carrier_chosen) != (chosen and chosen.pk, service is not None):
            before[shipment.pk] = shipment.service_id if shipment.is_carrier_chosen else None
            assign(shipment, chosen, _since(shipment, now), zone, is_chosen=service is not None)
            record(shipment, "carrier_chosen" if service else "carrier_left_to_rules", by=by, service=str(chosen or ""))
    Shipment.objects.bulk_update([each for each in shipments if each.pk in before], ASSIGNED)
    known = {shipment.pk for shipment in shipments}
    gone = {key: _("This shipment is not here any more. Look at the list.") for key in shipment_ids if key not in known}
    return Chosen(before, tuple(Refusal(key, sentence) for key, sentence in {**refused, **gone}.items()))


def _service(service_id: int) -> CarrierService:
    service = CarrierService.objects.select_related("carrier").filter(pk=service_id).first()
    if service is None:
        raise Refused(_("This service is not here any more. Choose another one."), code="gone")
    if not service.carrier.is_active:
        raise Refused(_("%(service)s is switched off. Choose another service.") % {"service": service}, code="off")
    return service


def _fault(shipment: Shipment, service: CarrierService | None, *, has_label: bool) -> str:
    names = {"number": shipment.order_number, "service": service}
    if shipment.status not in OPEN_SHIPMENTS:
        return _("The parcel of order %(number)s has left or was cancelled: its carrier stays as it is.") % names
    if has_label:
        return _("Order %(number)s has a label already. Void the label first, then choose another carrier.") % names
    if service is not None and not collects_what_is_due(shipment, service):
        return _("%(service)s collects no cash, but order %(number)s is paid on delivery: choose another service.") % names
    return ""


def _since(shipment: Shipment, now: datetime) -> datetime:
    """Pickups of the new carrier count from now; for a shipment that is late, from its opening, so that it stays late."""
    is_late = shipment.due_at is not None and shipment.due_at < now
    return shipment.opened_at if is_late else now


def _take_back(shipment_id: int, told: Any, by: AbstractBaseUser) -> None:
    shipment = Shipment.objects.filter(pk=shipment_id).first()
    if shipment is None or (shipment.service_id, shipment.is_carrier_chosen) != (
        told["chosen"] or shipment.service_id,
        bool(told["chosen"]),
    ):
        raise Refused(_("The carrier of this shipment was chosen anew since."), code="chosen_since")
    for refusal in choose_carrier([shipment_id], service_id=told["before"], by=by).refused:
        raise Refused(refusal.sentence)


UNDO_CARRIER = register_undo(UndoKind("shipping.carrier", "shipping.choose_carrier", _take_back))
"""`told` names the service that was chosen (None: the rules') and the one that a person had chosen before."""
