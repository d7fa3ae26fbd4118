from decimal import Decimal

import pytest

from catalog.models import AttributeValue, Category, TaxCategory
from catalog.services.categories import (
    change_category,
    create_category,
    create_tax_category,
    ensure_attributes,
    ensure_paths,
    set_attribute,
)
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from tests.factories.catalog import make_product

pytestmark = pytest.mark.django_db


def test_paths_become_a_tree_and_are_found_again() -> None:
    first = ensure_paths(["Casa > Cucina", "Casa", ""], by=None)
    again = ensure_paths([" casa >  CUCINA > Tazze"], by=None)

    assert {path: category.name for path, category in first.items()} == {"Casa > Cucina": "Cucina", "Casa": "Casa"}
    assert again[" casa >  CUCINA > Tazze"].parent == first["Casa > Cucina"]
    assert Category.objects.count() == 3
    assert [each.name for each in Category.objects.ancestors(again[" casa >  CUCINA > Tazze"])] == ["Casa", "Cucina"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (" ", "A category needs a name. Type one."),
        ("CÀSA", "There is a category “CÀSA” in this place already. Use it, or choose another name."),
    ],
)
def test_a_category_needs_a_name_of_its_own_in_its_place(name: str, sentence: str) -> None:
    create_category(by=None, name="Casa")

    with pytest.raises(Refused) as refusal, attempt():
        create_category(by=None, name=name)

    assert (str(refusal.value), Category.objects.count()) == (sentence, 1)


def test_a_category_cannot_be_moved_into_itself() -> None:
    kitchen = ensure_paths(["Casa > Cucina"], by=None)["Casa > Cucina"]

    with pytest.raises(Refused) as refusal, attempt():
        change_category(kitchen.parent_id, by=None, name="Casa", parent_id=kitchen.pk)
    change_category(kitchen.pk, by=None, name="Cucìna", parent_id=None)

    assert str(refusal.value) == "“Casa” cannot be moved into itself. Choose a category outside of it."
    assert sorted(Category.objects.values_list("sort_name", "parent_id")) == [("casa", None), ("cucina", None)]


@pytest.mark.parametrize(
    ("code", "rate", "sentence"),
    [
        ("ordinaria", "22", "Tax category ordinaria exists already. Use it, or choose another code."),
        ("strana", "101", "A tax rate is a percentage from 0 to 100, not 101. Correct the rate."),
    ],
)
def test_a_tax_category_is_one_of_its_code_with_a_percentage(code: str, rate: str, sentence: str) -> None:
    create_tax_category(by=None, code="ordinaria", name="Ordinaria", rate=Decimal(22))

    with pytest.raises(Refused) as refusal, attempt():
        create_tax_category(by=None, code=code, name="x", rate=Decimal(rate))

    assert (str(refusal.value), TaxCategory.objects.count()) == (sentence, 1)


def test_an_attribute_is_stated_changed_and_taken_away() -> None:
    product, material = make_product(), ensure_attributes(["Màteriale"], by=None)["Màteriale"]

    for value in ("lino", " cotone "):
        set_attribute(product.pk, by=None, attribute_id=material.pk, value=value)
    assert (material.code, AttributeValue.objects.get().value) == ("materiale", "cotone")

    set_attribute(product.pk, by=None, attribute_id=material.pk, value="")
    assert AttributeValue.objects.count() == 0
