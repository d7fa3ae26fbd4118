"""The shell's own refresh: what every page shows of the day grows old together."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from erp.pages.access import staff_page
from erp.pages.shell import live_shell, read_shell


@require_safe
@never_cache
@staff_page()
def heartbeat(request: HttpRequest) -> HttpResponse:
    """Counts, channels and the next pickup; HTMX puts each in its place."""
    return render(request, "shell/live.html", {"shell": live_shell(request, read_shell()), "swap": True})
