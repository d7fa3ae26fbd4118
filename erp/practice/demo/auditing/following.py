"""Is every order of the shops here, once, as it stands there now, to the cent, and with its pieces set aside?"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from erp.practice.demo.auditing.books import Books, ShopOrder
from erp.practice.demo.auditing.rows import House, OurOrder

UNSOLD = ("pending",)
AGREES: Mapping[str, frozenset[str]] = {
    "on-hold": frozenset({"held"}),
    "processing": frozenset({"released", "held", "closed"}),
    "completed": frozenset({"released", "held", "closed"}),
    "cancelled": frozenset({"cancelled"}),
    "failed": frozenset({"cancelled"}),
    "refunded": frozenset({"cancelled", "closed"}),
    "trash": frozenset({"held", "cancelled", "closed"}),
}
"""What our status may be for each of theirs: written down here a second time on purpose, the connector's table is what is judged."""
CLAIMS = ("on-hold", "processing")
ZERO = Decimal(0)


@dataclass
class Following:
    """`lost` is (order, why) in words for a report; `strangers` are orders of ours that no shop has."""

    sold: int = 0
    imported: int = 0
    duplicates: list[str] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    unclaimed: list[str] = field(default_factory=list)
    cents_unexplained: int = 0


def compare_orders(books: Iterable[Books], house: House) -> Following:
    found = Following()
    for shop in books:
        ours = [order for order in house.orders if order.source == shop.source]
        by_id: dict[str, OurOrder] = {}
        for order in ours:
            by_id.setdefault(order.external_id, order)
        found.duplicates += _doubled(shop, ours)
        found.strangers += [f"{shop.source} {order.external_id}" for order in ours if _is_stranger(shop, order)]
        for shop_order in shop.orders.values():
            _compare_order(found, shop, shop_order, by_id.get(shop_order.external_id), house)
    return found


def _doubled(shop: Books, ours: list[OurOrder]) -> list[str]:
    """Rows beyond the first for one order of the shop, by its id or by the number that the shop shows."""
    times = Counter(order.external_id if order.external_id in shop.orders else order.external_number for order in ours)
    return [f"{shop.source} {number}" for number, count in times.items() if number in shop.orders for _ in range(count - 1)]


def _is_stranger(shop: Books, order: OurOrder) -> bool:
    """Neither in the shop now nor ever noticed by it: an order deleted for good has left its notices behind."""
    if order.external_id in shop.orders or order.external_number in shop.orders:
        return False
    return all(notice.resource_id != order.external_id for notice in shop.notices)


def _compare_order(found: Following, shop: Books, theirs: ShopOrder, ours: OurOrder | None, house: House) -> None:
    if theirs.status in UNSOLD:
        return
    found.sold += 1
    name = f"{shop.source} {theirs.external_id}"
    if ours is None:
        found.lost.append((name, "missing"))
        return
    found.imported += 1
    difference = _difference(theirs, ours)
    if difference:
        found.lost.append((name, difference))
    if theirs.status != "completed" and _wanted(theirs, house) != ours.claimed:
        found.unclaimed.append(name)
    found.cents_unexplained += _cents(theirs.total - ours.parts)
    found.cents_unexplained += sum(_cents(amount - ours.refunds.get(key, ZERO)) for key, amount in theirs.refunds.items())


def _cents(difference: Decimal) -> int:
    return int(abs(difference) * 100)


def _difference(theirs: ShopOrder, ours: OurOrder) -> str:
    """What is not as in the shop, "" when nothing is."""
    if ours.channel_status != theirs.status or ours.status not in AGREES.get(theirs.status, {"held"}):
        return f"status {theirs.status} / {ours.channel_status} {ours.status}"
    if {line: Decimal(quantity) for line, (_sku, quantity) in theirs.lines.items()} != ours.lines:
        return "lines"
    if theirs.total != ours.total:
        return f"total {theirs.total} / {ours.total}"
    if theirs.refunds.keys() != ours.refunds.keys():
        return "refunds"
    return ""


def _wanted(theirs: ShopOrder, house: House) -> dict[int, Decimal]:
    """The pieces that must be set aside for the order: what it still has to get, kits as their components."""
    wanted: dict[int, Decimal] = {}
    if theirs.status not in CLAIMS:
        return wanted
    for line, (sku, quantity) in theirs.lines.items():
        for variant_id, per_piece in house.makeup.get(sku, {}).items():
            pieces = (quantity - theirs.given_back.get(line, 0)) * per_piece
            if pieces:
                wanted[variant_id] = wanted.get(variant_id, ZERO) + pieces
    return wanted
