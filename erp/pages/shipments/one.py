"""The page of one shipment: lines with their bins, parcels with their labels, the next step, and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from channels.models import Account
from erp.core.models import HistoryEntry
from erp.pages import wording
from erp.pages.access import member_of_staff, staff_page
from erp.pages.bulk import fresh_token
from erp.pages.channels import Verdict
from erp.pages.order.timeline import timeline
from erp.pages.pickups import clock_of
from erp.pages.shell import ShellFacts, read_shell, render_page
from erp.pages.shipments.carriers import BY_RULES, carriers_to_choose
from erp.pages.shipments.rows import abroad, badge_of, label_verdict, newest_labels, waits_for_number, weight
from erp.pages.shipments.steps import next_step
from inventory.shipping.models import Label, Parcel, Shipment, ShipmentLine
from inventory.shipping.services.choosing import tracking_url
from inventory.shipping.states import OPEN_LABELS, OPEN_SHIPMENTS, LabelStatus, ShipmentStatus
from orders.models.order import order_of

KIND = "shipping.shipment"


@dataclass(frozen=True)
class ParcelRow:
    """A parcel with its newest label. `may_*`: what is offered beside it."""

    position: int
    weight: str
    grams: int
    size: str
    label_id: int
    verdict: Verdict
    tracking: str
    url: str
    service: str
    problem: str
    cut: list[str]
    may_print: bool
    may_void: bool
    takes_number: bool


@require_safe
@never_cache
@staff_page("shipping.view_shipment")
def shipment(request: HttpRequest, shipment_id: int) -> HttpResponse:
    facts = read_shell()
    rows = Shipment.objects.select_related("service__carrier", "warehouse", "pick_list")
    found = get_object_or_404(rows, pk=shipment_id)
    context = _context(found, member_of_staff(request), facts)
    return render_page(request, "shipments/shipment.html", context, current="shipments", facts=facts)


def _context(shipment: Shipment, user: User, facts: ShellFacts) -> dict[str, Any]:
    parcels = list(Parcel.objects.filter(shipment=shipment).order_by("position"))
    labels = list(Label.objects.filter(parcel__shipment=shipment).select_related("parcel", "service__carrier").order_by("-pk"))
    may = _may(user)
    is_open = shipment.status in OPEN_SHIPMENTS and not shipment.is_held
    order_id = order_of(shipment.order_reference)
    shops = dict(Account.objects.order_by("pk").values_list("code", "name"))
    told, technical = timeline(_history(shipment.pk), shops, facts.now, facts.zone)
    rows = _parcel_rows(parcels, labels, may)
    step = next_step(shipment, rows)
    may_choose = may["carrier"] and shipment.status in OPEN_SHIPMENTS and not any(label.status in OPEN_LABELS for label in labels)
    may_correct = bool(order_id) and user.has_perm("orders.edit_order")
    return {
        "shipment": shipment,
        "order_url": reverse("order", args=[order_id]) if order_id and user.has_perm("orders.view_order") else "",
        "shop": shops.get(shipment.source, shipment.source),
        "badge": badge_of(shipment, labels, facts.now),
        "step": step if may.get(step.action) else replace(step, action=""),
        "ways": [way for way in step.ways if may.get(way.action)],
        "carriers": carriers_to_choose(needs_cash=shipment.cash_to_collect is not None) if may_choose else [],
        "is_stuck": step.is_stuck,
        "correct_url": reverse("order_edit", args=[order_id]) if step.is_stuck and may_correct else "",
        "by_rules": BY_RULES,
        "service_value": str(shipment.service_id),
        "lines": _lines(shipment.pk),
        "parcels": rows,
        "address": _address(shipment.recipient),
        "cash": wording.money(shipment.cash_to_collect, shipment.currency) if shipment.cash_to_collect else "",
        "due": clock_of(shipment.due_at, facts.now, facts.zone) if shipment.due_at else "",
        "shipped": wording.moment(shipment.shipped_at, facts.now, facts.zone) if shipment.shipped_at else "",
        "may": may,
        "may_pack": may["pack"] and is_open,
        "may_label": may["label"] and is_open and _wants_label(parcels, labels),
        "may_unpick": may["pick"] and shipment.status == ShipmentStatus.PICKING and shipment.pick_list_id is not None,
        "told": told,
        "technical": technical,
        "token": fresh_token(),
    }


def _wants_label(parcels: Sequence[Parcel], labels: Sequence[Label]) -> bool:
    """A parcel has none that is ready or on its way, or no parcel is made yet."""
    covered = {label.parcel_id for label in labels if label.status in OPEN_LABELS}
    return not parcels or any(parcel.pk not in covered for parcel in parcels)


def _may(user: User) -> dict[str, bool]:
    permissions = {
        "print": "shipping.print_shipment",
        "pick": "shipping.pick_shipment",
        "pack": "shipping.pack_shipment",
        "ship": "shipping.ship_shipment",
        "label": "shipping.buy_label",
        "void": "shipping.void_label",
        "carrier": "shipping.choose_carrier",
    }
    return {name: user.has_perm(permission) for name, permission in permissions.items()}


def _history(shipment_id: int) -> list[HistoryEntry]:
    entries = HistoryEntry.objects.filter(subject_kind=KIND, subject_id=str(shipment_id))
    return list(entries.select_related("by").order_by("pk"))


def _lines(shipment_id: int) -> list[dict[str, str]]:
    rows = ShipmentLine.objects.filter(shipment=shipment_id).select_related("bin").order_by("position", "pk")
    return [
        {
            "title": line.title,
            "kit": line.kit_title,
            "sku": line.sku,
            "gtin": line.gtin,
            "bin": line.bin.code if line.bin else "",
            "quantity": wording.quantity(line.quantity),
            "url": reverse("stock_why", args=[line.variant_id]),
        }
        for line in rows
    ]


def _parcel_rows(parcels: Sequence[Parcel], labels: Sequence[Label], may: dict[str, bool]) -> list[ParcelRow]:
    newest = {label.parcel_id: label for label in newest_labels(labels)}
    return [_parcel_row(parcel, newest.get(parcel.pk), may) for parcel in parcels]


def _parcel_row(parcel: Parcel, label: Label | None, may: dict[str, bool]) -> ParcelRow:
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    status = label.status if label else ""
    return ParcelRow(
        position=parcel.position,
        weight=weight(parcel.weight_grams),
        grams=parcel.weight_grams,
        size=" × ".join(wording.quantity(side // 10) for side in sides) + " cm" if all(sides) else "",
        label_id=label.pk if label else 0,
        verdict=label_verdict(label),
        tracking=label.tracking_number if label else "",
        url=_tracking_page(label),
        service=str(label.service) if label else "",
        problem=label.error if label else "",
        cut=[gettext("%(field)s: “%(lost)s” did not fit") % {"field": row[0], "lost": row[2]} for row in (label.cut if label else [])],
        may_print=may["print"] and status == LabelStatus.READY,
        may_void=may["void"] and status in (LabelStatus.READY, LabelStatus.WANTED),
        takes_number=may["label"] and label is not None and waits_for_number(label),
    )


def _tracking_page(label: Label | None) -> str:
    address = tracking_url(label) if label and label.tracking_number else ""
    return address if address.startswith(("https://", "http://")) else ""


def _address(told: dict[str, Any]) -> list[str]:
    """As it stands on the label: empty lines left out, and the country of home too."""
    town = " ".join(str(told.get(part) or "") for part in ("postcode", "city", "province")).strip()
    lines = [told.get("name"), told.get("company"), told.get("street"), told.get("street2"), " ".join(town.split()), abroad(told)]
    return list(dict.fromkeys(str(line) for line in lines if line))
