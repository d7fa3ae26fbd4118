"""Stock for tests: variants with pieces in warehouses, and windows with ceilings. Rows as the services would leave them."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from catalog.models import KitComponent, Product, TaxCategory, Variant
from erp.core import clock
from inventory.allocation import Claim
from inventory.models import Allotment, Movement, Reservation, StockLevel, Warehouse
from inventory.windows import window_key

_numbers = count(1)


def make_warehouse(code: str = "CT", *, priority: int = 10, is_active: bool = True) -> Warehouse:
    return Warehouse.objects.create(code=code, name=f"Magazzino {code}", priority=priority, is_active=is_active)


def make_variant(sku: str = "", **fields: Any) -> Variant:
    sku = sku or f"SKU-{next(_numbers):06}"  # in this order by name too
    tax, _ = TaxCategory.objects.get_or_create(code="ordinaria", defaults={"name": "Ordinaria", "rate": Decimal(22)})
    product = Product.objects.create(name=sku, sort_name=sku.lower(), tax_category=tax)
    return Variant.objects.create(**{"product": product, "sku": sku, "title": sku, "sort_title": sku.lower(), **fields})


def make_kit(sku: str, parts: Mapping[Variant, int]) -> Variant:
    kit = make_variant(sku, is_kit=True, is_stocked=False)
    for component, quantity in parts.items():
        KitComponent.objects.create(kit=kit, component=component, quantity=quantity)
    return kit


def put(variant: Variant, warehouse: Warehouse, pieces: float, *, safety: int = 0, is_split: bool = False) -> StockLevel:
    """Pieces on the shelf, with the movement that brought them."""
    quantity = Decimal(str(pieces))
    if quantity:
        Movement.objects.create(
            key=f"factory:{next(_numbers)}", variant=variant, warehouse=warehouse, quantity=quantity, cause="receipt", at=clock.now()
        )
    return StockLevel.objects.create(variant=variant, warehouse=warehouse, on_hand=quantity, safety_stock=safety, is_split=is_split)


def make_window(variant: Variant, source: str = "terramare", ceiling: float = 0, **fields: Any) -> Allotment:
    """A window whose number is known and shows its ceiling."""
    units = Decimal(str(ceiling))
    return Allotment.objects.create(
        **{
            "variant": variant,
            "window": window_key(source, variant.sku),
            "source": source,
            "stock_class": "zero",
            "ceiling": units,
            "known": units if fields.get("stock_class") == "exact" else None,
            "shown": units,
            "standing": "certain",
            **fields,
        }
    )


def claim(variant: Variant, quantity: float, *, reference: str = "ord_1", line: str = "1", window: str | None = None) -> Claim:
    parts = tuple((part.component_id, part.quantity) for part in variant.components.order_by("component_id")) if variant.is_kit else ()
    return Claim(reference, line, variant.pk, Decimal(str(quantity)), window, parts)


def mark_picked(reference: str) -> None:
    """A picker has all in hand that is reserved for this document."""
    Reservation.objects.filter(reference=reference, state="reserved").update(is_picked=True)
