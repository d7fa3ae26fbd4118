from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from erp.core.clock import today
from erp.core.refusals import Refused
from erp.pages.access import member_of_staff, staff_page
from erp.pages.bulk import back_to, chosen_keys, first_press, form_key, fresh_token, receipt_shown, strip_of
from erp.pages.deeds import allowed_deed
from erp.pages.invoices import queries
from erp.pages.invoices.deeds import DEEDS, OFFERED, WORDS, named, send
from erp.pages.invoices.one import invoice_context
from erp.pages.invoices.queries import DAYS_SHOWN, QUEUES, Wanted, page_of, wanted_of
from erp.pages.invoices.rows import day_blocks, due_row, invoice_row
from erp.pages.shell import ShellFacts, read_shell, render_page
from orders.invoices.models import Invoice
from orders.invoices.queries import newest_mails

PERMISSION = "invoices.view_invoice"
LABELS = {
    "to_issue": gettext_lazy("To issue"),
    "issued": gettext_lazy("Issued"),
    "mail": gettext_lazy("Not arrived"),
    "credit": gettext_lazy("Credit note due"),
    "days": gettext_lazy("Daily takings and OSS"),
}
EMPTY = {
    "to_issue": gettext_lazy("No sale waits for an invoice."),
    "issued": gettext_lazy("No invoice fits. The first one is issued when an order that needs one has left."),
    "mail": gettext_lazy("Every invoice that was sent has arrived at the mail server."),
    "credit": gettext_lazy("No credit note is due."),
    "days": gettext_lazy("No sale of these days goes to the daily takings, OSS or export."),
}


@require_safe
@never_cache
@staff_page(PERMISSION)
def invoices(request: HttpRequest) -> HttpResponse:
    facts, wanted = read_shell(), wanted_of(request.GET)
    context = {**_head(wanted), **_body(request, wanted, facts)}
    return render_page(request, "invoices/page.html", context, current="invoices", facts=facts)


@require_safe
@never_cache
@staff_page(PERMISSION)
def invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    facts = read_shell()
    found = get_object_or_404(Invoice.objects.select_related("order", "issued_by"), pk=invoice_id)
    context = {
        **invoice_context(found, member_of_staff(request), facts.now, facts.zone),
        "may_send": request.user.has_perm("invoices.send_invoice"),
        "token": fresh_token(),
    }
    return render_page(request, "invoices/invoice.html", context, current="invoices", facts=facts)


@require_POST
@staff_page("invoices.send_invoice")
def send_one(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Send an invoice to the buyer's address, or to another one."""
    found = get_object_or_404(Invoice, pk=invoice_id)
    try:
        with first_press(request) as is_first:
            if is_first:
                send(found.pk, by=member_of_staff(request), to=request.POST.get("to", "").strip())
                messages.success(request, gettext("Invoice %(number)s is on its way by e-mail.") % {"number": found.number_text})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("invoice", invoice_id)


@require_POST
@staff_page(PERMISSION)
def act(request: HttpRequest) -> HttpResponse:
    """A deed on the chosen rows, with its receipt above the list."""
    deed = allowed_deed(request, DEEDS, request.POST.get("deed", ""))
    keys = chosen_keys(request)
    numbers = dict(Invoice.objects.filter(pk__in=keys).values_list("pk", "number_text"))
    try:
        receipt = deed.run(named(deed, keys, numbers), member_of_staff(request), form_key(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return back_to(request, "invoices")
    return back_to(request, "invoices", receipt)


def _head(wanted: Wanted) -> dict[str, Any]:
    counted = queries.counts()
    return {
        "wanted": wanted,
        "title": LABELS[wanted.queue],
        "empty": EMPTY[wanted.queue],
        "next": wanted.address(),
        "token": fresh_token(),
        "pager_url": wanted.address() + "&",
        "tabs": [
            {
                "label": LABELS[code],
                "url": Wanted(queue=code).address(),
                "count": counted[code],
                "is_current": code == wanted.queue,
                "is_bad": code == "mail" and bool(counted[code]),
            }
            for code in QUEUES
        ],
    }


def _body(request: HttpRequest, wanted: Wanted, facts: ShellFacts) -> dict[str, Any]:
    if wanted.queue == "days":
        return _days(facts)
    receipt = receipt_shown(request)
    again = {row["id"] for row in receipt.refused} if receipt else set()
    deed = DEEDS[OFFERED[wanted.queue]]
    return {
        **(_dues(request, wanted, again) if wanted.queue == "to_issue" else _invoices(request, wanted, again)),
        "deeds": [{"deed": deed, "is_main": True}] if request.user.has_perm(deed.permission) else [],
        "strip": strip_of(receipt, member_of_staff(request), WORDS) if receipt else None,
    }


def _dues(request: HttpRequest, wanted: Wanted, again: set[int]) -> dict[str, Any]:
    page = page_of(queries.to_issue(wanted), request.GET.get("page", ""))
    return {"page": page, "dues": [due_row(due, is_checked=due.order_id in again) for due in page.object_list]}


def _invoices(request: HttpRequest, wanted: Wanted, again: set[int]) -> dict[str, Any]:
    page = page_of(queries.invoices_in(wanted), request.GET.get("page", ""))
    found = cast("Sequence[Invoice]", page.object_list)
    mails = newest_mails([each.pk for each in found])
    return {"page": page, "rows": [invoice_row(each, mails.get(each.pk), is_checked=each.pk in again) for each in found]}


def _days(facts: ShellFacts) -> dict[str, Any]:
    last = today(facts.zone)
    first = last - timedelta(days=DAYS_SHOWN - 1)
    return {"days": day_blocks(queries.rates_by_day(first, last), queries.sales_of_day(first, last)), "days_shown": DAYS_SHOWN}
