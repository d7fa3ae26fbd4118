"""Which rows of a product list can be made, and a sentence for each that cannot. Pure: what the catalog has comes in as `Shelf`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from catalog.codes import cleaned, faults, options_fault, taken_sentence
from catalog.composition import component_fault, composition_fault
from catalog.gtin import canonical
from catalog.rows import ProductRow, Rejection
from erp.core.sorting import sort_name

UNITS = {"piece": False, "metre": True, "kilo": True}
"""Unit -> whether it allows decimals; the model's choices are compared with it in a test."""
COPIED = ("unit", "weight_grams", "length_mm", "width_mm", "height_mm", "hs_code", "origin_country", "is_stocked")
Choice = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True)
class Rival:
    """A variant that exists and may have a code of the list."""

    sku: str
    title: str
    gtin: str | None


@dataclass(frozen=True)
class Part:
    """A variant that a kit may contain; `pk` is None while it is only in the list."""

    pk: int | None
    unit: str
    is_kit: bool


@dataclass
class Shelf:
    rivals: Iterable[Rival]
    parts: dict[str, Part]
    tax_categories: Mapping[str, int]
    by_sku: dict[str, Rival] = field(init=False)
    by_gtin: dict[str, Rival] = field(init=False)

    def __post_init__(self) -> None:
        self.by_sku = {rival.sku.upper(): rival for rival in self.rivals}
        self.by_gtin = {canonical(rival.gtin): rival for rival in self.rivals if rival.gtin}


@dataclass(frozen=True)
class Candidate:
    """A row that can be made. Rows with equal `key` are one product; `components` is SKU -> (key or None, quantity)."""

    row: ProductRow
    key: str
    fields: dict[str, Any]
    tax_category_id: int
    components: dict[str, tuple[int | None, Decimal]]


@dataclass
class Sifted:
    good: list[Candidate] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    choices: set[Choice] = field(default_factory=set)


def sift(batch: Sequence[tuple[int, ProductRow]], shelf: Shelf, choices: set[Choice]) -> Sifted:
    """In the order of the list: of two rows that clash, the second is rejected. `choices` are those of earlier batches."""
    sifted = Sifted()
    for place, row in batch:
        fields = cleaned({"sku": row.sku, "gtin": row.gtin, "list_price": row.price, **{name: getattr(row, name) for name in COPIED}})
        sentence = _fault(row, fields, shelf, choices | sifted.choices if row.group else set())
        if sentence:
            sifted.rejected.append(Rejection(place, row.sku, sentence))
            continue
        _accept(row, fields, shelf, sifted)
    return sifted


def _accept(row: ProductRow, fields: dict[str, Any], shelf: Shelf, sifted: Sifted) -> None:
    fields["is_kit"] = bool(row.components)
    components = {sku.strip(): (shelf.parts[sku.strip()].pk, Decimal(quantity)) for sku, quantity in row.components}
    rival = Rival(fields["sku"], row.product.strip(), fields["gtin"])
    shelf.by_sku[rival.sku.upper()] = rival
    if rival.gtin:
        shelf.by_gtin[canonical(rival.gtin)] = rival
    shelf.parts.setdefault(rival.sku, Part(None, row.unit, fields["is_kit"]))
    if row.group:
        sifted.choices.add(_choice(row))
    key = row.group or f"\N{NULL}{rival.sku}"
    sifted.good.append(Candidate(row, key, fields, shelf.tax_categories[row.tax_category], components))


def _fault(row: ProductRow, fields: dict[str, Any], shelf: Shelf, choices: set[Choice]) -> str:
    """The first thing that is wrong, "" when nothing is."""
    for sentence in faults(fields).values():
        return sentence
    return _taken(fields, shelf) or _product_fault(row, shelf, choices) or options_fault(row.options) or _components_fault(row, shelf)


def _taken(fields: dict[str, Any], shelf: Shelf) -> str:
    sku, gtin = fields["sku"], fields["gtin"] or ""
    rival = shelf.by_sku.get(sku.upper()) or (shelf.by_gtin.get(canonical(gtin)) if gtin else None)
    return taken_sentence(rival.sku, rival.title, sku, gtin) if rival else ""


def _product_fault(row: ProductRow, shelf: Shelf, choices: set[Choice]) -> str:
    if not row.product.strip():
        return _("A product needs a name. Type one.")
    if len(row.product.strip()) > 200:
        return _("The name “%(name)s…” is longer than 200 characters. Shorten it.") % {"name": row.product.strip()[:30]}
    if row.tax_category not in shelf.tax_categories:
        text = _("There is no tax category “%(code)s”. Create it first, or use one of these: %(known)s.")
        return text % {"code": row.tax_category, "known": ", ".join(sorted(shelf.tax_categories))}
    if row.unit not in UNITS:
        return _("“%(unit)s” is not a unit. Use one of these: %(known)s.") % {"unit": row.unit, "known": ", ".join(UNITS)}
    if _choice(row) in choices:
        return _("Another row of “%(product)s” has the same options. Change one of them.") % {"product": row.product}
    return ""


def _components_fault(row: ProductRow, shelf: Shelf) -> str:
    kit, names = row.sku.strip(), [sku.strip() for sku, _quantity in row.components]
    if sentence := composition_fault(kit, names, {name for name in names if name in shelf.parts and shelf.parts[name].is_kit}):
        return sentence
    for name, (_sku, quantity) in zip(names, row.components, strict=True):
        part = shelf.parts.get(name)
        if part is None:
            return _("Kit %(sku)s contains %(part)s, which is in no list. Create it first.") % {"sku": kit, "part": name}
        sentence = component_fault(name, Decimal(quantity), allows_decimals=UNITS[part.unit])
        if sentence:
            return sentence
    return ""


def _choice(row: ProductRow) -> Choice:
    return row.group, frozenset((sort_name(option), sort_name(value)) for option, value in row.options)
