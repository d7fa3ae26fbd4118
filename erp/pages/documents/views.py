"""A printed paper in the browser: the bytes as they were kept, or an honest word about where they are."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_exempt
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from erp.core.documents import paper_kind
from erp.core.models import Document
from erp.core.refusals import Refused
from erp.pages.access import member_of_staff, staff_page
from erp.pages.links import where_from
from erp.pages.shell import render_page
from inventory.shipping.services.printing import paper_of_label, paper_of_list, paper_of_shipment

PRINT = "shipping.print_shipment"
PDF = "application/pdf"


@csp_exempt()  # type: ignore[arg-type]  # browsers show a PDF inside an object of their own; the bytes are ours alone
@require_safe
@never_cache
@staff_page()
def document(request: HttpRequest, document_id: int) -> HttpResponse:
    """The paper itself, shown where it is a PDF; while it is being made, a page that waits for it."""
    paper = _allowed(request, document_id)
    if not paper.rendered_at:
        return render_page(request, "documents/waiting.html", {"paper": paper}, current="", status=202 if not paper.error else 200)
    content = bytes(Document.objects.values_list("content", flat=True).get(pk=document_id) or b"")
    as_file = paper.media_type != PDF or "download" in request.GET
    answer = HttpResponse(content, content_type=paper.media_type)
    answer["Content-Disposition"] = content_disposition_header(as_file, paper.file_name) or "inline"
    answer["ETag"] = f'"{paper.sha256}"'
    return answer


@require_safe
@never_cache
@staff_page()
def document_live(request: HttpRequest, document_id: int) -> HttpResponse:
    """What the waiting page asks for: itself again, or the way to the paper."""
    paper = _allowed(request, document_id)
    if paper.rendered_at:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse("document", args=[document_id])
        return answer
    return render(request, "documents/wait.html", {"paper": paper})


@require_POST
@staff_page(PRINT)
def label_paper(request: HttpRequest, label_id: int) -> HttpResponse:
    return _paper(request, paper_of_label, label_id)


@require_POST
@staff_page(PRINT)
def shipment_slip(request: HttpRequest, shipment_id: int) -> HttpResponse:
    return _paper(request, paper_of_shipment, shipment_id)


@require_POST
@staff_page(PRINT)
def pick_list_paper(request: HttpRequest, pick_list_id: int) -> HttpResponse:
    return _paper(request, paper_of_list, pick_list_id)


def _paper(request: HttpRequest, ask: Callable[..., Document], key: int) -> HttpResponse:
    """To the paper, or back with the reason."""
    try:
        paper: Any = ask(key, by=member_of_staff(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(where_from(request, "today"))
    return redirect("document", paper.pk)


def _allowed(request: HttpRequest, document_id: int) -> Document:
    """The document without its bytes. 404 for one that is not there or of a kind that this version does not have."""
    paper = get_object_or_404(Document.objects.defer("content"), pk=document_id)
    try:
        kind = paper_kind(paper.kind)
    except Refused as refusal:
        raise Http404 from refusal
    if not request.user.has_perm(kind.permission):
        raise PermissionDenied
    return paper
