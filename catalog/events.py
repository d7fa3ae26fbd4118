"""What the catalog has to tell. Ids only: a handler reads the present state."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VariantChanged:
    variant_id: int


@dataclass(frozen=True)
class KitChanged:
    kit_id: int
