"""The category tree, tax categories and attributes."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.locks import lock_codes, lock_product
from catalog.models import Attribute, AttributeValue, Category, TaxCategory
from erp.core.history import By
from erp.core.masterdata import delete_master, save_master
from erp.core.refusals import Refused
from erp.core.sorting import sort_name
from erp.core.transactions import atomic

SEPARATOR = ">"


@atomic
def create_category(*, by: By, name: str, parent_id: int | None = None) -> int:
    lock_codes()
    _refuse_name(name, parent_id)
    category = Category(name=name.strip(), sort_name=sort_name(name), parent_id=parent_id)
    save_master(category, by=by)
    return category.pk


@atomic
def change_category(category_id: int, *, by: By, name: str, parent_id: int | None) -> None:
    """Rename or move; a category cannot be put inside itself or what is inside it."""
    lock_codes()
    category = Category.objects.get(pk=category_id)
    _refuse_name(name, parent_id, category_id)
    if parent_id and Category.objects.ancestors(parent_id, include_self=True).filter(pk=category_id).exists():
        raise Refused(_("“%(name)s” cannot be moved into itself. Choose a category outside of it.") % {"name": category.name}, code="tree")
    category.name, category.sort_name, category.parent_id = name.strip(), sort_name(name), parent_id
    save_master(category, by=by)


@atomic
def ensure_paths(paths: Iterable[str], *, by: By) -> dict[str, Category]:
    """Categories by path (`Casa > Cucina`), made where they are new. One read, one write for each new category."""
    wanted = {path: [name.strip() for name in path.split(SEPARATOR) if name.strip()] for path in paths}
    if not any(wanted.values()):
        return {}
    lock_codes()
    known = {(each.parent_id, each.sort_name): each for each in Category.objects.all()}
    found: dict[str, Category] = {}
    for path, names in wanted.items():
        parent: Category | None = None
        for name in names:
            key = (parent.pk if parent else None, sort_name(name))
            if key not in known:
                known[key] = Category(name=name, sort_name=key[1], parent=parent)
                save_master(known[key], by=by)
            parent = known[key]
        if parent:
            found[path] = parent
    return found


@atomic
def create_tax_category(*, by: By, code: str, name: str, rate: Decimal) -> int:
    lock_codes()
    if not 0 <= rate <= 100:
        raise Refused(_("A tax rate is a percentage from 0 to 100, not %(rate)s. Correct the rate.") % {"rate": rate}, code="rate")
    if TaxCategory.objects.filter(code=code).exists():
        raise Refused(_("Tax category %(code)s exists already. Use it, or choose another code.") % {"code": code}, code="taken")
    category = TaxCategory(code=code, name=name, rate=rate)
    save_master(category, by=by)
    return category.pk


@atomic
def set_attribute(product_id: int, *, by: By, attribute_id: int, value: str) -> None:
    """State a property of a product; an empty value takes it away."""
    lock_product(product_id)
    row = AttributeValue.objects.filter(product_id=product_id, attribute_id=attribute_id).order_by("pk").first()
    if not value.strip():
        if row:
            delete_master(row, by=by)
        return
    row = row or AttributeValue(product_id=product_id, attribute_id=attribute_id)
    row.value = value.strip()
    save_master(row, by=by)


@atomic
def ensure_attributes(names: Iterable[str], *, by: By) -> dict[str, Attribute]:
    """Attributes by name, made where they are new; their code is the name in ASCII."""
    codes = {name: "-".join(sort_name(name).split())[:40] for name in names}
    known = {each.code: each for each in Attribute.objects.filter(code__in=codes.values())}
    for name, code in codes.items():
        if code not in known:
            lock_codes()
            known[code] = Attribute(code=code, name=name)
            save_master(known[code], by=by)
    return {name: known[code] for name, code in codes.items()}


def _refuse_name(name: str, parent_id: int | None, but: int = 0) -> None:
    if not name.strip():
        raise Refused(_("A category needs a name. Type one."), code="name")
    if Category.objects.filter(parent_id=parent_id, sort_name=sort_name(name)).exclude(pk=but).exists():
        text = _("There is a category “%(name)s” in this place already. Use it, or choose another name.")
        raise Refused(text % {"name": name}, code="taken")
