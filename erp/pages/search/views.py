from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from erp.pages.access import staff_page
from erp.pages.search.asked import read
from erp.pages.search.hits import exact_address, find
from erp.pages.shell import render_page

MOST_WHILE_TYPING = 5
MOST_ON_THE_PAGE = 25


@require_safe
@never_cache
@staff_page()
def search(request: HttpRequest) -> HttpResponse:
    """While somebody types: the lines alone. On Enter (`go`): straight to the one thing that bears this number, else a page of all hits."""
    asked = read(request.GET.get("q", ""))
    is_typing = request.headers.get("HX-Request") == "true"
    groups = find(asked, request.user, MOST_WHILE_TYPING if is_typing else MOST_ON_THE_PAGE)
    context = {"asked": asked, "groups": groups, "count": sum(len(group.hits) for group in groups), "most": MOST_ON_THE_PAGE}
    if is_typing:
        return render(request, "search/found.html", context)
    address = exact_address(groups) if request.GET.get("go") else ""
    return redirect(address) if address else render_page(request, "search/page.html", context, current="search")
