import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from channels.models import Account, InboxMessage
from erp.pages.access import member_of_staff, staff_page
from erp.pages.order.page import order_context
from erp.pages.order.presence import HEARTBEAT_SECONDS, note_presence
from erp.pages.order.queries import ORDER_BODY, orders_with_their_own, read_order
from erp.pages.shell import read_shell, render_page
from orders.models import Order

PERMISSION = "orders.view_order"


def order_or_404(order_id: int) -> Order:
    return get_object_or_404(orders_with_their_own(), pk=order_id)


@require_safe
@never_cache
@staff_page(PERMISSION)
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """One order with everything about it, and its next step."""
    shell, user = read_shell(), member_of_staff(request)
    facts = read_order(order_or_404(order_id))
    context = order_context(facts, user, shell.now, shell.zone) | presence_context(order_id, note_presence(order_id, user))
    return render_page(request, "order/page.html", context, current="orders", facts=shell)


@require_POST
@staff_page(PERMISSION)
def presence(request: HttpRequest, order_id: int) -> HttpResponse:
    """The heartbeat of an open page; the answer says who else is there."""
    others = note_presence(order_id, member_of_staff(request))
    return render(request, "order/presence.html", presence_context(order_id, others))


@require_safe
@never_cache
@staff_page(PERMISSION)
def body(request: HttpRequest, order_id: int) -> HttpResponse:
    """The newest body that the shop sent of the order, as it came."""
    row = get_object_or_404(Order.objects.only("pk", "source", "external_id"), pk=order_id)
    account = Account.objects.filter(code=row.source).order_by("pk").first()
    messages = InboxMessage.objects.filter(account=account, kind=ORDER_BODY, external_id=row.external_id).exclude(body="")
    newest = messages.order_by("-pk").first()
    return render(request, "order/body.html", {"body": _pretty(newest.body) if newest else "", "message": newest})


def presence_context(order_id: int, others: list[str]) -> dict[str, Any]:
    text = ngettext("%(names)s is working on this order", "%(names)s are working on this order", len(others))
    return {"present": text % {"names": gettext(" and ").join(others)} if others else "", "heartbeat": HEARTBEAT_SECONDS}


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
