"""The deeds on one shipment's page. A form pressed twice does it once; a refusal is a sentence above the page."""

import re

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from erp.core.refusals import Refused
from erp.pages.access import staff_page
from erp.pages.deeds import Deed, Done, allowed_deed, do_deed, refuse_nul
from erp.pages.links import batch_url
from erp.pages.shipments.carriers import service_told
from inventory.shipping.drafts import NewParcel
from inventory.shipping.models import Label, Parcel, Shipment
from inventory.shipping.services.assigning import choose_carrier
from inventory.shipping.services.dispatching import ship_shipment
from inventory.shipping.services.labelling import enter_tracking, request_labels, void_label
from inventory.shipping.services.packing import pack_shipment
from inventory.shipping.services.picking import undo_pick_list
from inventory.shipping.services.printing import AT_PICKING, print_batch

MOST_PARCELS = 50
MOST_GRAMS = 1_000_000
GRAMS = re.compile(r"[0-9]{1,7}|[0-9]{1,3}(?:[. ][0-9]{3}){1,2}", re.ASCII)
"""`1200`, `1.200`, `1 200`; `1.5` is no number of grams."""


@require_POST
@staff_page("shipping.view_shipment")
def act(request: HttpRequest, shipment_id: int, name: str) -> HttpResponse:
    """Do one deed with a shipment, then show it."""
    deed = allowed_deed(request, DEEDS, name)
    refuse_nul(*request.POST.values())
    return do_deed(request, deed, get_object_or_404(Shipment, pk=shipment_id), page=reverse("shipment", args=[shipment_id]))


def _print(shipment: Shipment, user: User, _told: QueryDict) -> Done:
    """To its papers. Without a label list and slip are made all the same, and their page says what is missing and what to do."""
    batch = print_batch([shipment.pk], by=user)
    for row in batch.refused:
        if row["stage"] == AT_PICKING:
            raise Refused(row["reason"])
    return Done(url=batch_url(batch.pk))


def _carrier(shipment: Shipment, user: User, told: QueryDict) -> str:
    names = {"number": shipment.number}
    service_id = service_told(told.get("service", ""))
    for refusal in choose_carrier([shipment.pk], service_id=service_id, by=user).refused:
        raise Refused(refusal.sentence)
    if service_id is None:
        return gettext("The shipping rules choose the carrier of shipment %(number)s again.") % names
    return gettext("The carrier of shipment %(number)s is chosen. No rule changes it.") % names


def _pack(shipment: Shipment, user: User, told: QueryDict) -> str:
    """With the weights of the form, `weight` once for each parcel; empty ones are left out. Without any, as it stands."""
    weights = [_grams(text) for text in told.getlist("weight")[:MOST_PARCELS] if text.strip()]
    sizes = list(Parcel.objects.filter(shipment=shipment).order_by("position"))
    parcels = [
        NewParcel(grams, *((sizes[place].length_mm, sizes[place].width_mm, sizes[place].height_mm) if place < len(sizes) else ()))
        for place, grams in enumerate(weights)
    ]
    pack_shipment(shipment.pk, by=user, parcels=parcels)
    return gettext("Shipment %(number)s is packed.") % {"number": shipment.number}


def _ship(shipment: Shipment, user: User, _told: QueryDict) -> str:
    ship_shipment(shipment.pk, by=user)
    return gettext("Shipment %(number)s has left: its pieces are out of the stock, the shop is told.") % {"number": shipment.number}


def _label(shipment: Shipment, user: User, _told: QueryDict) -> str:
    for refusal in request_labels([shipment.pk], by=user):
        raise Refused(refusal.sentence)
    return gettext("The label of shipment %(number)s is asked for. It appears here as soon as the carrier answers.") % {
        "number": shipment.number
    }


def _void(shipment: Shipment, user: User, told: QueryDict) -> str:
    void_label(_label_of(shipment, told), by=user)
    return gettext("The label is taken back. The parcel may have another as soon as the carrier has agreed.")


def _number(shipment: Shipment, user: User, told: QueryDict) -> str:
    enter_tracking(_label_of(shipment, told), number=told.get("number", ""), by=user)
    return gettext("The tracking number is noted.")


def _unpick(shipment: Shipment, user: User, _told: QueryDict) -> str:
    if shipment.pick_list_id is None:
        raise Refused(gettext("Shipment %(number)s is on no pick list.") % {"number": shipment.number})
    undo_pick_list(shipment.pick_list_id, by=user)
    return gettext("Pick list %(number)s is taken back: what was not packed is to be picked again.") % {"number": shipment.pick_list_id}


DEEDS: dict[str, Deed[Shipment]] = {
    "print": Deed("shipping.print_shipment", _print),
    "pack": Deed("shipping.pack_shipment", _pack),
    "ship": Deed("shipping.ship_shipment", _ship),
    "label": Deed("shipping.buy_label", _label),
    "void": Deed("shipping.void_label", _void),
    "number": Deed("shipping.buy_label", _number),
    "carrier": Deed("shipping.choose_carrier", _carrier),
    "unpick": Deed("shipping.pick_shipment", _unpick),
}


def _label_of(shipment: Shipment, told: QueryDict) -> int:
    """The label that the form names, if it is one of this shipment's."""
    key = told.get("label", "")
    is_ours = key.isdecimal() and len(key) < 19 and Label.objects.filter(pk=int(key), parcel__shipment=shipment).exists()
    if not is_ours:
        raise Refused(gettext("This label is not here any more. Look at the shipment again."))
    return int(key)


def _grams(text: str) -> int:
    """Whole grams. Raises Refused for anything else."""
    clean = text.strip()
    grams = int(clean.replace(".", "").replace(" ", "")) if GRAMS.fullmatch(clean) else 0
    if not 0 < grams <= MOST_GRAMS:
        raise Refused(gettext("“%(text)s” is not a weight. Type whole grams, 1200 for 1.2 kg.") % {"text": text[:40]})
    return grams
