"""What importing needs to know of its lines, in one statement."""

from decimal import Decimal

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from catalog.models import State, Variant
from catalog.queries import COMPONENTS_OF, SoldVariant, parse_components, variants_by_code, variants_by_id
from tests.factories.catalog import make_kit, make_variant

pytestmark = pytest.mark.django_db


def plainly(variant: Variant) -> SoldVariant:
    return SoldVariant(
        variant_id=variant.pk,
        sku=variant.sku,
        gtin=variant.gtin or "",
        title=variant.title,
        unit=variant.unit,
        is_kit=variant.is_kit,
        is_stocked=variant.is_stocked,
        components=tuple(variant.components.order_by("component_id").values_list("component_id", "quantity")),
    )


@pytest.mark.parametrize("number", [1, 3, 30])
def test_variants_and_their_components_come_as_the_orm_has_them_in_one_statement(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    parts = [make_variant(f"P{each}", unit="metre", is_stocked=bool(each % 2)) for each in range(3)]
    made = [make_kit(f"K{each}", (parts[1], "2"), (parts[0], "0.125")) for each in range(number)]
    made.append(make_variant("CUP", gtin="036000291452"))
    make_variant("OTHER", gtin="4006381333931")

    with django_assert_num_queries(1):
        found = variants_by_code([*(variant.sku for variant in made[:-1]), "UNKNOWN", ""], ["0036000291452", "123", ""])
    with django_assert_num_queries(1):
        by_id = variants_by_id([variant.pk for variant in made] + [0])

    assert by_id == {variant.pk: plainly(variant) for variant in made}
    assert found.by_sku == {variant.sku: plainly(variant) for variant in made}
    assert found.by_gtin == {"00036000291452": plainly(made[-1])}
    assert by_id[made[0].pk].components == ((parts[0].pk, Decimal("0.125")), (parts[1].pk, Decimal("2.000")))


def test_pain_23_only_an_exact_code_of_an_active_variant_is_a_match() -> None:
    cup = make_variant("Cup-1", gtin="4006381333931")
    make_variant("OLD", gtin="036000291452", state=State.ARCHIVED)

    found = variants_by_code(["Cup-1", "cup-1", "OLD"], ["036000291452"])

    assert (list(found.by_sku), found.by_gtin) == (["Cup-1"], {"04006381333931": plainly(cup)})
    assert [found.find("Cup-1"), found.find("cup-1"), found.find("", "4006381333931"), found.find("x", "1")] == [
        plainly(cup),
        None,
        plainly(cup),
        None,
    ]


def test_components_are_joined_to_a_statement_of_another_package() -> None:
    kit = make_kit("KIT", (make_variant("A"), "2"))

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT listing.variant, {COMPONENTS_OF.format(variant='listing.variant')} FROM (VALUES (%s), (0)) AS listing(variant)",
            [kit.pk],
        )
        rows = {variant: parse_components(parts) for variant, parts in cursor.fetchall()}

    assert rows == {kit.pk: plainly(kit).components, 0: ()}


def test_codes_are_found_by_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM catalog_variant WHERE LPAD(gtin, 14, '0') = ANY(ARRAY['00036000291452'])")
        plan = " ".join(line for (line,) in cursor.fetchall())

    assert "catalog_variant_gtin_unique" in plan
