"""Reads that importing and publishing share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from catalog.gtin import canonical
from catalog.models import Unit

COMPONENTS_OF = """
    COALESCE((
        SELECT array_agg(ROW(part.component_id, part.quantity)::text ORDER BY part.component_id)
        FROM catalog_kitcomponent AS part WHERE part.kit_id = {variant}
    ), '{{}}')
"""
"""SQL for a SELECT list: the components of the variant whose key is put in for `{variant}`; read the value with `parse_components`."""


@dataclass(frozen=True)
class SoldVariant:
    """What a line needs to know of its variant. `components` are (variant id, quantity in one kit), by id; () where it is no kit."""

    variant_id: int
    sku: str
    gtin: str
    title: str
    unit: str
    is_kit: bool
    is_stocked: bool
    components: tuple[tuple[int, Decimal], ...]

    @property
    def allows_decimals(self) -> bool:
        return Unit(self.unit).allows_decimals

    @property
    def takes_stock(self) -> bool:
        """Its own pieces, or those of a kit's components."""
        return self.is_stocked or self.is_kit


@dataclass(frozen=True)
class VariantsByCode:
    """Exact matches only. `by_gtin` is keyed by the 14 digits of `catalog.gtin.canonical`."""

    by_sku: Mapping[str, SoldVariant]
    by_gtin: Mapping[str, SoldVariant]

    def find(self, sku: str, gtin: str = "") -> SoldVariant | None:
        """By SKU as typed, else by GTIN in any of its lengths."""
        return self.by_sku.get(sku) or self.by_gtin.get(canonical(gtin))


_COLUMNS = f"""
    v.id, v.sku, COALESCE(v.gtin, ''), v.title, v.unit, v.is_kit, v.is_stocked, {COMPONENTS_OF.format(variant="v.id")}
"""
_BY_CODE = f"""
    SELECT {_COLUMNS} FROM catalog_variant AS v WHERE v.state = 'active' AND v.sku = ANY(%(skus)s::text[])
    UNION
    SELECT {_COLUMNS} FROM catalog_variant AS v WHERE v.state = 'active' AND LPAD(v.gtin, 14, '0') = ANY(%(gtins)s::text[])
"""
_BY_ID = f"SELECT {_COLUMNS} FROM catalog_variant AS v WHERE v.id = ANY(%(ids)s::bigint[])"


def variants_by_code(skus: Iterable[str], gtins: Iterable[str] = ()) -> VariantsByCode:
    """Active variants with their kit components by exact SKU or GTIN, in one statement; unknown and invalid codes are absent."""
    numbers = sorted({canonical(gtin) for gtin in gtins} - {""})
    found = _read(_BY_CODE, {"skus": sorted(set(skus) - {""}), "gtins": numbers})
    return VariantsByCode({each.sku: each for each in found}, {canonical(each.gtin): each for each in found if each.gtin})


def variants_by_id(ids: Iterable[int]) -> dict[int, SoldVariant]:
    """Variants with their kit components by key, archived ones too, in one statement."""
    return {each.variant_id: each for each in _read(_BY_ID, {"ids": sorted(set(ids))})}


def parse_components(rows: Sequence[str] | None) -> tuple[tuple[int, Decimal], ...]:
    """The value of `COMPONENTS_OF` as (variant id, quantity) pairs."""
    pairs = (row.strip("()").split(",") for row in rows or ())
    return tuple((int(variant), Decimal(quantity)) for variant, quantity in pairs)


def _read(statement: str, codes: dict[str, list[str]] | dict[str, list[int]]) -> list[SoldVariant]:
    with connection.cursor() as cursor:
        cursor.execute(statement, codes)
        return [_sold(*row) for row in cursor.fetchall()]


def _sold(key: int, sku: str, gtin: str, title: str, unit: str, is_kit: bool, is_stocked: bool, parts: Sequence[str]) -> SoldVariant:
    return SoldVariant(key, sku, gtin, title, unit, is_kit, is_stocked, parse_components(parts))
