"""Carriers that we do not call: tracking numbers are typed one after the other, or go out and come back in a file."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from erp.core.models import Receipt
from erp.core.receipts import Outcome, run_together
from erp.core.refusals import Refused
from erp.pages.access import member_of_staff, staff_page
from erp.pages.bulk import back_to, form_key, fresh_token, receipt_shown
from erp.pages.deeds import refuse_nul
from erp.pages.links import admin_list
from erp.pages.pickups import clock_of
from erp.pages.shell import ShellFacts, read_shell, render_page
from erp.pages.shipments.rows import NumberField, number_field, place_of
from inventory.shipping.carriers.manual.sheet import NumberRow, decode_sheet, read_numbers, write_refused
from inventory.shipping.models import Carrier, Label
from inventory.shipping.services.labelling import (
    carriers_by_hand,
    check_numbers,
    enter_tracking,
    export_parcels,
    import_numbers,
    labels_by_hand,
)

PERMISSION = "shipping.buy_label"
ACTION = "shipments.numbers"
MOST_BYTES = 2_000_000
MOST_FIELDS = 100


@require_safe
@never_cache
@staff_page(PERMISSION)
def numbers(request: HttpRequest) -> HttpResponse:
    """What waits for a number, by carrier, and what became of the file that was uploaded last."""
    facts, receipt = read_shell(), receipt_shown(request)
    waiting = labels_by_hand().select_related("parcel__shipment", "service__carrier")
    labels = list(waiting.order_by("parcel__shipment__due_at", "pk")[:MOST_FIELDS])
    context = {
        "groups": _groups(labels, facts),
        "more": labels_by_hand().count() - len(labels) if len(labels) == MOST_FIELDS else 0,
        "fields": [number_field(label) for label in labels],
        "first_field": labels[0].pk if labels and not receipt else 0,
        "outcome": _outcome(receipt) if receipt and receipt.action == ACTION else None,
        "setup_url": admin_list("shipping_carrier") if request.user.has_perm("shipping.change_carrier") else "",
        "may_print": request.user.has_perm("shipping.print_shipment"),
        "token": fresh_token(),
        "here": reverse("shipments_numbers"),
    }
    return render_page(request, "shipments/numbers.html", context, current="shipments", facts=facts)


@require_POST
@staff_page(PERMISSION)
def number(request: HttpRequest) -> HttpResponse:
    """One number: answers with its field, as it stands now."""
    key, typed = request.POST.get("label", ""), request.POST.get("number", "")
    refuse_nul(typed)
    label = _label(key)
    try:
        enter_tracking(label.pk, number=typed, by=member_of_staff(request))
        field = number_field(label, number="".join(typed.split()), is_done=True)
    except Refused as refusal:
        field = number_field(label, number=typed[:80], error=str(refusal))
    if request.headers.get("HX-Request") == "true":
        return render(request, "shipments/number.html", {"field": field})
    if field.error:
        messages.error(request, field.error)
    return back_to(request, "shipments_numbers")


@require_safe
@never_cache
@staff_page(PERMISSION)
def parcels_file(request: HttpRequest, carrier_id: int) -> HttpResponse:
    """The waiting parcels of one carrier, for its own program."""
    carrier = get_object_or_404(Carrier, pk=carrier_id)
    return _csv(export_parcels(carrier.pk), f"{carrier.code}.csv")


@require_POST
@staff_page(PERMISSION)
def take_file(request: HttpRequest, carrier_id: int) -> HttpResponse:
    """The file with the numbers. Its outcome is a receipt; a file that cannot be read leaves nothing but a sentence."""
    carrier = get_object_or_404(Carrier, pk=carrier_id)
    try:
        rows = _rows(request.FILES.get("file"))
        receipt = _take(carrier, rows, member_of_staff(request), form_key(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("shipments_numbers")
    return redirect(f"{reverse('shipments_numbers')}?receipt={receipt.pk}")


@require_safe
@never_cache
@staff_page(PERMISSION)
def refused_file(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """The rows that were refused, each with its reason; corrected, they are uploaded as they are."""
    receipt = get_object_or_404(Receipt, pk=receipt_id, by=member_of_staff(request), action=ACTION)
    return _csv(write_refused([(row["label"], row["number"], row["why"]) for row in _refused(receipt)]), "refused.csv")


def _label(key: str) -> Label:
    if not (key.isdecimal() and key.isascii() and len(key) < 19):
        raise Http404
    return get_object_or_404(Label.objects.select_related("parcel__shipment"), pk=int(key))


def _rows(file: "UploadedFile[Any] | None") -> list[NumberRow]:
    if file is None:
        raise Refused(gettext("No file is chosen. Choose the CSV file with the numbers."))
    if (file.size or 0) > MOST_BYTES:
        raise Refused(gettext("The file is larger than 2 MB, so it is not the list of parcels. Choose the CSV file with the numbers."))
    rows = read_numbers(decode_sheet(file.read()))
    check_numbers(rows)
    return rows


def _take(carrier: Carrier, rows: Sequence[NumberRow], by: User, key: str) -> Receipt:
    told = {row.place: row for row in rows}

    def together(_places: list[int]) -> Outcome:
        taken = import_numbers(carrier.pk, rows, by=by)
        return Outcome(
            done=[(place, told[place].reference, {"shipment": shipment}) for place, shipment in taken.taken.items()],
            refused=[(place, told[place].reference[:80], why) for place, why in taken.refused],
            about={
                "carrier": carrier.name,
                "known": len(taken.known),
                "numbers": {str(place): told[place].number[:80] for place, _why in taken.refused},
            },
        )

    return run_together(ACTION, [(row.place, row.reference) for row in rows], together, by=by, key=key)


def _refused(receipt: Receipt) -> list[dict[str, Any]]:
    numbers = receipt.about.get("numbers", {})
    return [{**row, "number": numbers.get(str(row["id"]), "")} for row in receipt.refused]


def _outcome(receipt: Receipt) -> dict[str, Any]:
    taken, known, refused = len(receipt.done), receipt.about.get("known", 0), _refused(receipt)
    said = [
        ngettext("%(count)d number taken", "%(count)d numbers taken", taken) % {"count": taken},
        ngettext("%(count)d known already", "%(count)d known already", known) % {"count": known},
        ngettext("%(count)d row refused", "%(count)d rows refused", len(refused)) % {"count": len(refused)},
    ]
    return {
        "pk": receipt.pk,
        "carrier": receipt.about.get("carrier", ""),
        "said": ", ".join(said),
        "refused": refused,
        "shipments": list(dict.fromkeys(row["told"]["shipment"] for row in receipt.done)),
    }


def _groups(labels: Sequence[Label], facts: ShellFacts) -> list[dict[str, Any]]:
    """Every carrier that works by hand, those for which nothing waits too: their file may still come."""
    groups = {carrier.pk: {"pk": carrier.pk, "name": carrier.name, "rows": []} for carrier in carriers_by_hand()}
    for label in labels:
        carrier = label.service.carrier
        group: dict[str, Any] = groups.setdefault(carrier.pk, {"pk": carrier.pk, "name": carrier.name, "rows": []})
        group["rows"].append(_row(label, facts))
    return list(groups.values())


def _row(label: Label, facts: ShellFacts) -> dict[str, Any]:
    shipment = label.parcel.shipment
    field: NumberField = number_field(label)
    return {
        "field": field,
        "url": reverse("shipment", args=[shipment.pk]),
        "number": shipment.order_number,
        "recipient": shipment.recipient_name,
        "place": place_of(shipment),
        "reference": label.reference,
        "service": label.service.name,
        "due": clock_of(shipment.due_at, facts.now, facts.zone) if shipment.due_at else "\N{EN DASH}",
    }


def _csv(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text.encode(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
