"""Opening: what an order may send becomes a shipment in each warehouse that holds pieces of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from erp.core import clock
from erp.core.events import publish
from erp.core.history import record
from erp.core.transactions import atomic
from inventory.models import Warehouse
from inventory.shipping.drafts import NewShipment
from inventory.shipping.events import ShipmentOpened
from inventory.shipping.locks import lock_shipments_of
from inventory.shipping.models import Shipment
from inventory.shipping.queries import LineKey, Promised, promised_pieces
from inventory.shipping.services.assigning import assign_by_rules
from inventory.shipping.services.converging import Converging, converge_shipments
from inventory.shipping.states import OPEN_SHIPMENTS

Place = tuple[str, int]
FACTS = (
    "order_number",
    "source",
    "shop_number",
    "recipient_name",
    "recipient",
    "language",
    "customer_note",
    "gift_message",
    "currency",
    "method",
    "placed_at",
    "is_partial",
)


@dataclass(slots=True)
class _Standing:
    """The shipments of some orders that are not cancelled, locked."""

    open: dict[Place, Shipment] = field(default_factory=dict)
    shipped: list[Shipment] = field(default_factory=list)

    def has_left(self, reference: str) -> bool:
        return any(each.order_reference == reference for each in self.shipped)


@atomic
def open_shipments(wanted: Sequence[NewShipment]) -> list[int]:
    """One shipment for each warehouse with reserved pieces of the order; returns the keys of all that are open now.

    The same again changes nothing; an open shipment follows what the order says now, and what nothing is reserved for any more is
    cancelled. What is picked already stays as it is while its pieces are still promised, else it is to be picked again. The cash is
    collected with the first shipment that goes. The caller holds the orders' locks. A constant number of statements.
    """
    if not wanted:
        return []
    drafts = {draft.order_reference: draft for draft in sorted(wanted, key=lambda each: each.order_reference)}
    standing = _standing_of(drafts)
    pieces = _with_what_goes_along(drafts, promised_pieces(drafts), standing)
    kept = [_converging(shipment, drafts[place[0]], pieces.get(place, {})) for place, shipment in standing.open.items()]
    fresh = _fresh([place for place in pieces if place not in standing.open], drafts, pieces)
    _share_out_cash(drafts, [*kept, *fresh])
    assign_by_rules([each.shipment for each in fresh])
    Shipment.objects.bulk_create([each.shipment for each in fresh])
    for each in fresh:
        record(each.shipment, "opened", order=each.shipment.order_number)
        publish(ShipmentOpened(each.shipment.pk))
    converge_shipments([*kept, *fresh])
    return sorted(each.shipment.pk for each in (*kept, *fresh) if each.shipment.status in OPEN_SHIPMENTS)


def _standing_of(references: Iterable[str]) -> _Standing:
    standing = _Standing()
    for shipment in lock_shipments_of(references):
        if shipment.status in OPEN_SHIPMENTS:
            standing.open[shipment.order_reference, shipment.warehouse_id] = shipment
        else:
            standing.shipped.append(shipment)
    return standing


def _with_what_goes_along(drafts: dict[str, NewShipment], pieces: Promised, standing: _Standing) -> Promised:
    """Lines for which nothing is reserved go along with the order's first shipment.

    An order of such lines only goes from the first warehouse.
    """
    for reference, draft in drafts.items():
        along = {(line.line, line.variant_id): line.quantity for line in draft.lines if not line.takes_stock}
        if not along or standing.has_left(reference):
            continue
        place = next((place for place in pieces if place[0] == reference), None)
        if place is None and not any(line.takes_stock for line in draft.lines):
            place = (reference, _first_warehouse())
        if place is not None:
            pieces[place] = {**pieces.get(place, {}), **along}
    return pieces


def _first_warehouse() -> int:
    return Warehouse.objects.order_by("-is_active", "priority", "pk").values_list("pk", flat=True)[0]


def _converging(shipment: Shipment, draft: NewShipment, pieces: Mapping[LineKey, Decimal]) -> Converging:
    described = {(line.line, line.variant_id): line for line in draft.lines}
    return Converging(shipment, _facts(draft), {key: pieces[key] for key in described if key in pieces}, described)


def _fresh(places: Sequence[Place], drafts: dict[str, NewShipment], pieces: Promised) -> list[Converging]:
    moment = clock.now()
    made = []
    for place in places:
        reference, warehouse_id = place
        shipment = Shipment(order_reference=reference, warehouse_id=warehouse_id, opened_at=moment, **_facts(drafts[reference]))
        made.append(_converging(shipment, drafts[reference], pieces[place]))
    return [each for each in made if each.pieces]


def _facts(draft: NewShipment) -> dict[str, Any]:
    """What a shipment copies, cut to the width of its columns."""
    facts = {name: getattr(draft, name) for name in FACTS}
    widths = {"order_number": 40, "source": 60, "shop_number": 120, "recipient_name": 250, "language": 5, "method": 120}
    facts |= {name: facts[name][:width] for name, width in widths.items()}
    return facts | {"recipient": dict(draft.recipient), "cash_to_collect": None}


def _share_out_cash(drafts: dict[str, NewShipment], shipments: Sequence[Converging]) -> None:
    """One shipment collects all of the cash: the one that does so already, else the first to be opened."""
    for reference, draft in drafts.items():
        if not draft.cash_to_collect or draft.cash_to_collect <= 0:
            continue
        of_order = [each for each in shipments if each.shipment.order_reference == reference and each.pieces]
        of_order.sort(key=lambda each: (each.shipment.cash_to_collect is None, each.shipment.pk is None))  # stable: by warehouse
        for each in of_order[:1]:
            each.facts["cash_to_collect"] = draft.cash_to_collect
            if each.shipment.pk is None:
                each.shipment.cash_to_collect = draft.cash_to_collect
