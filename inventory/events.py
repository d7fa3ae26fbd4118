"""What stock has to tell. Ids and references only: a handler reads the present state."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StockChanged:
    """What there is, what is promised, or what a window may sell of a stocked variant changed. Kits follow their components."""

    variant_id: int


@dataclass(frozen=True)
class ShortServed:
    """A short row of this reference got pieces; it may have others that still wait."""

    reference: str


@dataclass(frozen=True)
class TurnedShort:
    """Pieces that were promised to this reference are not there any more."""

    reference: str


@dataclass(frozen=True)
class WindowPolicyChanged:
    """What the windows of a variant show is ruled otherwise now; None is the company's rule."""

    variant_id: int | None


@dataclass(frozen=True)
class WarehouseSwitched:
    """Its pieces are for sale again, or no more."""

    warehouse_id: int
