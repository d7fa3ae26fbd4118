import json
from typing import Any
from uuid import uuid4

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crm.models import Party
from erp.core.refusals import Refused
from erp.core.transactions import atomic, attempt
from erp.pages.access import member_of_staff, staff_page
from erp.pages.selling import queries, rows
from erp.pages.selling.form import PLACE, read_lines, read_sale
from erp.pages.selling.keeping import keep_address
from erp.pages.shell import read_shell, render_page
from orders.models import Order
from orders.sales import price_sale
from orders.services.selling import take_order

PERMISSION = "orders.sell_over_counter"
PRICES = "orders.set_price"
MOST_CHARACTERS = 100


@require_safe
@never_cache
@staff_page(PERMISSION)
def new_order(request: HttpRequest) -> HttpResponse:
    """The form; what is typed stays in the browser until it is confirmed."""
    facts, user = read_shell(), member_of_staff(request)
    context = {
        "methods": queries.shipping_methods(),
        "may_price": user.has_perm(PRICES),
        "draft_name": f"regia_draft_{user.pk}",
        "login_url": f"{reverse('account_login')}?next={reverse('new_order')}",
        "place_fields": PLACE,
        "fresh_key": uuid4().hex,
    }
    return render_page(request, "selling/page.html", context, current="new_order", facts=facts)


@require_safe
@never_cache
@staff_page(PERMISSION)
def articles(request: HttpRequest) -> HttpResponse:
    """Options for the search of a line."""
    text = _asked(request)
    found = [rows.article_option(each, text) for each in queries.find_articles(text)] if text else []
    return render(request, "selling/articles.html", {"found": found, "text": text})


@require_safe
@never_cache
@staff_page(PERMISSION)
def customers(request: HttpRequest) -> HttpResponse:
    """Options for the search of the customer, the last one being a new customer."""
    text = _asked(request)
    found = [rows.customer_option(party) for party in queries.find_customers(text)] if text else []
    return render(request, "selling/customers.html", {"found": found, "text": text})


@require_safe
@never_cache
@staff_page(PERMISSION)
def customer(request: HttpRequest, party_id: int) -> HttpResponse:
    """A customer's tax data, addresses and last orders."""
    facts = read_shell()
    found = queries.read_customer(get_object_or_404(Party, pk=party_id))
    told = rows.customer_facts(found, facts.zone)
    told["orders"] = render(request, "selling/last_orders.html", {"orders": told["orders"]}).content.decode()
    return JsonResponse(told)


@require_safe
@never_cache
@staff_page(PERMISSION)
def repeat(request: HttpRequest, order_id: int) -> HttpResponse:
    """The lines of an earlier order at today's prices."""
    get_object_or_404(Order.objects.only("pk"), pk=order_id)
    lines = [rows.repeated(line) for line in queries.lines_to_repeat(order_id)]
    return JsonResponse({"lines": lines})


@require_POST
@staff_page(PERMISSION)
def preview(request: HttpRequest) -> HttpResponse:
    """What the typed lines cost, what is missing of them, and what is wrong; changes nothing."""
    typed = read_lines(_told(request), may_price=member_of_staff(request).has_perm(PRICES))
    priced = price_sale(
        [(line, article) for (_place, line), article in zip(typed.lines, typed.articles, strict=True)], typed.shipping_gross
    )
    totals = render(request, "selling/totals.html", {"totals": rows.totals(priced)}).content.decode()
    return JsonResponse({"lines": rows.priced_lines(typed, priced), "totals": totals, "errors": typed.errors})


@require_POST
@staff_page(PERMISSION)
def confirm(request: HttpRequest) -> HttpResponse:
    """Take the order; the same form sent twice takes it once and leads to the same page."""
    told, user = _told(request), member_of_staff(request)
    try:
        typed = read_lines(told, may_price=user.has_perm(PRICES))
        sale = read_sale(told, typed)
        if sale is None:
            made = (
                Order.objects.filter(source=typed.kind, external_id=str(told.get("key", "")).replace("\x00", "").strip()[:100])
                .order_by("pk")
                .first()
            )
            if made is not None and typed.errors == typed.shortages:
                return JsonResponse({"url": reverse("order", args=[made.pk])})
            return JsonResponse(
                {"errors": typed.errors, "message": gettext("Not confirmed yet: look at the fields marked in red.")}, status=422
            )
        with attempt(), atomic():
            order_id = take_order(sale, by=user)
            keep_address(sale, by=user)
    except Refused as refusal:
        return _refused(str(refusal), {})
    return JsonResponse({"url": reverse("order", args=[order_id])})


def _refused(message: str, errors: dict[str, str]) -> HttpResponse:
    return JsonResponse({"errors": errors, "message": message}, status=422)


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:MOST_CHARACTERS]


def _told(request: HttpRequest) -> dict[str, Any]:
    try:
        told = json.loads(request.body)
    except ValueError as wrong:
        raise BadRequest("not JSON") from wrong
    if not isinstance(told, dict):
        raise BadRequest("not an object")
    return told
