from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from erp.core.models import Receipt
from erp.core.receipts import undo_receipt
from erp.core.refusals import Refused
from erp.pages import wording
from erp.pages.access import member_of_staff, person_of, staff_page
from erp.pages.orders.receipt import Strip, strip_of
from erp.pages.shell import read_shell, render_page

PAGE_SIZE = 25
PERMISSION = "orders.view_order"


@dataclass(frozen=True)
class Line:
    strip: Strip
    at: str
    person: str
    is_undone: bool


@require_safe
@never_cache
@staff_page(PERMISSION)
def activity(request: HttpRequest) -> HttpResponse:
    """The receipts that are kept, the newest first."""
    facts, user = read_shell(), member_of_staff(request)
    page = Paginator(Receipt.objects.select_related("by").order_by("-at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [
        Line(
            strip_of(receipt, user),
            wording.moment(receipt.at, facts.now, facts.zone),
            person_of(receipt.by) if receipt.by else gettext("Regia"),
            receipt.undone_at is not None,
        )
        for receipt in page.object_list
    ]
    return render_page(request, "activity/page.html", {"lines": lines, "page": page, "pager_url": "?"}, current="activity", facts=facts)


@require_POST
@staff_page(PERMISSION)
def undo(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Take an action back, also tomorrow."""
    user = member_of_staff(request)
    try:
        strip = strip_of(undo_receipt(receipt_id, by=user), user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, " ".join([strip.title, *strip.refused]))
    return redirect("activity")
