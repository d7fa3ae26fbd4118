from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from channels.services.connecting.living import stop_all_stock
from erp.pages import wording
from erp.pages.access import member_of_staff, staff_page
from erp.pages.cards import card_lines
from erp.pages.channels import line_of, pulse_of
from erp.pages.orders.bands import queue_counts
from erp.pages.orders.queues import day_of
from erp.pages.pickups import next_van
from erp.pages.shell import ShellFacts, live_shell, read_shell, render_page
from erp.pages.today import board
from erp.pages.today.cells import ACCOUNTS, Figures, cells, hold_label, hold_queue, orders_queue, shipments_queue, wanted_by
from erp.pages.today.papers import papers_of
from erp.pages.today.pickups import pickup_board
from erp.pages.today.queries import OrderFigures, day_figures, holds_by_kind, order_figures, short_figures, worst_cards

PAUSE = "channels.pause_account"


@require_safe
@never_cache
@staff_page()
def today(request: HttpRequest) -> HttpResponse:
    facts = read_shell()
    context = {**_parts(request, facts), "may_stop": request.user.has_perm(PAUSE) and _flows(facts)}
    return render_page(request, "today/page.html", context, current="today", facts=facts)


@require_POST
@staff_page(PAUSE)
def stop_stock(request: HttpRequest) -> HttpResponse:
    """The one switch: no number leaves for any shop any more. Each account is resumed on its own page."""
    stopped = stop_all_stock(by=member_of_staff(request))
    said = ngettext(
        "No stock number leaves any more: %(count)d account was stopped. Resume it in Administration, Channels.",
        "No stock number leaves any more: %(count)d accounts were stopped. Resume each in Administration, Channels.",
        stopped,
    )
    messages.success(request, said % {"count": stopped})
    return redirect("today")


@require_safe
@never_cache
@staff_page()
def live(request: HttpRequest) -> HttpResponse:
    """The same parts alone; HTMX puts each in its place."""
    facts = read_shell()
    return render(request, "today/live.html", {**_parts(request, facts), "shell": live_shell(request, facts), "swap": True})


def _parts(request: HttpRequest, facts: ShellFacts) -> dict[str, Any]:
    user, now, zone = request.user, facts.now, facts.zone
    orders, holds, day = order_figures(), holds_by_kind(), day_figures(now, zone)
    papers = papers_of(now.astimezone(ZoneInfo(zone)).date()) if user.has_perm("invoices.view_invoice") else None
    figures = Figures(
        orders, queue_counts(day_of(now, zone)), holds, short_figures(), day, pulse_of(facts.channels, now), facts.vans, papers, now
    )
    may_open = user.has_perm("orders.view_order")
    return {
        "day": wording.long_day(now, zone),
        "read_at": wording.moment(now, now, zone),
        "headline": board.headline(orders),
        "next": _next_step(request, facts, orders),
        "pickups": pickup_board(facts.vans, now, zone),
        "may_open_shipments": user.has_perm("shipping.view_shipment"),
        "cells": cells(figures, user),
        "papers": papers,
        "papers_first": wanted_by(user) == ACCOUNTS,
        "cards": card_lines(worst_cards(), user=user, now=now, zone=zone),
        "back": reverse("today"),
        "cards_open": facts.cards.count,
        "channels": [line_of(channel, now) for channel in facts.channels],
        "holds": [(hold_label(kind), count, hold_queue(kind) if may_open else "") for kind, count in holds],
        "chart": board.chart(day),
    }


def _flows(facts: ShellFacts) -> bool:
    return any(channel.account.writes_stock for channel in facts.channels)


def _next_step(request: HttpRequest, facts: ShellFacts, orders: OrderFigures) -> dict[str, str] | None:
    """The one filled button: the worst queue that this person may open."""
    may = request.user.has_perm
    van = next_van(facts.vans)
    if van and van.load.ready and may("shipping.print_shipment"):
        label = gettext("Prepare the %(count)d for %(name)s") % {"count": van.load.ready, "name": van.name}
        return {"url": f"{shipments_queue('ready')}&carrier={van.load.carrier}", "label": label}
    if van and van.load.packed and may("shipping.ship_shipment"):
        label = gettext("Hand the %(count)d packed ones to %(name)s") % {"count": van.load.packed, "name": van.name}
        return {"url": f"{shipments_queue('packed')}&carrier={van.load.carrier}", "label": label}
    if orders.to_ship.count and may("orders.view_order"):
        return {"url": orders_queue("ship"), "label": gettext("Open the orders to ship")}
    return None
