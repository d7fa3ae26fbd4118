"""Products and variants: what is wrong meets a sentence and leaves nothing half-written."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from catalog.models import Option, Product, Variant
from catalog.services.products import change_product, change_variant, create_product, create_variant
from erp.core.models import Event
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from tests.factories.catalog import make_product, make_tax_category, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return User.objects.create_user("clerk")


def test_a_variant_is_made_with_tidy_codes_title_and_history(clerk: User) -> None:
    product = create_product(by=clerk, name=" Camicia di Lìno ", tax_category_id=make_tax_category().pk, brand="Etna")

    key = create_variant(
        by=clerk,
        product_id=product,
        sku=" CAM-AZ-M ",
        gtin="4006381 333931",
        options={"Colore": "azzurro", "Taglia": "M"},
        list_price="39.90",
        hs_code="6205.20",
        origin_country="it",
        weight_grams=240,
    )

    variant = Variant.objects.get()
    assert (variant.pk, variant.sku, variant.gtin, variant.hs_code, variant.origin_country.code) == (
        key,
        "CAM-AZ-M",
        "4006381333931",
        "620520",
        "IT",
    )
    assert (variant.title, variant.sort_title) == ("Camicia di Lìno – azzurro / M", "camicia di lino – azzurro / m")
    assert (variant.list_price, variant.allows_decimals, variant.is_stocked, variant.is_kit) == (Decimal("39.90"), False, True, False)
    assert [(entry.history_type, entry.history_user) for entry in variant.history.all()] == [("+", clerk)]
    assert list(Event.objects.values_list("name", "payload")) == [("catalog.VariantChanged", {"variant_id": key})]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"sku": "tazza"}, "SKU TAZZA exists already: “Tazza”. Choose another SKU, or change that variant."),
        ({"sku": "  "}, "A variant needs an SKU. Type one."),
        ({"sku": "x" * 65}, f"SKU “{'x' * 20}…” is longer than 64 characters. Shorten it."),
        ({"sku": "A\nB"}, "SKU “A\\nB” contains characters that cannot be printed. Type it again."),
        (
            {"gtin": "4006381333930"},
            "The last digit of GTIN 4006381333930 must be 1, not 0. Look at the bar code and correct the number.",
        ),
        ({"gtin": "123"}, "“123” is not a GTIN: it has 8, 12, 13 or 14 digits. Correct it, or leave it empty."),
        ({"gtin": "0036000291452"}, "GTIN 0036000291452 belongs to TAZZA, “Tazza”. Check the number, or change that variant."),
        ({"list_price": Decimal("-0.01")}, "A list price cannot be negative: -0.01. Type zero or more."),
        ({"list_price": "12.345"}, "A list price has at most two decimals: 12.345 has more. Round it."),
        ({"list_price": "1e10"}, "A list price of 1E+10 is more than can be kept. Check the number."),
        ({"list_price": "NaN"}, "This price is not a number. Write it with digits, as 12.30."),
        ({"hs_code": "62"}, "“62” is not an HS code: it has 6, 8 or 10 digits. Correct it, or leave it empty."),
        ({"origin_country": "Italia"}, "“ITALIA” is not the two-letter code of a country. Write it as IT or DE."),
        ({"weight_grams": -1}, "A weight or size of -1 is not possible. Type zero or more."),
        ({"options": {"Taglia": " "}}, "An option needs a name and a value. Type both."),
        ({"options": {"Taglia": "M", "TAGLIA": "L"}}, "A variant has one value per option. Leave out the second one."),
        ({"options": {"Taglia": "x" * 61}}, "An option and its value have at most 60 characters each. Shorten them."),
    ],
)
def test_what_is_wrong_meets_a_sentence_and_nothing_is_written(fields: dict[str, Any], sentence: str) -> None:
    make_variant("TAZZA", gtin="036000291452")
    product = make_product()

    with pytest.raises(Refused) as refusal, attempt():
        create_variant(by=None, product_id=product.pk, **{"sku": "NEW", **fields})

    assert str(refusal.value) == sentence
    assert (Variant.objects.count(), Variant.history.count(), Option.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"sku": "TAZZA"}, "catalog_variant_sku_unique"),
        ({"sku": "Tazza"}, "catalog_variant_sku_unique_in_any_case"),
        ({"sku": ""}, "catalog_variant_sku_not_empty"),
        ({"gtin": "0036000291452"}, "catalog_variant_gtin_unique"),
        ({"gtin": "12"}, "catalog_variant_gtin_shape"),
        ({"list_price": Decimal("-1")}, "catalog_variant_list_price_not_negative"),
    ],
)
def test_the_database_guards_what_must_never_be_false(fields: dict[str, Any], constraint: str) -> None:
    make_variant("TAZZA", gtin="036000291452")

    with pytest.raises(IntegrityError, match=f'"{constraint}"'), transaction.atomic():
        make_variant(**{"sku": "NEW", **fields})


def test_two_variants_without_a_gtin_are_fine() -> None:
    product = make_product()

    for sku in ("A", "B"):
        create_variant(by=None, product_id=product.pk, sku=sku, gtin="")

    assert list(Variant.objects.order_by("sku").values_list("gtin", flat=True)) == [None, None]


def test_a_product_has_each_choice_of_options_once() -> None:
    product = make_product()
    create_variant(by=None, product_id=product.pk, sku="M", options={"Taglia": "M"})

    with pytest.raises(Refused) as refusal, attempt():
        create_variant(by=None, product_id=product.pk, sku="M2", options={"TAGLIA": "m"})

    assert str(refusal.value) == "Variant M of this product has the same options. Change one of them."
    assert (Option.objects.count(), Variant.objects.count()) == (1, 1)


def test_a_changed_variant_keeps_its_own_codes_and_cannot_take_anothers(clerk: User) -> None:
    mine, other = make_variant("A", gtin="4006381333931"), make_variant("B")

    change_variant(mine.pk, by=clerk, sku="a", gtin="4006381333931", list_price="3.00")
    with pytest.raises(Refused) as refusal, attempt():
        change_variant(other.pk, by=clerk, sku="A")

    assert str(refusal.value) == "SKU a exists already: “A”. Choose another SKU, or change that variant."
    assert list(Variant.objects.order_by("pk").values_list("sku", "list_price")) == [("a", Decimal("3.00")), ("B", Decimal("0.00"))]


def test_renaming_a_product_renames_its_variants(clerk: User) -> None:
    product = make_product("Tazza")
    for size in ("S", "M"):
        create_variant(by=clerk, product_id=product.pk, sku=size, options={"Taglia": size})

    change_product(product.pk, by=clerk, name="Tazzà grande")

    assert Product.objects.values_list("name", "sort_name").get() == ("Tazzà grande", "tazza grande")
    assert list(Variant.objects.order_by("pk").values_list("title", flat=True)) == ["Tazzà grande – S", "Tazzà grande – M"]


def test_a_product_without_a_name_is_refused() -> None:
    with pytest.raises(Refused) as refusal, attempt():
        create_product(by=None, name=" ", tax_category_id=make_tax_category().pk)

    assert (str(refusal.value), Product.objects.count()) == ("A product needs a name. Type one.", 0)
