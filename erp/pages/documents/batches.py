"""One press of the print button: how far its papers are, what was left out, the papers themselves."""

from dataclasses import dataclass
from typing import Any

from csp.decorators import csp_exempt
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from erp.core.documents import merge
from erp.core.models import Document
from erp.core.refusals import Refused
from erp.pages.access import member_of_staff, staff_page
from erp.pages.links import document_url, page
from erp.pages.shell import render_page
from inventory.shipping.models import PrintBatch, Shipment
from inventory.shipping.services.printing import BatchProgress, PaperState, batch_progress, finish_batch, print_again
from orders.models.order import order_of

PRINT = "shipping.print_shipment"
SHEETS = ("list", "slips", "labels")
"""What is printed from a PDF, in the order of the work."""
ROLES = {
    "list": (gettext_lazy("Pick list"), "pick", gettext_lazy("one walk, sorted by bin")),
    "slips": (gettext_lazy("Packing slips"), "document", gettext_lazy("in the order of the list, without prices")),
    "labels": (gettext_lazy("Labels"), "barcode", gettext_lazy("100 × 150 mm, in the order of the list")),
    "zpl": (gettext_lazy("Labels for a label printer"), "print", gettext_lazy("ZPL, in the order of the list")),
}


@dataclass(frozen=True)
class PaperRow:
    """`url` is empty while there is nothing to open; `state` says why."""

    label: str
    icon: str
    hint: str
    url: str
    state: str
    tone: str


@require_safe
@never_cache
@staff_page(PRINT)
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    return render_page(request, "documents/batch.html", _context(batch_id, member_of_staff(request)), current="orders")


@require_safe
@never_cache
@staff_page(PRINT)
def batch_live(request: HttpRequest, batch_id: int) -> HttpResponse:
    return render(request, "documents/progress.html", _context(batch_id, member_of_staff(request)))


@csp_exempt()  # type: ignore[arg-type]  # browsers show a PDF inside an object of their own; the bytes are ours alone
@require_safe
@never_cache
@staff_page(PRINT)
def batch_papers(request: HttpRequest, batch_id: int) -> HttpResponse:
    """List, slips and labels as one PDF of the kept bytes, each page of its own size; the batch's page while one of them is being made."""
    keys = _together(_progress(batch_id))
    if not keys:
        return redirect("batch", batch_id)
    kept = dict(Document.objects.filter(pk__in=keys).values_list("pk", "content"))
    answer = HttpResponse(merge(bytes(kept[key] or b"") for key in keys), content_type="application/pdf")
    name = gettext("papers %(number)s") % {"number": batch_id} + ".pdf"
    answer["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return answer


@require_POST
@staff_page(PRINT)
def batch_finish(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Wait no longer for the carriers."""
    try:
        finish_batch(batch_id, by=member_of_staff(request))
    except Refused as refusal:
        messages.info(request, str(refusal))
    return redirect("batch", batch_id)


@require_POST
@staff_page(PRINT)
def batch_print(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The same papers once more to the house's printer."""
    try:
        print_again(batch_id, by=member_of_staff(request))
    except PrintBatch.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("The papers of batch %(number)s went to the printer again.") % {"number": batch_id})
    return redirect("batch", batch_id)


def _progress(batch_id: int) -> BatchProgress:
    try:
        return batch_progress(batch_id)
    except PrintBatch.DoesNotExist:
        raise Http404 from None


def _together(batch: BatchProgress) -> list[int]:
    """The papers that open as one; none before the last of them is made."""
    return [paper.document_id for paper in batch.papers if paper.role in SHEETS and paper.document_id] if batch.is_complete else []


def _context(batch_id: int, user: User) -> dict[str, Any]:
    progress = _progress(batch_id)
    return {
        "batch": progress,
        "headline": headline(progress),
        "standing": standing(progress),
        "papers": [paper_row(progress, paper) for paper in progress.papers],
        "left": _left(progress, user),
        "first_open": next((document_url(paper.document_id) for paper in progress.papers if paper.is_made and paper.document_id), ""),
        "has_all": bool(_together(progress)),
        "has_printer": bool(settings.REGIA_PRINTER or settings.REGIA_LABEL_PRINTER),
        "made_share": sum(paper.is_made for paper in progress.papers),
    }


def _left(batch: BatchProgress, user: User) -> list[dict[str, Any]]:
    """Who was left out, why, and the pages on which that is mended."""
    orders = dict(Shipment.objects.filter(pk__in=[each.shipment_id for each in batch.left]).values_list("pk", "order_reference"))
    may_choose, may_correct = user.has_perm("shipping.choose_carrier"), user.has_perm("orders.edit_order")
    rows = []
    for each in batch.left:
        order_id = order_of(orders.get(each.shipment_id, ""))
        shipment_url = page("shipment", each.shipment_id)
        rows.append(
            {
                "left": each,
                "url": shipment_url,
                "carrier_url": f"{shipment_url}#carrier" if each.is_picked and may_choose else "",
                "correct_url": page("order_edit", order_id) if each.is_picked and may_correct and order_id else "",
            }
        )
    return rows


def headline(batch: BatchProgress) -> str:
    """`48 done, 2 left out.`"""
    done = ngettext("%(count)s order ready to pack", "%(count)s orders ready to pack", batch.done) % {"count": batch.done}
    if not batch.left:
        return gettext("%(done)s.") % {"done": done}
    left = ngettext("%(count)s left out", "%(count)s left out", len(batch.left)) % {"count": len(batch.left)}
    return gettext("%(done)s, %(left)s.") % {"done": done, "left": left}


def standing(batch: BatchProgress) -> str:
    if any(paper.error and not paper.is_made for paper in batch.papers):
        return gettext("A paper could not be made yet. It is tried again by itself; if that fails too, a card says why.")
    if batch.at_carrier:
        text = ngettext("%(count)s label is still at the carrier.", "%(count)s labels are still at the carrier.", batch.at_carrier)
        return text % {"count": batch.at_carrier}
    if not batch.shipments:
        return gettext("Nothing was printed. Below stands why.")
    if not batch.is_complete:
        return gettext("The papers are being made.")
    if batch.send_error:
        return batch.send_error
    if not any(paper.role == "labels" and paper.is_made for paper in batch.papers):
        return gettext("List and slips are ready, there is no label to print.")
    return gettext("List, slips and labels have the same order.")


def paper_row(batch: BatchProgress, paper: PaperState) -> PaperRow:
    label, icon, hint = ROLES[paper.role]
    state, tone = _state(batch, paper)
    url = document_url(paper.document_id) if paper.is_made and paper.document_id else ""
    return PaperRow(str(label), icon, str(hint), url, state, tone)


def _state(batch: BatchProgress, paper: PaperState) -> tuple[str, str]:
    if paper.is_made:
        pages = ngettext("%(count)s page", "%(count)s pages", paper.pages) % {"count": paper.pages}
        return (pages if paper.pages else filesizeformat(paper.size)), "quiet"
    if paper.error:
        return gettext("could not be made yet"), "bad"
    if paper.document_id:
        return gettext("being made"), "go"
    if batch.at_carrier:
        return gettext("waits for the carrier"), "wait"
    return gettext("nothing to print"), "quiet"
