"""What is different between an order as it is kept and as the channel tells it now. Pure; values are JSON-able."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from orders.drafts import NewOrder
from orders.rows import Values, line_values

TOLD_FIELDS = (
    "total",
    "currency",
    "treatment",
    "channel_status",
    "billing",
    "shipping",
    "customer_note",
    "gift_message",
    "discount_net",
    "shipping_net",
    "fees_net",
    "tax",
)
LINE_FIELDS = ("quantity", "net", "tax", "sku", "title", "variant_id")
# what a picker or packer would have to do otherwise
GOODS_FIELDS = frozenset({"shipping", "billing", "gift_message"})


class KeptLine(Protocol):
    """What is compared of an `OrderLine`; the fields of LINE_FIELDS besides."""

    external_id: str
    title: str
    sku: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` is a field of the order or `line_added`, `line_removed`, `line_quantity` ...; `name` says of which line."""

    what: str
    name: str
    old: Any
    new: Any

    @property
    def touches_goods(self) -> bool:
        return self.what in GOODS_FIELDS or self.what in {"line_added", "line_removed", "line_quantity", "line_variant_id"}

    def told(self) -> dict[str, Any]:
        """As history and cards keep it."""
        return {"what": self.what, "name": self.name, "old": _plain(self.old), "new": _plain(self.new)}


def differences(kept: Mapping[str, Any], lines: Iterable[KeptLine], facts: Values, draft: NewOrder) -> list[Difference]:
    """`kept` are the order's own values by field, `facts` the draft's (`orders.rows.facts_of`)."""
    found = [
        Difference(name, _place(facts[name]), kept[name], facts[name]) for name in TOLD_FIELDS if _plain(kept[name]) != _plain(facts[name])
    ]
    return found + list(_of_lines({line.external_id: line for line in lines}, draft))


def _of_lines(kept: Mapping[str, KeptLine], draft: NewOrder) -> Iterator[Difference]:
    told = {line.external_id: (position, line) for position, line in enumerate(draft.lines)}
    for external_id, gone in kept.items():
        if external_id not in told:
            yield Difference("line_removed", gone.title or gone.sku, gone.quantity, None)
    for external_id, (position, line) in told.items():
        before = kept.get(external_id)
        if before is None:
            yield Difference("line_added", line.title or line.sku, None, line.quantity)
            continue
        values = line_values(line, position)
        for name in LINE_FIELDS:
            if _plain(getattr(before, name)) != _plain(values[name]):
                yield Difference(f"line_{name}", line.title or line.sku, getattr(before, name), values[name])


def _place(value: Any) -> str:
    """An address goes by its street and city, everything else has no name of its own."""
    return f"{value.get('street', '')}, {value.get('city', '')}".strip(", ") if isinstance(value, dict) else ""


def _plain(value: Any) -> Any:
    """Numbers compare by value, whatever their trailing zeros."""
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    return value
