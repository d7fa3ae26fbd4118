"""The catalog's forms: what is wrong is said beside the field, what is right goes through the services."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from catalog.models import AttributeValue, Category, KitComponent, Media, Product, Variant
from catalog.services.categories import ensure_attributes
from tests.factories.catalog import make_category, make_kit, make_product, make_tax_category, make_variant

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]


def rows(prefix: str, *told: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    fields = {f"{prefix}-{place}-{name}": value for place, row in enumerate(told) for name, value in row.items()}
    return {f"{prefix}-TOTAL_FORMS": len(told), f"{prefix}-INITIAL_FORMS": initial, **fields}


VARIANT = {"sku": "CUP", "list_price": "4.50", "unit": "piece", "is_stocked": "on", "state": "active"}


def post(client: Client, model: str, fields: dict[str, Any], pk: int | None = None) -> dict[str, list[str]]:
    """Errors by field, empty when the form was accepted."""
    url = reverse(f"admin:catalog_{model}_change", args=[pk]) if pk else reverse(f"admin:catalog_{model}_add")
    response = client.post(url, fields, headers={"accept-language": "en"})
    if response.status_code == 302:
        return {}
    errors: dict[str, list[str]] = dict(response.context["adminform"].form.errors)
    return errors or {"rows": list(response.context["errors"])}


def test_a_variant_is_added_with_options_and_made_a_kit(admin_client: Client) -> None:
    product, saucer = make_product("Tazza"), make_variant("SAUCER")
    fields = {**VARIANT, "product": product.pk, "options": "Colore = blu", "origin_country": "IT"}
    parts = rows("components", {"component": saucer.pk, "quantity": "2"})

    errors = post(admin_client, "variant", {**fields, "gtin": "4006381333931", **rows("choices"), **parts})

    assert errors == {}
    assert Variant.objects.values_list("sku", "title", "gtin", "is_kit").get(sku="CUP") == ("CUP", "Tazza – blu", "4006381333931", True)
    assert KitComponent.objects.values_list("component__sku", "quantity").get() == ("SAUCER", Decimal(2))


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        (
            {"gtin": "4006381333930"},
            "gtin",
            "The last digit of GTIN 4006381333930 must be 1, not 0. Look at the bar code and correct the number.",
        ),
        ({"sku": "TAZZA"}, "__all__", "There is already a variant with this SKU. Choose another SKU, or change that variant."),
        ({"sku": "tazza"}, "__all__", "There is already a variant with this SKU. Choose another SKU, or change that variant."),
        ({"gtin": "0036000291452"}, "__all__", "There is already a variant with this GTIN. Check the number, or change that variant."),
        ({"hs_code": "12"}, "hs_code", "“12” is not an HS code: it has 6, 8 or 10 digits. Correct it, or leave it empty."),
        ({"options": "blu"}, "options", "Write each option on a line of its own, as Size = M."),
    ],
)
def test_what_is_wrong_is_said_in_the_form(fields: dict[str, str], field: str, sentence: str, admin_client: Client) -> None:
    make_variant("TAZZA", gtin="036000291452")

    told = {**VARIANT, "product": make_product().pk, **fields, **rows("choices"), **rows("components")}
    errors = post(admin_client, "variant", told)

    assert sentence in errors[field]
    assert Variant.objects.count() == 1


def test_a_kit_in_a_kit_is_refused_by_the_form_and_nothing_is_changed(admin_client: Client) -> None:
    kit, other = make_kit("KIT", (make_variant("CUP"), "2")), make_variant("SET")
    told = {**VARIANT, "sku": "RENAMED", **rows("choices"), **rows("components", {"component": kit.pk, "quantity": "1", "kit": other.pk})}

    errors = post(admin_client, "variant", told, other.pk)

    assert errors == {"__all__": ["KIT is a kit itself, and a kit cannot contain kits. Put its components into RENAMED instead."]}
    assert Variant.objects.get(pk=other.pk).sku == "SET"


def test_a_product_is_changed_with_its_images_and_attributes(admin_client: Client, settings: Settings, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path
    product, material = make_product("Tazza"), ensure_attributes(["Materiale"], by=None)["Materiale"]
    drawn = BytesIO()
    Image.new("RGB", (4, 3)).save(drawn, "PNG")
    told = {"name": "Tazzà", "tax_category": product.tax_category_id, "state": "active", **rows("variants")}
    images = rows("media", {"file": SimpleUploadedFile("a.png", drawn.getvalue()), "alt": "Una tazza", "position": "0"})
    attributes = rows("attribute_values", {"attribute": material.pk, "value": "ceramica"})

    errors = post(admin_client, "product", {**told, **images, **attributes}, product.pk)

    assert errors == {}
    assert Product.objects.values_list("name", "sort_name").get() == ("Tazzà", "tazza")
    assert Media.objects.values_list("alt", "width").get() == ("Una tazza", 4)
    assert AttributeValue.objects.values_list("value", flat=True).get() == "ceramica"


def test_a_file_that_is_no_image_comes_back_on_the_form(admin_client: Client, settings: Settings, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path
    product = make_product("Tazza")
    told = {"name": "X", "tax_category": product.tax_category_id, "state": "active", **rows("variants"), **rows("attribute_values")}

    errors = post(
        admin_client,
        "product",
        {**told, **rows("media", {"file": SimpleUploadedFile("a.png", b"no"), "alt": "x", "position": "0"})},
        product.pk,
    )

    assert errors == {"__all__": ["“a.png” is not an image that can be shown. Use a JPEG, PNG, WebP or GIF file."]}
    assert (Product.objects.get().name, Media.objects.count()) == ("Tazza", 0)


def test_a_category_is_added_and_moved_through_its_form(admin_client: Client) -> None:
    home = make_category("Casa")

    assert post(admin_client, "category", {"name": "Cucìna", "parent": home.pk}) == {}
    kitchen = Category.objects.get(sort_name="cucina")
    assert post(admin_client, "category", {"name": "Casa", "parent": kitchen.pk}, home.pk) == {
        "__all__": ["“Casa” cannot be moved into itself. Choose a category outside of it."]
    }
    assert (kitchen.parent, Category.objects.get(pk=home.pk).parent) == (home, None)


@pytest.mark.parametrize(("model", "term"), [("variant", "CÙP"), ("product", "cup"), ("category", "Càsa"), ("taxcategory", "")])
def test_lists_are_found_without_accents_and_cost_the_same_with_1_and_with_3_rows(model: str, term: str, admin_client: Client) -> None:
    make_tax_category()

    def look() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as capture:
            response = admin_client.get(reverse(f"admin:catalog_{model}_changelist"), {"q": term} if term else {})
        return response.context["cl"].result_count, len(capture)

    def add(number: int) -> None:
        make_variant(f"CUP{number}")
        make_category(f"Casa {number}")

    add(1)
    look()
    one = look()
    add(2)
    add(3)

    assert look() == (1 if model == "taxcategory" else 3, one[1])


def test_what_is_sold_is_archived_never_deleted(admin_client: Client) -> None:
    variant = make_variant("CUP")

    assert admin_client.post(reverse("admin:catalog_variant_delete", args=[variant.pk]), {"post": "yes"}).status_code == 403
    assert Variant.objects.count() == 1
