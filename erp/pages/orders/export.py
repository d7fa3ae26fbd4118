"""Exactly the orders that the list shows, all pages of it, as CSV: streamed, in chunks, in the order of the list."""

import csv
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from erp.core import clock
from erp.pages.access import staff_page
from erp.pages.orders.queries import page_of
from erp.pages.orders.queues import Day, day_of
from erp.pages.orders.rows import Channel, badge_of
from erp.pages.orders.state import ListState, state_of
from erp.pages.orders.views import PERMISSION, account_channels
from erp.pages.queries import who_we_are

CHUNK = 500
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Spreadsheets read UTF-8 only behind it."""
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins with one of these would be run as a formula."""


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


@require_safe
@never_cache
@staff_page(PERMISSION)
def export(request: HttpRequest) -> StreamingHttpResponse:
    state, (_name, zone) = state_of(request.GET), who_we_are()
    day = day_of(clock.now(), zone)
    response = StreamingHttpResponse(csv_lines(state, day, account_channels(), zone), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_("orders")}-{state.queue}-{day.began:%Y-%m-%d}.csv"'
    return response


def csv_lines(state: ListState, day: Day, channels: dict[str, Channel], zone: str) -> Iterator[str]:
    """The lines of the file, two statements for each five hundred orders."""
    writer = csv.writer(Echo(), delimiter=";")
    heads = (_("Order"), _("Channel"), _("Number in the shop"), _("Received"), _("Customer"), _("Place"), _("Country"), _("Articles"))
    yield BOM + str(writer.writerow([*heads, _("Lines"), _("State"), _("Tags"), _("Payment"), _("Total"), _("Currency")]))
    after, is_more = "", True
    while is_more:
        page = page_of(state, day, after, size=CHUNK)
        for order in page.orders:
            yield str(writer.writerow([_safe(cell) for cell in _cells(order, page.shipments_of(order), channels, day, zone)]))
        after, is_more = page.next, bool(page.next)


def _cells(order: Any, shipments: Any, channels: dict[str, Channel], day: Day, zone: str) -> list[Any]:
    address = order.shipping or order.billing or {}
    return [
        order.pk,
        channels[order.source].name if order.source in channels else order.source,
        order.external_number,
        order.placed_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M"),
        order.customer_name,
        " ".join(part for part in (address.get("postcode"), address.get("city"), address.get("province")) if part),
        address.get("country", ""),
        order.first_title or "",
        order.lines_count or 0,
        badge_of(order, shipments, day.now).word,
        ", ".join(order.tag_names),
        order.get_payment_status_display(),
        f"{order.total:.2f}",
        order.currency,
    ]


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).isdecimal()
