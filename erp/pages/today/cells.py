"""The figures of Today, by role: each is a link to the queue that it counts. Facts in, words out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from erp.core.money import format_money
from erp.pages import wording
from erp.pages.channels import Pulse
from erp.pages.orders.queues import AWAITING_MONEY, STOPPED, TO_DECIDE
from erp.pages.pickups import Van
from erp.pages.today.board import money
from erp.pages.today.papers import Papers
from erp.pages.today.queries import DayFigures, OrderFigures, ShortFigures
from orders.states import HoldKind

DESK = ("ship", "late", "address", "held", "short", "awaiting", "channels", "orders", "sold")
INSTEAD = "orders"
"""What makes room on Today while addresses wait to be corrected; the hours below tell it too."""
FLOOR = ("late", "held", "short", "channels", "pick", "picking", "packed", "shipped")
ACCOUNTS = ("to_issue", "mail", "credit", "awaiting", "orders", "sold", "shipped", "channels")


@dataclass(frozen=True)
class Cell:
    key: str
    label: str
    icon: str
    figure: str
    sentence: str
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Figures:
    """All that the cells tell. `queues` are the counts of the desk's queues."""

    orders: OrderFigures
    queues: Mapping[str, int]
    holds: Sequence[tuple[str, int]]
    short: ShortFigures
    day: DayFigures
    pulse: Pulse
    vans: Sequence[Van]
    papers: Papers | None
    now: datetime


def wanted_by(user: User | AnonymousUser) -> tuple[str, ...]:
    """Who packs sees the floor, who keeps the books sees documents, everybody else the desk."""
    if user.has_perm("orders.hold_order"):
        return DESK
    if user.has_perm("shipping.pack_shipment"):
        return FLOOR
    return ACCOUNTS if user.has_perm("invoices.issue_invoice") else DESK


def cells(figures: Figures, user: User | AnonymousUser) -> list[Cell]:
    """The cells of a role; those that lead where this person may not go are told without a link."""
    hidden = INSTEAD if figures.queues["address"] else "address"
    made = [MAKERS[key](figures) for key in wanted_by(user) if key != hidden and (key not in PAPERS or figures.papers)]
    return [
        cell if _may_open(cell, user) else Cell(cell.key, cell.label, cell.icon, cell.figure, cell.sentence, "", cell.tone) for cell in made
    ]


def _may_open(cell: Cell, user: User | AnonymousUser) -> bool:
    for start, permission in ROADS.items():
        if cell.url.startswith(start):
            return user.has_perm(permission)
    return True


ROADS = {
    "/orders/": "orders.view_order",
    "/shipments/": "shipping.view_shipment",
    "/invoices/": "invoices.view_invoice",
    "/stock/": "inventory.view_stocklevel",
    "/admin/channels": "channels.view_account",
}


def orders_queue(code: str) -> str:
    return f"{reverse('orders')}?queue={code}"


def shipments_queue(code: str) -> str:
    return f"{reverse('shipments')}?queue={code}"


def invoices_queue(code: str) -> str:
    return f"{reverse('invoices')}?queue={code}"


def hold_queue(kind: str) -> str:
    """Where orders lie that this reason stops."""
    queues = {"short": (HoldKind.SHORT,), "unpaid": AWAITING_MONEY, "address": (HoldKind.ADDRESS,), "decide": TO_DECIDE}
    return orders_queue(next((code for code, kinds in queues.items() if kind in kinds), "held"))


def hold_label(kind: str) -> str:
    return str(HoldKind(kind).label) if kind in HoldKind.values else kind


def _ship(told: Figures) -> Cell:
    oldest = told.orders.oldest_to_ship
    worth = money(told.orders.to_ship)
    sentence = gettext("%(money)s, the oldest %(age)s") % {"money": worth, "age": wording.since(oldest, told.now)} if oldest else worth
    return Cell("ship", gettext("To ship"), "shipped", str(told.queues["ship"]), sentence, orders_queue("ship"))


def _late(told: Figures) -> Cell:
    late = told.queues["late"]
    sentence = gettext("their pickup has gone without them") if late else gettext("every pickup took what it should")
    return Cell("late", gettext("Late"), "error", str(late), sentence, orders_queue("late"), "bad" if late else "")


def _address(told: Figures) -> Cell:
    count = told.queues["address"]
    sentence = gettext("a carrier would refuse them")
    return Cell("address", pgettext("queue", "Addresses to correct"), "place", str(count), sentence, orders_queue("address"), "wait")


def _held(told: Figures) -> Cell:
    held = [(kind, count) for kind, count in told.holds if kind in STOPPED]
    sentence = gettext("nobody holds an order")
    if held:
        sentence = gettext("most often: %(reason)s (%(count)d)") % {"reason": hold_label(held[0][0]), "count": held[0][1]}
    return Cell("held", gettext("On hold"), "hold", str(told.queues["held"]), sentence, orders_queue("held"))


def _short(told: Figures) -> Cell:
    pieces = told.short.pieces
    sentence = gettext("every order has its pieces")
    if pieces:
        said = ngettext("%(count)s piece is missing", "%(count)s pieces are missing", int(pieces))
        sentence = said % {"count": wording.quantity(pieces)}
    short = told.queues["short"]
    return Cell("short", gettext("Short of stock"), "short", str(short), sentence, orders_queue("short"), "wait" if short else "")


def _awaiting(told: Figures) -> Cell:
    sentence = gettext("%(money)s still due over all open orders") % {"money": money(told.orders.awaiting)}
    return Cell("awaiting", gettext("To be paid"), "waiting", str(told.queues["unpaid"]), sentence, orders_queue("unpaid"))


def _channels(told: Figures) -> Cell:
    return Cell("channels", gettext("Channels in sync"), "sync", told.pulse.figure, told.pulse.worst, told.pulse.url, told.pulse.tone)


def _orders(told: Figures) -> Cell:
    last = told.day.last_at
    sentence = gettext("the last one %(age)s") % {"age": wording.ago(last, told.now)} if last else gettext("none so far")
    return Cell("orders", gettext("Orders today"), "orders", str(sum(told.day.today)), sentence, orders_queue("all"))


def _sold(told: Figures) -> Cell:
    figure = format_money(told.day.sold, "EUR", wording.language())
    return Cell("sold", gettext("Sold today"), "euro", figure, gettext("shipping and tax included"), orders_queue("all"))


def _pick(told: Figures) -> Cell:
    count = sum(van.load.ready for van in told.vans)
    return Cell("pick", gettext("To pick"), "new", str(count), gettext("waiting for a pick list"), shipments_queue("ready"))


def _picking(told: Figures) -> Cell:
    count = sum(van.load.picking for van in told.vans)
    return Cell("picking", gettext("Being picked"), "pick", str(count), gettext("on a pick list"), shipments_queue("picking"))


def _packed(told: Figures) -> Cell:
    count = sum(van.load.packed for van in told.vans)
    return Cell(
        "packed", pgettext("shipments", "Packed"), "pack", str(count), gettext("waiting for the carrier"), shipments_queue("packed")
    )


def _shipped(told: Figures) -> Cell:
    count = sum(van.load.shipped for van in told.vans)
    return Cell("shipped", gettext("Shipped today"), "done", str(count), gettext("shipments handed over"), shipments_queue("shipped"))


def _to_issue(told: Figures) -> Cell:
    count = told.papers.to_issue if told.papers else 0
    sentence = gettext("sales that need an invoice") if count else gettext("no sale waits for an invoice")
    return Cell("to_issue", gettext("Invoices to issue"), "document", str(count), sentence, invoices_queue("to_issue"))


def _mail(told: Figures) -> Cell:
    count = told.papers.not_arrived if told.papers else 0
    sentence = gettext("refused by the mail server or without an answer") if count else gettext("every invoice sent was taken")
    return Cell("mail", gettext("Not arrived"), "mail", str(count), sentence, invoices_queue("mail"), "bad" if count else "")


def _credit(told: Figures) -> Cell:
    count = told.papers.credit_due if told.papers else 0
    sentence = gettext("paid back after the invoice") if count else gettext("no invoice has to be corrected")
    return Cell("credit", gettext("Credit notes due"), "return", str(count), sentence, invoices_queue("credit"), "wait" if count else "")


MAKERS: dict[str, Callable[[Figures], Cell]] = {
    "ship": _ship,
    "late": _late,
    "address": _address,
    "held": _held,
    "short": _short,
    "awaiting": _awaiting,
    "channels": _channels,
    "orders": _orders,
    "sold": _sold,
    "pick": _pick,
    "picking": _picking,
    "packed": _packed,
    "shipped": _shipped,
    "to_issue": _to_issue,
    "mail": _mail,
    "credit": _credit,
}
PAPERS = frozenset({"to_issue", "mail", "credit"})
