"""The verdict in figures: the keys of `.regia/demo.json`, and what they were counted from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from erp.practice.demo.auditing.books import Books, Fault
from erp.practice.demo.auditing.following import Following, compare_orders
from erp.practice.demo.auditing.leaving import Leaving, Van, compare_leaving
from erp.practice.demo.auditing.numbers import Numbers, compare_numbers
from erp.practice.demo.auditing.rows import House
from erp.practice.demo.auditing.stock import StockFindings, find_oversold
from erp.practice.demo.auditing.timing import Timing, measure, percentile

NO_VAN = Van({})


@dataclass(frozen=True)
class Audit:
    """`figures` are the stable keys of `.regia/demo.json` that exist today; one that nothing could be measured for is absent."""

    following: Following
    stock: StockFindings
    numbers: Numbers
    timing: Timing
    faults: int
    survived: int
    leaving: Leaving
    cards: int
    ledger_faults: tuple[str, ...]
    skus: dict[int, str]

    @property
    def figures(self) -> dict[str, Any]:
        figures = {
            "sold": self.following.sold,
            "imported": self.following.imported,
            "duplicates": len(self.following.duplicates),
            "lost": len(self.following.lost),
            "oversold": int(sum(self.stock.split.values())),
            "oversold_share": int(sum(self.stock.share.values())),
            "oversold_by_hand": int(sum(self.stock.by_hand.values())),
            "cents_unexplained": self.following.cents_unexplained + self.leaving.cents,
            "documents": self.leaving.documents,
            "webhook_to_reserved_p50_ms": percentile(self.timing.webhook_to_reserved, 0.50),
            "webhook_to_reserved_p95_ms": percentile(self.timing.webhook_to_reserved, 0.95),
            "sale_to_other_shop_p95_ms": percentile(self.timing.sale_to_other_shop, 0.95),
            "faults_injected": self.faults,
            "faults_survived": self.survived,
            "needs_attention": self.cards,
        }
        return {key: value for key, value in figures.items() if value is not None}


def audit(books: Sequence[Books], house: House, van: Van = NO_VAN) -> Audit:
    following = compare_orders(books, house)
    leaving = compare_leaving(books, house.shipped, van)
    faults = [(shop.source, fault) for shop in books for fault in shop.faults]
    lost = {name for name, _why in following.lost}
    return Audit(
        following=following,
        stock=find_oversold(books, house),
        numbers=compare_numbers(books, house),
        timing=measure(books, house),
        leaving=leaving,
        faults=len(faults) + van.faults,
        survived=sum(_survived(source, fault, lost) for source, fault in faults) + (van.faults if leaving.is_sound else 0),
        cards=house.open_cards,
        ledger_faults=house.ledger_faults,
        skus=dict(house.skus),
    )


def _survived(source: str, fault: Fault, lost: set[str]) -> bool:
    """A fault is survived when the order that it names is not lost; one that names none, when no order of its shop is."""
    topic, _space, resource = fault.subject.partition(" ")
    if topic.startswith("order.") and resource:
        return f"{source} {resource}" not in lost
    return not any(name.startswith(f"{source} ") for name in lost)
