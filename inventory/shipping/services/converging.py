"""Open shipments follow their orders: the facts that papers print, and the pieces."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from erp.core.events import publish
from erp.core.history import record
from inventory.services.reserving import put_back
from inventory.shipping.drafts import NewShipmentLine
from inventory.shipping.events import ShipmentCancelled, ShipmentReaddressed
from inventory.shipping.models import Shipment, ShipmentLine
from inventory.shipping.queries import LineKey
from inventory.shipping.services.assigning import ASSIGNED, assign_anew
from inventory.shipping.services.choosing import wish_of
from inventory.shipping.states import ShipmentStatus

Lines = Mapping[LineKey, ShipmentLine]
ON_THE_LABEL = frozenset({"recipient", "recipient_name", "cash_to_collect"})


@dataclass(slots=True)
class Converging:
    """What one shipment, locked or new, is to become: the facts to copy, the pieces by line and variant, and how those are described.

    Without pieces it is not wanted any more.
    """

    shipment: Shipment
    facts: dict[str, Any]
    pieces: Mapping[LineKey, Decimal]
    described: Mapping[LineKey, NewShipmentLine]

    @property
    def is_at_work(self) -> bool:
        """Somebody has its pieces in hand."""
        return self.shipment.status != ShipmentStatus.READY

    def is_covered(self, lines: Lines) -> bool:
        """All that is on it is still promised."""
        return bool(lines) and all(self.pieces.get(key, Decimal(0)) >= line.quantity for key, line in lines.items())


@dataclass(slots=True)
class _Plan:
    """What is to be written for all shipments together."""

    changed: list[Shipment] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    rewished: list[Shipment] = field(default_factory=list)
    readdressed: set[int] = field(default_factory=set)
    again: list[Shipment] = field(default_factory=list)
    cancelled: list[Shipment] = field(default_factory=list)
    added: list[ShipmentLine] = field(default_factory=list)
    rewritten: list[ShipmentLine] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def follow(self, each: Converging, lines: Lines) -> None:
        if not each.pieces:
            self.cancelled.append(each.shipment)
            return
        self._follow_facts(each)
        if each.is_at_work and each.is_covered(lines):
            return
        if each.is_at_work:
            self.again.append(each.shipment)
        self.gone += [line.pk for key, line in lines.items() if key not in each.pieces]
        for position, (key, described) in enumerate(each.described.items()):
            if quantity := each.pieces.get(key):
                self._follow_line(each.shipment, lines.get(key), position, described, quantity)

    def _follow_facts(self, each: Converging) -> None:
        different = {name for name, value in each.facts.items() if getattr(each.shipment, name) != value}
        wish = wish_of(each.shipment)
        for name in different:
            setattr(each.shipment, name, each.facts[name])
        if different:
            self.changed.append(each.shipment)
            self.names |= different
        if wish_of(each.shipment) != wish:
            self.rewished.append(each.shipment)
            self.names |= set(ASSIGNED)
        if different & ON_THE_LABEL:
            self.readdressed.add(each.shipment.pk)
            publish(ShipmentReaddressed(each.shipment.pk))

    def _follow_line(
        self, shipment: Shipment, line: ShipmentLine | None, position: int, described: NewShipmentLine, quantity: Decimal
    ) -> None:
        if line is None:
            self.added.append(_line(shipment, position, described, quantity))
        elif line.quantity != quantity or line.title != described.title[:500]:
            line.quantity, line.title = quantity, described.title[:500]
            self.rewritten.append(line)


def converge_shipments(wanted: Sequence[Converging]) -> None:
    """Bring facts and lines to what is wanted, in a constant number of statements; in a single one where nothing is new.

    A shipment for which less is promised than somebody picked already is to be picked again.
    """
    kept = _lines_by_shipment(each.shipment.pk for each in wanted)
    plan = _Plan()
    for each in wanted:
        plan.follow(each, kept.get(each.shipment.pk, {}))
    _pick_again(plan.again)
    cancel_locked(plan.cancelled)
    assign_anew(plan.rewished, readdressed=plan.readdressed)
    if plan.changed:
        Shipment.objects.bulk_update(plan.changed, sorted(plan.names))
    if plan.gone:
        ShipmentLine.objects.filter(pk__in=plan.gone).delete()
    if plan.rewritten:
        ShipmentLine.objects.bulk_update(plan.rewritten, ["quantity", "title"])
    ShipmentLine.objects.bulk_create(plan.added)


def cancel_locked(shipments: Sequence[Shipment], *, by: Any = None, reason: str = "") -> None:
    """Cancel open shipments that are locked; what was picked for them and is still promised goes back on the shelf."""
    if not shipments:
        return
    _put_back(shipments)
    Shipment.objects.filter(pk__in=[each.pk for each in shipments]).update(status=ShipmentStatus.CANCELLED, is_held=False)
    for each in shipments:
        each.status = ShipmentStatus.CANCELLED
        record(each, "cancelled", by=by, reason=reason)
        publish(ShipmentCancelled(each.pk))


def unpick_locked(shipments: Sequence[Shipment]) -> None:
    """Shipments that are locked must be picked again: they leave their lists, and their pieces go back on the shelf."""
    _put_back(shipments)
    keys = [each.pk for each in shipments]
    Shipment.objects.filter(pk__in=keys).update(status=ShipmentStatus.READY, pick_list=None, packed_at=None)
    ShipmentLine.objects.filter(shipment__in=keys).update(bin=None)
    for each in shipments:
        each.status, each.pick_list_id, each.packed_at = ShipmentStatus.READY, None, None


def _pick_again(shipments: Sequence[Shipment]) -> None:
    if shipments:
        unpick_locked(shipments)
    for each in shipments:
        record(each, "to_pick_again")


def _put_back(shipments: Iterable[Shipment]) -> None:
    by_warehouse: dict[int, list[str]] = {}
    for each in shipments:
        if each.status != ShipmentStatus.READY:
            by_warehouse.setdefault(each.warehouse_id, []).append(each.order_reference)
    put_back(by_warehouse)


def _lines_by_shipment(shipment_ids: Iterable[int]) -> dict[int, dict[LineKey, ShipmentLine]]:
    lines: dict[int, dict[LineKey, ShipmentLine]] = {}
    for line in ShipmentLine.objects.filter(shipment__in=list(shipment_ids)).order_by("pk"):
        lines.setdefault(line.shipment_id, {})[line.line, line.variant_id] = line
    return lines


def _line(shipment: Shipment, position: int, described: NewShipmentLine, quantity: Decimal) -> ShipmentLine:
    return ShipmentLine(
        shipment=shipment,
        position=position,
        line=described.line,
        variant_id=described.variant_id,
        sku=described.sku[:120],
        gtin=described.gtin[:14],
        title=described.title[:500],
        kit_title=described.kit_title[:500],
        quantity=quantity,
        takes_stock=described.takes_stock,
    )
