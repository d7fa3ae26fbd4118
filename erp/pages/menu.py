"""Everything that the narrow navigation has no room for, and the person's own things: language, theme, keys, password, sign out."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from erp.pages.access import member_of_staff, staff_page
from erp.pages.roles import role_label
from erp.pages.shell import render_page


@require_safe
@staff_page()
def menu(request: HttpRequest) -> HttpResponse:
    roles = sorted(role_label(name) for name in member_of_staff(request).groups.values_list("name", flat=True))
    return render_page(request, "pages/menu.html", {"roles": roles}, current="menu")
