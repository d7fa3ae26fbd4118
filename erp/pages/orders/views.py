from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from channels.models import Account
from erp.core import clock
from erp.core.receipts import MAX_ROWS
from erp.pages.access import member_of_staff, staff_page
from erp.pages.orders import queries
from erp.pages.orders.bands import newest_and_counts, queue_counts
from erp.pages.orders.deeds import allowed
from erp.pages.orders.listing import channels_by_code, empty_words, head_context, list_context, rows_context
from erp.pages.orders.queues import day_of
from erp.pages.orders.side import read_side
from erp.pages.orders.state import state_of
from erp.pages.queries import who_we_are
from erp.pages.shell import read_shell, render_page

PERMISSION = "orders.view_order"


@require_safe
@never_cache
@staff_page(PERMISSION)
def orders(request: HttpRequest) -> HttpResponse:
    """The desk: a queue of orders with everything that can be done to them."""
    facts = read_shell()
    return render_page(request, "orders/page.html", list_context(request, facts), current="orders", facts=facts)


@require_safe
@never_cache
@staff_page(PERMISSION)
def rows(request: HttpRequest) -> HttpResponse:
    """The list alone, afresh; or, with `after`, the page that goes on behind it."""
    return render(request, "orders/more.html" if request.GET.get("after") else "orders/fresh.html", fresh_context(request))


@require_safe
@never_cache
@staff_page(PERMISSION)
def live(request: HttpRequest) -> HttpResponse:
    """Counts, and how many orders of this list came since the reader loaded it; never the rows."""
    state, (_name, zone) = state_of(request.GET), who_we_are()
    day, since = day_of(clock.now(), zone), request.GET.get("since", "")
    newer = queries.orders_since(state, day, int(since)) if since.isdecimal() and since.isascii() else 0
    return render(request, "orders/live.html", {**head_context(state, queue_counts(day)), "newer": newer})


@require_safe
@never_cache
@staff_page(PERMISSION)
def side(request: HttpRequest, order_id: int) -> HttpResponse:
    """One order beside the list."""
    _name, zone = who_we_are()
    user = member_of_staff(request)
    may = {**allowed(user), "edit": user.has_perm("orders.edit_order")}
    shown = read_side(order_id, account_channels(), may, clock.now(), zone)
    if shown is None:
        raise Http404
    return render(request, "orders/side.html", {"side": shown})


@require_safe
@never_cache
@staff_page(PERMISSION)
def chosen(request: HttpRequest) -> HttpResponse:
    """The keys of all orders of the list, with what each is worth: what “A” chooses. At most as many as one deed takes."""
    _name, zone = who_we_are()
    found = queries.chosen_orders(state_of(request.GET), day_of(clock.now(), zone), MAX_ROWS + 1)
    rows = [[pk, int(total * 100), currency] for pk, total, currency in found[:MAX_ROWS]]
    return JsonResponse({"orders": rows, "is_all": len(found) <= MAX_ROWS})


def fresh_context(request: HttpRequest, query: Any = None) -> dict[str, Any]:
    """The rows and counts of the list that a query string names, without the shell."""
    query = request.GET if query is None else query
    state, (_name, zone) = state_of(query), who_we_are()
    day, after = day_of(clock.now(), zone), query.get("after", "")
    newest, counts = newest_and_counts(day)
    count = None if state.is_narrowed or after else counts.get(state.queue)
    return {
        **head_context(state, counts),
        **rows_context(state, day, account_channels(), zone, count=count, after=after),
        "newest": newest,
        "empty": empty_words(state, counts),
    }


def account_channels() -> Any:
    return channels_by_code(list(Account.objects.order_by("name", "pk")))
