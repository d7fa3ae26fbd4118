"""What people type wrong meets a sentence and leaves nothing half-written: through the forms of the administration and the bulk import."""

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from catalog.models import Product, Variant
from erp.core.models import Event, HistoryEntry
from inventory.models import Movement, StockLevel
from inventory.services.ledger import check_ledger
from tests.factories.inventory import make_variant, make_warehouse, put

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


@pytest.fixture
def inside(client: Client, transactional_db: None) -> Client:
    client.force_login(User.objects.create_superuser("owner"))
    return client


@pytest.fixture
def level(transactional_db: None) -> StockLevel:
    return put(make_variant("MUG"), make_warehouse(), 5)


def told(client: Client, row: Model, key: str, **fields: str) -> list[str]:
    """What the page says after the button."""
    opts = row._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_operate", args=[row.pk, key])
    answer = client.post(address, {f"{key}-{name}": value for name, value in fields.items()}, follow=True)
    assert answer.status_code == 200
    return [str(message) for message in answer.context["messages"] if message.level_tag == "error"]


QUANTITIES = [
    "-5",
    "-0.001",
    "1000001",
    "9" * 30,
    "1e30",
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    "1.5",
    "0.0001",
    "tre",
    "",
    "'; DROP TABLE x",
    "\x00",
    "5" * 5000,
]
FORMS = {
    "receive": ("quantity", {"reference": "PO-1"}),
    "adjust": ("difference", {"cause": "adjustment", "reason": "contati"}),
    "count": ("counted", {}),
    "transfer": ("quantity", {}),
    "safety": ("quantity", {}),
}


@pytest.mark.parametrize("key", FORMS)
def test_a_quantity_that_cannot_be_is_refused_in_words_and_changes_nothing(inside: Client, level: StockLevel, key: str) -> None:
    field, others = FORMS[key]
    if key == "transfer":
        others = {"to_warehouse_id": str(make_warehouse("MI").pk)}
    before = [model.objects.count() for model in (Movement, HistoryEntry, Event, StockLevel)]

    answers = {typed: told(inside, level, key, **{field: typed}, **others) for typed in QUANTITIES if (key, typed) not in ALLOWED}

    assert {typed: len(sentences) for typed, sentences in answers.items()} == dict.fromkeys(answers, 1)
    assert all(sentence.rstrip().endswith((".", "!")) for sentences in answers.values() for sentence in sentences), answers
    assert [model.objects.count() for model in (Movement, HistoryEntry, Event, StockLevel)] == before
    level.refresh_from_db()
    assert (level.on_hand, level.safety_stock, check_ledger()) == (5, 0, [])


ALLOWED = {("adjust", "-5")}
"""Five fewer is a good adjustment of five."""


@pytest.mark.parametrize("reference", ["x" * 65, "\x00"])
def test_a_reference_that_no_column_takes_is_refused(inside: Client, level: StockLevel, reference: str) -> None:
    assert len(told(inside, level, "receive", quantity="1", reference=reference)) == 1
    assert Movement.objects.count() == 1


def rows() -> dict[str, str]:
    return {f"{name}-{count}": "0" for name in ("choices", "components") for count in ("TOTAL_FORMS", "INITIAL_FORMS")}


@pytest.mark.parametrize(
    "fields",
    [
        {"sku": "MUG"},
        {"sku": "mug"},
        {"sku": " MUG "},
        {"sku": ""},
        {"sku": "\x00"},
        {"sku": "S" * 10_000},
        {"gtin": "8001234567890"},
        {"gtin": "800123456789X"},
        {"gtin": "80012345"},
        {"gtin": "9" * 40},
        {"list_price": "-1"},
        {"list_price": "NaN"},
        {"list_price": "9" * 30},
        {"weight_grams": "-1"},
        {"weight_grams": "9" * 30},
    ],
)
def test_a_product_that_cannot_be_comes_back_on_its_form(inside: Client, level: StockLevel, fields: dict[str, str]) -> None:
    product = Product.objects.get()
    good = {"product": str(product.pk), "sku": "TAZZA", "unit": "piece", "list_price": "12.20", "is_stocked": "on", "state": "active"}

    answer = inside.post(reverse("admin:catalog_variant_add"), {**good, **fields, **rows()})

    assert (answer.status_code, Variant.objects.count()) == (200, 1)
    assert sum(len(errors) for errors in answer.context["adminform"].form.errors.values()) >= 1


def test_the_good_product_of_that_form_is_taken(inside: Client, level: StockLevel) -> None:
    good = {
        "product": str(Product.objects.get().pk),
        "sku": "TAZZA",
        "unit": "piece",
        "list_price": "12.20",
        "is_stocked": "on",
        "state": "active",
    }

    answer = inside.post(reverse("admin:catalog_variant_add"), {**good, "gtin": "036000291452", **rows()})

    assert (answer.status_code, Variant.objects.count()) == (302, 2)
