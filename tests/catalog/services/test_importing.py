"""Lists of products: what is right is made, what is wrong comes back with a sentence, nothing is half-written."""

import time
from dataclasses import replace
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import AttributeValue, Category, KitComponent, Option, OptionValue, Product, TaxCategory, Unit, Variant, VariantOption
from catalog.rows import ProductRow, Rejection
from catalog.services.importing import import_products
from catalog.sifting import UNITS
from erp.core.models import Event
from tests.factories.catalog import make_tax_category, make_variant, product_row

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]


@pytest.fixture(autouse=True)
def tax_category() -> TaxCategory:
    return make_tax_category()


@pytest.fixture
def clerk() -> User:
    return User.objects.create_user("clerk")


def shirt(sku: str, size: str, **fields: object) -> ProductRow:
    row = product_row(sku, product="Camicia", group="shirt", category="Moda > Camicie", options=(("Colore", "blu"), ("Taglia", size)))
    return replace(row, attributes=(("Materiale", "lino"),), **fields)  # type: ignore[arg-type]


def test_a_list_becomes_products_variants_options_attributes_and_kits(clerk: User) -> None:
    rows = [
        product_row("SET", components=(("CAM-M", Decimal(2)), ("CUP", Decimal(1)))),
        shirt("CAM-S", "S"),
        shirt("CAM-M", "M", gtin="4006381333931", weight_grams=200, origin_country="it", hs_code="6205.20"),
        product_row("CUP", price="4.50", is_stocked=False),
    ]

    done = import_products(rows, clerk)

    assert (sorted(done.variants), done.rejected) == (["CAM-M", "CAM-S", "CUP", "SET"], [])
    assert done.variants == dict(Variant.objects.values_list("sku", "pk"))
    assert list(Product.objects.order_by("pk").values_list("name", "category__name")) == [
        ("Camicia", "Camicie"),
        ("Cup", None),
        ("Set", None),
    ]
    assert list(Variant.objects.order_by("sku").values_list("sku", "title", "list_price", "is_kit", "is_stocked")) == [
        ("CAM-M", "Camicia – blu / M", Decimal("9.90"), False, True),
        ("CAM-S", "Camicia – blu / S", Decimal("9.90"), False, True),
        ("CUP", "Cup", Decimal("4.50"), False, False),
        ("SET", "Set", Decimal("9.90"), True, True),
    ]
    assert sorted(KitComponent.objects.values_list("kit__sku", "component__sku", "quantity")) == [
        ("SET", "CAM-M", Decimal(2)),
        ("SET", "CUP", Decimal(1)),
    ]
    assert list(AttributeValue.objects.values_list("product__name", "attribute__name", "value")) == [("Camicia", "Materiale", "lino")]
    assert (Option.objects.count(), OptionValue.objects.count(), VariantOption.objects.count(), Category.objects.count()) == (2, 3, 4, 2)
    assert {entry.history_user for entry in Variant.history.all()} == {clerk}
    assert [model.history.count() for model in (Product, Variant, KitComponent, AttributeValue)] == [3, 4, 2, 1]
    names = list(Event.objects.values_list("name", flat=True))
    assert (names.count("catalog.VariantChanged"), names.count("catalog.KitChanged")) == (4, 1)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"sku": "tazza"}, "SKU TAZZA exists already: “Tazza”. Choose another SKU, or change that variant."),
        ({"sku": "good"}, "SKU GOOD exists already: “Good”. Choose another SKU, or change that variant."),
        ({"gtin": "0036000291452"}, "GTIN 0036000291452 belongs to TAZZA, “Tazza”. Check the number, or change that variant."),
        ({"gtin": "036000291453"}, "The last digit of GTIN 036000291453 must be 2, not 3. Look at the bar code and correct the number."),
        ({"price": Decimal(-1)}, "A list price cannot be negative: -1. Type zero or more."),
        ({"price": "tanto"}, "This price is not a number. Write it with digits, as 12.30."),
        ({"product": " "}, "A product needs a name. Type one."),
        ({"product": "x" * 201}, f"The name “{'x' * 30}…” is longer than 200 characters. Shorten it."),
        ({"tax_category": "strana"}, "There is no tax category “strana”. Create it first, or use one of these: ordinaria."),
        ({"unit": "litre"}, "“litre” is not a unit. Use one of these: piece, metre, kilo."),
        ({"options": (("Taglia", ""),)}, "An option needs a name and a value. Type both."),
        ({"options": (("Taglia", "M"), ("taglia", "L"))}, "A variant has one value per option. Leave out the second one."),
        ({"options": (("Taglia", "x" * 61),)}, "An option and its value have at most 60 characters each. Shorten them."),
        ({"components": (("NONE", Decimal(1)),)}, "Kit NEW contains NONE, which is in no list. Create it first."),
        ({"components": (("NEW", Decimal(1)),)}, "Kit NEW cannot contain itself. Choose another component."),
        (
            {"components": (("GOOD", Decimal(1)), ("GOOD", Decimal(2)))},
            "The same component stands in kit NEW twice. Write it once, with the sum.",
        ),
        (
            {"components": (("GOODKIT", Decimal(1)),)},
            "GOODKIT is a kit itself, and a kit cannot contain kits. Put its components into NEW instead.",
        ),
        (
            {"components": (("GOOD", Decimal("1.5")),)},
            "GOOD is counted in pieces: a kit cannot contain 1.5 of it. Type a whole number.",
        ),
        (
            {"description": "broken \x00 text"},
            "The database does not take this row: PostgreSQL text fields cannot contain NUL (0x00) bytes. Correct it and send it again.",
        ),
    ],
)
def test_a_wrong_row_is_left_out_with_a_sentence_and_the_others_are_made(fields: dict[str, object], sentence: str) -> None:
    make_variant("TAZZA", gtin="036000291452")
    good = [product_row("GOOD"), product_row("GOODKIT", components=(("GOOD", Decimal(1)),))]
    wrong = replace(product_row("NEW", category="Solo qui"), **fields)  # type: ignore[arg-type]

    done = import_products([*good, wrong, product_row("LAST")], None)

    assert done.rejected == [Rejection(3, wrong.sku, sentence)]
    assert sorted(done.variants) == ["GOOD", "GOODKIT", "LAST"]
    assert list(Variant.objects.order_by("sku").values_list("sku", flat=True)) == ["GOOD", "GOODKIT", "LAST", "TAZZA"]
    assert (Product.objects.count(), Category.objects.count()) == (4, 0)


def test_a_list_sent_twice_makes_nothing_the_second_time() -> None:
    rows = [shirt("CAM-S", "S"), product_row("CUP")]
    import_products(rows, None)

    again = import_products(rows, None)

    assert (again.variants, [rejection.place for rejection in again.rejected]) == ({}, [1, 2])
    assert (Product.objects.count(), Variant.objects.count()) == (2, 2)


def test_a_group_that_spans_batches_is_one_product_with_each_choice_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.services.importing.BATCH_ROWS", 2)
    rows = [shirt("S", "S"), product_row("CUP"), shirt("M", "M"), shirt("M2", "m"), shirt("L", "L")]

    done = import_products(rows, None)

    assert done.rejected == [Rejection(4, "M2", "Another row of “Camicia” has the same options. Change one of them.")]
    assert sorted(Product.objects.values_list("name", "variants__sku")) == [
        ("Camicia", "L"),
        ("Camicia", "M"),
        ("Camicia", "S"),
        ("Cup", "CUP"),
    ]


def test_the_units_of_lists_are_those_of_the_model() -> None:
    assert {unit.value: unit.allows_decimals for unit in Unit} == UNITS


def test_a_batch_costs_the_same_statements_with_3_and_with_300_rows() -> None:
    def spent(prefix: str, number: int) -> int:
        rows = [shirt(f"{prefix}{each}", f"{prefix}{each}") for each in range(number)]
        with CaptureQueriesContext(connection) as capture:
            import_products([replace(row, group=row.sku) for row in rows], None)
        return len(capture)

    spent("WARM", 1)

    assert spent("FEW", 3) == spent("MANY", 300)


def test_five_thousand_rows_are_imported_in_seconds() -> None:
    """Not a benchmark (`make bench` is): a guard against work for each row. This process works for about 2 s."""
    rows = [
        product_row(f"SKU-{each:05}", product=f"Prodotto {each // 4}", group=f"G{each // 4}", options=(("Taglia", "SMLX"[each % 4]),))
        for each in range(5000)
    ]
    start = time.process_time()

    done = import_products(rows, None)

    assert (len(done.variants), done.rejected) == (5000, [])
    assert (Variant.objects.count(), Product.objects.count(), Variant.history.count()) == (5000, 1250, 5000)
    assert time.process_time() - start < 30
