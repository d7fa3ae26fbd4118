"""What narrows the list: the panel with all filters, and the filters that a person keeps."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from erp.core.refusals import Refused
from erp.core.saved_filters import drop_filter, filters_of, save_filter
from erp.pages.access import member_of_staff, staff_page
from erp.pages.deeds import refuse_nul
from erp.pages.orders import queries
from erp.pages.orders.listing import PAGE
from erp.pages.orders.queues import COUNTRIES
from erp.pages.orders.state import state_of
from erp.pages.orders.views import PERMISSION, account_channels


@require_safe
@never_cache
@staff_page(PERMISSION)
def panel(request: HttpRequest) -> HttpResponse:
    """All filters of the list as one form, and the reader's own filters."""
    state = state_of(request.GET)
    context = {
        "state": state,
        "query": state.query(),
        "channels": sorted(((code, each.name) for code, each in account_channels().items()), key=lambda each: each[1]),
        "warehouses": queries.warehouses(),
        "tags": queries.tags_in_use(),
        "countries": COUNTRIES,
        "saved": filters_of(member_of_staff(request), PAGE),
    }
    return render(request, "orders/panel.html", context)


@require_POST
@staff_page(PERMISSION)
def save(request: HttpRequest) -> HttpResponse:
    """Keep the list under a name of one's own."""
    name, query = request.POST.get("name", ""), request.POST.get("query", "")
    refuse_nul(name, query)
    try:
        save_filter(PAGE, name, query, by=member_of_staff(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _back(query)


@require_POST
@staff_page(PERMISSION)
def drop(request: HttpRequest, filter_id: int) -> HttpResponse:
    drop_filter(filter_id, by=member_of_staff(request))
    return _back(request.POST.get("query", ""))


def _back(query: str) -> HttpResponse:
    """To the list that the reader saw; what is no query of ours is read as none."""
    return redirect(reverse("orders") + (query if query.startswith("?") else ""))
