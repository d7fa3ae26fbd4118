from decimal import Decimal
from typing import Any

from catalog.models import Category, KitComponent, Product, TaxCategory, Variant
from catalog.rows import ProductRow
from erp.core.sorting import sort_name


def make_tax_category(code: str = "ordinaria", rate: str = "22.00") -> TaxCategory:
    return TaxCategory.objects.get_or_create(code=code, defaults={"name": code.title(), "rate": Decimal(rate)})[0]


def make_category(name: str, parent: Category | None = None) -> Category:
    return Category.objects.create(name=name, sort_name=sort_name(name), parent=parent)


def make_product(name: str = "Tazza", **fields: Any) -> Product:
    tax_category = fields.pop("tax_category", None) or make_tax_category()
    return Product.objects.create(name=name, sort_name=sort_name(name), tax_category=tax_category, **fields)


def make_variant(sku: str = "TAZZA", *, product: Product | None = None, **fields: Any) -> Variant:
    product = product or make_product(sku.title())
    return Variant.objects.create(product=product, sku=sku, title=product.name, sort_title=product.sort_name, **fields)


def make_kit(sku: str, *components: tuple[Variant, str]) -> Variant:
    kit = make_variant(sku, is_kit=True)
    for component, quantity in components:
        KitComponent.objects.create(kit=kit, component=component, quantity=Decimal(quantity))
    return kit


def product_row(sku: str, **fields: Any) -> ProductRow:
    return ProductRow(**{"sku": sku, "product": sku.title(), "tax_category": "ordinaria", "price": Decimal("9.90"), **fields})
