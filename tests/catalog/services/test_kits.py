from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from catalog.models import KitComponent, Variant
from catalog.services.kits import set_components
from erp.core.models import Event
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from tests.factories.catalog import make_kit, make_variant

pytestmark = pytest.mark.django_db


def contents(kit: Variant) -> list[tuple[str, Decimal]]:
    return list(KitComponent.objects.filter(kit=kit).order_by("component__sku").values_list("component__sku", "quantity"))


def test_a_variant_becomes_a_kit_changes_and_stops_being_one() -> None:
    kit, cup, cloth = make_variant("KIT"), make_variant("CUP"), make_variant("CLOTH", unit="metre")

    set_components(kit.pk, [(cup.pk, Decimal(2)), (cloth.pk, Decimal("0.750"))], by=None)
    assert (contents(kit), Variant.objects.get(pk=kit.pk).is_kit) == ([("CLOTH", Decimal("0.750")), ("CUP", Decimal(2))], True)

    set_components(kit.pk, [(cup.pk, Decimal(3))], by=None)
    assert contents(kit) == [("CUP", Decimal(3))]

    set_components(kit.pk, [], by=None)
    assert (contents(kit), Variant.objects.get(pk=kit.pk).is_kit) == ([], False)
    assert list(KitComponent.history.order_by("history_id").values_list("history_type", "quantity")) == [
        ("+", Decimal(2)),
        ("+", Decimal("0.750")),
        ("-", Decimal("0.750")),
        ("~", Decimal(3)),
        ("-", Decimal(3)),
    ]
    names = ["catalog.VariantChanged", "catalog.KitChanged", "catalog.KitChanged", "catalog.VariantChanged", "catalog.KitChanged"]
    assert list(Event.objects.order_by("pk").values_list("name", flat=True)) == names


@pytest.mark.parametrize(
    ("kit", "components", "sentence"),
    [
        ("CUP", [("CUP", "1")], "Kit CUP cannot contain itself. Choose another component."),
        ("SET", [("KIT", "1")], "KIT is a kit itself, and a kit cannot contain kits. Put its components into SET instead."),
        ("CUP", [("SET", "1")], "CUP is part of kit KIT, so it cannot become a kit itself. Take it out there first."),
        ("SET", [("CUP", "1"), ("CUP", "2")], "The same component stands in kit SET twice. Write it once, with the sum."),
        ("SET", [("CUP", "0")], "A kit cannot contain 0 of CUP. Type a quantity above zero, with at most three decimals."),
        ("SET", [("CUP", "-1")], "A kit cannot contain -1 of CUP. Type a quantity above zero, with at most three decimals."),
        ("SET", [("CUP", "1e12")], "A kit cannot contain 1E+12 of CUP. Type a quantity above zero, with at most three decimals."),
        ("SET", [("CUP", "1.5")], "CUP is counted in pieces: a kit cannot contain 1.5 of it. Type a whole number."),
    ],
)
def test_what_cannot_be_in_a_kit_is_refused_in_words(kit: str, components: list[tuple[str, str]], sentence: str) -> None:
    cup = make_variant("CUP")
    rows = {"CUP": cup, "SET": make_variant("SET"), "KIT": make_kit("KIT", (cup, "2"))}
    before = list(KitComponent.objects.values_list("kit", "component", "quantity"))

    with pytest.raises(Refused) as refusal, attempt():
        set_components(rows[kit].pk, [(rows[sku].pk, Decimal(quantity)) for sku, quantity in components], by=None)

    assert str(refusal.value) == sentence
    assert list(KitComponent.objects.values_list("kit", "component", "quantity")) == before
    assert list(Variant.objects.filter(is_kit=True).values_list("sku", flat=True)) == ["KIT"]


@pytest.mark.parametrize(
    ("component", "quantity", "constraint"),
    [
        ("CUP", "1", "catalog_kit_component_once"),
        ("KIT", "1", "catalog_kit_component_not_itself"),
        ("SET", "0", "catalog_kit_component_quantity_positive"),
    ],
)
def test_the_database_guards_kits(component: str, quantity: str, constraint: str) -> None:
    cup = make_variant("CUP")
    kit = make_kit("KIT", (cup, "2"))
    rows = {"CUP": cup, "KIT": kit, "SET": make_variant("SET")}

    with pytest.raises(IntegrityError, match=f'"{constraint}"'), transaction.atomic():
        KitComponent.objects.create(kit=kit, component=rows[component], quantity=Decimal(quantity))
