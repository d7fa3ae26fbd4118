"""A list of products, 500 rows at a time: what is right is made, what is wrong comes back with a sentence, nothing is half-written."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import DatabaseError
from django.db.models import Model
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from catalog.events import KitChanged, VariantChanged
from catalog.locks import lock_codes
from catalog.models import AttributeValue, KitComponent, Product, TaxCategory, Variant, VariantOption
from catalog.rows import Imported, ProductRow, Rejection
from catalog.services.categories import ensure_attributes, ensure_paths
from catalog.services.options import ensure_all
from catalog.sifting import Candidate, Choice, Part, Rival, Shelf, sift
from catalog.titles import variant_title
from erp.core import clock
from erp.core.events import publish
from erp.core.history import By
from erp.core.refusals import Refused
from erp.core.sorting import sort_name
from erp.core.transactions import atomic, attempt

BATCH_ROWS = 500
Numbered = tuple[int, ProductRow]
M = TypeVar("M", bound=Model)


@dataclass
class Progress:
    """What later batches must know of the earlier ones: the product of each group, and which choices it has."""

    done: Imported = field(default_factory=Imported)
    groups: dict[str, int] = field(default_factory=dict)
    choices: set[Choice] = field(default_factory=set)


def import_products(rows: Iterable[ProductRow], by: By) -> Imported:
    """Make products and variants of a list, and say for each row that is wrong why.

    Each 500 rows are one transaction, so a list that broke off can be sent again: what was made is then rejected as existing.
    Kits are made after the others, whatever their place in the list.
    """
    numbered = sorted(enumerate(rows, start=1), key=lambda each: bool(each[1].components))
    progress = Progress()
    for start in range(0, len(numbered), BATCH_ROWS):
        _import_batch(numbered[start : start + BATCH_ROWS], progress, by)
    progress.done.rejected.sort(key=lambda rejection: rejection.place)
    return progress.done


def _import_batch(batch: Sequence[Numbered], progress: Progress, by: By) -> None:
    """A batch that the database refuses is repeated row by row, so that only the bad row is left out."""
    with atomic():
        failure = _try_batch(batch, progress, by)
    if failure is None:
        return
    if len(batch) > 1:
        for each in batch:
            _import_batch([each], progress, by)
        return
    place, row = batch[0]
    progress.done.rejected.append(Rejection(place, row.sku, _why(failure)))


def _try_batch(batch: Sequence[Numbered], progress: Progress, by: By) -> Exception | None:
    try:
        with attempt():
            _write_batch(batch, progress, by)
    except (DatabaseError, ValueError, Refused) as error:
        return error
    return None


def _write_batch(batch: Sequence[Numbered], progress: Progress, by: By) -> None:
    lock_codes()
    sifted = sift(batch, _read_shelf([row for _place, row in batch]), progress.choices)
    products = _create_products(sifted.good, progress.groups, by)
    variants = _create_variants(sifted.good, products, by)
    _create_attributes([each for each in sifted.good if each.key not in progress.groups], products, by)
    _create_components(sifted.good, variants, by)
    progress.done.variants |= {sku: variant.pk for sku, variant in variants.items()}
    progress.done.rejected += sifted.rejected
    progress.groups |= {each.key: products[each.key] for each in sifted.good if each.row.group}
    progress.choices |= sifted.choices


def _read_shelf(rows: Sequence[ProductRow]) -> Shelf:
    """The codes that these rows could clash with, and the variants that their kits name."""
    rivals = Variant.objects.with_codes((row.sku.strip() for row in rows), (row.gtin for row in rows))
    parts = Variant.objects.filter(sku__in={sku.strip() for row in rows for sku, _quantity in row.components})
    return Shelf(
        rivals=[Rival(*each) for each in rivals.values_list("sku", "title", "gtin")],
        parts={part.sku: Part(part.pk, part.unit, part.is_kit) for part in parts.only("sku", "unit", "is_kit")},
        tax_categories=dict(TaxCategory.objects.values_list("code", "pk")),
    )


def _create_products(good: Sequence[Candidate], groups: dict[str, int], by: By) -> dict[str, int]:
    """The product's key by the candidates' key: new products, and those that earlier batches made for the same group."""
    categories = ensure_paths({each.row.category for each in good}, by=by)
    rows: dict[str, Product] = {}
    for each in good:
        if each.key not in groups and each.key not in rows:
            rows[each.key] = Product(
                name=each.row.product.strip(),
                sort_name=sort_name(each.row.product),
                description=each.row.description,
                brand=each.row.brand.strip(),
                category=categories.get(each.row.category),
                tax_category_id=each.tax_category_id,
            )
    _bulk_create(rows.values(), Product, by)
    return groups | {key: product.pk for key, product in rows.items()}


def _create_variants(good: Sequence[Candidate], products: dict[str, int], by: By) -> dict[str, Variant]:
    values = ensure_all(pair for each in good for pair in each.row.options)
    variants: dict[str, Variant] = {}
    choices: list[VariantOption] = []
    for each in good:
        chosen = [values[sort_name(option), sort_name(value)] for option, value in each.row.options]
        title = variant_title(each.row.product.strip(), [value.value for value in chosen])
        variant = Variant(product_id=products[each.key], title=title, sort_title=sort_name(title), **each.fields)
        variants[variant.sku] = variant
        choices += [VariantOption(variant=variant, option_id=value.option_id, value=value) for value in chosen]
    _bulk_create(variants.values(), Variant, by)
    VariantOption.objects.bulk_create(choices)
    for variant in variants.values():
        publish(VariantChanged(variant.pk))
    return variants


def _create_attributes(good: Sequence[Candidate], products: dict[str, int], by: By) -> None:
    """A product has the attributes of its first row; what later rows of its group say again is ignored."""
    attributes = ensure_attributes({name for each in good for name, _value in each.row.attributes}, by=by)
    rows: dict[tuple[int, int], AttributeValue] = {}
    for each in good:
        for name, value in each.row.attributes:
            key = (products[each.key], attributes[name].pk)
            rows.setdefault(key, AttributeValue(product_id=key[0], attribute_id=key[1], value=value.strip()))
    _bulk_create(rows.values(), AttributeValue, by)


def _create_components(good: Sequence[Candidate], variants: dict[str, Variant], by: By) -> None:
    rows = []
    for each in good:
        for sku, (known, quantity) in each.components.items():
            rows.append(KitComponent(kit=variants[each.fields["sku"]], component_id=known or variants[sku].pk, quantity=quantity))
        if each.components:
            publish(KitChanged(variants[each.fields["sku"]].pk))
    _bulk_create(rows, KitComponent, by)


def _bulk_create(rows: Collection[M], model: type[M], by: By) -> None:
    if rows:
        bulk_create_with_history(list(rows), model, batch_size=BATCH_ROWS * 10, default_user=by, default_date=clock.now())


def _why(error: Exception) -> str:
    if isinstance(error, Refused):
        return str(error)
    text = _("The database does not take this row: %(error)s. Correct it and send it again.")
    return text % {"error": str(error).splitlines()[0].rstrip(".")}
