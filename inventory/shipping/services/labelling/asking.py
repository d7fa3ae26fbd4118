"""Labels are asked for: a row per parcel, with our reference in it before anybody calls the carrier."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.cards import close_cards, key_of
from erp.core.history import By, record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.shipping.cards import LABEL_OUTDATED, LABEL_REFUSED
from inventory.shipping.drafts import Refusal
from inventory.shipping.locks import lock_shipments
from inventory.shipping.models import CarrierService, Label, Parcel, Shipment
from inventory.shipping.services.assigning import ASSIGNED, assign, collects_what_is_due, labelled_among, services_of
from inventory.shipping.services.choosing import choose_services, company_zone, wish_of
from inventory.shipping.services.labelling.connecting import connect
from inventory.shipping.services.labelling.drafting import FIRST_PARCEL
from inventory.shipping.services.labelling.waking import wake_buyers
from inventory.shipping.services.packing import ensure_parcels
from inventory.shipping.states import OPEN_LABELS, OPEN_SHIPMENTS

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
RANDOM_LETTERS = 5
BY_HAND_DUE = datetime(9999, 1, 1, tzinfo=UTC)
"""A label whose number a person enters is never due for a worker."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """`following` carries all parcels but the first, which alone collects the cash."""

    shipment: Shipment
    service: CarrierService
    following: CarrierService

    def service_of(self, parcel: Parcel) -> CarrierService:
        return self.service if parcel.position == FIRST_PARCEL else self.following


@atomic
def request_labels(shipment_ids: Sequence[int], *, by: By) -> list[Refusal]:
    """Ask for a label for every parcel that has none; workers buy them once this is committed. Returns what was refused, with sentences.

    Asking twice, or two people at once, is once: a parcel has one open label. Shipments without parcels get one. Where no person chose the
    carrier and no parcel has a label yet, the rules are asked again: they may have changed since the shipment opened, or a carrier was
    switched off. A constant number of statements for any number of shipments.
    """
    shipments = lock_shipments(shipment_ids)
    chosen, refused = _choose(shipments)
    if chosen:
        ensure_parcels([each.shipment.pk for each in chosen])
        _note_services(chosen)
        _ask(chosen, by)
    known = {shipment.pk for shipment in shipments}
    gone = [Refusal(key, _("This shipment is not here any more. Look at the list.")) for key in shipment_ids if key not in known]
    return [*refused, *gone]


def ask_again(subject: str, *, by: By) -> None:
    """The button of a card about a shipment whose label was refused. Raises Refused when it cannot be asked for now either."""
    for refusal in request_labels([key_of(subject)], by=by):
        raise Refused(refusal.sentence)


def _choose(shipments: Sequence[Shipment]) -> tuple[list[_Chosen], list[Refusal]]:
    services, labelled = services_of(shipments), labelled_among(shipments)
    wishes = [wish_of(shipment) for shipment in shipments]
    ruled = choose_services([*wishes, *(replace(wish, cash=False) for wish in wishes)])
    chosen, refused = [], []
    for shipment, by_rule, without_cash in zip(shipments, ruled, ruled[len(shipments) :], strict=False):
        current = services.get(shipment.service_id or 0)
        stays = shipment.is_carrier_chosen or shipment.pk in labelled
        service = (current or by_rule) if stays else (by_rule or current)
        fault = _fault(shipment, service)
        if fault or service is None:
            refused.append(Refusal(shipment.pk, fault))
        else:
            chosen.append(_Chosen(shipment, service, _following(shipment, service, without_cash)))
    return chosen, refused


def _following(shipment: Shipment, service: CarrierService, without_cash: CarrierService | None) -> CarrierService:
    """The same carrier's service without cash where the rules know one, else the same service."""
    if shipment.cash_to_collect is None or without_cash is None or without_cash.carrier_id != service.carrier_id:
        return service
    return without_cash


def _fault(shipment: Shipment, service: CarrierService | None) -> str:
    names = {"number": shipment.order_number, "method": shipment.method or "\N{EN DASH}", "service": service}
    if shipment.status not in OPEN_SHIPMENTS:
        return _("The parcel of order %(number)s has left or was cancelled: it needs no label.") % names
    if shipment.is_held:
        return _("Order %(number)s is held: release it first, then ask for its label.") % names
    if service is None:
        return _("No shipping rule chooses a carrier for order %(number)s (method “%(method)s”): add a rule or choose a service.") % names
    if not service.carrier.is_active:
        return _("%(service)s is switched off: choose another service for order %(number)s.") % names
    if not collects_what_is_due(shipment, service):
        return _("%(service)s collects no cash, but order %(number)s is paid on delivery: choose another service.") % names
    return ""


def _note_services(chosen: Sequence[_Chosen]) -> None:
    """Shipments for which the rules now choose another service than when they opened take it over, with its carrier's pickup."""
    other = [each for each in chosen if each.shipment.service_id != each.service.pk]
    zone = company_zone() if other else ""
    for each in other:
        assign(each.shipment, each.service, each.shipment.opened_at, zone)
    if other:
        Shipment.objects.bulk_update([each.shipment for each in other], ASSIGNED)


def _ask(chosen: Sequence[_Chosen], by: By) -> None:
    of_shipment = {each.shipment.pk: each for each in chosen}
    bare = list(Parcel.objects.filter(shipment_id__in=of_shipment).exclude(labels__status__in=OPEN_LABELS).order_by("pk"))
    now, by_hand, labels = clock.now(), _by_hand(chosen), []
    for parcel in bare:
        service = of_shipment[parcel.shipment_id].service_of(parcel)
        due_at = BY_HAND_DUE if service.pk in by_hand else now
        labels.append(Label(parcel=parcel, service=service, reference=new_reference(parcel), due_at=due_at, created_at=now))
    Label.objects.bulk_create(labels, ignore_conflicts=True)
    asked = dict.fromkeys(parcel.shipment_id for parcel in bare)
    for each in chosen:
        if each.shipment.pk in asked:
            record(each.shipment, "label_requested", by=by, service=str(each.service))
    for kind in (LABEL_REFUSED, LABEL_OUTDATED):
        close_cards(kind, [f"shipping.shipment:{key}" for key in asked])
    if labels:
        wake_buyers()


def _by_hand(chosen: Sequence[_Chosen]) -> set[int]:
    """The services whose numbers a person enters."""
    services = {service.pk: service for each in chosen for service in (each.service, each.following)}
    return {key for key, service in services.items() if connect(service.carrier).is_by_hand(service.code)}


def new_reference(parcel: Parcel) -> str:
    """At most 15 letters and digits, as the strictest carrier allows; random, so that a restored backup never repeats one."""
    return f"R{parcel.pk}-" + "".join(secrets.choice(ALPHABET) for _place in range(RANDOM_LETTERS))
