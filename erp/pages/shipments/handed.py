"""What a carrier got on a day, parcel by parcel: the list that the driver signs; and labels that are printed again together."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from erp.core import clock
from erp.core.documents import merge
from erp.core.models import Document, Receipt
from erp.pages import wording
from erp.pages.access import member_of_staff, staff_page
from erp.pages.shell import read_shell, render_page
from erp.pages.shipments.queues import carrier_named
from erp.pages.shipments.rows import abroad, kilos, parcels_counted
from inventory.shipping.models import Label, Parcel, Shipment
from inventory.shipping.services.labelling import zpl_of
from inventory.shipping.states import OPEN_LABELS, ShipmentStatus

PRINT = "shipping.print_shipment"
FIRST_DAY = date(2000, 1, 1)
ON_SCREEN = 200
"""Parcels that the page shows at once; all of them when they are asked for, to be printed."""


@require_safe
@never_cache
@staff_page("shipping.view_shipment")
def manifest(request: HttpRequest) -> HttpResponse:
    """The parcels that were handed over on a day, by carrier: their number and weight, and the first of them or all."""
    facts = read_shell()
    day, carrier = _day(request.GET.get("day", ""), facts.now, facts.zone), carrier_named(request.GET.get("carrier", ""))
    parcels = _handed_over(day, facts.zone, carrier.pk if carrier else None)
    groups = _by_carrier(parcels, facts.now, facts.zone, limit=None if "all" in request.GET else ON_SCREEN)
    count = sum(group["parcels"] for group in groups)
    context = {
        "all_count": count if count > sum(len(group["rows"]) for group in groups) else 0,
        "shown": ON_SCREEN,
        "all_query": urlencode({"day": day.isoformat(), "carrier": request.GET.get("carrier", ""), "all": "1"}),
        "day": day,
        "day_said": day.strftime("%d/%m/%Y"),
        "before": (day - timedelta(days=1)).isoformat(),
        "after": (day + timedelta(days=1)).isoformat() if day < facts.now.astimezone(ZoneInfo(facts.zone)).date() else "",
        "groups": groups,
        "company": facts.company,
    }
    return render_page(request, "shipments/manifest.html", context, current="shipments", facts=facts)


@require_safe
@never_cache
@staff_page(PRINT)
def labels(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Labels printed again: waits until each has its paper, then one PDF; ZPL at once."""
    found = _labels_of(request, receipt_id)
    papers = [label.pdf_id for label in found if label.pdf_id]
    made = Document.objects.filter(pk__in=papers, rendered_at__isnull=False).count()
    context = {
        "receipt": receipt_id,
        "count": len(found),
        "made": made,
        "is_made": made == len(set(papers)),
        "has_zpl": all(label.zpl for label in found),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "shipments/labels_wait.html", context)
    return render_page(request, "shipments/labels.html", context, current="shipments")


@require_safe
@never_cache
@staff_page(PRINT)
def labels_file(request: HttpRequest, receipt_id: int, kind: str) -> HttpResponse:
    """The labels in the order of the list, as one PDF or as ZPL."""
    found = _labels_of(request, receipt_id)
    if kind == "zpl":
        return _file(zpl_of(found).encode(), "labels.zpl", "text/plain", as_file=True)
    papers = dict(
        Document.objects.filter(pk__in=[label.pdf_id for label in found if label.pdf_id], content__isnull=False).values_list(
            "pk", "content"
        )
    )
    if not all(label.pdf_id in papers for label in found):
        raise Http404
    return _file(
        merge(bytes(papers[label.pdf_id] or b"") for label in found if label.pdf_id), "labels.pdf", "application/pdf", as_file=False
    )


def _file(content: bytes, name: str, media_type: str, *, as_file: bool) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(as_file, name) or "inline"
    return answer


def _labels_of(request: HttpRequest, receipt_id: int) -> list[Label]:
    receipt = Receipt.objects.filter(pk=receipt_id, by=member_of_staff(request), action="shipments.reprint").first()
    if receipt is None:
        raise Http404
    keys = receipt.about.get("labels", [])
    rows = Label.objects.in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


def _day(text: str, now: datetime, zone: str) -> date:
    """The day that the address names; what is none, or lies beyond any calendar of ours, is today."""
    today = (now or clock.now()).astimezone(ZoneInfo(zone)).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if FIRST_DAY <= day <= today else today


def _handed_over(day: date, zone: str, carrier: int | None) -> QuerySet[Parcel]:
    began = datetime.combine(day, time.min, ZoneInfo(zone))
    shipments = Shipment.objects.filter(
        status=ShipmentStatus.SHIPPED, is_elsewhere=False, shipped_at__gte=began, shipped_at__lt=began + timedelta(days=1)
    )
    if carrier:
        shipments = shipments.filter(service__carrier=carrier)
    return Parcel.objects.filter(shipment__in=shipments)


def _by_carrier(parcels: QuerySet[Parcel], now: datetime, zone: str, *, limit: int | None) -> list[dict[str, Any]]:
    """Each carrier with its whole count and weight, and its rows among the first `limit`: three statements."""
    carrier = "shipment__service__carrier__name"
    totals = parcels.values_list(carrier).annotate(Count("pk"), Sum("weight_grams")).order_by(carrier)
    shown = list(
        parcels.select_related("shipment__service__carrier").order_by(carrier, "shipment__shipped_at", "shipment", "position")[:limit]
    )
    numbers = dict(
        Label.objects.filter(parcel__in=[parcel.pk for parcel in shown], status__in=OPEN_LABELS).values_list("parcel_id", "tracking_number")
    )
    rows: dict[str | None, list[Any]] = {}
    for parcel in shown:
        service = parcel.shipment.service
        line = _line(parcel, numbers.get(parcel.pk, ""), now, zone)
        rows.setdefault(service.carrier.name if service else None, []).append(line)
    return [
        {
            "carrier": name or gettext("Without a carrier"),
            "parcels": count,
            "count": parcels_counted(count),
            "weight": kilos(grams),
            "rows": rows.get(name, []),
        }
        for name, count, grams in totals
    ]


def _line(parcel: Any, tracking: str, now: datetime, zone: str) -> dict[str, Any]:
    shipment = parcel.shipment
    told = shipment.recipient
    is_first = parcel.position == 1
    return {
        "pk": shipment.pk,
        "order": shipment.order_number,
        "tracking": tracking,
        "recipient": shipment.recipient_name,
        "town": " ".join(str(told.get(part) or "") for part in ("postcode", "city", "province")).strip(),
        "country": abroad(told),
        "weight": kilos(parcel.weight_grams),
        "cash": wording.money(shipment.cash_to_collect, shipment.currency) if shipment.cash_to_collect and is_first else "",
        "at": wording.moment(shipment.shipped_at, now, zone),
    }
