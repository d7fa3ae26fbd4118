"""One row of a product list, as a file or the demo hands it over, and what became of the list. Values only."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class ProductRow:
    """One variant. Rows with the same `group` are variants of one product, whose facts are those of the first row.

    `category` is a path (`Casa > Cucina`), `tax_category` a code that exists, `components` are (SKU, quantity) of this list or the catalog.
    """

    sku: str
    product: str
    tax_category: str
    price: Decimal | str = Decimal("0.00")
    group: str = ""
    gtin: str = ""
    unit: str = "piece"
    description: str = ""
    brand: str = ""
    category: str = ""
    options: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    weight_grams: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    hs_code: str = ""
    origin_country: str = ""
    is_stocked: bool = True
    components: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True)
class Rejection:
    """`place` counts from 1, as people number rows."""

    place: int
    sku: str
    reason: str


@dataclass
class Imported:
    """`variants` is SKU -> key of what was made."""

    variants: dict[str, int] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
