"""Products and their variants, made and changed one at a time."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog.codes import cleaned, faults, taken_sentence
from catalog.events import VariantChanged
from catalog.locks import lock_codes, lock_product, lock_variants
from catalog.models import Product, Variant, VariantOption
from catalog.services.options import ensure_values
from catalog.titles import variant_title
from erp.core.events import publish
from erp.core.history import By
from erp.core.masterdata import save_master
from erp.core.refusals import Refused
from erp.core.sorting import sort_name
from erp.core.transactions import atomic


@atomic
def create_product(*, by: By, name: str, tax_category_id: int, **fields: Any) -> int:
    """`fields`: description, category_id, brand, state. Returns the key."""
    product = Product(name=_named(name), sort_name=sort_name(name), tax_category_id=tax_category_id, **fields)
    save_master(product, by=by)
    return product.pk


@atomic
def change_product(product_id: int, *, by: By, **changes: Any) -> None:
    """A new name also renames the variants."""
    product = lock_product(product_id)
    is_renamed = changes.get("name", product.name) != product.name
    for name, value in changes.items():
        setattr(product, name, value)
    product.name, product.sort_name = _named(product.name), sort_name(product.name)
    save_master(product, by=by)
    if is_renamed:
        write_titles(product, by=by)


@atomic
def create_variant(*, by: By, product_id: int, sku: str, options: Mapping[str, str] | None = None, **fields: Any) -> int:
    """`options` are names and values, made where they are new. Returns the key. Raises Refused for codes that clash or are wrong."""
    lock_codes()
    product = Product.objects.get(pk=product_id)
    fields = cleaned({"sku": sku, **fields})
    _refuse_faults(fields)
    refuse_taken(fields["sku"], fields.get("gtin"))
    values = ensure_values((options or {}).items())
    _refuse_same_choice(product_id, [value.pk for value in values])
    title = variant_title(product.name, [value.value for value in values])
    variant = Variant(product_id=product_id, title=title, sort_title=sort_name(title), **fields)
    save_master(variant, by=by)
    VariantOption.objects.bulk_create(VariantOption(variant=variant, option_id=value.option_id, value=value) for value in values)
    publish(VariantChanged(variant.pk))
    return variant.pk


@atomic
def change_variant(variant_id: int, *, by: By, **changes: Any) -> None:
    """Any field but product, title and components. Raises Refused for codes that clash or are wrong."""
    lock_codes()
    changes = cleaned(changes)
    _refuse_faults(changes)
    variant = lock_variants([variant_id])[variant_id]
    refuse_taken(changes.get("sku", ""), changes.get("gtin"), but=variant_id)
    for name, value in changes.items():
        setattr(variant, name, value)
    save_master(variant, by=by)
    publish(VariantChanged(variant_id))


@atomic
def write_titles(product: Product, *, by: By) -> None:
    """Name the variants of a product anew, from its name and their choices."""
    variants = lock_variants(Variant.objects.filter(product=product).values_list("pk", flat=True))
    values: dict[int, list[str]] = {}
    choices = VariantOption.objects.filter(variant__in=variants).select_related("value")
    for choice in choices.order_by("option__position", "option_id"):
        values.setdefault(choice.variant_id, []).append(choice.value.value)
    for variant in variants.values():
        variant.title = variant_title(product.name, values.get(variant.pk, []))
        variant.sort_title = sort_name(variant.title)
        save_master(variant, by=by)
        publish(VariantChanged(variant.pk))


def refuse_taken(sku: str, gtin: str | None, *, but: int = 0) -> None:
    """Say which variant has the code; called under `lock_codes`."""
    other = Variant.objects.with_codes([sku] if sku else [], [gtin] if gtin else []).exclude(pk=but).order_by("pk").first()
    if other:
        raise Refused(taken_sentence(other.sku, other.title, sku, gtin or ""), code="taken")


def _named(name: str) -> str:
    if not name.strip():
        raise Refused(_("A product needs a name. Type one."), code="name")
    return name.strip()


def _refuse_faults(fields: Mapping[str, Any]) -> None:
    for sentence in faults(fields).values():
        raise Refused(sentence, code="invalid")


def _refuse_same_choice(product_id: int, value_ids: list[int]) -> None:
    if not value_ids:
        return
    chosen: dict[str, set[int]] = {}
    choices = VariantOption.objects.filter(variant__product_id=product_id).select_related("variant")
    for choice in choices:
        chosen.setdefault(choice.variant.sku, set()).add(choice.value_id)
    for sku, values in chosen.items():
        if values == set(value_ids):
            text = _("Variant %(sku)s of this product has the same options. Change one of them.")
            raise Refused(text % {"sku": sku}, code="same_options")
