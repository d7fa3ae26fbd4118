"""Did everything that left leave once: one parcel at the carrier, its number in the shop, one document to the cent?"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from erp.practice.demo.auditing.books import Books
from erp.practice.demo.auditing.shipped import Shipped

TOLD_AS_SENT = frozenset({"completed", "refunded", "cancelled", "trash"})
"""What a shop may call an order of which everything has left: the last three came after it."""


@dataclass(frozen=True)
class Van:
    """The carrier's store, read only: standing parcels by the sender's reference, their tracking numbers, and the faults that struck."""

    parcels: Mapping[str, tuple[str, ...]]
    faults: int = 0


@dataclass
class Leaving:
    """Each list names orders or labels whose promise broke, with what is wrong."""

    shipped: int = 0
    documents: int = 0
    doubled_parcels: list[str] = field(default_factory=list)
    strange_parcels: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    undocumented: list[str] = field(default_factory=list)
    cents: int = 0

    @property
    def is_sound(self) -> bool:
        return not (self.doubled_parcels or self.strange_parcels)


def read_van(store: Path | None) -> Van:
    """An absent store has no parcels: the merchant has no carrier yet."""
    if store is None or not store.exists():
        return Van({})
    found: dict[str, list[str]] = {}
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        for reference, tracking in db.execute("SELECT reference, tracking FROM parcels WHERE voided_at IS NULL ORDER BY id"):
            found.setdefault(reference, []).append(tracking)
        faults = int(db.execute("SELECT count(*) FROM faults").fetchone()[0])
    return Van({reference: tuple(trackings) for reference, trackings in found.items()}, faults)


def compare_leaving(books: Sequence[Books], shipped: Shipped, van: Van) -> Leaving:
    found = Leaving(shipped=len(shipped.orders), documents=sum(len(amounts) for amounts in shipped.documents.values()))
    _compare_parcels(found, shipped.labels, van)
    shops = {shop.source: shop for shop in books}
    for order in shipped.orders:
        if order.source in shops and not _is_told(shops[order.source], order.external_id, order.trackings, is_last=order.is_complete):
            found.untold.append(f"{order.source} {order.external_id}")
        if order.is_complete:
            _compare_document(found, f"{order.source} {order.external_id}", order.asked, shipped.documents.get(order.pk, ()))
    return found


def _compare_parcels(found: Leaving, labels: Mapping[str, str], van: Van) -> None:
    """A label of ours and a standing parcel of theirs belong together one to one."""
    found.doubled_parcels += [reference for reference, trackings in van.parcels.items() if len(trackings) > 1]
    found.strange_parcels += [reference for reference in van.parcels if reference not in labels]
    found.strange_parcels += [
        reference for reference, tracking in labels.items() if tracking not in van.parcels.get(reference, ()) and van.parcels
    ]


def _is_told(shop: Books, external_id: str, trackings: Iterable[str], *, is_last: bool) -> bool:
    order = shop.orders.get(external_id)
    if order is None:
        return True  # deleted for good in the shop: there is nobody to tell
    if Counter(trackings) - Counter(order.trackings) or any(times > 1 for times in Counter(order.trackings).values()):
        return False
    return order.status in TOLD_AS_SENT if is_last else True


def _compare_document(found: Leaving, name: str, asked: Decimal, amounts: Sequence[Decimal]) -> None:
    if len(amounts) != 1:
        found.undocumented.append(f"{name} ({len(amounts)})")
        return
    found.cents += int(abs(amounts[0] - asked) * 100)
