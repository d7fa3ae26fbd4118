from catalog.models.details import Attribute, AttributeValue, Media
from catalog.models.products import Category, Product, State, TaxCategory
from catalog.models.variants import KitComponent, Option, OptionValue, Unit, Variant, VariantOption

__all__ = [
    "Attribute",
    "AttributeValue",
    "Category",
    "KitComponent",
    "Media",
    "Option",
    "OptionValue",
    "Product",
    "State",
    "TaxCategory",
    "Unit",
    "Variant",
    "VariantOption",
]
