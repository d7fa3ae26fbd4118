"""The shell around every page: navigation with counts, the channels in one sentence, who is signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from erp.core import clock
from erp.pages.access import member_of_staff, person_of
from erp.pages.channels import Pulse, pulse_of
from erp.pages.links import admin_list
from erp.pages.pickups import NextPickup, Van, next_in_words
from erp.pages.queries import Amount, ChannelFacts, channel_facts, house_facts


@dataclass(frozen=True)
class ShellFacts:
    """What the shell shows of the business; a page that needs the same figures takes them from here."""

    now: datetime
    company: str
    zone: str
    cards: Amount
    to_ship: int
    channels: list[ChannelFacts]
    vans: list[Van]

    @property
    def shipments(self) -> int:
        """Open shipments that nothing holds."""
        return sum(van.load.waiting for van in self.vans)


@dataclass(frozen=True)
class Entry:
    name: str
    label: str
    icon: str
    url: str
    short_label: str = ""
    is_tab: bool = False
    is_current: bool = False
    count_id: str = ""
    count: int = 0
    is_hot: bool = False


@dataclass(frozen=True)
class Group:
    label: str
    entries: list[Entry]


@dataclass(frozen=True)
class Shell:
    home: str
    menu: str
    company: str
    person: str
    groups: list[Group]
    channels: Pulse
    pickup: NextPickup | None
    pickup_url: str
    searched: str = ""
    is_menu: bool = False


def read_shell() -> ShellFacts:
    """The shell's figures, in two statements."""
    now = clock.now()
    house = house_facts(now)
    return ShellFacts(now, house.company, house.zone, house.cards, house.to_ship, channel_facts(now), house.vans)


def counted_entries(request: HttpRequest, facts: ShellFacts) -> list[Entry]:
    """The navigation's counts of what this person may open, for a refresh that swaps them alone."""
    may = request.user.has_perm
    entries = [Entry("attention", "", "", "", count_id="count-attention", count=facts.cards.count, is_hot=True)]
    if may("orders.view_order"):
        entries.append(Entry("orders", "", "", "", count_id="count-orders", count=facts.to_ship))
    if may("shipping.view_shipment"):
        entries.append(Entry("shipments", "", "", "", count_id="count-shipments", count=facts.shipments))
    return entries


def _groups(request: HttpRequest, current: str, facts: ShellFacts) -> list[Group]:
    """The navigation: what leads somewhere today and what this person may open."""
    may = request.user.has_perm
    counts = {entry.name: entry for entry in counted_entries(request, facts)}

    def entry(name: str, label: str, icon: str, url: str, permission: str = "", *, short: str = "", tab: bool = False) -> list[Entry]:
        if not url or (permission and not may(permission)):
            return []
        counted = counts.get(name)
        return [
            Entry(
                name,
                label,
                icon,
                url,
                short,
                tab,
                name == current,
                counted.count_id if counted else "",
                counted.count if counted else 0,
                bool(counted and counted.is_hot),
            )
        ]

    groups = [
        Group(
            "",
            entry("today", gettext("Today"), "today", reverse("today"), tab=True)
            + entry("attention", gettext("What needs you"), "bell", reverse("attention"), short=gettext("For you"), tab=True)
            + entry("activity", gettext("Activity"), "undo", reverse("activity"), "orders.view_order"),
        ),
        Group(
            gettext("Sales"),
            entry("orders", gettext("Orders"), "orders", reverse("orders"), "orders.view_order", tab=True)
            + entry("new_order", gettext("New order"), "phone", reverse("new_order"), "orders.sell_over_counter")
            + entry("customers", gettext("Customers"), "customers", admin_list("crm_party"), "crm.view_party"),
        ),
        Group(
            gettext("Warehouse"),
            entry("shipments", gettext("Shipments"), "shipped", reverse("shipments"), "shipping.view_shipment", tab=True)
            + entry("stock", gettext("Stock"), "stock", reverse("stock"), "inventory.view_stocklevel"),
        ),
        Group(
            gettext("Catalogue"),
            entry("products", gettext("Products"), "products", admin_list("catalog_product"), "catalog.view_product"),
        ),
        Group(
            gettext("Channels"),
            entry("channels", gettext("Shops"), "sync", admin_list("channels_account"), "channels.view_account"),
        ),
        Group(
            gettext("Administration"),
            entry("invoices", gettext("Invoices"), "document", reverse("invoices"), "invoices.view_invoice")
            + entry("admin", gettext("All sections"), "rules", reverse("admin:index")),
        ),
    ]
    return [group for group in groups if group.entries]


def live_shell(request: HttpRequest, facts: ShellFacts) -> dict[str, Any]:
    """What of the shell is refreshed in place."""
    return {
        "channels": pulse_of(facts.channels, facts.now),
        "counts": counted_entries(request, facts),
        "pickup": next_in_words(facts.vans, facts.now, facts.zone),
        "pickup_url": _pickup_url(request),
    }


def _pickup_url(request: HttpRequest) -> str:
    return reverse("shipments") if request.user.has_perm("shipping.view_shipment") else ""


def build_shell(request: HttpRequest, current: str, facts: ShellFacts) -> Shell:
    return Shell(
        home=reverse("today"),
        menu=reverse("menu"),
        company=facts.company,
        person=person_of(member_of_staff(request)),
        groups=_groups(request, current, facts),
        channels=pulse_of(facts.channels, facts.now),
        pickup=next_in_words(facts.vans, facts.now, facts.zone),
        pickup_url=_pickup_url(request),
        searched=request.GET.get("q", "") if current == "search" else "",
        is_menu=current == "menu",
    )


def render_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, current: str, facts: ShellFacts | None = None, status: int = 200
) -> HttpResponse:
    """A whole page inside the shell; `current` names the navigation entry that it belongs to."""
    shell = build_shell(request, current, facts or read_shell())
    return render(request, template, {**context, "shell": shell}, status=status)
