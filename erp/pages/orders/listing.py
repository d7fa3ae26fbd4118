"""The list ready to be shown: queues with counts, chips, rows under their pickups. The page, its refresh and its next page share it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy, ngettext

from channels.models import Account
from erp.core.saved_filters import filters_of
from erp.pages import wording
from erp.pages.access import member_of_staff
from erp.pages.channels import tile_of
from erp.pages.links import page
from erp.pages.orders import queries
from erp.pages.orders.bands import newest_and_counts
from erp.pages.orders.deeds import allowed
from erp.pages.orders.queues import MOST_COUNTED, PAGE_SIZE, QUEUES, Day, band_behind, counted, day_of, orders_in
from erp.pages.orders.rows import Channel, Head, banded, order_row, pickup_head
from erp.pages.orders.state import ListState, state_of
from erp.pages.shell import ShellFacts
from inventory.shipping.states import OPEN_SHIPMENTS

PAGE = "orders"
OWN_CHANNELS = {
    "counter": (gettext_lazy("Counter"), "Ba"),
    "phone": (gettext_lazy("Telephone"), "Te"),
    "mail": (gettext_lazy("E-mail"), "Ma"),
}
"""Orders that no shop sent."""


@dataclass(frozen=True)
class Tab:
    code: str
    label: str
    url: str
    count: int | None
    is_current: bool
    is_bad: bool


@dataclass(frozen=True)
class Chip:
    label: str
    url: str
    is_on: bool


def channels_by_code(accounts: list[Account]) -> dict[str, Channel]:
    own = {code: Channel(str(name), tile) for code, (name, tile) in OWN_CHANNELS.items()}
    return own | {account.code: Channel(account.name, tile_of(account.connector)) for account in accounts}


def channels_of(facts: ShellFacts) -> dict[str, Channel]:
    return channels_by_code([channel.account for channel in facts.channels])


def list_context(request: HttpRequest, facts: ShellFacts) -> dict[str, Any]:
    """Everything of the list but the shell around it. Four statements, one more for how many a narrowed list of several pages holds."""
    user, state, day = member_of_staff(request), state_of(request.GET), day_of(facts.now, facts.zone)
    newest, counts = newest_and_counts(day)
    return {
        **rows_context(state, day, channels_of(facts), facts.zone, count=None if state.is_narrowed else counts.get(state.queue)),
        **head_context(state, counts),
        "chips": chips(state, channels_of(facts)),
        "saved": [Chip(each.name, each.query, each.query == state.query()) for each in filters_of(user, PAGE)],
        "may": allowed(user),
        "may_edit": user.has_perm("orders.edit_order"),
        "newest": newest,
        "token": uuid4().hex,
        "new_order_url": page("new_order") if user.has_perm("orders.sell_over_counter") else "",
        "empty": empty_words(state, counts),
    }


def head_context(state: ListState, counts: Mapping[str, int]) -> dict[str, Any]:
    return {"state": state, "query": state.query(), "tabs": tabs(state, counts), "queue": QUEUES[state.queue]}


def rows_context(
    state: ListState, day: Day, channels: Mapping[str, Channel], zone: str, *, count: int | None = None, after: str = ""
) -> dict[str, Any]:
    """A page of rows under their pickups, how many there are in all, and where it goes on."""
    page = queries.page_of(state, day, after)
    unknown = Channel("", "–")
    rows = {
        order.pk: order_row(
            order, page.shipments_of(order), channels.get(order.source) or replace(unknown, name=order.source), day.now, zone
        )
        for order in page.orders
    }
    if count is None and not after:
        count = len(page.orders) if not page.next else counted(orders_in(state, day))
    return {
        "bands": banded(page.orders, rows, _heads(page, day, zone), last_band=band_behind(after, state)),
        "shown": len(page.orders),
        "count": count,
        "count_said": wording.quantity(count) if count is not None and count <= MOST_COUNTED else gettext("over 1,000"),
        "next_page": f"{state.query()}&after={page.next}" if page.next else "",
        "page_size": PAGE_SIZE,
        "query": state.query(),
        "sorts": sort_links(state),
    }


def _heads(page: queries.ListPage, day: Day, zone: str) -> dict[str, Head]:
    """The pickups on a page, with how many orders of the whole list each takes."""
    heads = {}
    for key, order in {order.band: order for order in page.orders if hasattr(order, "band")}.items():
        due = [shipment for shipment in page.shipments_of(order) if shipment.status in OPEN_SHIPMENTS and shipment.due_at]
        first = min(due, key=lambda each: (each.due_at, each.pk), default=None)
        carrier = first.service.carrier.name if first and first.service else ""
        title, sentence = pickup_head(key, carrier, first.due_at if first else None, day.now, zone)
        orders = ngettext("%(count)d order", "%(count)d orders", order.in_band) % {"count": order.in_band}
        at_work = gettext("%(count)d being worked on") % {"count": order.working} if order.working else ""
        heads[key] = Head(title, f"{sentence} · {orders}" if sentence else f"· {orders}", at_work)
    return heads


def tabs(state: ListState, counts: Mapping[str, int]) -> list[Tab]:
    """The queues; changing the queue keeps what narrows it."""
    return [
        Tab(
            code=queue.code,
            label=str(queue.label),
            url=state.query(queue=queue.code, sort=""),
            count=counts.get(queue.code) if queue.is_counted else None,
            is_current=queue.code == state.queue,
            is_bad=queue.code == "late" and bool(counts.get("late")),
        )
        for queue in QUEUES.values()
    ]


def chips(state: ListState, channels: Mapping[str, Channel]) -> list[Chip]:
    """What narrows the list, each with the address without it; then what is often asked for."""
    told = (
        (state.text, gettext("Contains: %(text)s"), "text"),
        (channels[state.channel].name if state.channel in channels else state.channel, gettext("Channel: %(text)s"), "channel"),
        (_warehouse(state), gettext("Warehouse: %(text)s"), "warehouse"),
        (state.country, gettext("Country: %(text)s"), "country"),
        (state.tag, gettext("Tag: %(text)s"), "tag"),
    )
    active = [Chip(label % {"text": value}, state.query(**{name: ""}), is_on=True) for value, label, name in told if value]
    often = (
        (gettext("One line"), "is_one_line", state.is_one_line),
        (gettext("Gift"), "is_gift", state.is_gift),
        (gettext("Cash on delivery"), "is_cash", state.is_cash),
    )
    return active + [Chip(label, state.query(**{name: not is_on}), is_on) for label, name, is_on in often]


def _warehouse(state: ListState) -> str:
    """The name costs a statement only where a warehouse is chosen."""
    if not state.warehouse:
        return ""
    return next((each.name for each in queries.warehouses() if str(each.pk) == state.warehouse), state.warehouse)


def sort_links(state: ListState) -> dict[str, dict[str, str]]:
    """For the two columns that sort: where a press leads, and how the column is sorted now."""
    now = state.sort or QUEUES[state.queue].sort
    links = {}
    for name in ("placed", "total"):
        is_down = now == name
        direction = {name: "ascending", f"-{name}": "descending"}.get(now, "")
        links[name] = {"url": state.query(sort=f"-{name}" if is_down else name), "direction": direction}
    return links


def empty_words(state: ListState, counts: Mapping[str, int]) -> dict[str, str]:
    """An empty queue is good news, says what is next, and where the rest is."""
    if state.is_narrowed:
        return {
            "title": gettext("No order matches."),
            "why": "",
            "link": gettext("Show the whole queue"),
            "url": f"?queue={state.queue}",
        }
    for code in ("ship", "address", "held", "short", "unpaid"):
        if code != state.queue and counts.get(code):
            link = gettext("Look at “%(queue)s” (%(count)d)") % {"queue": QUEUES[code].label, "count": counts[code]}
            return {"title": _all_done(state), "why": "", "link": link, "url": f"?queue={code}"}
    return {"title": _all_done(state), "why": gettext("New orders come in by themselves."), "link": "", "url": ""}


def _all_done(state: ListState) -> str:
    return gettext("Nothing waits to be shipped.") if state.queue == "ship" else gettext("Nothing waits here.")
