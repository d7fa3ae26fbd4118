"""The lines of an order as rows: what, how many, at what price, and which pieces stand for it where. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext

from erp.pages import wording
from erp.pages.channels import Verdict
from inventory.models import Reservation, ReservationState
from orders.models import Order, OrderLine, TaxRow

DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Promise:
    """Pieces of one line that stand at one place in one way."""

    place: str
    pieces: str
    verdict: Verdict
    is_fine: bool


@dataclass(frozen=True)
class LineRow:
    title: str
    sku: str
    url: str
    quantity: str
    refunded: str
    price: str
    rate: str
    amount: str
    promises: list[Promise]
    free: str
    is_stocked: bool
    icon: str


def line_rows(
    order: Order, lines: Sequence[OrderLine], promises: Iterable[Reservation], taxes: Iterable[TaxRow], free: Mapping[int, int]
) -> list[LineRow]:
    held: dict[str, list[Reservation]] = {}
    for promise in promises:
        held.setdefault(promise.line, []).append(promise)
    rates = rates_by_target(taxes)
    is_gross = shows_gross(order)
    return [_row(line, held.get(line.external_id, []), rates.get(f"line:{line.external_id}", DASH), free, is_gross) for line in lines]


def shows_gross(order: Order) -> bool:
    """Prices are shown with tax where the shop sells so, unless a discount stands between a line's price and its tax."""
    return order.prices_include_tax and not order.discount_net


def rates_by_target(taxes: Iterable[TaxRow]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for row in taxes:
        found.setdefault(row.target, []).append(percent(row.rate))
    return {target: ", ".join(dict.fromkeys(rates)) for target, rates in found.items()}


def percent(rate: Decimal | None) -> str:
    """`22 %`; a rate that the shop did not name is a dash."""
    return DASH if rate is None else gettext("%(rate)s %%") % {"rate": wording.quantity(rate)}


def _row(line: OrderLine, promises: list[Reservation], rate: str, free: Mapping[int, int], is_gross: bool) -> LineRow:
    amount = line.net + (line.tax if is_gross else Decimal(0))
    stocked = line.needs_stock and line.variant_id is not None
    return LineRow(
        title=line.title or line.sku,
        sku=line.sku,
        url=reverse("stock_why", args=[line.variant_id]) if line.variant_id and line.needs_stock else "",
        quantity=wording.quantity(line.quantity),
        refunded=wording.quantity(line.refunded) if line.refunded else "",
        price=wording.amount(amount / line.quantity) if line.quantity else DASH,
        rate=rate,
        amount=wording.amount(amount),
        promises=_promises(line, promises),
        free=wording.quantity(free.get(line.variant_id or 0, 0)) if stocked else "",
        is_stocked=stocked,
        icon="products" if line.needs_stock else "document",
    )


def _promises(line: OrderLine, rows: Sequence[Reservation]) -> list[Promise]:
    if line.needs_stock and line.variant_id is None:
        return [Promise("", "", Verdict("wait", "link", gettext("Has no product")), is_fine=False)]
    pieces: dict[tuple[str, str, str], Decimal] = {}
    for row in rows:
        part = row.variant.sku if row.variant_id != line.variant_id else ""
        key = (row.warehouse.name if row.warehouse else "", part, _how(row))
        pieces[key] = pieces.get(key, Decimal(0)) + row.quantity
    return [_promise(place, part, how, quantity) for (place, part, how), quantity in pieces.items()]


def _promise(place: str, part: str, how: str, quantity: Decimal) -> Promise:
    count = f"{wording.quantity(quantity)} × {part}" if part else wording.quantity(quantity)
    if how == "short":
        return Promise("", count, Verdict("wait", "short", gettext("%(count)s missing") % {"count": count}), is_fine=False)
    word = {"left": gettext("Shipped"), "picked": gettext("Picked"), "reserved": gettext("Reserved")}[how]
    icon = {"left": "shipped", "picked": "pick", "reserved": "stock"}[how]
    return Promise(place, count, Verdict("go" if how == "picked" else "quiet", icon, word), is_fine=how == "reserved")


def _how(row: Reservation) -> str:
    if row.state == ReservationState.SHORT:
        return "short"
    if row.state == ReservationState.FULFILLED:
        return "left"
    return "picked" if row.is_picked else "reserved"
