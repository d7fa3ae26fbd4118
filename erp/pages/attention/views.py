from itertools import groupby
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from erp.core.cards import close_card_by_hand, kind_of, known_kinds, retry_card, title_of
from erp.core.models import Card
from erp.core.refusals import Refused
from erp.pages.access import member_of_staff, staff_page
from erp.pages.attention.queries import areas, cards_page, settled_since
from erp.pages.cards import card_lines
from erp.pages.links import where_from
from erp.pages.shell import read_shell, render_page
from erp.pages.today.board import money

AREAS = {
    "orders": gettext_lazy("Orders"),
    "channels": gettext_lazy("Channels"),
    "invoices": gettext_lazy("Invoices"),
    "shipping": gettext_lazy("Shipments"),
    "inventory": gettext_lazy("Stock"),
    "crm": gettext_lazy("Customers"),
    "catalog": gettext_lazy("Catalogue"),
    "core": gettext_lazy("Foundations"),
}
GROUPS = {
    "bad": gettext_lazy("Wrong already"),
    "hold": gettext_lazy("Stopped by a rule"),
    "wait": gettext_lazy("Waiting for one thing"),
}


@require_safe
@never_cache
@staff_page()
def attention(request: HttpRequest) -> HttpResponse:
    facts = read_shell()
    area = request.GET.get("area", "")
    page = cards_page(area if area in AREAS else "", request.GET.get("page", ""))
    lines = card_lines(page.object_list, user=request.user, now=facts.now, zone=facts.zone)
    midnight = facts.now.astimezone(ZoneInfo(facts.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    context = {
        "count": facts.cards.count,
        "at_stake": money(facts.cards),
        "area": area,
        "areas": [(code, AREAS.get(code, code), count) for code, count in areas()],
        "groups": [(GROUPS.get(severity, severity), list(cards)) for severity, cards in groupby(lines, key=lambda line: line.severity)],
        "page": page,
        "settled": settled_since(midnight),
        "may_settle": request.user.has_perm("core.change_card"),
        "back": request.get_full_path(),
        "pager_url": f"?area={area}&" if area in AREAS else "?",
    }
    return render_page(request, "attention/page.html", context, current="attention", facts=facts)


@require_POST
@staff_page()
def press(request: HttpRequest, card_id: int) -> HttpResponse:
    """A card's one button: call its service, and say what became of it."""
    card = get_object_or_404(Card, pk=card_id, kind__in=known_kinds())
    title, permission = title_of(card), kind_of(card).permission
    if permission and not request.user.has_perm(permission):
        messages.error(request, gettext("Your role may not do this. “%(title)s” waits for a colleague.") % {"title": title})
        return _back(request)
    try:
        retry_card(card.pk, by=member_of_staff(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("Done: %(action)s. If the cause is gone, the card goes too.") % {"action": kind_of(card).action})
    return _back(request)


@require_POST
@staff_page("core.change_card")
def settle(request: HttpRequest, card_id: int) -> HttpResponse:
    """The quiet way out: a person says that a card is settled."""
    card = get_object_or_404(Card, pk=card_id, kind__in=known_kinds())
    close_card_by_hand(card.pk, by=member_of_staff(request))
    messages.success(request, gettext("“%(title)s” is settled. It comes back if its cause does.") % {"title": title_of(card)})
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the page where the button stood, if it is one of ours."""
    return redirect(where_from(request, "attention"))
