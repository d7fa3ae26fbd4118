"""A stock number taken apart: each step with its bar, and the sum spelled out. Pure: facts in, words and shapes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext, ngettext

from catalog.models import KitComponent
from erp.pages import wording
from erp.pages.stock.queries import LedgerProof
from inventory.availability import kit_units
from inventory.models import StockLevel

BAR_WIDTH = 256


@dataclass(frozen=True)
class Step:
    """One row of the waterfall; `x` and `width` place its bar in a box 256 wide."""

    label: str
    hint: str
    figure: str
    fill: str
    x: int
    width: int
    is_total: bool = False


@dataclass(frozen=True)
class Waterfall:
    steps: list[Step]
    available: Decimal
    proof: str
    is_proved: bool


@dataclass(frozen=True)
class Part:
    """One component of a kit: how many it has, how many kits that makes."""

    variant_id: int
    title: str
    sku: str
    per_kit: str
    available: str
    makes: int
    is_limit: bool


def waterfall(levels: Sequence[StockLevel], proof: LedgerProof, promises: int) -> Waterfall:
    """On hand, less reserved, less safety stock, is what can be sold now."""
    on_hand = sum((level.on_hand for level in levels), Decimal(0))
    reserved = sum((level.reserved for level in levels), Decimal(0))
    safety = sum((level.safety_stock for level in levels), Decimal(0))
    available = on_hand - reserved - safety
    scale = max(on_hand, reserved + safety, Decimal(1))
    steps = [
        Step(gettext("On hand"), _places(levels), wording.quantity(on_hand), "f4", 0, _bar(on_hand, scale)),
        Step(gettext("Reserved"), _held_by(promises), wording.less(reserved), "f2", _bar(on_hand - reserved, scale), _bar(reserved, scale)),
        Step(
            gettext("Safety stock"),
            gettext("kept from every window"),
            wording.less(safety),
            "f3",
            _bar(available, scale),
            _bar(min(safety, max(on_hand - reserved, Decimal(0))), scale),
        ),
        Step(
            gettext("Available now"),
            _sum_of(on_hand, reserved, safety),
            wording.quantity(available),
            "f1",
            0,
            _bar(available, scale),
            is_total=True,
        ),
    ]
    return Waterfall(steps, available, _proof(proof, on_hand), proof.total == on_hand)


def _bar(value: Decimal, scale: Decimal) -> int:
    return max(0, round(value / scale * BAR_WIDTH))


def _places(levels: Sequence[StockLevel]) -> str:
    if not levels:
        return gettext("in no warehouse yet")
    return ", ".join(f"{level.warehouse.name} {wording.quantity(level.on_hand)}" for level in levels)


def _held_by(promises: int) -> str:
    if not promises:
        return gettext("no order holds any")
    return ngettext("%(count)d order holds them, see below", "%(count)d orders hold them, see below", promises) % {"count": promises}


def _sum_of(on_hand: Decimal, reserved: Decimal, safety: Decimal) -> str:
    parts = [wording.quantity(on_hand), wording.quantity(reserved), wording.quantity(safety)]
    return f" {wording.MINUS} ".join(parts)


def _proof(proof: LedgerProof, on_hand: Decimal) -> str:
    if not proof.count and not on_hand:
        return gettext("Nothing has ever moved.")
    said = {"count": proof.count, "total": wording.quantity(proof.total), "on_hand": wording.quantity(on_hand)}
    if proof.total == on_hand:
        return (
            ngettext(
                "The one movement gives %(total)s: the ledger balances.",
                "The %(count)d movements add up to %(total)s: the ledger balances.",
                proof.count,
            )
            % said
        )
    return gettext("The movements add up to %(total)s, but %(on_hand)s are on hand: run the ledger check.") % said


def parts_of_kit(components: Sequence[KitComponent], levels: Sequence[StockLevel]) -> list[Part]:
    """What each component makes; the smallest is the kit's availability."""
    free: dict[int, Decimal] = {}
    for level in levels:
        free[level.variant_id] = free.get(level.variant_id, Decimal(0)) + level.on_hand - level.reserved - level.safety_stock
    makes = {each.component_id: kit_units(((each.component_id, each.quantity),), free) for each in components}
    least = min(makes.values(), default=0)
    return [
        Part(
            variant_id=each.component_id,
            title=each.component.title,
            sku=each.component.sku,
            per_kit=wording.quantity(each.quantity),
            available=wording.quantity(free.get(each.component_id, Decimal(0))),
            makes=makes[each.component_id],
            is_limit=makes[each.component_id] == least,
        )
        for each in components
    ]


def kit_availability(parts: Sequence[Part]) -> int:
    return min((part.makes for part in parts), default=0)
